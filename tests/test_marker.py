"""The grammar of marks: what is printed is found and read back, and data that looks alike is data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_cli.marker import (
    MARK,
    has_mark,
    parse_head,
    plain,
    print_drop,
    print_fold,
    print_gap,
    print_head,
    removed,
    sole_head,
)

refs = st.sampled_from(["", "0123456789ab"])
names = st.text(max_size=80)


@given(st.integers(0, 10**6), st.integers(0, 10**6), refs, names)
def test_a_head_mark_reads_back(kept: int, total: int, ref: str, about: str) -> None:
    mark = print_head("log", kept, total, "lines", ref, cleaned=("ansi",), about=about)
    assert "\n" not in mark
    head = parse_head(mark + "\nrest [... 3 lines ...]")
    assert head is not None
    assert (head.kind, head.kept, head.total, head.noun, head.ref) == ("log", kept, total, "lines", ref)
    assert MARK.fullmatch(mark)


@given(st.sampled_from(["json", "runs"]), st.sampled_from(["", "2"]), refs)
def test_a_fold_mark_reads_back(name: str, parameter: str, ref: str) -> None:
    head = parse_head(print_fold(name, parameter, ref) + "\nbody")
    assert head is not None
    assert head.fold == ((name, parameter) if parameter else (name,))
    assert head.ref == ref


def test_a_placeholder_is_one_mark_and_adds_up() -> None:
    counts = (("assistant", 12), ("tool", 20))
    head = sole_head(print_drop(counts, "0123456789ab"))
    assert head is not None
    assert head.kind == "drop"
    assert head.counts == counts


def test_gap_marks_are_found_in_any_dress_and_sum() -> None:
    text = f'# {print_gap(12, "lines")}\nkept\n<!-- {print_gap(3, "lines")} -->\n"{print_gap(5, "values")}"'
    assert removed(text) == 20
    assert has_mark(text)


@pytest.mark.parametrize("dress", ["# {}", "// {}", "<!-- {} -->", '["{}",', '{{"headroom":"{}"'])
def test_a_dressed_head_is_found(dress: str) -> None:
    head = parse_head(dress.format(print_head("code", 1, 2, "lines", "0123456789ab")) + "\nx")
    assert head is not None
    assert head.ref == "0123456789ab"


@pytest.mark.parametrize(
    "text", ["", "plain", "\n[headroom log: 1 of 2 lines]"[1:] + " and more", "[headroom]", "[... many ...]"]
)
def test_what_is_no_sole_mark(text: str) -> None:
    assert sole_head(text) is None


@given(names)
def test_plain_names_cannot_break_a_mark(name: str) -> None:
    line = plain(name)
    assert len(line) <= 60
    assert not set(line) & set("[]\n\r;")
