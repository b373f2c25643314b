"""The budget loop: the rolling window, from a conversation to a `Plan`.

1. The window's total is known at all times (`Board`).
2. While it is over the budget, a strategy says which text goes to which rung, oldest first: FOLD, TRIM,
   STUB, then DROP of whole bundles. A trimmed text is taken only if its compression ratio is below
   1 / min_compression_ratio_for_ccr; else the original stays.
3. Texts outside the last K steps come first, then those inside, then the human messages in between.
4. When the budget holds, the room left goes back, newest first.

Without a budget every text outside the window is trimmed to half, and nothing is stubbed or dropped.
"""

from collections.abc import Callable, Sequence
from functools import partial

from headroom_cli import rungs
from headroom_cli.board import Board
from headroom_cli.contracts import Move, Observe, Slot, Strategy, Units
from headroom_cli.decisions import decide
from headroom_cli.lookout import gather_rest, list_units
from headroom_cli.marker import print_drop, sole_head
from headroom_cli.model import Change, Conversation, Event, Guard, Placeholder, Plan, Policy, Rung
from headroom_cli.pairs import Bundle, bundle_steps, bundle_thinking, find_place
from headroom_cli.rungs import Crafts, Reading, Source, make_ref
from headroom_cli.window import survey

FLOOR_SHARE = 0.1
FLOOR_TOKENS = 40
DEFAULT_SHARE = 0.5
SMALLEST_ROOM = 16  # tokens; less is not worth packing a text again for
LADDER = (Rung.FOLD, Rung.TRIM, Rung.STUB, Rung.DROP)


def plan(
    number: int,
    conversation: Conversation,
    policy: Policy,
    budget: int | None,
    crafts: Crafts,
    strategies: tuple[Strategy, Strategy],
    observe: Observe,
    clock: Callable[[], float] | None = None,
) -> Plan:
    """Decide what happens to every message of a conversation. `budget` is in raw tokens.

    `strategies`: the one that leads, and the one that brings down what it leaves over.
    """
    return _Planner(number, conversation, policy, budget, crafts, strategies, observe, clock).run()


