"""The packer: verbatim, in order, nothing unmarked, never over its target, and full."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from headroom_cli.compressors._lines import build, split
from headroom_cli.contracts import Units
from headroom_cli.marker import MARK, print_head, removed
from headroom_cli.pack import cost_units, pack


def count(text: str) -> int:
    """A ruler of its own: one token a word, one a line end."""
    return len(text.split()) + text.count("\n")


def plain_head(kept: int, total: int) -> str:
    return print_head("plain", kept, total, "lines", "")


def line_costs(text: str) -> tuple[list[int], list[int]]:
    ends, costs, at = [], [], 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        ends.append(at)
        costs.append(count(line))
    return ends, costs


def units_of(text: str, ranks: Sequence[float], needs: Sequence[int] | None = None) -> Units:
    return build("plain", split(text), list(ranks), needs=list(needs) if needs else None)


texts = st.lists(st.text("abc ", min_size=1, max_size=60), min_size=2, max_size=40).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


@given(texts, st.data())
def test_packed_text_fits_is_verbatim_and_accounts_for_what_went(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    ranks = data.draw(st.lists(st.floats(0, 1), min_size=len(lines), max_size=len(lines)))
    target = data.draw(st.integers(1, count(text) + 20))
    units = units_of(text, ranks)
    packed = pack(
        units,
        cost_units(units.pieces(), *line_costs(text)),
        target,
        count,
        plain_head,
    )
    if packed is None:
        return
    assert count(packed.text) == packed.tokens <= target
    rest = iter(lines)
    for line in packed.text.splitlines()[1:]:
        assert MARK.search(line) or line in rest
    assert removed(packed.text) == packed.total - packed.kept


def test_the_best_units_stay_with_what_they_need() -> None:
    text = "".join(f"line number {i} has words\n" for i in range(40))
    ranks = [0.1] * 40
    needs = [-1] * 40
    ranks[30], needs[30] = 1.0, 10
    units = units_of(text, ranks, needs)
    packed = pack(units, cost_units(units.pieces(), *line_costs(text)), 60, count, plain_head)
    assert packed is not None
    assert "line number 30" in packed.text
    assert "line number 10" in packed.text


def test_a_full_target_is_used() -> None:
    text = "".join(f"line number {i} has words\n" for i in range(200))
    units = units_of(text, [1 - i / 200 for i in range(200)])
    packed = pack(units, cost_units(units.pieces(), *line_costs(text)), 500, count, plain_head)
    assert packed is not None
    assert 500 - packed.tokens <= 12
