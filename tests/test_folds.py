"""Folds are undone exactly, or not made."""

import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.errors import InputError
from headroom_cli.folds import FOLDS, fold_text, json_space, runs, unfold_text
from headroom_cli.marker import print_fold, print_head

LINES = st.lists(
    st.tuples(
        st.sampled_from(
            ("", " ", "waiting for the lock", "x" * 40, "(line above: 3 times)", "é\u2028", "\ud83d")
        ),
        st.integers(1, 12),
        st.sampled_from(("\n", "\r\n", "\r", "")),
    ),
    max_size=8,
).map(lambda rows: "".join((text + end) * times for text, times, end in rows))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.builds(
    lambda value, indent, end: json.dumps(value, indent=indent) + end,
    st.lists(VALUES, min_size=1, max_size=5),
    st.sampled_from((None, 1, 2, 4, 8, "\t")),
    st.sampled_from(("", "\n", "\n\n", " ")),
)


@settings(max_examples=200, deadline=None)
@given(LINES | DOCUMENTS | st.text(st.sampled_from('{}[]":, \n\t\\a1'), max_size=40))
def test_unfold_is_the_inverse_of_fold(text: str) -> None:
    for fold in FOLDS:
        folded = fold.fold(text)
        if folded is not None and fold is runs:
            assert fold.unfold(*folded) == text
    best = fold_text(text)
    if best is not None:
        name, body, parameter = best
        assert len(body) < len(text)
        assert unfold_text(print_fold(name, parameter, "") + "\n" + body) == text


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS)
def test_standard_json_layouts_fold(text: str) -> None:
    folded = json_space.fold(text)
    if text.endswith(("\n\n", " ")) or folded is None:
        return
    assert json.loads(folded[0]) == json.loads(text)
    assert json_space.unfold(*folded) == text


def test_json_keeps_the_spelling_of_tokens() -> None:
    text = '{\n  "a": 1.10,\n  "a": 1E5,\n  "b": [],\n  "c": {},\n  "d": "\\u00e9 , : \\" {"\n}\n'
    assert json_space.fold(text) == ('{"a":1.10,"a":1E5,"b":[],"c":{},"d":"\\u00e9 , : \\" {"}', "2 eol")
    assert fold_text(text) == ("json", '{"a":1.10,"a":1E5,"b":[],"c":{},"d":"\\u00e9 , : \\" {"}', "2 eol")


def test_runs_are_counted() -> None:
    text = "start\n" + "waiting for the lock\n" * 212 + "end"
    assert fold_text(text) == ("runs", "start\nwaiting for the lock\n(line above: 212 times)\nend", "")
    windows = "waiting for the lock\r\n" * 9
    assert runs.fold(windows) == ("waiting for the lock\r\n(line above: 9 times)\r\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\nb\nc\n",
        "\n" * 500,
        "x\n" * 4,
        "(line above: 3 times)\n" * 40,
        "waiting for the lock\n" * 40 + "(line above: 40 times)\n",
        '{"a":1}',
        "{a, b}",
        '{\n   "a": 1,\n  "b": 2\n}',
        "[" * 300 + "1, 2" + "]" * 300,
        "[1, 2\n",
        "see [a, b] and [c, d]",
        print_fold("runs", "", "") + "\n" + "waiting for the lock\n" * 40,
        print_head("logs", 1, 9, "lines", "") + "\n" + "waiting for the lock\n" * 40,
    ],
)
def test_no_fold_where_none_is_safe_or_worth_it(text: str) -> None:
    assert fold_text(text) is None


def test_unfold_checks_the_reference() -> None:
    body = "waiting for the lock\n(line above: 3 times)\n"
    assert unfold_text("[headroom fold runs]\n" + body) == "waiting for the lock\n" * 3
    assert unfold_text("[headroom fold runs; ref 000000000000]\n" + body) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain\ntext",
        "[headroom fold runs]",
        "[headroom fold nothing]\nx",
        "see [headroom fold runs]\nx\n(line above: 3 times)\n",
        "[headroom fold runs]\n(line above: 3 times)\n",
        "[headroom fold runs]\n" + "x" * 99 + "\n(line above: 999999999 times)\n",
        "[headroom fold json 77]\n[1,2]",
        "[headroom fold json 2]\n" + "[" * 70 + "]" * 70,
        "[headroom logs: 3 of 9 lines]\nx",
    ],
)
def test_what_only_looks_folded_is_no_fold(text: str) -> None:
    assert unfold_text(text) is None


def test_unfold_names_what_is_wrong() -> None:
    with pytest.raises(InputError):
        runs.unfold("(line above: 3 times)\n", "")
    with pytest.raises(InputError):
        json_space.unfold("[1]", "sideways")


def test_folding_is_linear() -> None:
    big = json.dumps([{"name": f"n{n}", "value": [n, n]} for n in range(4000)], indent=2)
    folded = fold_text(big)
    assert folded is not None
    assert json_space.unfold(*folded[1:]) == big
    assert json_space.fold('{"' + "\\\n" * 50_000 + '"}') is None


@pytest.mark.parametrize("seed", ['\\"', '"\\', '"', "{", '{"a":'])
def test_unfolding_what_was_never_folded_is_linear(seed: str) -> None:
    hostile = seed * (400_000 // len(seed))
    started = time.perf_counter()
    with contextlib.suppress(InputError):
        json_space.unfold(hostile, "2")
    assert json_space.fold("{" + hostile + "}") is None
    assert time.perf_counter() - started < 5
