"""The pipeline: bytes -> transcript -> plan -> laws -> bytes. One for every command and for the library.

    read, sniff        formats.read_transcript
    plan               plan.plan, once per conversation, with the crafts introduced here
    write              formats.write_transcript: the input with a few literals spliced, a few records cut
    laws               laws.check, over the output read again
    store              make_run: what the caller saves before the first output byte

Nothing here touches files, the clock or the environment.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from headroom_cli import formats, laws
from headroom_cli.compressors import choose
from headroom_cli.compressors._clean import clean
from headroom_cli.contracts import Compressor, Counter, Hints, Observe, Original, Run
from headroom_cli.errors import UsageError
from headroom_cli.folds import fold_text
from headroom_cli.model import Conversation, Event, Patch, Path, Plan, Policy, Transcript
from headroom_cli.plan import plan
from headroom_cli.rungs import Crafts
from headroom_cli.spans import splice_text
from headroom_cli.strategies import FINISHER, pick_strategy
from headroom_cli.tally import count_conversation, padded, raw_budget
from headroom_cli.tokens.cuts import long_line_cuts
from headroom_cli.twins import rewrite_twins


@dataclass(frozen=True, slots=True)
class Outcome:
    """One compaction. Token figures are as users see them (padded once if the counter estimates),
    summed over conversations. `notes` are one-line remarks for people."""

    transcript: Transcript
    plans: tuple[Plan, ...]
    output: bytes
    patch: Patch
    notes: tuple[str, ...]
    counter: Counter
    tokens_before: int
    tokens_after: int

    @property
    def changed(self) -> bool:
        return self.output != self.transcript.data

    @property
    def met(self) -> bool:
        """Every conversation is within its budget, or no budget was asked for."""
        return all(p.met for p in self.plans)


def compact(
    data: bytes,
    policy: Policy,
    counter: Counter,
    *,
    format_name: str | None = None,
    keep_invalid: bool = False,
    observe: Observe | None = None,
    clock: Callable[[], float] | None = None,
) -> Outcome:
    """Compact a transcript file to the policy's budget.

    Raises InputError on data that cannot be read, UsageError on a policy that cannot be obeyed,
    LawBrokenError (a bug) before anything unlawful could be written.
    """
    transcript = formats.read_transcript(data, format_name=format_name, keep_invalid=keep_invalid)
    if not formats.FORMATS[transcript.format].WRITES:
        raise UsageError(
            f"{transcript.format} files cannot be edited in place; make a chat of it first with "
            "`headroom convert FILE --to openai`."
        )
    strategies = (pick_strategy(policy.strategy), FINISHER)
    watch: Observe = observe or _ignore
    plans = tuple(
        plan(
            number,
            conversation,
            policy,
            _find_budget(conversation, policy, counter),
            _introduce(transcript, number, policy, counter),
            strategies,
            watch,
            clock,
        )
        for number, conversation in enumerate(transcript.conversations)
    )
    output, patch = data, Patch()
    if any(p.changed for p in plans):
        output, patch = formats.write_transcript(transcript, plans)
        after = formats.read_transcript(output, format_name=transcript.format, keep_invalid=keep_invalid)
        laws.check(transcript, plans, output, after, counter, _rewrite)
    return Outcome(
        transcript=transcript,
        plans=tuple(replace(p, budget=_shown_budget(p, policy, counter)) for p in plans),
        output=output,
        patch=patch,
        notes=_remark(transcript),
        counter=counter,
        tokens_before=sum(padded(p.tokens_before, counter) for p in plans),
        tokens_after=sum(padded(p.tokens_after, counter) for p in plans),
    )


def plan_conversation(
    transcript: Transcript, number: int, conversation: Conversation, policy: Policy, counter: Counter
) -> Plan:
    """The plan of a conversation, or of a beginning of it, without writing anything.

    `number` is its position in the transcript.
    """
    return plan(
        number,
        conversation,
        policy,
        _find_budget(conversation, policy, counter),
        _introduce(transcript, number, policy, counter),
        (pick_strategy(policy.strategy), FINISHER),
        _ignore,
    )


def make_run(outcome: Outcome) -> Run:
    """What the store keeps of a run: the way back, and every original that left the transcript."""
    return Run(
        input_sha256=hashlib.sha256(outcome.transcript.data).hexdigest(),
        output_sha256=hashlib.sha256(outcome.output).hexdigest(),
        output_size=len(outcome.output),
        patch=outcome.patch.splices,
        originals=_Originals(outcome),
    )


@dataclass(frozen=True, slots=True)
class _Originals:
    """The originals of a run, made one at a time and as often as they are asked for."""

    outcome: Outcome

    def __iter__(self) -> Iterator[Original]:
        for number, decided in enumerate(self.outcome.plans):
            for decision in decided.decisions:
                message = self.outcome.transcript.conversations[number].messages[decision.message]
                copies = (twin.text for _, twin, _ in rewrite_twins(message, decision.changes))
                for text in (*(change.original for change in decision.changes), *copies):
                    body = text.encode("utf-8", "surrogatepass")
                    yield Original(hashlib.sha256(body).hexdigest(), "text", body)
            if decided.placeholder is not None:
                body = formats.raw_messages(self.outcome.transcript, number, list_lost(decided))
                yield Original(hashlib.sha256(body).hexdigest(), "drop", body)


def list_lost(decided: Plan) -> list[int]:
    """The messages a placeholder stands for: those that went whole and those that lost blocks."""
    return [d.message for d in decided.decisions if d.rung == "drop" or d.cut]


def _introduce(transcript: Transcript, number: int, policy: Policy, counter: Counter) -> Crafts:
    """The crafts, as the planner of conversation `number` may use them."""

    def pick(text: str, hints: Hints) -> Compressor | None:
        return choose(text, hints, policy.only, policy.skip)

    def cuts(text: str) -> tuple[int, ...]:
        return long_line_cuts(text, counter)

    def raw(messages: Sequence[int]) -> bytes:
        return formats.raw_messages(transcript, number, messages)

    return Crafts(counter, pick, clean, cuts, fold_text, raw, _rewrite)


def _rewrite(text: str, changes: Mapping[Path, str]) -> str:
    """JSON text with some of its strings replaced; a free text is its own only leaf, at ()."""
    return changes[()] if () in changes else splice_text(text, changes)


def _find_budget(conversation: Conversation, policy: Policy, counter: Counter) -> int | None:
    """The conversation's budget in raw tokens, None for none."""
    if policy.max_context_tokens is not None:
        return raw_budget(policy.max_context_tokens, counter)
    if policy.max_context_share is not None:
        own = padded(count_conversation(conversation, counter), counter)
        return raw_budget(int(own * policy.max_context_share), counter)
    return None


def _shown_budget(decided: Plan, policy: Policy, counter: Counter) -> int | None:
    """The budget as the user gave it, or as a share of the conversation came out."""
    if decided.budget is None:
        return None
    if policy.max_context_tokens is not None:
        return policy.max_context_tokens
    return int(padded(decided.tokens_before, counter) * (policy.max_context_share or 0))


def _remark(transcript: Transcript) -> tuple[str, ...]:
    """What a person should know about the input: its own faults, and what was carried through."""
    faults: dict[str, int] = {}
    for conversation in transcript.conversations:
        for (fault, _), number in laws.find_faults(conversation).items():
            faults[fault] = faults.get(fault, 0) + number
    notes = []
    if faults:
        listed = ", ".join(f"{number} x {fault}" for fault, number in sorted(faults.items()))
        notes.append(f"the input has faults of its own, left as they are: {listed}")
    if transcript.invalid:
        notes.append(f"{transcript.invalid} lines that are not JSON were carried through untouched")
    return tuple(notes)


def _ignore(event: Event) -> None:
    """The default observer."""
