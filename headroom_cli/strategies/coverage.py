"""Coverage: keep what stands nowhere else, wherever in the window it stands.

The window is one budget. Its texts are cut into runs of about eight lines; the gain of a run is the number
of *facts* (paths, identifiers, numbers, names) it holds that nothing kept so far holds, per token. A lazy
greedy takes the best run again and again: the number of distinct facts covered is monotone and submodular,
so the greedy choice per cost is near the best one (Lin & Bilmes, "A Class of Submodular Functions for
Document Summarization", ACL 2011; lazy evaluation after Minoux, 1978).

A step costs something before its first line is kept: calls, roles, marks of its other texts. So steps are
opened as bundles, with their best runs; a step that is never opened is dropped, a text of an open step of
which nothing is kept becomes a stub. Age plays no part: what is quoted again is not what is newest.

Where dropping, stubbing or trimming is not allowed, it makes no move: what a strategy leaves over is left to
`oldest`.
"""

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import chain

from headroom_cli.contracts import Move, Slot, Unit
from headroom_cli.model import Rung

NAME = "coverage"

RUN_LINES = 8
GAP = 7  # tokens of a gap mark and its line end
HEAD = 26  # tokens of a head mark and its line end
STUB = 30  # tokens of a stub
RANK_WORTH = 3.0  # facts that a unit of the highest rank is worth besides those it holds

_WORD = re.compile(r"[A-Za-z0-9_./\\:@~+-]{3,200}")
_FACT = re.compile(
    r"\d[\d.]*\d[\d.]*\d|\w[/\\]\w|_\w|[a-z0-9][A-Z]|\w\.[A-Za-z]|[a-f]\d[a-f\d]{5}|Error|Exception"
)


@dataclass(slots=True)
class _Run:
    """A run of units of one slot: `start:stop`, its tokens, its facts, and the worth of its ranks."""

    slot: int
    start: int
    stop: int
    tokens: int
    facts: frozenset[str]
    worth: float


@dataclass(slots=True)
class _Step:
    """A bundle that may be opened: what it costs with every text stubbed, and what its other text tells."""

    unit: Unit
    tokens: int
    facts: frozenset[str]
    runs: list[_Run] = field(default_factory=list)


def moves(
    slots: Sequence[Slot],
    units: Sequence[Unit],
    rungs: Sequence[Rung],
    over: int,
    known: Callable[[], str],
) -> Generator[Move, int, None]:
    if not {Rung.TRIM, Rung.STUB, Rung.DROP}.issubset(rungs):
        return
    by_key = {slot.key: slot for slot in slots}
    steps = [_read_step(unit, by_key) for unit in units]
    room = sum(unit.tokens for unit in units) - over
    chosen = _choose(steps, _find_facts(known()), room)
    while True:
        over = yield from _carry_out(chosen, steps, by_key)
        if over <= 0 or not chosen:
            break
        _take_back(chosen, over)


def _carry_out(
    chosen: "list[_Run | _Step]", steps: Sequence[_Step], slots: dict[int, Slot]
) -> Generator[Move, int, int]:
    """Bring the window to what was chosen; returns what is over then."""
    over = 1
    open_steps = {item.unit.key for item in chosen if isinstance(item, _Step)}
    kept: dict[int, list[_Run]] = {}
    for item in chosen:
        if isinstance(item, _Run):
            kept.setdefault(item.slot, []).append(item)
    for step in steps:
        if step.unit.key not in open_steps:
            over = yield Move(Rung.DROP, step.unit.key)
            continue
        for key in step.unit.slots:
            over = yield _make_move(slots[key], kept.get(key, []))
    return over


def _make_move(slot: Slot, runs: Sequence[_Run]) -> Move:
    shown = slot.read() if runs else None
    if shown is None:
        return Move(Rung.STUB, slot.key)
    units, _ = shown
    kept = [False] * len(units.sizes)
    for run in runs:
        for number in range(run.start, run.stop):
            while number >= 0 and not kept[number]:
                kept[number] = True
                number = units.needs[number]
    return Move(Rung.TRIM, slot.key, slot.tokens, tuple(kept))


