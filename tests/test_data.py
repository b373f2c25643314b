"""JSON: whatever stays, the result is valid JSON, verbatim, and accounts for what went."""

import json
import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.compressors import choose
from headroom_cli.compressors.data import claim, read
from headroom_cli.contracts import Hints, Units
from headroom_cli.marker import MARK, parse_head, print_gap, print_head, removed
from tests.table_code_data import CODE_DATA_ROWS, rows
from tests.table_compressors import Sample

HINTS = Hints()
HEAD = print_head("json", 3, 9, "values", "1a2b3c4d5e6f", about='a "b" \\ c')
ROW = next(row for row in CODE_DATA_ROWS if row.name == "json")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.sampled_from('ab \n"\\é→'), max_size=12),
    st.sampled_from(["lorem ipsum\n" * 90, "word " * 300, "x" * 900]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=9), st.dictionaries(st.sampled_from("abcdefg") | st.text(max_size=3), inner)
    ),
    max_leaves=40,
)
ROOTS = st.one_of(
    st.lists(VALUES, max_size=12),
    st.dictionaries(st.text(max_size=5), VALUES, max_size=12),
    st.lists(st.integers(), min_size=50, max_size=90),
)
Layout = tuple[int | str | None, tuple[str, str]]
LAYOUTS = st.sampled_from([(None, (",", ":")), (None, (", ", ": ")), (2, (",", ": ")), ("\t", (", ", " : "))])


def spell(value: object, layout: Layout, blank: str = "") -> str:
    return blank + json.dumps(value, indent=layout[0], separators=layout[1], ensure_ascii=False) + blank


def close(mask: Sequence[bool], needs: Sequence[int]) -> list[bool]:
    kept = list(mask)
    for unit in range(len(kept) - 1, 0, -1):
        if kept[unit]:
            kept[needs[unit]] = True
    return kept


def render(units: Units, kept: Sequence[bool], head: str = HEAD) -> str:
    return units.render(kept, head, lambda count: print_gap(count, units.noun))


def gone(units: Units, kept: Sequence[bool]) -> int:
    return sum(size for size, keep in zip(units.sizes, kept, strict=True) if not keep)


@settings(max_examples=120, deadline=None)
@given(
    value=ROOTS,
    layout=LAYOUTS,
    blank=st.sampled_from(["", "\n", " \r\n"]),
    choice=st.randoms(use_true_random=False),
)
def test_any_choice_of_values_is_json(value: object, layout: Layout, blank: str, choice: Random) -> None:
    text = spell(value, layout, blank)
    units = read(text, HINTS)
    pieces = units.pieces()
    assert "".join(pieces) == text
    assert all(pieces)
    assert all(need < unit for unit, need in enumerate(units.needs))
    assert all(0 < rank <= 1 for rank in units.ranks)
    assert render(units, [True] * len(pieces), "") == text
    for share in (0.0, 0.2, 0.6, 0.9):
        kept = close([choice.random() < share for _ in pieces], units.needs)
        result = render(units, kept)
        json.loads(result)
        assert HEAD.split(";")[0] in result.split("\n")[0]
        assert removed(result) - removed(text) == gone(units, kept)


@settings(max_examples=60, deadline=None)
@given(value=ROOTS, layout=LAYOUTS, choice=st.randoms(use_true_random=False))
def test_kept_values_are_verbatim_and_in_order(value: object, layout: Layout, choice: Random) -> None:
    units = read(spell(value, layout), HINTS)
    pieces = units.pieces()
    kept = close([choice.random() < 0.4 for _ in pieces], units.needs)
    result = render(units, kept)
    at = 0
    for piece, keep in zip(pieces, kept, strict=True):
        bare = piece.strip().rstrip("]},\r\n\t ").rstrip('"')
        if keep and bare:
            at = result.index(bare, at)


def test_no_key_stands_twice_because_of_marks() -> None:
    value = {f"key{n}": {f"inner{k}": "v" * 40 for k in range(9)} for n in range(9)}
    value["headroom"] = {"[... 8 values ...]": "w" * 40, **value["key0"]}
    units = read(json.dumps(value), HINTS)
    for period in (2, 3, 5):
        kept = close([unit % period == 0 for unit in range(len(units.pieces()))], units.needs)

        def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
            keys = [key for key, _ in pairs]
            assert len(set(keys)) == len(keys)
            return dict(pairs)

        json.loads(render(units, kept), object_pairs_hook=unique)


def test_spelling_survives() -> None:
    text = (
        '{"a": 1.10, "b": 1E5, "c": 12345678901234567890, "d": "\\u00e9→\\/", "a": -0.0, "pad": "'
        + "p" * 200
        + '"}'
    )
    units = read(text, HINTS)
    kept = [True] * len(units.pieces())
    kept[-1] = False
    assert render(units, kept, "") == text[: text.index(', "pad"')] + ', "[... 1 values ...]": null}'


def test_a_shortened_array_states_its_length() -> None:
    units = read(json.dumps(rows()), HINTS)
    assert set(units.sizes) == {1}
    kept = [unit < 5 for unit in range(61)]
    assert json.loads(render(units, kept))[-1] == "[... 56 values ...]"
    large = [{"id": n, "body": "text " * 100} for n in range(8)]
    units = read(json.dumps(large), HINTS)
    kept = [need < 1 and unit < 9 for unit, need in enumerate(units.needs)]
    assert "(array of 8)" in render(units, kept)


def test_marks_go_into_long_strings_as_lines() -> None:
    text = json.dumps({"output": "".join(f"line {n} of the output, with some words\n" for n in range(60))})
    units = read(text, HINTS)
    assert units.noun == "spans"
    last = len(units.pieces()) - 1
    kept = [unit < 3 or unit == last for unit in range(last + 1)]
    lines = json.loads(render(units, kept))["output"].split("\n")
    assert lines[0].startswith("line 0")
    assert lines[-2].startswith("line 59")
    assert sum(MARK.fullmatch(line) is not None for line in lines) == 1


@pytest.mark.parametrize("text", ROW.leaves)
def test_what_is_not_one_json_value_is_left_alone(text: str) -> None:
    assert claim(text, HINTS) == 0.0


@pytest.mark.parametrize("sample", ROW.claims)
def test_json_is_claimed(sample: Sample) -> None:
    chosen = choose(sample.text, sample.hints)
    assert chosen is not None
    assert chosen.NAME == "json"


def test_deep_nesting_is_no_claim_and_no_crash() -> None:
    assert claim("[" * 100_000 + "]" * 100_000, HINTS) == 0.0
    text = '{"a":' * 700 + "[1, 2]" + "}" * 700
    assert claim(text, HINTS) == 1.0
    units = read(text, HINTS)
    assert render(units, [True] * len(units.pieces()), "") == text


def test_not_quite_json_that_parses_is_claimed() -> None:
    text = '{"a": NaN, "b": "\\ud83d", "c": 1e400, "pad": "' + "p" * 200 + '"}'
    assert claim(text, HINTS) == 1.0
    units = read(text, HINTS)
    kept = [True] * len(units.pieces())
    kept[-1] = False
    assert math.isnan(json.loads(render(units, kept))["a"])


def test_the_head_mark_is_found_again() -> None:
    for text in (json.dumps(rows()), json.dumps({"rows": rows()}, indent=2)):
        units = read(text, HINTS)
        head = parse_head(render(units, close([u == 3 for u in range(len(units.sizes))], units.needs)))
        assert head is not None
        assert head.ref == "1a2b3c4d5e6f"
