"""Copilot CLI sessions (`~/.copilot/session-state/<session>/events.jsonl`).

One event per line, linked by `id` and `parentId`. Messages are `system.message`, `user.message`,
`assistant.message` with its `toolRequests`, and `tool.execution_complete` with the result; all other events
(turns, hooks, models, usage) are carried, as are those of sub-agents (`parentToolCallId`).

Oddities: arguments are an object or a JSON string; `tool.execution_start` repeats them and goes with its
call; `result.detailedContent` repeats the result and follows it; reasoning is a text (`reasoningText`)
beside encrypted copies, which never count. Where an event is dropped, those that named it
name its nearest kept ancestor instead, or the placeholder.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments, voices
from headroom_cli.formats import _doubles, _edits, _links
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Placeholder, Plan, Rung, Transcript, Twin

NAME = "copilot-cli"
READS = "Copilot CLI sessions (events.jsonl)"
WRITES = "the same events, relinked where some were dropped"
RULE = "lines with type, data and parentId, some of them user.message or assistant.message"

_ROLES = {
    "system.message": "system",
    "user.message": "user",
    "assistant.message": "assistant",
    "tool.execution_complete": "tool",
}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:headroom:placeholder")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    spoken = any(_is_spoken(record) and "parentId" in record for record in outline.records)
    return 1.0 if spoken and not isinstance(outline.root, list) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a session; its messages are whole events."""
    messages: list[Message] = []
    for at, value in enumerate(values):
        event = value["data"] if chunks[at].valid and _is_spoken(value) else None
        if isinstance(value, dict) and isinstance(event, dict) and not event.get("parentToolCallId"):
            role = _ROLES[str(value["type"])]
            parts = tuple(_read_event(role, event))
            parts = voices.label(parts) if role == "user" else parts
            messages.append(Message(len(messages), role, parts, at, line=chunks[at].line))
    messages = _tie(messages, values)
    links = _links.read_links(chunks, values, "id", "parentId", (("parentId",),))
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(messages)
    return Transcript(NAME, data, chunks, (finish(messages),), carried, invalid, extra=links)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans, links included."""
    links = transcript.extra
    if not isinstance(links, _links.Links):
        raise TypeError("a copilot-cli transcript keeps its links in `extra`")
    standing: list[_links.Standing] = []
    removed = _find_removed(transcript, plans)

    def spell(place: Message, mark: Placeholder) -> bytes:
        span = transcript.chunks[place.chunk]
        found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
        template = found if isinstance(found, dict) else {}
        identity = str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))
        stand = _links.stand(links, removed, identity, place.chunk, linked="parentId" in template)
        standing.append(stand)
        record: dict[str, object] = {
            "type": "user.message",
            "data": {"content": mark.text, "attachments": []},
        }
        record.update({"id": identity, "parentId": stand.parent or None})
        record.update({key: template[key] for key in ("timestamp",) if key in template})
        return _edits.to_bytes(record)

    changes = _edits.edit(transcript, plans, spell)
    return changes + _links.relink(links, removed, standing[0] if standing else None)


def _is_spoken(record: object) -> TypeGuard[Mapping[str, object]]:
    return (
        isinstance(record, dict)
        and str(record.get("type")) in _ROLES
        and isinstance(record.get("data"), dict)
    )


def _read_event(role: str, data: Mapping[str, object]) -> Iterator[Part]:
    """The parts of one event."""
    if role == "tool":
        yield _read_result(data)
        return
    reasoning, content = data.get("reasoningText"), data.get("content")
    if isinstance(reasoning, str) and reasoning:
        yield Part(Kind.THINKING, reasoning, ("data", "reasoningText"))
    if isinstance(content, str) and (content or role != "assistant"):
        yield Part(Kind.TEXT, content, ("data", "content"))
    requests = data.get("toolRequests")
    for i, request in enumerate(requests if isinstance(requests, list) else ()):
        if isinstance(request, dict):
            yield _read_request(request, i)


def _read_request(request: Mapping[str, object], i: int) -> Part:
    given, named, call_id = request.get("arguments"), request.get("name"), request.get("toolCallId")
    encoded = isinstance(given, str)
    parsed = arguments.parse(given) if isinstance(given, str) else given
    text = given if isinstance(given, str) else "" if given is None else arguments.compact(given)
    return Part(
        Kind.CALL,
        text,
        ("data", "toolRequests", i, "arguments"),
        block=("data", "toolRequests", i),
        tool=named if isinstance(named, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(parsed),
        encoded=encoded,
        leaves=arguments.find_leaves(parsed),
    )


def _read_result(data: Mapping[str, object]) -> Part:
    call_id, result, error = data.get("toolCallId"), data.get("result"), data.get("error")
    blank = Part(Kind.RESULT, at=("data",), call_id=call_id if isinstance(call_id, str) else "")
    for key, holder, name in (("result", result, "content"), ("error", error, "message")):
        text = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(text, str):
            return replace(blank, text=text, at=("data", key, name))
        if isinstance(holder, str):
            return replace(blank, text=holder, at=("data", key))
    return blank


def _tie(messages: Sequence[Message], values: Sequence[object]) -> list[Message]:
    """Messages that know what repeats their calls and results: other fields, and other events."""
    calls: dict[str, tuple[_doubles.Owner, Part]] = {}
    twins: dict[_doubles.Owner, list[Twin]] = {}
    for message in messages:
        for i, part in enumerate(message.parts):
            if part.kind is Kind.CALL and part.call_id:
                calls[part.call_id] = ((message.index, i), part)
            if part.kind is Kind.RESULT:
                event = values[message.chunk]
                data = event.get("data") if isinstance(event, dict) else None
                result = data.get("result") if isinstance(data, dict) else None
                fields = _doubles.find_strings(result, ("data", "result"))
                others = (found for found in fields if found[0] != part.at)
                for owner, twin in _doubles.assign(others, message.chunk, [((message.index, i), part)], ()):
                    twins.setdefault(owner, []).append(twin)
    starts: dict[int, list[int]] = {}
    for at, value in enumerate(values):
        data = value.get("data") if isinstance(value, dict) else None
        if isinstance(value, dict) and value.get("type") == "tool.execution_start" and isinstance(data, dict):
            call = calls.get(str(data.get("toolCallId")))
            if call is not None and at > messages[call[0][0]].chunk:
                starts.setdefault(call[0][0], []).append(at)
                strings = _doubles.find_strings(data.get("arguments"), ("data", "arguments"))
                for owner, twin in _doubles.assign(strings, at, (), [call]):
                    twins.setdefault(owner, []).append(twin)
    return [
        replace(message, mirrors=tuple((at, ()) for at in starts.get(message.index, ())))
        for message in _doubles.attach(messages, twins)
    ]


def _find_removed(transcript: Transcript, plans: Sequence[Plan]) -> frozenset[int]:
    """The chunks of all events that go, those that repeat a call included."""
    gone = [
        transcript.conversations[plan.conversation].messages[decision.message]
        for plan in plans
        for decision in plan.decisions
        if decision.rung is Rung.DROP
    ]
    return frozenset(at for m in gone for at in (m.chunk, *(chunk for chunk, _ in m.mirrors)))
