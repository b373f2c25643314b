"""What every compaction of every transcript must keep, judged from the outside.

headroom checks its own laws before it writes. This module judges the written bytes once more with rules of
its own, so that a mistake in the checker shows: it reads the output again and looks at nothing else but the
plan's figures.
"""

from collections import Counter as Multiset
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from headroom_cli import formats, spans
from headroom_cli.compact import Outcome, compact
from headroom_cli.contracts import Counter
from headroom_cli.convert import convert
from headroom_cli.errors import HeadroomError, UsageError
from headroom_cli.model import Conversation, Kind, Message, Part, Patch, Policy, Transcript, Voice
from headroom_cli.tally import count_conversation, padded

FOLDER = FilePath(__file__).resolve().parents[1] / "samples"
SYSTEM_ROLES = ("system", "developer")


# The formats whose files cannot be edited in place.
READ_ONLY = tuple(name for name, module in formats.FORMATS.items() if not module.WRITES)


def list_samples(written: bool = True) -> list[FilePath]:
    """The transcripts of `samples/`, by name: those that can be edited in place, or the others.

    The name of a sample begins with that of its format.
    """
    found = (path for path in FOLDER.iterdir() if path.suffix in (".json", ".jsonl"))
    fixed = tuple(f"{name.replace('-', '_')}_" for name in READ_ONLY)
    return sorted(path for path in found if path.name.startswith(fixed) is not written)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One file at one share of its tokens. `problem` is "" when every law held.

    `reachable` counts the conversations whose untouchable texts take at most 80 % of their budget, and
    `reached` those among them that met it.
    """

    file: str
    format: str
    share: float
    before: int
    after: int
    met: bool
    reachable: int
    reached: int
    problem: str

    def __str__(self) -> str:
        met = "met" if self.met else ("OVER" if self.reached < self.reachable else "over")
        return (
            f"{self.file[:44]:44} {self.format:16} {self.share:4.0%} {self.before:8} {self.after:8} "
            f"{met:5} {self.problem}"
        )


def judge(path: FilePath, share: float, counter: Counter) -> Verdict:
    """Compact one file to a share of its tokens, twice, and say what is wrong with the result.

    A file that headroom cannot read is a problem like any other; its sentence is quoted.
    """
    data = path.read_bytes()
    try:
        transcript = formats.read_transcript(data)
        if transcript.format in READ_ONLY:
            return _judge_reading(path, share, transcript, counter)
        outcome = compact(data, Policy(max_context_share=share), counter)
    except HeadroomError as error:
        return Verdict(path.name, "-", share, 0, 0, False, 0, 0, f"{type(error).__name__}: {error}")
    problems = list_breaches(outcome) or _try_again(outcome)
    reachable = _list_reachable(outcome)
    return Verdict(
        path.name,
        outcome.transcript.format,
        share,
        outcome.tokens_before,
        outcome.tokens_after,
        outcome.met,
        len(reachable),
        sum(outcome.plans[number].met for number in reachable),
        "; ".join(problems),
    )


def _judge_reading(path: FilePath, share: float, transcript: Transcript, counter: Counter) -> Verdict:
    """A file that cannot be edited in place is counted and converted; compacting it names `convert`."""
    found = []
    try:
        compact(transcript.data, Policy(max_context_share=share), counter)
        found.append("compacting it is not refused")
    except UsageError as error:
        found += [] if "headroom convert" in str(error) else ["the refusal does not name convert"]
    if formats.write_transcript(transcript, []) != (transcript.data, Patch()):
        found.append("1: nothing was decided, yet the bytes differ")
    made = formats.read_transcript(convert(transcript, "openai").data)
    said = "\n".join(part.text for message in made.messages() for part in message.parts)
    spoken = (p for m in transcript.messages() for p in m.parts if p.kind in (Kind.TEXT, Kind.RESULT))
    found += ["a text is lost in conversion"] if any(part.text not in said for part in spoken) else []
    tokens = sum(count_conversation(c, counter) for c in transcript.conversations)
    return Verdict(path.name, transcript.format, share, tokens, tokens, False, 0, 0, "; ".join(found))


def tabulate(verdicts: Iterable[Verdict]) -> str:
    """A table of verdicts, for the message of a failed test."""
    head = f"{'file':44} {'format':16} {'at':>4} {'before':>8} {'after':>8} {'':5} problem"
    return "\n" + "\n".join([head, *map(str, verdicts)])


def unsplice(output: bytes, splices: Sequence[tuple[int, int, bytes]]) -> bytes:
    """The input of a run from its output and its patch."""
    pieces, at = [], 0
    for offset, length, original in splices:
        pieces += [output[at:offset], original]
        at = offset + length
    return b"".join([*pieces, output[at:]])


def list_breaches(outcome: Outcome) -> list[str]:
    """Laws 1 to 7 and 11 over one run, each breach in a few words."""
    old = outcome.transcript
    new = formats.read_transcript(outcome.output, format_name=old.format)
    found = []
    if unsplice(outcome.output, outcome.patch.splices) != old.data:
        found.append("11: the patch does not give the input back")
    if not any(plan.changed for plan in outcome.plans) and outcome.output != old.data:
        found.append("1: nothing was decided, yet the bytes differ")
    for plan, conversation in zip(outcome.plans, old.conversations, strict=True):
        if [d.message for d in plan.decisions] != [m.index for m in conversation.messages]:
            found.append("2: not one decision per message")
        if not all(d.reason for d in plan.decisions):
            found.append("2: a decision without a reason")
        changes = [change for d in plan.decisions for change in d.changes]
        if any(change.tokens_after > change.tokens_before for change in changes):
            found.append("4: a text became heavier")
    counted = sum(padded(count_conversation(c, outcome.counter), outcome.counter) for c in new.conversations)
    if counted != outcome.tokens_after:
        found.append(f"3: {outcome.tokens_after} tokens promised, {counted} counted")
    if outcome.tokens_after > outcome.tokens_before:
        found.append("4: the file became heavier")
    if len(old.conversations) != len(new.conversations):
        return [*found, "2: a conversation is missing"]
    for number, (was, now) in enumerate(zip(old.conversations, new.conversations, strict=True)):
        extra = _list_faults(now) - _list_faults(was)
        if extra:
            found.append(f"5/7: faults that the input had not: {dict(extra)}")
        if not _is_subsequence(_guarded_bytes(old, number), _all_bytes(new, number)):
            found.append("6: a guarded text is not byte-identical")
    return found


def _try_again(outcome: Outcome) -> list[str]:
    """Law 8: the same budget changes nothing; half of it is lawful, and the way back works twice.

    One number serves as the budget of all conversations, since a share would be taken of less each time.
    """
    sizes = [plan.tokens_before for plan in outcome.plans]
    share = outcome.tokens_after / max(1, outcome.tokens_before)
    budget = max(1, int(max(sizes) * share)) if len(sizes) > 1 else outcome.plans[0].budget or 1
    data, counter, name = outcome.transcript.data, outcome.counter, outcome.transcript.format
    first = compact(data, Policy(max_context_tokens=budget), counter, format_name=name)
    again = compact(first.output, Policy(max_context_tokens=budget), counter, format_name=name)
    found = [] if again.output == first.output else ["8: a second pass changes the output"]
    half = compact(first.output, Policy(max_context_tokens=max(1, budget // 2)), counter, format_name=name)
    found += [f"at half the budget, {breach}" for breach in list_breaches(half)]
    back = unsplice(unsplice(half.output, half.patch.splices), first.patch.splices)
    return found if back == data else [*found, "11: two patches do not give the input back"]


def _list_faults(conversation: Conversation) -> Multiset[str]:
    """Illegal places of a history, counted by kind."""
    faults: Multiset[str] = Multiset()
    calls: set[str] = set()
    answered: set[str] = set()
    messages = conversation.messages
    for message in messages:
        if not any(part.text or part.kind is not Kind.TEXT for part in message.parts):
            faults["empty message"] += 1
        for part in message.parts:
            if part.kind is Kind.CALL and part.call_id:
                calls.add(part.call_id)
            if part.kind is Kind.RESULT and part.call_id:
                faults["result before or without its call"] += part.call_id not in calls
                faults["second result"] += part.call_id in answered
                answered.add(part.call_id)
    faults["call without result"] = len(calls - answered)
    faults["no human part"] = not any(p.voice is Voice.HUMAN for m in messages for p in m.parts)
    opening = next((m for m in messages if m.role not in SYSTEM_ROLES), None)
    first = opening.parts if opening is not None and opening.role != "assistant" else ()
    faults["leading result"] = any(p.kind is Kind.RESULT for p in first)
    return +faults


def _guarded_parts(conversation: Conversation) -> Iterator[tuple[Message, Part]]:
    """What must never change: system text, the first and last human message, a training row's target."""
    messages = conversation.messages
    human = [m.index for m in messages if any(p.voice is Voice.HUMAN for p in m.parts)]
    spoken = [m.index for m in messages if m.role == "assistant"]
    target = spoken[-1:] if conversation.training else []
    for message in messages:
        for part in message.parts:
            is_task = part.voice is Voice.HUMAN and message.index in (human[0], human[-1])
            if message.role in SYSTEM_ROLES or is_task or message.index in target:
                yield message, part