def _take_back(chosen: "list[_Run | _Step]", over: int) -> None:
    """Give up the last choices until about `over` tokens are saved."""
    saved = 0
    while chosen and saved <= over:
        saved += chosen.pop().tokens


def _read_step(unit: Unit, slots: dict[int, Slot]) -> _Step:
    """A bundle's cost with all its texts stubbed, and the runs that may be kept of them."""
    own = [slots[key] for key in unit.slots if key in slots]
    tokens = unit.tokens - sum(max(0, slot.tokens - STUB) for slot in own)
    runs = list(chain.from_iterable(_cut_runs(slot) for slot in own))
    return _Step(unit, max(1, tokens), _find_facts(unit.rest()), runs)


def _cut_runs(slot: Slot) -> list[_Run]:
    """The units of a slot in runs of about eight lines."""
    shown = slot.read()
    if shown is None:
        return []
    units, costs = shown
    pieces = units.pieces()
    runs: list[_Run] = []
    start = size = 0
    for number, nouns in enumerate(units.sizes):
        size += nouns
        last = number + 1 == len(units.sizes)
        if size >= RUN_LINES or last:
            stop = number + 1
            facts = _find_facts("".join(pieces[start:stop]))
            best = max(units.ranks[start:stop])
            worth = RANK_WORTH * max(0.0, best - 0.7) / 0.3
            runs.append(_Run(slot.key, start, stop, sum(costs[start:stop]) + GAP, facts, worth))
            start, size = stop, 0
    return runs


def _choose(steps: Sequence[_Step], known: frozenset[str], room: int) -> "list[_Run | _Step]":
    """Steps and runs in the order in which they were taken, together at most `room` tokens by estimate."""
    covered = set(known)
    chosen: list[_Run | _Step] = []
    waiting: list[tuple[float, int, int]] = []
    opened: set[int] = set()
    started: set[int] = set()
    for number, step in enumerate(steps):
        waiting.append((-_open_value(step, covered)[0], number, -1))
    heapify(waiting)
    while waiting:
        _, number, place = heappop(waiting)
        step = steps[number]
        if place < 0:
            value, first = _open_value(step, covered)
            cost = step.tokens + sum(run.tokens for run in first)
        else:
            run = step.runs[place]
            cost = run.tokens + (0 if run.slot in started else HEAD - STUB)
            value, first = _gain(run, covered) / max(1, cost), [run]
        if value <= 0:
            continue
        if waiting and value < -waiting[0][0]:
            heappush(waiting, (-value, number, place))
            continue
        if cost > room:
            if place < 0 and step.tokens <= room and first:
                # The bundle with its best runs is too much; its bare skeleton may still pay.
                first, cost = [], step.tokens
            else:
                continue
        room -= cost
        if place < 0:
            chosen.append(step)
            opened.add(number)
            covered |= step.facts
        for run in first:
            chosen.append(run)
            started.add(run.slot)
            covered |= run.facts
        if place < 0:
            taken = {id(run) for run in first}
            for at, run in enumerate(step.runs):
                if id(run) not in taken:
                    heappush(waiting, (-_gain(run, covered) / max(1, run.tokens), number, at))
    return chosen


def _open_value(step: _Step, covered: set[str]) -> tuple[float, list[_Run]]:
    """The best value per token at which a step can be opened, and the runs it is opened with."""
    seen = set(covered)
    gain = float(len(step.facts - seen))
    seen |= step.facts
    tokens = step.tokens
    best, first = gain / tokens, []
    ranked = sorted(step.runs, key=lambda run: -_gain(run, covered) / max(1, run.tokens))
    taken: list[_Run] = []
    for run in ranked[:_TRIED]:
        gain += _gain(run, seen)
        seen |= run.facts
        tokens += max(1, run.tokens)
        taken.append(run)
        if gain / tokens > best:
            best, first = gain / tokens, list(taken)
    return best, first


_TRIED = 12


def _gain(run: _Run, covered: set[str]) -> float:
    return len(run.facts - covered) + run.worth


def _find_facts(text: str) -> frozenset[str]:
    return frozenset(word for word in set(_WORD.findall(text)) if _is_fact(word))


@lru_cache(maxsize=65_536)
def _is_fact(word: str) -> bool:
    return _FACT.search(word) is not None
