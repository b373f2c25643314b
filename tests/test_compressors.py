"""The contract of every compressor, over generated choices of what stays."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_cli.compressors import COMPRESSORS, NAMES, choose
from headroom_cli.compressors._clean import clean
from headroom_cli.compressors._lines import Dress, build, split
from headroom_cli.compressors.search import claim as claim_search
from headroom_cli.contracts import Compressor, Hints, Units
from headroom_cli.marker import print_gap, removed
from headroom_cli.pack import pack
from tests.table_compressors import COMPRESSOR_ROWS, Row, Sample, diff_text

LINE_KINDS = tuple(c for c in COMPRESSORS if c.NAME in {row.name for row in COMPRESSOR_ROWS})
SAMPLES = [
    pytest.param(row, sample, id=f"{row.name}-{n}")
    for row in COMPRESSOR_ROWS
    for n, sample in enumerate(row.claims)
]
MARK_LINE = re.compile(r"\x00gap (\d+)\x00(?:\r?\n)?")
TOOL_OUTPUTS = Path(__file__).resolve().parents[1] / ".." / "shared" / "toolout"
HEAD = "[headroom kind: 1 of 9 lines]"
WORDS = st.sampled_from(
    (
        "",
        " ",
        "ERROR: bad",
        "a/b.py:12:x",
        "12:30:01 INFO up",
        "```",
        "# Title",
        "One. Two! Not 3?",
        "| a | b |",
        "Traceback (most recent call last):",
        '  File "x.py", line 3',
        "\tat x.y(Z.java:3)",
        "- item one. More.",
        "diff --git a/x b/x",
        "--- a/x",
        "+++ b/x",
        "@@ -1,2 +1,2 @@",
        "-a",
        "+b",
        " c",
        "goroutine 1 [running]:",
        "panic: no",
        "[... 3 lines ...]",
        "\u2028x",
        "x" * 90,
        "--",
        "a/b.py-13-y",
        "web/a.ts",
        "7:z",
        "ValueError: v",
    )
)
TEXTS = st.builds(
    lambda lines, end: "".join(f"{line}{stop}" for line, stop in lines) + end,
    st.lists(st.tuples(WORDS, st.sampled_from(("\n", "\n", "\n", "\r\n"))), max_size=30),
    st.sampled_from(("", "tail", "the end.")),
)
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cuts_of(text: str) -> tuple[int, ...]:
    """Cuts at spaces, as the planner makes them for over-long lines."""
    return tuple(n + 1 for n, sign in enumerate(text) if sign == " " and n % 3 == 0)


def close(mask: Sequence[bool], needs: Sequence[int]) -> list[bool]:
    """The mask with everything that kept units need."""
    kept = list(mask)
    for unit in range(len(kept)):
        at = unit
        while kept[unit] and needs[at] >= 0 and not kept[needs[at]]:
            at = needs[at]
            kept[at] = True
    return kept


def close_fully(mask: Sequence[bool], needs: Sequence[int]) -> list[bool]:
    kept = close(mask, needs)
    while kept != (more := close(kept, needs)):
        kept = more
    return kept


def check_units(units: Units, text: str) -> None:
    pieces = units.pieces()
    assert "".join(pieces) == text == units.source
    assert len(pieces) == len(units.sizes) == len(units.ranks) == len(units.needs)
    assert all(pieces), "no unit is empty"
    assert all(size >= 1 for size in units.sizes)
    assert all(0 <= rank <= 1 for rank in units.ranks)
    for unit in range(len(pieces)):
        at, steps = unit, 0
        while units.needs[at] >= 0:
            at, steps = units.needs[at], steps + 1
            assert steps <= len(pieces), "needs form a circle"


def find_mark(text: str, at: int, open_line: bool) -> re.Match[str] | None:
    """The mark that stands at an offset; a line terminator comes before it if the line was left open."""
    end = re.compile(r"\r?\n").match(text, at) if open_line else None
    return MARK_LINE.match(text, end.end() if end else at)


def check_render(units: Units, kept: Sequence[bool]) -> None:
    """Head first, kept pieces verbatim and in order, and gaps that sum to what went.

    A mark stands exactly where neighbours were no neighbours; where units have sections, it may stand later.
    """
    gaps: list[int] = []

    def gap(count: int) -> str:
        gaps.append(count)
        return f"\x00gap {count}\x00"

    text = units.render(kept, "\x00head\x00", gap)
    head = re.match(r"\x00head\x00\r?\n", text + "\n")
    assert head is not None
    assert all(count > 0 for count in gaps)
    assert sum(gaps) == sum(size for size, keep in zip(units.sizes, kept, strict=True) if not keep)
    carries = bool(getattr(units, "sections", ()))
    at = head.end()
    gone = 0
    open_line = False
    for size, piece, keep in zip(units.sizes, units.pieces(), kept, strict=True):
        if not keep:
            gone += size
            continue
        mark = find_mark(text, at, open_line) if gone else None
        if mark is not None:
            assert carries or int(mark[1]) == gone
            at, gone = mark.end(), 0
        assert carries or gone == 0
        assert text.startswith(piece, at)
        at += len(piece)
        open_line = not piece.endswith("\n")
    mark = find_mark(text, at, open_line) if gone else None
    assert mark is not None or not gone
    assert (mark.end() if mark else min(at, len(text))) == len(text)


def pack_to(units: Units, share: float) -> str:
    """The text packed into a share of its cost, at four characters a token."""

    def count(text: str) -> int:
        return (len(text) + 3) // 4

    costs = [count(piece) for piece in units.pieces()]
    packed = pack(units, costs, int(sum(costs) * share), count, lambda kept, total: HEAD)
    assert packed is not None
    return packed.text


@pytest.mark.parametrize(("row", "sample"), SAMPLES)
def test_a_compressor_claims_its_kind(row: Row, sample: Sample) -> None:
    chosen = choose(sample.text, sample.hints)
    assert chosen is not None
    assert row.name == chosen.NAME


@pytest.mark.parametrize(("row", "sample"), SAMPLES)
def test_a_compressor_keeps_what_matters(row: Row, sample: Sample) -> None:
    chosen = choose(sample.text, sample.hints, only=(row.name,))
    assert chosen is not None
    text = pack_to(chosen.read(sample.text, sample.hints), sample.share) if sample.keeps else ""
    assert [wanted for wanted in sample.keeps if wanted not in text] == []


@pytest.mark.parametrize("row", COMPRESSOR_ROWS, ids=lambda row: row.name)
def test_a_compressor_leaves_other_kinds_alone(row: Row) -> None:
    for text in row.leaves:
        chosen = choose(text, Hints())
        assert chosen is None or row.name != chosen.NAME, text[:60]


@pytest.mark.parametrize("compressor", LINE_KINDS, ids=lambda c: c.NAME)
@BOUNDED
@given(data=st.data(), text=TEXTS, cut=st.booleans())
def test_units_keep_the_contract(compressor: Compressor, data: st.DataObject, text: str, cut: bool) -> None:
    hints = Hints(cuts=cuts_of(text) if cut else ())
    assert 0.0 <= compressor.claim(text, hints) <= 1.0
    units = compressor.read(text, hints)
    check_units(units, text)
    size = len(units.pieces())
    mask = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    check_render(units, mask)
    check_render(units, close_fully(mask, units.needs))


@pytest.mark.parametrize(("row", "sample"), SAMPLES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_samples_keep_the_contract(row: Row, sample: Sample, data: st.DataObject) -> None:
    compressor = choose(sample.text, sample.hints)
    assert compressor is not None
    units = compressor.read(sample.text, sample.hints)
    check_units(units, sample.text)
    period = data.draw(st.integers(1, 9))
    kept = close_fully([(n // period) % 2 == 0 for n in range(len(units.pieces()))], units.needs)
    check_render(units, kept)


def test_everything_kept_is_the_source() -> None:
    for row in COMPRESSOR_ROWS:
        for sample in row.claims:
            compressor = choose(sample.text, sample.hints)
            assert compressor is not None
            units = compressor.read(sample.text, sample.hints)
            assert units.render([True] * len(units.pieces()), "", str) == sample.text


def test_render_places_gaps_on_lines_of_their_own() -> None:
    units = build("lines", split("a\n  b\nc d e", cuts=(8,)), [0.0] * 4, dress=Dress("# ", "", indent=True))
    assert units.noun == "spans"

    def gap(count: int) -> str:
        return print_gap(count, units.noun)

    assert units.render([True, False, True, False], HEAD, gap) == (
        f"# {HEAD}\na\n# [... 1 spans ...]\nc \n# [... 1 spans ...]"
    )
    assert units.render([False, True, True, True], "", gap) == "  # [... 1 spans ...]\n  b\nc d e"


def test_marks_in_the_input_rank_highest() -> None:
    text = "a\n" * 30 + "[... 12 lines ...]\n" + "a\n" * 30
    for compressor in LINE_KINDS:
        units = compressor.read(text, Hints())
        pieces = units.pieces()
        whole = "".join(piece for piece, rank in zip(pieces, units.ranks, strict=True) if rank == 1.0)
        assert "[... 12 lines ...]" in whole


def test_crlf_survives_and_marks_follow_it() -> None:
    units = build("lines", split("a\r\nb\r\nc\r\n"), [0.0] * 3)
    assert units.render([True, False, True], "H", str) == "H\r\na\r\n1\r\nc\r\n"


def test_kept_hunks_still_apply(tmp_path: Path) -> None:
    """Real git takes what any choice of hunks leaves, marks included."""
    for name in ("app/main.py", "app/store.py", "package-lock.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes("".join(f"line {n} of {name}\n" for n in range(1, 140)).encode())
    text = diff_text()
    units = next(c for c in COMPRESSORS if c.NAME == "diffs").read(text, Hints())
    size = len(units.pieces())
    assert size == 18
    for seed in (0b1, 0b100100, 0b101001_010100_000000, 0b111111_000000_110011, 0b010101_010101_010101):
        kept = close_fully([bool(seed >> n & 1) for n in range(size)], units.needs)
        packed = units.render(kept, HEAD, lambda n: print_gap(n, "lines"))
        assert removed(packed) == sum(s for s, k in zip(units.sizes, kept, strict=True) if not k)
        run = subprocess.run(
            ["git", "apply", "--check", "-"],
            input=packed.encode(),
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, (run.stderr.decode(), packed)


@pytest.mark.skipif(not TOOL_OUTPUTS.is_dir(), reason="the shared tool outputs are not here")
def test_real_tool_outputs_keep_the_contract() -> None:
    for path in sorted(TOOL_OUTPUTS.glob("*/*.txt"))[::4]:
        text = path.read_bytes().decode("utf-8", "replace")
        if len(text) > 70_000:
            continue
        for compressor in LINE_KINDS:
            units = compressor.read(text, Hints())
            check_units(units, text)
            check_render(units, close_fully([rank > 0.5 for rank in units.ranks], units.needs))


DOTS = "\n".join("." * 72 + f" [{n * 2:>3}%]" for n in range(50))
ERRORS = ["E       assert response.status == 200", "panic: index out of range", "make: *** [all] Error 2"]
ERRORS += [f"FAILED tests/test_shop.py::test_{n} - KeyError: {n}" for n in range(12)]


@pytest.mark.parametrize("tool", ["python -m pytest -q", "cat out.txt"])
@pytest.mark.parametrize("start", ["", "......\n"])
@pytest.mark.parametrize("share", [0.08, 0.2, 0.6])
def test_the_first_and_the_last_line_outlive_what_is_between(tool: str, start: str, share: float) -> None:
    for body in (DOTS, "\n".join(f"some words about thing number {n}, and more" for n in range(90))):
        text = f"{start or 'first of all'}\n{body}\n\n44 passed in 0.08s\n"
        hints = Hints("bash", tool)
        compressor = choose(text, hints)
        assert compressor is not None
        lines = pack_to(compressor.read(text, hints), share).split("\n")
        assert text.split("\n", 1)[0] in lines
        assert "44 passed in 0.08s" in lines


def test_lines_without_an_end_of_sentence_are_not_one_sentence() -> None:
    text = "\n".join(f"some words about thing number {n} and more" for n in range(90)) + "\n"
    compressor = choose(text, Hints())
    assert compressor is not None
    assert len(compressor.read(text, Hints()).pieces()) == 90


def test_every_distinct_error_outlives_plain_lines() -> None:
    lines = [f"2024-05-01 12:{n // 60:02}:{n % 60:02} INFO saved item {n} of the batch" for n in range(300)]
    for number, error in enumerate(ERRORS):
        lines.insert(13 * number + 5, error)
    text = "\n".join(lines)
    compressor = choose(text, Hints())
    assert compressor is not None
    assert set(ERRORS) <= set(pack_to(compressor.read(text, Hints()), 0.2).split("\n"))


def test_a_test_run_around_a_diff_is_no_diff_and_one_after_it_keeps_its_totals() -> None:
    run = "\n".join(f"tests/test_{n}.py ...... [{n * 2:>3}%]" for n in range(40))
    totals = "FAILED tests/test_2.py::test_x - assert 1 == 2\n==== 1 failed, 44 passed in 0.08s ===="
    inside = choose(f"{run}\n{diff_text(1)}\n{totals}\n", Hints())
    assert inside is not None
    assert inside.NAME == "logs"
    text = f"{diff_text() * 9}\n{run[:300]}\n{totals}\n"
    after = choose(text, Hints())
    assert after is not None
    assert after.NAME == "diffs"
    assert totals in pack_to(after.read(text, Hints()), 0.15)


def test_compiler_findings_are_matches_only_for_a_search_tool() -> None:
    text = "src/a.c:4:12: error: no semicolon\nsrc/a.c:9:1: warning: unused\nsrc/b.c:1:1: error: no\n"
    assert claim_search(text, Hints()) == 0.0
    assert claim_search(text, Hints("Grep", "error")) > 0.5


def test_the_highest_claim_wins_and_ties_go_to_roster_order() -> None:
    """Whom `choose` asks first, and whom it spares the question, makes no difference."""
    texts = [(sample.text, sample.hints) for row in COMPRESSOR_ROWS for sample in row.claims]
    for text, hints in [*texts, ("plain", Hints()), ("", Hints())]:
        claims = [compressor.claim(text, hints) for compressor in COMPRESSORS]
        assert choose(text, hints) is COMPRESSORS[claims.index(max(claims))]
        names = NAMES[1:]
        assert choose(text, hints, only=names[2:4], skip=names) is None


def test_roster_names_are_unique_and_the_fallback_is_last() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert NAMES[-1] == "lines"
    assert choose("x", Hints(), skip=NAMES) is None
    assert choose("x", Hints(), only=("diffs",)) is None


def test_clean_drops_escapes_and_overwritten_progress() -> None:
    assert clean("\x1b[1;31mred\x1b[0m and \x1b]8;;http://x\x07link\x1b]8;;\x07\n") == (
        "red and link\n",
        ("ansi",),
    )
    assert clean("Get 10%\rGet 50%\rGet 100%, done.\r\nnext\n") == (
        "Get 100%, done.\r\nnext\n",
        ("progress",),
    )
    assert clean("\x1b[2K1/3\r2/3\r3/3") == ("3/3", ("ansi", "progress"))


@pytest.mark.parametrize(
    "text", ["", "a\r\nb\r\n", "one\rtwo\rthree\n", "a\x1b[", "x\r", "\r\r\n", "caf\u00e9 \U0001f600"]
)
def test_clean_leaves_clean_text_alone(text: str) -> None:
    cleaned, what = clean(text)
    assert cleaned is text
    assert what == ()


@BOUNDED
@given(st.text(st.sampled_from("a1% \r\n\x1b[];m0\x07"), max_size=60))
def test_clean_says_what_it_did(text: str) -> None:
    cleaned, what = clean(text)
    assert (cleaned != text) == bool(what)
    assert cleaned.count("\n") == text.count("\n")
