"""Which result answers which call, told by id, or by name and order where there are no ids."""

from collections.abc import Sequence
from dataclasses import replace

from headroom_cli.model import Kind, Message, Part


def pair(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Messages whose results know their call: `tool` and `argument` are those of the call.

    Calls without an id (legacy `function_call`) get one made of their position; a result without an id
    takes that of the oldest unanswered call of its name, or of any name if it has none.
    """
    known: dict[str, Part] = {}
    open_calls: dict[str, Part] = {}
    paired: list[Message] = []
    for message in messages:
        parts = message.parts
        if any(part.kind is Kind.CALL or part.kind is Kind.RESULT or part.call_id for part in parts):
            parts = tuple(_pair_parts(message, known, open_calls))
            message = replace(message, parts=parts)
        paired.append(message)
    return tuple(paired)


def _pair_parts(message: Message, known: dict[str, Part], open_calls: dict[str, Part]) -> list[Part]:
    parts: list[Part] = []
    answered = ""
    for position, part in enumerate(message.parts):
        if part.kind is Kind.CALL:
            if not part.call_id:
                part = replace(part, call_id=f"call {message.index}.{position}")
            known[part.call_id] = open_calls[part.call_id] = part
        elif part.kind is Kind.RESULT or part.call_id:
            call_id = part.call_id or answered or _oldest(part.tool, open_calls)
            call = known.get(call_id)
            if call is not None:
                part = replace(part, call_id=call_id, tool=call.tool or part.tool, argument=call.argument)
                answered = call_id
            open_calls.pop(call_id, None)
        parts.append(part)
    return parts


def _oldest(tool: str, open_calls: dict[str, Part]) -> str:
    """The id of the oldest unanswered call of this tool (of any, if `tool` is ""); "" if there is none."""
    return next((call_id for call_id, call in open_calls.items() if not tool or call.tool == tool), "")
