"""The laws of transcripts that are checked on every run before anything is written.

 1. Identity: no edits, same bytes.
 2. Complete: one decision per message, in order, each with a reason.
 3. Honest: re-reading and re-counting the output equals the plan's own figure.
 4. Never heavier: no text and no conversation gains tokens.
 5. Paired: no orphan, no misplaced or doubled result that the input did not have.
 6. Guarded: the parts of hard-guarded messages are identical, and every other message reads as planned.
 7. Legal: no leading result, no empty message, no conversation without a human part, that the input did
    not have.

A breach raises LawBrokenError: a bug in headroom, never the user's.
"""

import re
from collections import Counter as Multiset
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from headroom_cli.contracts import Counter
from headroom_cli.errors import LawBrokenError
from headroom_cli.model import (
    Change,
    Conversation,
    Guard,
    Kind,
    Message,
    Part,
    Path,
    Plan,
    Rung,
    Transcript,
    Voice,
)
from headroom_cli.tally import count_conversation
from headroom_cli.window import is_human, is_ours

_MADE_UP = re.compile(r"call \d+\.\d+")

Rewrite = Callable[[str, Mapping[Path, str]], str]


def check(
    before: Transcript,
    plans: Sequence[Plan],
    output: bytes,
    after: Transcript,
    counter: Counter,
    rewrite: Rewrite,
) -> None:
    """All seven laws over one run. `after` is the output, read again."""
    if not any(plan.changed for plan in plans):
        _require(output == before.data, 1, "nothing was decided, yet the bytes differ")
    _require(len(after.conversations) == len(before.conversations), 6, "a conversation is missing")
    for plan, old, new in zip(plans, before.conversations, after.conversations, strict=True):
        check_plan(plan, old)
        _check_reading(plan, old, new, rewrite)
        _require(count_conversation(new, counter) == plan.tokens_after, 3, _miscounted(plan, new, counter))
        added = find_faults(new) - find_faults(old)
        _require(not added, 5, f"the output has faults the input had not: {sorted(added)[:3]}")


def check_plan(plan: Plan, conversation: Conversation) -> None:
    """Laws 2 and 4, and law 6 as far as the plan alone shows it."""
    _require(
        [d.message for d in plan.decisions] == [m.index for m in conversation.messages],
        2,
        "the decisions are not one per message in order",
    )
    _require(all(d.reason for d in plan.decisions), 2, "a decision gives no reason")
    _require(plan.tokens_after <= plan.tokens_before, 4, "the conversation gained tokens")
    for decision in plan.decisions:
        heavier = [c for c in decision.changes if c.tokens_after > c.tokens_before]
        _require(not heavier, 4, f"a text of message {decision.message} gained tokens")
        parts = conversation.messages[decision.message].parts
        lost = () if decision.guard is Guard.HUMAN else decision.cut
        human = any(parts[i].voice is Voice.HUMAN for i in (*(c.part for c in decision.changes), *lost))
        _require(not human, 6, f"human text of message {decision.message} was touched")
        if decision.guard is Guard.HARD and not _is_mixed(conversation.messages[decision.message]):
            touched = decision.changes or decision.cut or decision.rung is Rung.DROP
            _require(not touched, 6, f"guarded message {decision.message} was touched")


def find_faults(conversation: Conversation) -> Multiset[tuple[str, str]]:
    """Every fault of a history, as (fault, call id or text): laws 5 and 7 as data."""
    faults: Multiset[tuple[str, str]] = Multiset()
    calls: dict[str, _Asked] = {}
    messages = [m for m in conversation.messages if m.role not in ("system", "developer")]
    for position, message in enumerate(messages):
        if not message.parts:
            faults["empty message", message.role] += 1
        for part in message.parts:
            if part.kind is Kind.CALL and part.call_id:
                asked = calls.get(part.call_id)
                if asked is None or not asked.together(message):
                    # A later call takes the id over: what was open under it stays unanswered.
                    faults["call without result", _name(part.call_id)] += asked.waiting if asked else 0
                    asked = calls[part.call_id] = _Asked(position, message)
                asked.waiting += 1
        for part in _results_of(message):
            asked = calls.get(part.call_id)
            if asked is None:
                faults["orphan result", _name(part.call_id)] += 1
            elif not asked.waiting:
                faults["doubled result", _name(part.call_id)] += 1
            else:
                asked.waiting -= 1
                if any(_interrupts(m, asked.message) for m in messages[asked.position + 1 : position]):
                    faults["misplaced result", _name(part.call_id)] += 1
    for call_id, asked in calls.items():
        faults["call without result", _name(call_id)] += asked.waiting
    if messages and _leads_with_result(messages):
        faults["leading result", ""] += 1
    if messages and not any(is_human(message) for message in messages):
        faults["no human message", ""] += 1
    return +faults


