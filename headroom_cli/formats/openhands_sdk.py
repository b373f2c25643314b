"""Conversations of the OpenHands software-agent SDK: events, as JSONL or as one JSON list.

The SDK keeps one file per event (`event-00012-<uuid>.json`); what is read is all of them in order, a line
each, or in a list. System prompt, messages, actions and observations are read; state updates, condensations
and other records are carried. What a condensation forgot is still in the log and counts.

Oddities: the calls of one answer are several events with the same `llm_response_id`, which stay together;
a log may lack the first events and with them the task.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import openhands_sdk as dialect
from headroom_cli.formats import _edits
from headroom_cli.formats._conversations import finish, place_twins
from headroom_cli.model import Chunk, Edit, Message, Path, Placeholder, Plan, Transcript

NAME = "openhands-sdk"
READS = "OpenHands SDK events, JSONL or one JSON list"
WRITES = "the same events"
RULE = "objects with kind (ActionEvent, ObservationEvent, MessageEvent, ...), source and timestamp"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:headroom:placeholder")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen = outline.root if outline.document and isinstance(outline.root, list) else outline.records
    named = sum(_is_any_event(record) for record in seen)
    return 1.0 if named * 10 >= len(seen) * 9 and any(map(dialect.is_event, seen)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    messages: list[Message] = []
    records = 0
    answer = ""
    for at, path, event in _list_events(chunks, values):
        records += 1
        if not dialect.is_event(event) or not isinstance(event, dict):
            continue
        role, parts = dialect.read_message(event)
        response = event.get("llm_response_id")
        group = response if role == "assistant" and isinstance(response, str) else ""
        opens = not group or group != answer
        parts = tuple(place_twins(part, at, path) for part in parts)
        line = chunks[at].line if len(chunks) > 1 else 0
        messages.append(Message(len(messages), role, parts, at, path, group=group, opens=opens, line=line))
        # Results between the events of one answer do not end it.
        answer = answer if role == "tool" else group
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, (finish(messages),), records - len(messages), invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(place: Message, mark: Placeholder) -> bytes:
        record = dialect.placeholder(mark.text)
        record["id"] = str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))
        record["timestamp"] = _read_time(transcript, place)
        return _edits.to_bytes(record)

    return _edits.edit(transcript, plans, spell)


def _is_any_event(value: object) -> bool:
    if not isinstance(value, dict) or "source" not in value:
        return False
    kind = value.get("kind")
    return isinstance(kind, str) and ("timestamp" in value or kind.endswith("Event"))


def _list_events(chunks: Sequence[Chunk], values: Sequence[object]) -> Iterator[tuple[int, Path, object]]:
    for at, (chunk, value) in enumerate(zip(chunks, values, strict=True)):
        if chunk.valid and isinstance(value, list):
            yield from ((at, (i,), event) for i, event in enumerate(value))
        elif chunk.valid:
            yield at, (), value


def _read_time(transcript: Transcript, place: Message) -> str:
    """The time of the event whose place a placeholder takes."""
    chunk = transcript.chunks[place.chunk]
    value = arguments.parse(transcript.body[chunk.start : chunk.end].decode("utf-8", "surrogatepass"))
    for key in place.path:
        if isinstance(value, list) and isinstance(key, int):
            value = value[key]
    time = value.get("timestamp") if isinstance(value, Mapping) else None
    return time if isinstance(time, str) else ""
