"""Where messages stand in a file: the roster of formats.

A format is a module that keeps `contracts.Format`; its docstring is its manual page. Containers
(`_documents`, `_lines`, `_rows`) and dialects (a room of their own) are orthogonal: most formats are one of
each. A module is imported when a file shows one of its signs, so that many formats cost nothing.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headroom_cli.contracts import Format
    from headroom_cli.formats._reading import raw_messages, read_transcript, write_transcript

__all__ = ["FORMATS", "ROSTER", "raw_messages", "read_transcript", "write_transcript"]

_MESSAGES = frozenset({"role", "content", "messages", "request", "kwargs", "traj", "body", "params"})
_CHAT = _MESSAGES | {"answer_generation"}

ROSTER: dict[str, tuple[str, str, frozenset[str]]] = {
    # name: (module, what is read, signs: keys of the root or of its records, one of which a file must show)
    "claude-code": ("claude_code", "Claude Code session logs, JSONL", frozenset({"parentUuid"})),
    "openai": (
        "openai",
        "OpenAI chat completions, one JSON document: an array of messages or an object that holds them",
        _CHAT,
    ),
    "openai-lines": ("openai_lines", "OpenAI chat completions, JSONL with a message per line", _MESSAGES),
    "openai-rows": (
        "openai_rows",
        "OpenAI chat completions, JSONL with a conversation per line (fine-tuning sets, request logs)",
        _MESSAGES,
    ),
    "anthropic": (
        "anthropic",
        "Anthropic Messages, one JSON document: a request body or an array of messages",
        _CHAT,
    ),
    "anthropic-lines": ("anthropic_lines", "Anthropic Messages, JSONL with a message per line", _MESSAGES),
    "anthropic-rows": (
        "anthropic_rows",
        "Anthropic Messages, JSONL with a request or conversation per line",
        _MESSAGES,
    ),
}


class _Formats(Mapping[str, "Format"]):
    """The roster's modules by name, each imported when it is first asked for."""

    def __getitem__(self, name: str) -> "Format":
        module: Format = import_module(f"{__name__}.{ROSTER[name][0]}")
        return module

    def __iter__(self) -> Iterator[str]:
        return iter(ROSTER)

    def __len__(self) -> int:
        return len(ROSTER)


FORMATS: Mapping[str, "Format"] = _Formats()


def __getattr__(name: str) -> object:
    """Reading and writing, imported when used: the roster alone is light."""
    if name in ("raw_messages", "read_transcript", "write_transcript"):
        return getattr(import_module("headroom_cli.formats._reading"), name)
    raise AttributeError(name)
