"""One compaction of a cut transcript, as it is scored: headroom and the baselines alike."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from headroom_cli.compact import plan_conversation
from headroom_cli.contracts import Counter
from headroom_cli.errors import LawBrokenError
from headroom_cli.fidelity.baselines import BASELINES
from headroom_cli.fidelity.recall import Cut, Kept, Score, make_cuts, score
from headroom_cli.laws import check_plan
from headroom_cli.marker import MARK
from headroom_cli.model import Conversation, Guard, Plan, Policy, Rung, Transcript
from headroom_cli.tally import count_conversation, count_message, count_preamble
from headroom_cli.window import survey

MIN_FACTS = 5
OLD = 2  # newer outputs: from here on a fact is old


@dataclass(frozen=True, slots=True)
class Trial:
    """One method on one cut at one budget. `old` scores facts with two newer outputs or more, `all` every
    fact. `feasible`: what may not be touched takes at most 80 % of the budget. Tokens are raw."""

    method: str
    share: float
    all: Score
    old: Score
    tokens: int
    budget: int
    feasible: bool
    task: bool
    lawful: bool
    marks: int = 0

    @property
    def met(self) -> bool:
        return self.tokens <= self.budget


def try_all(
    transcript: Transcript, shares: tuple[float, ...], policies: dict[str, Policy], counter: Counter
) -> Iterator[Trial]:
    """Every method at every budget on every cut with enough old facts, in a fixed order."""
    for number, conversation in enumerate(transcript.conversations):
        for cut in make_cuts(conversation):
            if sum(fact.age >= OLD for fact in cut.facts) < MIN_FACTS:
                continue
            before = Conversation(conversation.messages[: cut.at], conversation.preamble)
            total = count_conversation(before, counter)
            for share in shares:
                budget = int(total * share)
                for name, policy in policies.items():
                    yield _try_headroom(transcript, number, before, cut, name, policy, share, budget, counter)
                feasible = _is_feasible(before, budget, counter)
                for name, method in BASELINES.items():
                    result = method(before, budget, counter)
                    yield Trial(
                        name,
                        share,
                        score(cut, result.kept),
                        score(cut, result.kept, OLD),
                        result.tokens,
                        budget,
                        feasible,
                        result.task,
                        True,
                    )


def _try_headroom(
    transcript: Transcript,
    number: int,
    before: Conversation,
    cut: Cut,
    name: str,
    policy: Policy,
    share: float,
    budget: int,
    counter: Counter,
) -> Trial:
    policy = replace(policy, max_context_tokens=budget)
    decided = plan_conversation(transcript, number, before, policy, counter)
    kept = _read_kept(before, decided)
    try:
        check_plan(decided, before)
        lawful = True
    except LawBrokenError:
        kept, lawful = {}, False
    marks = sum(counter.count(m[0]) for text in _changed_texts(decided) for m in MARK.finditer(text))
    return Trial(
        name,
        share,
        score(cut, kept),
        score(cut, kept, OLD),
        decided.tokens_after,
        budget,
        _is_feasible(before, budget, counter),
        True,
        lawful,
        marks,
    )


def _read_kept(conversation: Conversation, decided: Plan) -> Kept:
    """What a plan leaves of every part."""
    kept: Kept = {}
    for message, decision in zip(conversation.messages, decided.decisions, strict=True):
        if decision.rung is Rung.DROP:
            continue
        changed = {c.part: c.text for c in decision.changes if c.leaf is None}
        for position, part in enumerate(message.parts):
            if position not in decision.cut:
                kept[message.index, position] = changed.get(position, part.text)
    return kept


def _changed_texts(decided: Plan) -> Iterator[str]:
    changes = chain.from_iterable(d.changes for d in decided.decisions)
    yield from (change.text for change in changes)
    if decided.placeholder is not None:
        yield decided.placeholder.text


def _is_feasible(conversation: Conversation, budget: int, counter: Counter) -> bool:
    hard = sum(
        count_message(m, counter)
        for m, s in zip(conversation.messages, survey(conversation, Policy()), strict=True)
        if s.guard is Guard.HARD
    )
    return hard + count_preamble(conversation, counter) <= 0.8 * budget
