"""What stands or falls together.

A *bundle* is the least that may be dropped without breaking a history: a call with all its results,
parallel batches whole, all records of one API message, an assistant text alone, one human message. A
user message that holds the results of a step beside human text loses only its result blocks.

Thinking outside the current tool loop (before the last human message) forms bundles of its own: all
thinking of one API message, which must keep something else.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from headroom_cli.model import Guard, Kind, Message, Voice
from headroom_cli.window import SYSTEM_ROLES, Standing, is_human, is_ours


@dataclass(frozen=True, slots=True)
class Bundle:
    """Whole `messages` (indexes) and `cuts` (message index -> parts whose blocks go) that go as one.

    `guard` is the strongest guard among its members; HARD bundles cannot be dropped. `thinking` marks
    the bundles that hold thinking only.
    """

    messages: tuple[int, ...]
    cuts: tuple[tuple[int, tuple[int, ...]], ...] = ()
    guard: Guard = Guard.FREE
    thinking: bool = False

    @property
    def first(self) -> int:
        return min((*self.messages, *(index for index, _ in self.cuts)))


@dataclass(slots=True)
class _Ties:
    """Union-find over part owners: which parts of which messages are tied."""

    parent: dict[int, int] = field(default_factory=dict)

    def find(self, node: int) -> int:
        root = node
        while self.parent.setdefault(root, root) != root:
            root = self.parent[root]
        while self.parent[node] != root:
            self.parent[node], node = root, self.parent[node]
        return root

    def join(self, one: int, other: int) -> None:
        self.parent[self.find(other)] = self.find(one)


def bundle_steps(messages: Sequence[Message], standings: Sequence[Standing]) -> list[Bundle]:
    """Every message's bundle, oldest first; system text and placeholders of ours are in none."""
    owners = _own_parts(messages)
    members: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (position, part), owner in owners.items():
        members[owner][position].append(part)
    stuck: set[int] = set()
    bundles: list[Bundle] = []
    for owner, parts_of in members.items():
        whole: list[int] = []
        cuts: list[tuple[int, tuple[int, ...]]] = []
        for index, parts in parts_of.items():
            message = messages[index]
            if len(parts) == max(1, len(message.parts)):
                whole.append(index)
            elif all(message.parts[part].block is not None for part in parts):
                cuts.append((index, tuple(parts)))
            else:
                stuck.add(owner)
        guard = _strongest(whole, cuts, messages, standings) if owner not in stuck else Guard.HARD
        bundles.append(Bundle(tuple(sorted(whole)), tuple(sorted(cuts)), guard))
    return sorted(bundles, key=lambda bundle: bundle.first)


def bundle_thinking(messages: Sequence[Message], standings: Sequence[Standing]) -> list[Bundle]:
    """The thinking that may go alone, one bundle per API message, oldest first."""
    last_human = max((m.index for m in messages if is_human(m)), default=-1)
    first = next((m.index for m in messages if m.role not in SYSTEM_ROLES), -1)
    groups: dict[str, list[Message]] = defaultdict(list)
    for message in messages[: last_human + 1]:
        if message.role == "assistant":
            groups[message.group or f"#{message.index}"].append(message)
    bundles = []
    for group in groups.values():
        if any(standings[m.index].guard is not Guard.FREE for m in group):
            continue
        thinking = [m for m in group if any(p.kind is Kind.THINKING and p.text for p in m.parts)]
        if not thinking or not any(_speaks(message) for message in group):
            continue
        whole = tuple(m.index for m in thinking if not _speaks(m))
        cuts = tuple((m.index, _thinking_parts(m)) for m in thinking if _speaks(m))
        # A history that opens with thinking keeps it: what follows may be a result.
        if first not in whole and all(_thinking_parts(m) for m in thinking):
            bundles.append(Bundle(whole, cuts, Guard.FREE, thinking=True))
    return bundles


