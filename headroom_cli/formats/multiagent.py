"""Histories of several agents that talk to each other (Magentic-One, AutoGen; the Who&When data set).

One document: the messages under `history`, beside the question and its true answer (`question`,
`ground_truth`, `mistake_agent`, ...). A message names its speaker in `role` ("human", "Orchestrator
(thought)", "WebSurfer") or has role `user` or `assistant` and the agent under `name`.

Oddities: agents are roles, all of them assistants here; what a terminal or an executor says is a result,
without a call that asked for it. Histories whose roles are those of chat completions and that stand under
`messages` are chat completions (see openai).
"""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import voices
from headroom_cli.formats import _edits, _gather
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Placeholder, Plan, Transcript

NAME = "multiagent"
READS = "Histories of several agents (Who&When, Magentic-One), one JSON document"
WRITES = "the same document"
RULE = "an object with a history of role and content, beside a question or the agent at fault"

_PATHS: tuple[Path, ...] = (("history",),)
_BESIDE = frozenset(
    {"question", "question_ID", "ground_truth", "groundtruth", "mistake_agent", "mistake_step"}
)
_PEOPLE = frozenset({"human", "user"})
_TOOLS = ("terminal", "executor", "tool", "function")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    history = root.get("history") if isinstance(root, dict) and not _BESIDE.isdisjoint(root) else None
    return 1.0 if isinstance(history, list) and history and all(map(_is_message, history)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    found, carried = _gather.gather(chunks, values, _PATHS, _is_message)
    conversations = []
    for row in found:
        messages = []
        for index, place in enumerate(row.places):
            role, parts = _read_message(place.value)
            messages.append(Message(index, role, parts, place.chunk, place.path, line=place.line))
        conversations.append(finish(messages))
    names = {place.value.get("role") for row in found for place in row.places}
    invalid = sum(not chunk.valid for chunk in chunks)
    speaker = "human" if "human" in names and "user" not in names else "user"
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid, extra=speaker)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans; a placeholder has the name of the person."""

    def spell(_: Message, mark: Placeholder) -> bytes:
        return _edits.to_bytes({"role": transcript.extra, "content": mark.text})

    return _edits.edit(transcript, plans, spell)


def _is_message(value: object) -> TypeGuard[Mapping[str, object]]:
    return (
        isinstance(value, dict)
        and isinstance(value.get("role"), str)
        and isinstance(value.get("content"), str)
    )


def _read_message(value: Mapping[str, object]) -> tuple[str, tuple[Part, ...]]:
    """A speaker's words. An agent whose name says that it runs things answers like a tool."""
    said, named, text = (
        str(value["role"]).lower(),
        str(value.get("name") or "").lower(),
        str(value["content"]),
    )
    if any(word in (named or said) for word in _TOOLS):
        return "tool", (Part(Kind.RESULT, text, ("content",)),)
    parts = (Part(Kind.TEXT, text, ("content",)),) if text else ()
    if said == "system":
        return "system", parts
    if said in _PEOPLE:
        return "user", voices.label(parts)
    return "assistant", parts
