"""Forward-reference recall: of the facts the agent quotes later, how many a compaction keeps.

Cut a transcript before message t. A fact belongs to the cut if

- the agent writes it at or after t (text or call arguments),
- it stands in a tool output before t and in no other message before t (nor in the system prompt),
- it stands in no tool output between t and its first use.

So the agent can only have had it from the context. The messages before t are compacted to a budget; a fact
is *kept* if it stands, verbatim and at token boundaries, in what is left of an output that carried it
(folds undone), *recoverable* if that output's own mark names a reference. Its age is the number of tool
outputs newer than its newest source. Cuts are fixed by rule: after 50 % and 80 % of the tool outputs.

A random-fact control draws, by a fixed rule, as many facts of the same outputs that nobody quotes later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headroom_cli.fidelity.facts import FactKind, find_facts, stands_in
from headroom_cli.folds import unfold_text
from headroom_cli.marker import parse_head
from headroom_cli.model import Conversation, Kind, Message, Part, Voice

DEPTHS = (0.5, 0.8)
AGES = ((0, 1), (2, 4), (5, 9), (10, None))

Source = tuple[int, int]  # message, part
Kept = dict[Source, str]  # what is left of each output; absent: gone with its message


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a cut: where it stands before the cut, and how many outputs are newer than the newest."""

    text: str
    kind: FactKind
    sources: tuple[Source, ...]
    age: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut before message `at`: the facts quoted later, and as many that never are."""

    at: int
    facts: tuple[Fact, ...]
    control: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How many facts of a cut are kept, or recoverable only through their own output's mark."""

    facts: int
    kept: int
    recoverable: int
    control: int
    control_kept: int

    @property
    def recall(self) -> float:
        return self.kept / self.facts if self.facts else 0.0


def make_cuts(conversation: Conversation, depths: Sequence[float] = DEPTHS) -> list[Cut]:
    """The cuts of a conversation, by rule; none where there are fewer than two tool outputs."""
    messages = conversation.messages
    outputs = [m.index for m in messages if any(is_output(part) for part in m.parts)]
    cuts = []
    for depth in depths:
        done = int(len(outputs) * depth)
        if 0 < done < len(outputs):
            cuts.append(_make_cut(conversation, outputs[done - 1] + 1))
    return cuts


def is_output(part: Part) -> bool:
    """Whether a part is what a tool gave back."""
    return part.kind is Kind.RESULT or (part.kind is Kind.TEXT and part.voice is Voice.RESULT)


def score(cut: Cut, kept: Kept, min_age: int = 0) -> Score:
    """What a compaction of the messages before the cut keeps of facts of at least `min_age`."""
    texts = {source: _undo_fold(text) for source, text in kept.items()}
    facts = [fact for fact in cut.facts if fact.age >= min_age]
    control = [fact for fact in cut.control if fact.age >= min_age]
    held = [_is_kept(fact, texts) for fact in facts]
    lost = [fact for fact, is_held in zip(facts, held, strict=True) if not is_held]
    return Score(
        facts=len(facts),
        kept=sum(held),
        recoverable=sum(_is_recoverable(fact, kept) for fact in lost),
        control=len(control),
        control_kept=sum(_is_kept(fact, texts) for fact in control),
    )


def _make_cut(conversation: Conversation, at: int) -> Cut:
    messages = conversation.messages
    sources: dict[str, list[Source]] = {}
    kinds: dict[str, FactKind] = {}
    order: dict[int, int] = {}
    for message in messages[:at]:
        for position, part in enumerate(message.parts):
            if is_output(part):
                order.setdefault(message.index, len(order))
                for text, kind in find_facts(part.text):
                    kinds.setdefault(text, kind)
                    places = sources.setdefault(text, [])
                    if not places or places[-1] != (message.index, position):
                        places.append((message.index, position))
    told = _other_texts(conversation, at)
    quoted = _quoted_after(messages, at, sources)
    facts = _settle(quoted, sources, kinds, order, told)
    never = _never_quoted(sources, messages, at)
    stride = max(1, len(never) // max(1, 2 * len(facts)))
    control = _settle(never[::stride], sources, kinds, order, told)[: len(facts)]
    return Cut(at, tuple(facts), tuple(control))


def _settle(
    texts: Iterable[str],
    sources: dict[str, list[Source]],
    kinds: dict[str, FactKind],
    order: dict[int, int],
    told: str,
) -> list[Fact]:
    """The facts that stand in no other message, with their ages."""
    facts = []
    for text in texts:
        if not stands_in(text, told):
            newest = max(order[message] for message, _ in sources[text])
            facts.append(Fact(text, kinds[text], tuple(sources[text]), len(order) - 1 - newest))
    return facts


def _other_texts(conversation: Conversation, at: int) -> str:
    """All that stands before the cut besides tool outputs."""
    parts = [part for _, part in conversation.preamble]
    parts += [p for m in conversation.messages[:at] for p in m.parts if not is_output(p)]
    return "\n".join(text for part in parts for text in _texts_of(part))


def _texts_of(part: Part) -> list[str]:
    return [part.text, *(leaf.text for leaf in part.leaves)]


def _quoted_after(messages: Sequence[Message], at: int, sources: dict[str, list[Source]]) -> list[str]:
    """Facts of earlier outputs that the agent writes after the cut before any output shows them again."""
    quoted: dict[str, None] = {}
    shown: list[str] = []
    for message in messages[at:]:
        if message.role == "assistant":
            for part in message.parts:
                for text in _texts_of(part):
                    for fact, _ in find_facts(text):
                        if fact in sources and fact not in quoted and not _shown(fact, shown):
                            quoted[fact] = None
        shown += [part.text for part in message.parts if is_output(part)]
    return list(quoted)


def _shown(fact: str, texts: Sequence[str]) -> bool:
    return any(stands_in(fact, text) for text in texts)


def _never_quoted(sources: dict[str, list[Source]], messages: Sequence[Message], at: int) -> list[str]:
    later = {
        fact
        for message in messages[at:]
        for part in message.parts
        for text in _texts_of(part)
        for fact, _ in find_facts(text)
    }
    return sorted(fact for fact in sources if fact not in later)


def _is_kept(fact: Fact, texts: Kept) -> bool:
    return any(source in texts and stands_in(fact.text, texts[source]) for source in fact.sources)


def _is_recoverable(fact: Fact, kept: Kept) -> bool:
    heads = (parse_head(kept[source]) for source in fact.sources if source in kept)
    return any(head is not None and head.ref for head in heads)


def _undo_fold(text: str) -> str:
    head = parse_head(text)
    return (unfold_text(text) or text) if head is not None and head.kind == "fold" else text
