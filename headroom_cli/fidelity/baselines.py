"""Dull ways to meet a budget, at the same counter and the same messages.

Each returns what is left of every part, and the tokens of the whole; none edits human or system text.

- *drop oldest*: whole bundles go, oldest first, the task among them; the last message stays.
- *masking*: all outputs but the newest M become a short note, for the largest M that fits.
- *head + tail*: every text but human and system text is cut to N characters, half from its head and half
  from its tail, for the largest N that fits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headroom_cli.contracts import Counter
from headroom_cli.fidelity.recall import Kept, Source, is_output
from headroom_cli.model import Conversation, Kind, Part, Policy, Voice
from headroom_cli.pairs import bundle_steps
from headroom_cli.tally import count_conversation, count_message, count_part
from headroom_cli.window import survey

NOTE = "[old tool output removed]"


@dataclass(frozen=True, slots=True)
class Baseline:
    """`kept`: what is left of each part. `task`: whether the first human message is whole."""

    kept: Kept
    tokens: int
    task: bool


def drop_oldest(conversation: Conversation, budget: int, counter: Counter) -> Baseline:
    """Whole bundles go, oldest first, until the rest fits."""
    messages = conversation.messages
    total = count_conversation(conversation, counter)
    standings = survey(conversation, Policy())
    gone: set[Source] = set()
    first = next((i for i, s in enumerate(standings) if s.reason == "the first human message"), -1)
    for bundle in bundle_steps(messages, standings):
        if total <= budget or not messages or bundle.first == len(messages) - 1:
            break
        for index in bundle.messages:
            total -= count_message(messages[index], counter)
            gone.update((index, part) for part in range(len(messages[index].parts)))
        for index, parts in bundle.cuts:
            total -= sum(count_part(messages[index].parts[part], counter) for part in parts)
            gone.update((index, part) for part in parts)
    kept = {source: text for source, text in _whole(conversation).items() if source not in gone}
    return Baseline(kept, total, not any(source[0] == first for source in gone))


def mask(conversation: Conversation, budget: int, counter: Counter) -> Baseline:
    """Old outputs become a note; the newest M stay, for the largest M that fits."""
    outputs = [s for s, part in _parts(conversation).items() if is_output(part)]

    def make(newest: int) -> Baseline:
        masked = outputs[: len(outputs) - newest]
        return _replace(conversation, dict.fromkeys(masked, NOTE), counter)

    return _largest(make, len(outputs), budget)


def cut_ends(conversation: Conversation, budget: int, counter: Counter) -> Baseline:
    """Every text is cut to its head and tail, N characters in all, for the largest N that fits."""
    texts = {s: part.text for s, part in _parts(conversation).items() if _may_be_cut(part)}
    longest = max((len(text) for text in texts.values()), default=0)

    def make(cap: int) -> Baseline:
        cut = {s: _cut(text, cap) for s, text in texts.items() if len(text) > cap}
        return _replace(conversation, cut, counter)

    return _largest(make, longest, budget)


BASELINES: Mapping[str, Callable[[Conversation, int, Counter], Baseline]] = {
    "drop oldest": drop_oldest,
    "masking": mask,
    "head + tail": cut_ends,
}


def _largest(make: Callable[[int], Baseline], most: int, budget: int) -> Baseline:
    """The largest setting whose result fits, by bisection; the smallest if none does."""
    low, high = 0, most
    best = make(0)
    while low < high:
        middle = (low + high + 1) // 2
        tried = make(middle)
        if tried.tokens <= budget:
            low, best = middle, tried
        else:
            high = middle - 1
    return best


def _replace(conversation: Conversation, texts: Mapping[Source, str], counter: Counter) -> Baseline:
    total = count_conversation(conversation, counter)
    parts = _parts(conversation)
    for source, text in texts.items():
        total += counter.count(text) - counter.count(parts[source].text)
    return Baseline({**_whole(conversation), **texts}, total, True)


def _cut(text: str, cap: int) -> str:
    half = cap // 2
    return f"{text[:half]}\n[...]\n{text[len(text) - half :] if half else ''}"


def _may_be_cut(part: Part) -> bool:
    return part.kind in (Kind.TEXT, Kind.RESULT) and part.voice is not Voice.HUMAN


def _parts(conversation: Conversation) -> dict[Source, Part]:
    return {
        (m.index, i): part
        for m in conversation.messages
        if m.role not in ("system", "developer")
        for i, part in enumerate(m.parts)
    }


def _whole(conversation: Conversation) -> Kept:
    return {source: part.text for source, part in _parts(conversation).items()}
