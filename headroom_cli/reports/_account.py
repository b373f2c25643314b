"""What every report tells: the plans of one file, and the figures that follow from them.

Two rulers, never mixed in one sum. *Raw* tokens are those of the counter's encoding; rows of messages are
raw, and they add up with the preamble, the reply and the placeholder. *Padded* tokens are what budgets
are compared with: the raw total of a conversation, padded once. An exact counter has one ruler only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from headroom_cli.contracts import Counter
from headroom_cli.model import Conversation, Decision, Message, Plan, Rung, Transcript
from headroom_cli.tally import PER_REPLY, count_preamble, padded


@dataclass(frozen=True, slots=True)
class Account:
    """One compaction, as reports see it. Tokens are padded sums over the conversations; the plans' own token
    counts are raw, their budgets as the user sees them."""

    file: str
    transcript: Transcript
    plans: tuple[Plan, ...]
    counter: Counter
    tokens_before: int
    tokens_after: int
    met: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of one conversation. `raw_*`, `preamble`, `reply` and `placeholder` are raw tokens."""

    raw_before: int
    raw_after: int
    tokens_before: int
    tokens_after: int
    preamble: int
    reply: int
    placeholder: int
    budget: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One message and what happens to it, in the words that reports use."""

    message: Message
    decision: Decision
    kind: str
    action: str
    compressor: str


def conversations(account: Account) -> Iterator[tuple[Conversation, Plan]]:
    """Each conversation with its plan, in order."""
    for plan in account.plans:
        yield account.transcript.conversations[plan.conversation], plan


def add_up(account: Account, conversation: Conversation, plan: Plan) -> Sums:
    """The figures of one conversation; the raw ones are sums of the rows."""
    preamble = count_preamble(conversation, account.counter)
    placeholder = plan.placeholder.tokens if plan.placeholder else 0
    before = PER_REPLY + preamble + sum(d.tokens_before for d in plan.decisions)
    after = PER_REPLY + preamble + placeholder + sum(d.tokens_after for d in plan.decisions)
    return Sums(
        raw_before=before,
        raw_after=after,
        tokens_before=padded(before, account.counter),
        tokens_after=padded(after, account.counter),
        preamble=preamble,
        reply=PER_REPLY,
        placeholder=placeholder,
        budget=plan.budget,
    )


def rows(conversation: Conversation, plan: Plan) -> Iterator[Row]:
    """One row per message, in order."""
    for message, decision in zip(conversation.messages, plan.decisions, strict=True):
        compressors = dict.fromkeys(change.compressor for change in decision.changes if change.compressor)
        yield Row(message, decision, name_kind(message), name_action(decision), "+".join(compressors))


def name_kind(message: Message) -> str:
    """The kinds of a message's parts, joined by `+`; "empty" if it has none."""
    return "+".join(dict.fromkeys(part.kind.value for part in message.parts)) or "empty"


def name_action(decision: Decision) -> str:
    """The rung, or "cut" where only whole blocks went."""
    if decision.rung is Rung.KEEP and decision.cut:
        return "cut"
    return decision.rung.value