def _guarded_bytes(transcript: Transcript, conversation: int) -> list[bytes]:
    return _raw_parts(transcript, _guarded_parts(transcript.conversations[conversation]))


def _all_bytes(transcript: Transcript, conversation: int) -> list[bytes]:
    messages = transcript.conversations[conversation].messages
    return _raw_parts(transcript, ((message, part) for message in messages for part in message.parts))


def _raw_parts(transcript: Transcript, parts: Iterable[tuple[Message, Part]]) -> list[bytes]:
    """The bytes of each part as they stand in the file: its string literal, or its whole block."""
    placed = [(message.chunk, message.path + (part.at or part.block or ())) for message, part in parts]
    chunks = {chunk: transcript.chunks[chunk] for chunk, _ in placed}
    found = {
        number: spans.find_spans(
            transcript.body, chunk.start, chunk.end, {path for at, path in placed if at == number}
        )
        for number, chunk in chunks.items()
    }
    where = [found[chunk][path] for chunk, path in placed]
    return [transcript.body[start:end] for start, end in where]


def _is_subsequence(wanted: Sequence[bytes], given: Sequence[bytes]) -> bool:
    rest = iter(given)
    return all(any(want == have for have in rest) for want in wanted)


def _list_reachable(outcome: Outcome) -> list[int]:
    """The conversations whose untouchable texts take at most 80 % of the budget, by number."""
    found = []
    for plan, conversation in zip(outcome.plans, outcome.transcript.conversations, strict=True):
        parts = [part for _, part in conversation.preamble]
        parts += [part for _, part in _guarded_parts(conversation)]
        held = sum(part.flat + outcome.counter.count(part.text) for part in parts)
        if held <= 0.8 * (plan.budget or 0):
            found.append(plan.conversation)
    return found
