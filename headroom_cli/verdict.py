"""From plans to a verdict: findings with codes, sentences that explain them, and an exit status.

Sizes in sentences are those the user sees: padded by the counter. A plan's `budget` is taken to be in these
figures too (as `compact.Outcome` gives it); its token counts are raw.
"""

from collections import Counter as Tallies
from collections.abc import Sequence
from dataclasses import dataclass

from headroom_cli.contracts import Counter
from headroom_cli.model import Conversation, Guard, Message, Plan, Policy, Rung, Transcript
from headroom_cli.tally import count_preamble, padded

GOOD = 0
BAD = 1
NAMED_HOLDERS = 5  # messages a sentence lists before it counts the rest


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a user should know. `bad` findings make the exit status 1. `conversation` is a position."""

    code: str
    sentence: str
    bad: bool = True
    conversation: int = 0


def judge(
    transcript: Transcript, plans: Sequence[Plan], policy: Policy, counter: Counter
) -> tuple[Finding, ...]:
    """The findings of a compaction: one `budget-unmet` per conversation that is still over."""
    several = len(plans) > 1
    return tuple(
        Finding(
            "budget-unmet",
            (f"conversation {plan.conversation}: " if several else "")
            + explain_unmet(transcript.conversations[plan.conversation], plan, policy, counter),
            conversation=plan.conversation,
        )
        for plan in plans
        if not plan.met
    )


def exit_status(findings: Sequence[Finding]) -> int:
    """1 if any finding is bad, else 0."""
    return BAD if any(finding.bad for finding in findings) else GOOD


def explain_unmet(conversation: Conversation, plan: Plan, policy: Policy, counter: Counter) -> str:
    """One sentence: the size that remains, and what holds it: guarded messages (largest first), others."""
    size = padded(plan.tokens_after, counter)
    sentence = f"the budget of {plan.budget or 0:,} tokens cannot be met: {size:,} tokens remain"
    holders = _describe_holders(conversation, plan, counter)
    if holders:
        sentence += f", held by {holders}"
    limits = [f"--level {policy.level}"] if policy.level is not Rung.DROP else []
    limits += ["--no-drop"] if policy.no_drop else []
    if limits:
        sentence += (
            f"; {' and '.join(limits)} {'forbids' if len(limits) == 1 else 'forbid'} dropping messages"
        )
    return sentence


def _describe_holders(conversation: Conversation, plan: Plan, counter: Counter) -> str:
    messages = {message.index: message for message in conversation.messages}
    held = [
        (decision.tokens_after, _name_holder(messages[decision.message], decision.reason))
        for decision in plan.decisions
        if decision.guard is Guard.HARD and decision.tokens_after > 0
    ]
    preamble = count_preamble(conversation, counter)
    if preamble:
        held.append((preamble, "the system prompt and tool definitions of the request"))
    held.sort(key=lambda item: -item[0])
    named = [f"{name}: {tokens:,}" for tokens, name in held[:NAMED_HOLDERS]]
    rest = held[NAMED_HOLDERS:]
    if rest:
        named.append(f"{len(rest)} more guarded messages: {sum(tokens for tokens, _ in rest):,}")
    others = [
        decision.tokens_after
        for decision in plan.decisions
        if decision.guard is not Guard.HARD and decision.tokens_after > 0
    ]
    if others:
        named.append(f"{len(others)} other {'message' if len(others) == 1 else 'messages'}: {sum(others):,}")
    return "; ".join(named)


def _name_holder(message: Message, reason: str) -> str:
    return f"message {message.index} ({message.role}, {reason})"


def explain_unchanged(plans: Sequence[Plan], counter: Counter) -> str:
    """Why the output is the input, in one sentence."""
    if plans and all(plan.met and plan.budget is not None for plan in plans):
        largest = max(plans, key=lambda plan: plan.tokens_before)
        size = f"{padded(largest.tokens_before, counter):,} of {largest.budget or 0:,} tokens"
        if len(plans) == 1:
            return f"nothing to do: within the budget ({size})"
        return f"nothing to do: every conversation is within its budget (the largest: {size})"
    reasons = Tallies(decision.reason for plan in plans for decision in plan.decisions)
    if not reasons:
        return "nothing to do: there are no messages"
    reason, number = reasons.most_common(1)[0]
    total = sum(reasons.values())
    return f"nothing could be compacted: {reason} ({number:,} of {total:,} messages)"


def summarize(plans: Sequence[Plan], before: int, after: int, counter: Counter) -> str:
    """One line: figures, counter, and how many messages went to which rung.

    `before` and `after` are padded tokens of the whole file.
    """
    rungs = Tallies(decision.rung for plan in plans for decision in plan.decisions)
    cut = sum(1 for plan in plans for d in plan.decisions if d.cut and d.rung is not Rung.DROP)
    words = ((Rung.FOLD, "folded"), (Rung.TRIM, "trimmed"), (Rung.STUB, "stubbed"), (Rung.DROP, "dropped"))
    done = [f"{rungs[rung]:,} {word}" for rung, word in words if rungs[rung]]
    if cut:
        done.append(f"{cut:,} with blocks removed")
    messages = sum(rungs.values())
    return (
        f"{before:,} -> {after:,} tokens ({describe_counter(counter)}), "
        f"{messages:,} {'message' if messages == 1 else 'messages'}: {', '.join(done) or 'none changed'}"
    )


def describe_counter(counter: Counter) -> str:
    """The counter's name, and whether its figures are an estimate."""
    said = counter.exact or "estimate" in counter.name
    return counter.name if said else f"{counter.name}, an estimate"


def compare(tokens: int, budget: int) -> str:
    """By how much a conversation is over or under a budget; both in padded tokens."""
    if tokens > budget:
        return f"{tokens:,} tokens, {tokens - budget:,} over {budget:,}"
    return f"{tokens:,} tokens, {budget - tokens:,} under {budget:,}"
