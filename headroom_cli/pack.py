"""The one packer: ranked units and a token target in, kept text with marks out.

It fills the target with the best-ranked units, keeps their order and marks what is missing. Costs of
units are sums of line costs, which are exact for whole lines; the text that comes out is counted whole,
and packed again tighter if it does not fit, or looser if cheap gaps were closed and room is left.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from headroom_cli.contracts import Units
from headroom_cli.marker import print_gap

_TRIES = 6
_CLOSE = 24  # tokens; a text that leaves no more of its target unused is full
_CLOSE_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Packed:
    """A trimmed text: `tokens` of the whole with its marks; `kept` of `total` nouns stand in it."""

    text: str
    tokens: int
    kept: int
    total: int


def pack(
    units: Units,
    costs: Sequence[int],
    target: int,
    count: Callable[[str], int],
    print_head: Callable[[int, int], str],
) -> Packed | None:
    """The best text of at most `target` tokens, or None if no unit fits.

    `costs[i]` is unit i's tokens; `print_head(kept, total)` prints the head mark.
    """
    total = sum(units.sizes)
    gap = count(units.render([False] * len(costs), "", lambda n: print_gap(n, units.noun)))
    limit = target - count(print_head(total, total)) - 1
    blank = [not piece.strip() for piece in units.pieces()]
    worthy = [i for i, rank in enumerate(units.ranks) if rank > 0]
    order = sorted(worthy, key=lambda i: (blank[i], -units.ranks[i]))
    best: Packed | None = None
    for _ in range(_TRIES):
        kept = _choose(order, units.needs, costs, blank, gap, limit)
        if all(not keep or empty for keep, empty in zip(kept, blank, strict=True)):
            break
        _close_cheap_gaps(kept, units.needs, costs, gap)
        nouns = sum(size for size, keep in zip(units.sizes, kept, strict=True) if keep)
        if nouns == total:
            break
        text = units.render(kept, print_head(nouns, total), lambda n: print_gap(n, units.noun))
        packed = Packed(text, count(text), nouns, total)
        room = target - packed.tokens
        if room >= 0:
            if best is not None and packed.tokens <= best.tokens:
                break
            best = packed
            if room <= max(_CLOSE, target * _CLOSE_SHARE):
                break
        elif best is not None:
            break
        limit += room - (room < 0)
    return best


def cost_units(pieces: Sequence[str], ends: Sequence[int], costs: Sequence[int]) -> list[int]:
    """Tokens of each piece of a text, from the costs of its lines.

    `ends[i]` is the offset in characters after line i. A piece inside a line takes its share of the line.
    """
    if len(pieces) == len(ends):
        offset = 0
        for piece, end in zip(pieces, ends, strict=True):
            offset += len(piece)
            if offset != end:
                break
        else:
            return list(costs)
    totals = [0, *accumulate(costs)]
    starts = [0, *ends]

    def before(offset: int) -> int:
        line = bisect_left(starts, offset)
        if line >= len(starts):
            return totals[-1]
        if starts[line] == offset:
            return totals[line]
        width = starts[line] - starts[line - 1]
        share = (offset - starts[line - 1]) / width
        return totals[line - 1] + round(share * (totals[line] - totals[line - 1]))

    marks = [before(offset) for offset in accumulate((len(piece) for piece in pieces), initial=0)]
    return [after - start for start, after in pairwise(marks)]


def _choose(
    order: Sequence[int],
    needs: Sequence[int],
    costs: Sequence[int],
    blank: Sequence[bool],
    gap: int,
    limit: int,
) -> list[bool]:
    """Greedy by rank: a unit enters with all it needs, if the whole still fits with its gap marks.

    Blank units come last, and only where they need no gap mark of their own.
    """
    kept = [False] * len(costs)
    spent = gap
    for unit in order:
        if kept[unit] or (blank[unit] and _gaps_added(kept, unit) > 0):
            continue
        chain = [unit]
        while (needed := needs[chain[-1]]) >= 0 and not kept[needed]:
            chain.append(needed)
        price = 0
        for member in chain:
            price += costs[member] + gap * _gaps_added(kept, member)
            kept[member] = True
        if spent + price <= limit:
            spent += price
        else:
            for member in chain:
                kept[member] = False
    return kept


def _gaps_added(kept: Sequence[bool], unit: int) -> int:
    """How the number of gaps changes when a unit enters: 1 splits one, -1 closes one."""
    left = unit == 0 or kept[unit - 1]
    right = unit == len(kept) - 1 or kept[unit + 1]
    return 1 - left - right


def _close_cheap_gaps(kept: list[bool], needs: Sequence[int], costs: Sequence[int], gap: int) -> None:
    """Keep what weighs no more than the mark that would stand for it."""
    start = 0
    while start < len(kept):
        if kept[start]:
            start += 1
            continue
        end = start
        while end < len(kept) and not kept[end]:
            end += 1
        inside = range(start, end)
        if sum(costs[i] for i in inside) <= gap and all(
            needs[i] < 0 or kept[needs[i]] or needs[i] in inside for i in inside
        ):
            kept[start:end] = [True] * (end - start)
        start = end