def find_place(
    messages: Sequence[Message], first: int, dropped: Collection[int], gone: Mapping[int, Collection[int]]
) -> int:
    """The message before which a placeholder stands: the first that lost something, or one further up where
    it would else part a call from its results, or the records of one API message."""
    calls: dict[str, int] = {}
    spans: list[tuple[int, int]] = []
    for message in messages:
        if message.index in dropped:
            continue
        lost = gone.get(message.index, ())
        for position, part in enumerate(message.parts):
            if part.kind is Kind.CALL and part.call_id:
                calls[part.call_id] = message.index
            elif part.kind is Kind.RESULT and part.call_id in calls and position not in lost:
                spans.append((calls[part.call_id], message.index))
    place = first
    while True:
        group = messages[place].group
        above = next(m.index for m in messages if m.index == place or (group and m.group == group))
        above = min((call for call, result in spans if call < above <= result), default=above)
        if above == place:
            return place
        place = above


def _thinking_parts(message: Message) -> tuple[int, ...]:
    """Positions of the thinking blocks; empty if one of them cannot be cut out."""
    parts = [(i, p) for i, p in enumerate(message.parts) if p.kind is Kind.THINKING]
    return tuple(i for i, _ in parts) if all(p.block is not None for _, p in parts) else ()


def _speaks(message: Message) -> bool:
    """Whether something but thinking and empty text is left of the message."""
    return any(
        p.kind in (Kind.CALL, Kind.RESULT) or (p.kind is Kind.TEXT and p.text.strip()) for p in message.parts
    )


def _own_parts(messages: Sequence[Message]) -> dict[tuple[int, int], int]:
    """(message, part) -> owner. The owner of a step is the index of its first assistant record."""
    ties = _Ties()
    owners: dict[tuple[int, int], int] = {}
    calls: dict[str, int] = {}
    step = last = -1
    homes: dict[str, int] = {}
    heard = False  # what a person said first stays in front of all that follows
    for message in messages:
        if message.role in ("system", "developer") or is_ours(message):
            continue
        home = message.index
        if message.role == "assistant":
            if message.group:  # a resumed session repeats records; all of one API message are one unit
                home = homes.setdefault(message.group, home)
            step = home
        calls.update({p.call_id: home for p in message.parts if p.kind is Kind.CALL and p.call_id})
        human = is_human(message)
        for position, part in enumerate(message.parts):
            owner = home
            if _is_result(message.role, part.kind, part.voice):
                # A result without a call goes with what it follows, or it could come to lead the history.
                stray = step if not part.call_id and step >= 0 else last if last >= 0 else home
                owner = calls.get(part.call_id, stray)
            elif not human and message.role != "assistant" and _holds_result(message):
                owner = _owner_of_results(message, calls, step, home)
            owners[message.index, position] = owner
        if not message.parts:
            owners[message.index, 0] = owner = home
        heard = heard or human
        last = -1 if heard else owner
        _tie_uncuttable(message, owners, ties)
    return {key: ties.find(owner) for key, owner in owners.items()}


def _tie_uncuttable(message: Message, owners: dict[tuple[int, int], int], ties: _Ties) -> None:
    """Parts that cannot be cut out one by one tie their owners together."""
    positions = range(len(message.parts))
    if len({owners[message.index, p] for p in positions}) > 1:
        for position in positions:
            if message.parts[position].block is None:
                ties.join(owners[message.index, 0], owners[message.index, position])


def _is_result(role: str, kind: Kind, voice: Voice) -> bool:
    return role != "assistant" and (
        kind is Kind.RESULT or voice is Voice.RESULT or role in ("tool", "function")
    )


def _holds_result(message: Message) -> bool:
    return any(_is_result(message.role, p.kind, p.voice) for p in message.parts)


def _owner_of_results(message: Message, calls: dict[str, int], step: int, home: int) -> int:
    """Harness text beside results goes with them."""
    for part in message.parts:
        if part.kind is Kind.RESULT and part.call_id in calls:
            return calls[part.call_id]
    return step if step >= 0 else home


def _strongest(
    whole: Sequence[int],
    cuts: Sequence[tuple[int, tuple[int, ...]]],
    messages: Sequence[Message],
    standings: Sequence[Standing],
) -> Guard:
    """The strongest guard of the members; a mixed message binds only the parts that are human."""
    order = [Guard.FREE, Guard.SOFT, Guard.HUMAN, Guard.HARD]
    guards = [standings[index].guard for index in whole]
    for index, parts in cuts:
        standing = standings[index]
        human = any(messages[index].parts[part].voice is Voice.HUMAN for part in parts)
        if not standing.mixed or human:
            guards.append(standing.guard)
    return max(guards, key=order.index, default=Guard.FREE)
