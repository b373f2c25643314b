"""Records that Claude Code writes, in logs and in streams: a message, and what stands beside it.

`toolUseResult` (`tool_use_result` in streams) repeats the result of its record in a shape of the tool's own,
and often the arguments of the call and a whole file besides; all of that are twins, and count nothing.
"""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from headroom_cli.dialects import anthropic
from headroom_cli.formats import _doubles
from headroom_cli.model import Kind, Message, Part, Twin, Voice

_DOUBLES = ("toolUseResult", "tool_use_result")
_HARNESS_FLAGS = ("isMeta", "isCompactSummary")


def is_spoken(record: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a record is a user or assistant record that holds a message."""
    if not isinstance(record, dict) or record.get("type") not in ("user", "assistant"):
        return False
    message = record.get("message")
    return isinstance(message, dict) and "content" in message


def is_prompt(record: Mapping[str, object]) -> bool:
    """Whether a person speaks in a record, be it beside results, which may be dropped from it."""
    if record.get("type") != "user":
        return False
    return any(part.voice is Voice.HUMAN for part in _read_record(record)[1])


def read_records(records: Sequence[tuple[int, int, Mapping[str, object]]]) -> list[Message]:
    """The messages of records given as (chunk, line, record); records of one API message share a group."""
    messages: list[Message] = []
    opened: set[str] = set()
    for at, line, record in records:
        role, parts, group = _read_record(record)
        # Only the first record of an API message opens it, also where a resumed session repeats records.
        opens = not group or group not in opened
        opened.add(group)
        messages.append(Message(len(messages), role, parts, at, group=group, opens=opens, line=line))
    return _doubles.attach(messages, _find_twins(records, messages))


def _read_record(record: Mapping[str, object]) -> tuple[str, tuple[Part, ...], str]:
    """Role, parts and group of a record."""
    message = record["message"]
    value: Mapping[str, object] = message if isinstance(message, dict) else {}
    if not isinstance(value.get("role"), str):
        value = {**value, "role": record["type"]}
    forced = Voice.HARNESS if any(record.get(flag) is True for flag in _HARNESS_FLAGS) else Voice.NONE
    role, parts = anthropic.read_message(value, ("message",), forced)
    identity = value.get("id")
    return role, parts, identity if role == "assistant" and isinstance(identity, str) else ""


def _find_twins(
    records: Sequence[tuple[int, int, Mapping[str, object]]], messages: Sequence[Message]
) -> dict[_doubles.Owner, list[Twin]]:
    """The doubles of results and of calls, by the part they belong to."""
    calls: dict[str, tuple[_doubles.Owner, Part]] = {}
    twins: dict[_doubles.Owner, list[Twin]] = {}
    for (at, _, record), message in zip(records, messages, strict=True):
        for position, part in enumerate(message.parts):
            if part.kind is Kind.CALL and part.call_id:
                calls[part.call_id] = ((message.index, position), part)
        key = next((key for key in _DOUBLES if record.get(key)), "")
        if not key:
            continue
        results = [((message.index, i), part) for i, part in enumerate(message.parts) if part.call_id]
        asked = [calls[part.call_id] for _, part in results[:1] if part.call_id in calls]
        strings = _doubles.find_strings(record[key], (key,))
        for owner, twin in _doubles.assign(strings, at, results, asked):
            twins.setdefault(owner, []).append(twin)
    return twins