class _Planner:
    def __init__(
        self,
        number: int,
        conversation: Conversation,
        policy: Policy,
        budget: int | None,
        crafts: Crafts,
        strategies: tuple[Strategy, Strategy],
        observe: Observe,
        clock: Callable[[], float] | None,
    ) -> None:
        self.number = number
        self.policy = policy
        self.budget = budget
        self.crafts = crafts
        self.strategy, self.finisher = strategies
        self.observe = observe
        self.clock = clock or (lambda: 0.0)
        self.standings = survey(conversation, policy)
        self.board = Board(conversation, self.standings, policy, crafts)
        self.before = self.board.total
        self.refused: dict[int, str] = {}
        self.fallen: list[Bundle] = []
        self.readings: dict[int, Reading | None] = {}
        self.remembered = 1
        self.ladder = LADDER[: LADDER.index(policy.level) + 1]
        if policy.no_drop:
            self.ladder = tuple(rung for rung in self.ladder if rung is not Rung.DROP)

    def run(self) -> Plan:
        if self.budget is None:
            self._trim_to_half()
        elif self.board.total > self.budget:
            self._bring_down()
            self._pick_up()
            self.board.settle(max(0, -self.over))
        placeholder = self._make_placeholder()
        slack = ""
        if self.budget is not None and self.board.total <= self.budget and self.board.total < self.before:
            slack = self._give_back()
        return Plan(
            conversation=self.number,
            decisions=decide(self.board, self.refused, within=self._is_within()),
            budget=self.budget,
            tokens_before=self.before,
            tokens_after=self.board.total,
            met=self.budget is None or self.board.total <= self.budget,
            placeholder=placeholder,
            slack=slack,
        )

    def _is_within(self) -> bool:
        """Whether nothing had to change."""
        return self.budget is not None and self.before <= self.budget

    @property
    def over(self) -> int:
        assert self.budget is not None
        return self.board.total - self.budget

    def _trim_to_half(self) -> None:
        for key, source in enumerate(self.board.sources):
            if self._guard(source) is Guard.FREE and not source.marked:
                self._trim(key, round(source.tokens * DEFAULT_SHARE))

    def _bring_down(self) -> None:
        messages = self.board.messages
        steps = bundle_steps(messages, self.standings)
        thinking = bundle_thinking(messages, self.standings)
        for guard in (Guard.FREE, Guard.SOFT, Guard.HUMAN):
            bundles = [b for b in steps if b.guard is guard]
            if guard is Guard.FREE:
                bundles = thinking + bundles
            self._walk([k for k, s in enumerate(self.board.sources) if self._guard(s) is guard], bundles)
            if self.over <= 0:
                break
        self.board.settle()

    def _pick_up(self) -> None:
        """Where the last bundle to go freed more than was needed, what went before it may fit again."""
        if not self.board.dropped and not self.board.gone:
            return
        for bundle in reversed(self.fallen):
            if -self.over < SMALLEST_ROOM:
                return
            self.board.pick_up(bundle, -self.over)

    def _guard(self, source: Source) -> Guard:
        """The guard of a text: in a mixed message its results are judged by their step."""
        standing = self.standings[source.message]
        if not standing.mixed:
            return standing.guard
        last = max(s.step for s in self.standings) - self.policy.keep_last
        return Guard.SOFT if standing.step > last else Guard.FREE

    def _walk(self, keys: Sequence[int], bundles: Sequence[Bundle]) -> None:
        """Let the strategy lead one stage: these texts and these bundles, oldest first."""
        slots = [
            Slot(key, self.standings[s.message].step, key, s.tokens, self._floor(s), partial(self._show, key))
            for key in keys
            if not self.board.is_gone(s := self.board.sources[key])
        ]
        units = list_units(self.board, bundles, {slot.key for slot in slots})
        known = partial(gather_rest, self.board, bundles)
        fallen: set[int] = set()
        for strategy in (self.strategy, self.finisher):
            walk = strategy.moves(slots, units, self.ladder, self.over, known)
            move = next(walk, None)
            while move is not None:
                if move.rung is not Rung.DROP:
                    self._change(move)
                elif move.key not in fallen:
                    fallen.add(move.key)
                    self.fallen.append(bundles[move.key])
                    self.board.drop(bundles[move.key])
                try:
                    move = walk.send(self.over)
                except StopIteration:
                    move = None
            if self.over <= 0 or strategy is self.finisher:
                return

    def _change(self, move: Move) -> None:
        """Carry out a move on a text that is still there."""
        if self.board.is_gone(self.board.sources[move.key]):
            return
        if move.kept is not None:
            self._keep(move.key, move.kept)
        elif move.rung is Rung.TRIM:
            self._trim(move.key, move.target)
        else:
            self._rewrite(move.key, move.rung)

    def _floor(self, source: Source) -> int:
        return max(FLOOR_TOKENS, round(source.tokens * FLOOR_SHARE))

    def _rewrite(self, key: int, rung: Rung) -> None:
        source = self.board.sources[key]
        if source.marked and (rung is Rung.FOLD or sole_head(source.text)):
            return
        start = self.clock()
        current = self.board.changes.get(key)
        if rung is Rung.FOLD:
            change = rungs.fold(source, self.crafts, self.policy.refs)
        else:
            rival = current.tokens_after if current else None
            change = rungs.stub(source, self.crafts, self.policy.refs, rival)
        if change is None:
            return
        lighter = current is None or change.tokens_after < current.tokens_after
        accepted = lighter and self.board.apply(key, change)
        self._emit(change.compressor, source, change.tokens_after, accepted, start)

    def _trim(self, key: int, target: int, *, grow: bool = False) -> bool:
        """Trim a text to `target` tokens if the gate lets it; True if it did.

        A change already taken gives way only to a lighter one, or with `grow` to a heavier one.
        """
        source = self.board.sources[key]
        if source.marked or Rung.TRIM not in self.ladder:
            return False
        start = self.clock()
        ceiling = self._gate(source)
        reading = self._read(key)
        if reading is None:
            self.refused[key] = ""
            return False
        change = rungs.trim(source, reading, min(target, ceiling), self.crafts, self.policy.refs)
        if change is None and target < ceiling:
            # No unit fits the target. What fits under the gate is still better than nothing, and trying it
            # here means that a second pass, which has less to lose, finds nothing left to try.
            change = rungs.trim(source, reading, ceiling, self.crafts, self.policy.refs)
        return self._take(key, change, reading, start, grow=grow)

    def _keep(self, key: int, kept: Sequence[bool]) -> bool:
        """Trim a text to just these units, if the gate lets it."""
        source = self.board.sources[key]
        reading = self._read(key)
        if source.marked or Rung.TRIM not in self.ladder or reading is None:
            return False
        start = self.clock()
        change = rungs.trim_to(source, reading, kept, self.crafts, self.policy.refs)
        return self._take(key, change, reading, start)

    def _take(
        self, key: int, change: Change | None, reading: Reading, start: float, *, grow: bool = False
    ) -> bool:
        """Take a trim if it passes the gate and improves on what there is; say so to the observer."""
        source = self.board.sources[key]
        if change is None:
            self.refused[key] = reading.compressor
            self._emit(reading.compressor, source, source.tokens, False, start)
            return False
        current = self.board.changes.get(key)
        better = current is None or (change.tokens_after > current.tokens_after) == grow
        fits = change.tokens_after <= self._gate(source)
        accepted = better and fits and self.board.apply(key, change)
        self._emit(reading.compressor, source, change.tokens_after, accepted, start)
        return accepted

    def _read(self, key: int) -> Reading | None:
        if key not in self.readings:
            self.readings[key] = rungs.read(self.board.sources[key], self.crafts)
            if len(self.readings) > self.remembered:
                del self.readings[next(iter(self.readings))]
        return self.readings[key]

    def _show(self, key: int) -> tuple[Units, Sequence[int]] | None:
        """A text's units, for strategies that choose among those of the whole window."""
        if self.board.sources[key].marked:
            return None
        self.remembered += 1
        reading = self._read(key)
        return None if reading is None else (reading.units, reading.costs)

    def _gate(self, source: Source) -> int:
        """The most tokens a trimmed text may have: its ratio must be below 1 / R, strictly."""
        limit = source.tokens / self.policy.min_compression_ratio_for_ccr
        return int(limit) - (limit == int(limit))

    def _emit(self, name: str, source: Source, after: int, accepted: bool, start: float) -> None:
        self.observe(Event(name, source.tool, source.tokens, after, accepted, self.clock() - start))

    def _make_placeholder(self) -> Placeholder | None:
        board = self.board
        if not board.dropped and not board.gone:
            return None
        touched = sorted(board.dropped | board.gone.keys())
        ref = make_ref(self.crafts.raw(touched))
        counts = board.counts()
        text = print_drop(counts, ref if self.policy.refs else "")
        board.charge_placeholder(text)
        first = find_place(board.messages, touched[0], board.dropped, board.gone)
        replaces = next((i for i in board.ours), None)
        return Placeholder(first, text, ref, board.placeholder_tokens, counts, replaces)

    def _give_back(self) -> str:
        """Spend the room left on the newest texts; say why the rest stays unused."""
        for key in reversed(range(len(self.board.sources))):
            room = -self.over
            if room < SMALLEST_ROOM:
                break
            source = self.board.sources[key]
            change = self.board.changes.get(key)
            if change is None or self.board.is_gone(source):
                continue
            self._give_back_to(key, source, change, room)
        room = -self.over
        if room < SMALLEST_ROOM:
            return ""
        return f"{room} tokens unused: less than the next unit needs, or more than the gate lets a text keep"

    def _give_back_to(self, key: int, source: Source, change: Change, room: int) -> None:
        """The whole text if it fits, else packed again up to the gate."""
        self.board.apply(key, None)
        if self.over <= 0:
            return
        self.board.apply(key, change)
        target = min(change.tokens_after + room, self._gate(source))
        if target <= change.tokens_after + SMALLEST_ROOM or change.rung is Rung.FOLD:
            return
        if self._trim(key, target, grow=True) and self.over > 0:
            self.board.apply(key, change)
