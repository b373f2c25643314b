"""One event per attempted compression, without content.

`JsonLines` keeps events as lines of JSON until they are written; `observe_with` connects any object that
has `record_compression` to the pipeline.
"""

import json
from typing import Protocol

from headroom_cli.contracts import Observe
from headroom_cli.model import Event


class Telemetry(Protocol):
    """Anything that takes events: a file of JSON lines, a metrics client."""

    def record_compression(
        self,
        *,
        source: str,
        ratio: float,
        timing: float,
        tokens_before: int,
        tokens_after: int,
        accepted: bool,
        tool: str,
    ) -> None: ...


class JsonLines:
    """Events as lines of JSON, held in memory: nothing is written for a run that comes to nothing."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def record_compression(
        self,
        *,
        source: str,
        ratio: float,
        timing: float,
        tokens_before: int,
        tokens_after: int,
        accepted: bool,
        tool: str = "",
    ) -> None:
        """Keep one event: the compressor or fold (`source`), tokens after over before (`ratio`), seconds
        (`timing`), tokens of the text, whether the result was taken, and the tool the text came from."""
        event = {
            "event": "compression",
            "source": source,
            "tool": tool,
            "ratio": round(ratio, 6),
            "timing": round(timing, 6),
            "tokens_before": tokens_before,
            "tokens_after": tokens_after,
            "accepted": accepted,
        }
        self._lines.append(json.dumps(event) + "\n")

    def dump(self) -> bytes:
        """All events so far, one JSON object per line (ASCII)."""
        return "".join(self._lines).encode("ascii")


def observe_with(telemetry: Telemetry) -> Observe:
    """What the pipeline calls after each compression."""

    def observe(event: Event) -> None:
        telemetry.record_compression(
            source=event.source,
            ratio=event.ratio,
            timing=event.seconds,
            tokens_before=event.tokens_before,
            tokens_after=event.tokens_after,
            accepted=event.accepted,
            tool=event.tool,
        )

    return observe