@dataclass(slots=True)
class _Asked:
    """The latest message that calls under an id, and how many of its calls wait for a result."""

    position: int
    message: Message
    waiting: int = 0

    def together(self, message: Message) -> bool:
        """Whether a message is the same API message as this one."""
        return message is self.message or bool(message.group and message.group == self.message.group)


def _name(call_id: str) -> str:
    """The id as the file has it: ids made up for calls that have none move with their messages."""
    return "" if _MADE_UP.fullmatch(call_id) else call_id


def _results_of(message: Message) -> list[Part]:
    """One part per result block, or per call where results have no block: several texts are one result."""
    seen: dict[tuple[str, object], Part] = {}
    for part in message.parts:
        if part.kind is Kind.RESULT and part.call_id:
            seen.setdefault((part.call_id, part.block), part)
    return list(seen.values())


def _interrupts(message: Message, call: Message) -> bool:
    """Whether a message stands between a call and its result where only results may."""
    if message.group and message.group == call.group:
        return False
    return not any(part.kind is Kind.RESULT for part in message.parts)


def _leads_with_result(messages: Sequence[Message]) -> bool:
    first = next((m for m in messages if not is_ours(m)), None)
    # An assistant message may hold its calls' results as well (opencode, Gemini CLI).
    return (
        first is not None
        and first.role != "assistant"
        and any(part.kind is Kind.RESULT for part in first.parts)
    )


def _check_reading(plan: Plan, old: Conversation, new: Conversation, rewrite: Rewrite) -> None:
    """The output reads, message by message and text by text, as the plan says."""
    expected: list[tuple[str, list[tuple[Kind, str]]]] = []
    for message, decision in zip(old.messages, plan.decisions, strict=True):
        if plan.placeholder and plan.placeholder.before == message.index:
            expected.append(("user", [(Kind.TEXT, plan.placeholder.text)]))
        if decision.rung is not Rung.DROP:
            expected.append((message.role, _expect(message, decision.changes, decision.cut, rewrite)))
    if plan.placeholder and plan.placeholder.before == len(old.messages):
        expected.append(("user", [(Kind.TEXT, plan.placeholder.text)]))
    found = [(m.role, [(p.kind, p.text) for p in m.parts]) for m in new.messages]
    _require(len(found) == len(expected), 6, f"{len(expected)} messages were planned, {len(found)} stand")
    for index, (want, have) in enumerate(zip(expected, found, strict=True)):
        _require(want == have, 6, f"message {index} of the output does not read as planned")


def _expect(
    message: Message, changes: Sequence[Change], cut: Sequence[int], rewrite: Rewrite
) -> list[tuple[Kind, str]]:
    texts: dict[int, str] = {}
    leaves: dict[int, dict[Path, str]] = {}
    for change in changes:
        part = message.parts[change.part]
        if change.leaf is None:
            texts[change.part] = change.text
        else:
            leaves.setdefault(change.part, {})[part.leaves[change.leaf].path] = change.text
    for position, edits in leaves.items():
        texts[position] = rewrite(message.parts[position].text, edits)
    return [(p.kind, texts.get(i, p.text)) for i, p in enumerate(message.parts) if i not in cut]


def _is_mixed(message: Message) -> bool:
    return is_human(message) and any(part.voice is not Voice.HUMAN for part in message.parts)


def _miscounted(plan: Plan, new: Conversation, counter: Counter) -> str:
    return f"{plan.tokens_after} tokens were planned, {count_conversation(new, counter)} are counted"


def _require(holds: bool, law: int, detail: str) -> None:
    if not holds:
        raise LawBrokenError(f"law {law} would be broken ({detail}): this is a bug in headroom.")
