"""Which messages may be touched, and why not.

A *step* is one assistant API message (all its records) with its results, up to the next; human messages
belong to none. From the outside in:

- HARD: system and developer text, the first and the last message that holds a human part, pins, and the
  last assistant turn of a training row. Never edited, never dropped.
- HUMAN: the human messages in between. Never edited, dropped last of all.
- SOFT: the last K steps, touched only when every older step is at its floor or gone.
- FREE: everything else.

A guard of a message that holds results beside human text binds its human parts; its results are judged by
their step (`Standing.mixed`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headroom_cli.errors import UsageError
from headroom_cli.model import Conversation, Guard, Kind, Message, Policy, Voice

SYSTEM_ROLES = frozenset({"system", "developer"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one message stands in the window. `step` is 0 outside all steps; `reason` explains the guard."""

    guard: Guard
    step: int
    reason: str
    mixed: bool = False


def survey(conversation: Conversation, policy: Policy) -> tuple[Standing, ...]:
    """The standing of every message, in order. Raises UsageError on a pin that cannot be read."""
    messages = conversation.messages
    steps = number_steps(messages)
    last_steps = max(steps, default=0) - policy.keep_last
    human = [m.index for m in messages if is_human(m)]
    pinned = _find_pinned(messages, policy.pins)
    target = _last_assistant(messages) if conversation.training else frozenset()

    def judge(message: Message) -> Standing:
        step = steps[message.index]
        mixed = is_human(message) and any(part.voice is not Voice.HUMAN for part in message.parts)
        if message.role in SYSTEM_ROLES:
            return Standing(Guard.HARD, step, f"{message.role} text")
        if is_ours(message):
            return Standing(Guard.FREE, step, "a placeholder")  # merged when more goes, whatever pins say
        if message.index in pinned:
            return Standing(Guard.HARD, step, f"pinned by {pinned[message.index]}")
        if message.index in target:
            return Standing(Guard.HARD, step, "the last assistant turn of a training row")
        if human and message.index == human[0]:
            return Standing(Guard.HARD, step, "the first human message", mixed)
        if human and message.index == human[-1]:
            return Standing(Guard.HARD, step, "the last human message", mixed)
        if is_human(message):
            return Standing(Guard.HUMAN, step, "a human message", mixed)
        if step > last_steps and step > 0:
            return Standing(Guard.SOFT, step, f"within the last {policy.keep_last} steps")
        return Standing(Guard.FREE, step, "older than the window")

    return tuple(judge(message) for message in messages)


def is_human(message: Message) -> bool:
    """Whether a person speaks in any part of the message."""
    return any(part.voice is Voice.HUMAN for part in message.parts)


def is_ours(message: Message) -> bool:
    """Whether the message is a placeholder that headroom wrote: its one text is the mark of a drop."""
    return len(message.parts) == 1 and message.parts[0].voice is Voice.OURS


def number_steps(messages: Sequence[Message]) -> list[int]:
    """The step of each message, from 1; 0 for messages before the first step and for human ones."""
    steps: list[int] = []
    current = 0
    group = ""
    for message in messages:
        if message.role == "assistant" and (not message.group or message.group != group):
            current += 1
            group = message.group
        in_step = message.role not in SYSTEM_ROLES and not is_ours(message)
        only_human = is_human(message) and all(p.kind is not Kind.RESULT for p in message.parts)
        steps.append(current if in_step and not only_human else 0)
    return steps


def _last_assistant(messages: Sequence[Message]) -> frozenset[int]:
    last = next((m for m in reversed(messages) if m.role == "assistant"), None)
    if last is None:
        return frozenset()
    return frozenset(m.index for m in messages if m is last or (last.group and m.group == last.group))


def _find_pinned(messages: Sequence[Message], pins: Sequence[str]) -> dict[int, str]:
    """Message index -> the selector that pins it. A pin on a call pins its results."""
    pinned: dict[int, str] = {}
    for pin in pins:
        matches = read_pin(pin)
        pinned.update({m.index: pin for m in messages if matches(m)})
    calls = {
        part.call_id: pinned[message.index]
        for message in messages
        if message.index in pinned
        for part in message.parts
        if part.kind is Kind.CALL and part.call_id
    }
    for message in messages:
        for part in message.parts:
            if part.kind is Kind.RESULT and part.call_id in calls:
                pinned.setdefault(message.index, calls[part.call_id])
    return pinned


def read_pin(selector: str) -> Callable[[Message], bool]:
    """The test a pin selector stands for. Raises UsageError with the valid forms."""
    name, colon, value = selector.partition(":")
    if selector.startswith("/") and selector.endswith("/") and len(selector) > 2:
        try:
            pattern = re.compile(selector[1:-1])
        except re.error as error:
            raise UsageError(f"--pin {selector}: not a regular expression: {error}.") from error
        return lambda message: any(pattern.search(part.text) for part in message.parts)
    if colon and name == "role" and value:
        return lambda message: message.role == value
    if colon and name == "tool" and value:
        return lambda message: any(part.tool == value for part in message.parts)
    if numbers := re.fullmatch(r"(\d+)(?:-(\d+))?", selector):
        first, last = int(numbers[1]), int(numbers[2] or numbers[1])
        if last < first:
            raise UsageError(f"--pin {selector}: a range begins with its smaller index ({last}-{first}).")
        return lambda message: first <= message.index <= last
    raise UsageError(
        f"--pin {selector}: not a selector; use role:NAME, tool:NAME, an index such as 3, "
        "a range such as 2-5, or /regex/."
    )
