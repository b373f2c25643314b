"""OpenHands event logs of version 0, alone or as the `history` of an evaluation's `output.jsonl`.

A JSON list of events, JSONL with an event per line, or rows `{"instance_id", "instruction", "history",
"metadata", "test_result", ...}`, each a conversation. Old rows pair every action with its observation
(`[[action, observation], ...]`): such a pair is one message and goes as a whole.

Oddities: the calls of one answer are several actions, each with its observation, and stay together;
`tool_call_metadata.model_response` repeats the whole answer of the API on the action and on its
observation, and `message` and `extras` repeat commands and files: they follow the counted text or become
stubs. Events of the machinery are carried.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai
from headroom_cli.dialects import openhands as dialect
from headroom_cli.formats import _copies, _edits
from headroom_cli.formats._conversations import finish, place_twins
from headroom_cli.model import (
    Chunk,
    Conversation,
    Edit,
    Kind,
    Message,
    Part,
    Path,
    Placeholder,
    Plan,
    Transcript,
    Twin,
)

NAME = "openhands"
READS = "OpenHands event logs (version 0) and output.jsonl of its evaluations"
WRITES = "the same log, copies in step"
RULE = (
    "events with action and args, or with observation, content and extras, in a list, lines or rows' history"
)

_UNANSWERED = {"message": "", "observation": "null", "content": "", "extras": {}}


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen: list[object] = []
    for value in (outline.root,) if outline.document else outline.records:
        seen += _find_events(value)[1]
    events = sum(_is_step(event) for event in seen)
    return 1.0 if events and events * 10 >= len(seen) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations: list[Conversation] = []
    lines: list[tuple[int, Path, object]] = []
    carried = 0
    for at, (chunk, value) in enumerate(zip(chunks, values, strict=True)):
        if not chunk.valid:
            continue
        path, events = _find_events(value)
        placed = [(at, (*path, i), event) for i, event in enumerate(events)] if events != [value] else []
        if dialect.is_event(value):
            lines.append((at, (), value))
        elif not placed:
            carried += 1
        else:
            messages = _read_events(placed)
            carried += len(placed) - len(messages)
            conversations += [finish(messages)] if messages else []
    if lines:
        messages = _read_events(lines)
        carried += len(lines) - len(messages)
        conversations.append(finish(messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(place: Message, mark: Placeholder) -> bytes:
        event = dialect.placeholder(mark.text)
        # Parts of a pair have paths that begin with their position in it.
        paired = any(part.at[:1] in ((0,), (1,)) for part in place.parts)
        return _edits.to_bytes([event, _UNANSWERED] if paired else event)

    return _edits.edit(transcript, plans, spell)


def _find_events(value: object) -> tuple[Path, list[object]]:
    """The path to the events of a document, row or line, and the events."""
    if isinstance(value, list):
        return (), value
    history = value.get("history") if isinstance(value, dict) else None
    if isinstance(history, list) and isinstance(value, dict) and not dialect.is_event(value):
        return ("history",), history
    return (), [value]


def _is_step(value: object) -> bool:
    return dialect.is_event(value) or _is_pair(value)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and dialect.is_event(value[0])


def _read_events(placed: Sequence[tuple[int, Path, object]]) -> list[Message]:
    messages: list[Message] = []
    calls: dict[str, int] = {}
    answer = ""
    for chunk, path, event in placed:
        index = len(messages)
        if isinstance(event, list) and _is_pair(event):
            message = _read_pair(event, index, chunk, path)
        elif isinstance(event, dict) and dialect.is_spoken(event):
            role, parts = dialect.read_message(event)
            parts = tuple(place_twins(part, chunk, path) for part in parts)
            group = _find_answer(event) if role == "assistant" else ""
            opens = not group or group != answer
            message = Message(index, role, parts, chunk, path, group=group, opens=opens)
            # Observations between the actions of one answer do not end it.
            answer = answer if role == "tool" else group
        else:
            message = None
        if message is None:
            continue
        messages.append(message)
        call = _find_call(message)
        if call is not None:
            calls[message.parts[call].call_id] = index
        if isinstance(event, dict) and message.parts:
            owner = calls.get(message.parts[0].call_id)
            if owner is not None:
                found = _find_copies(messages[owner], event, chunk, path)
                messages[owner] = _copies.add_twins(messages[owner], found)
    return messages


def _find_answer(event: Mapping[str, object]) -> str:
    """The id of the answer of the API that an action comes from, "" if it is not known."""
    metadata = event.get("tool_call_metadata")
    response = metadata.get("model_response") if isinstance(metadata, dict) else None
    found = response.get("id") if isinstance(response, dict) else None
    return found if isinstance(found, str) else ""


def _read_pair(pair: Sequence[object], index: int, chunk: int, path: Path) -> Message | None:
    """An action with its observation, both with an id made of their place."""
    action, observation = pair
    if not isinstance(action, dict) or not dialect.is_spoken(action):
        return None
    call_id = f"event {path[-1]}"
    role, parts = dialect.read_message(action, (0,))
    parts = tuple(replace(part, call_id=call_id) if part.kind is Kind.CALL else part for part in parts)
    if isinstance(observation, dict) and any(part.kind is Kind.CALL for part in parts):
        _, answers = dialect.read_message({"cause": path[-1], **observation}, (1,))
        parts = (*parts, *(place_twins(replace(part, call_id=call_id), chunk, path) for part in answers))
    return Message(index, role, parts, chunk, path)


def _find_call(message: Message) -> int | None:
    return next((i for i, part in enumerate(message.parts) if part.kind is Kind.CALL), None)


def _find_copies(
    owner: Message, event: Mapping[str, object], chunk: int, path: Path
) -> Iterator[_copies.Found]:
    """Where an event, the action itself or its observation, repeats the arguments of the action."""
    position = _find_call(owner)
    if position is None:
        return
    call = owner.parts[position]
    extras = event.get("extras")
    command = extras.get("command") if isinstance(extras, dict) else None
    for text, where in ((event.get("message"), ("message",)), (command, ("extras", "command"))):
        for number, leaf in enumerate(call.leaves):
            if isinstance(text, str) and leaf.text in text:
                yield position, Twin(chunk, (*path, *where), text, None, number)
    metadata = event.get("tool_call_metadata")
    response = metadata.get("model_response") if isinstance(metadata, dict) else None
    choices = response.get("choices") if isinstance(response, dict) else None
    for i, choice in enumerate(choices if isinstance(choices, list) else ()):
        answer = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(answer, dict) and isinstance(metadata, dict):
            here = (*path, "tool_call_metadata", "model_response", "choices", i, "message")
            wanted = metadata.get("tool_call_id")
            yield from _match_answer(call, position, answer, wanted, chunk, here)


def _match_answer(
    call: Part, position: int, answer: Mapping[str, object], wanted: object, chunk: int, path: Path
) -> Iterator[_copies.Found]:
    for part in openai.read_message(answer)[1]:
        if part.kind is Kind.CALL and part.call_id == wanted:
            for _, twin in _copies.match_parts([call], [part], chunk, path):
                yield position, twin
        elif part.kind is Kind.TEXT:
            for number, leaf in enumerate(call.leaves):
                if leaf.text == part.text:
                    yield position, Twin(chunk, (*path, *part.at), part.text, None, number)
