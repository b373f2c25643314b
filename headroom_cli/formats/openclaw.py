"""Telemetry of OpenClaw, JSONL of events (`message.in`, `agent.start`, `tool.start`, `agent.end`, ...).

    {"type": "agent.end", "sessionKey", "agentId", "messages": [pi messages], "seq"?, "ts"?}

`agent.end` holds the history of its session so far, `agent.start` that before the prompt. Each session
(`sessionKey`) is a conversation: the messages of its last `agent.end`, or of its last `agent.start` if it
never ended. All earlier lists repeat the beginning of that history: they are not counted, and what they
repeat is edited and dropped with it. All other events are carried, though they may quote the messages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import pi as dialect
from headroom_cli.formats import _edits
from headroom_cli.formats._conversations import Place, build
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Plan, Transcript, Twin

NAME = "openclaw"
READS = "OpenClaw telemetry, JSONL"
WRITES = "the same events, earlier copies of a history in step"
RULE = "lines with a dotted type such as agent.end, some with a sessionKey and a list of messages"

_LISTS = ("agent.end", "agent.start")
Repeats = Mapping[str, Sequence[tuple[int, Path]]]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return 1.0 if any(map(_holds_history, outline.records)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    sessions: dict[str, dict[str, list[int]]] = {}
    for at, event in enumerate(values):
        if chunks[at].valid and _holds_history(event):
            kinds = sessions.setdefault(str(event.get("sessionKey")), {kind: [] for kind in _LISTS})
            kinds[str(event.get("type"))].append(at)
    conversations = []
    for kinds in sessions.values():
        chosen = next(kinds[kind][-1] for kind in _LISTS if kinds[kind])
        others = [at for kind in _LISTS for at in kinds[kind] if at != chosen]
        listed = _list_messages(values[chosen])
        places = [Place(value, chosen, ("messages", i), chunks[chosen].line) for i, value in listed]
        told = build(dialect, places)
        repeats = _find_repeats(values, others)
        messages = tuple(
            _mirror(message, repeats.get(arguments.compact(value), ()))
            for message, (_, value) in zip(told.messages, listed, strict=True)
        )
        conversations.append(replace(told, messages=messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(conversations)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _holds_history(event: object) -> TypeGuard[Mapping[str, object]]:
    return (
        isinstance(event, dict)
        and event.get("type") in _LISTS
        and isinstance(event.get("sessionKey"), str)
        and bool(_list_messages(event))
    )


def _list_messages(event: object) -> list[tuple[int, Mapping[str, object]]]:
    found = event.get("messages") if isinstance(event, dict) else None
    listed = enumerate(found if isinstance(found, list) else ())
    return [
        (i, value)
        for i, value in listed
        if isinstance(value, dict) and str(value.get("role")) in dialect.ROLES
    ]


def _find_repeats(values: Sequence[object], others: Sequence[int]) -> Repeats:
    """A message as JSON text -> where else in the histories of its session it stands, once in each."""
    repeats: dict[str, list[tuple[int, Path]]] = {}
    for at in others:
        seen: set[str] = set()
        for i, value in _list_messages(values[at]):
            text = arguments.compact(value)
            if text not in seen:
                seen.add(text)
                repeats.setdefault(text, []).append((at, ("messages", i)))
    return repeats


def _mirror(message: Message, places: Sequence[tuple[int, Path]]) -> Message:
    """A message whose repetitions go with it, and whose texts they follow."""
    if not places:
        return message
    parts = tuple(replace(part, twins=(*part.twins, *_repeat(part, places))) for part in message.parts)
    return replace(message, parts=parts, mirrors=tuple(places))


def _repeat(part: Part, places: Sequence[tuple[int, Path]]) -> list[Twin]:
    """The copies of a part's own texts and of its twins in the places that repeat its message."""
    copies = []
    for chunk, path in places:
        for number, leaf in enumerate(part.leaves):
            copies.append(Twin(chunk, (*path, *part.at, *leaf.path), leaf.text, leaf=number))
        if part.kind in (Kind.TEXT, Kind.RESULT) and part.text:
            copies.append(Twin(chunk, (*path, *part.at), part.text))
        # A twin of the message stands below ("messages", i), and so does its copy.
        copies += [replace(twin, chunk=chunk, path=(*path, *twin.path[2:])) for twin in part.twins]
    return copies
