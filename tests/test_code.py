"""Source code: Python that parsed still parses; brackets stay in balance; numbers stay on their lines."""

import ast
import random
import sysconfig
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.compressors import choose
from headroom_cli.compressors._languages import language_of_path
from headroom_cli.compressors.code import claim, read
from headroom_cli.contracts import Hints, Units
from headroom_cli.marker import print_gap, removed
from headroom_cli.pack import pack
from tests.table_code_data import CODE_DATA_ROWS, go_source, number, python_source
from tests.table_compressors import Sample

HEAD = "[headroom code: 3 of 9 lines; ref 1a2b3c4d5e6f]"
PYTHON = Hints(tool="Read", argument="pkg/module.py")
ROW = next(row for row in CODE_DATA_ROWS if row.name == "code")

SIMPLE = st.sampled_from(
    (
        "x = 1",
        "call(a,\n     b)",
        "return",
        "raise ValueError('no')",
        "y = '''a\n# b\n  c'''",
        "a = 1; b = 2",
        "z = a + \\\n  b",
        "# a comment",
        "",
        "d = {\n# inside\n'k': 1,\n}",
        '"""Doc.\n\nMore."""',
        "pass  # tail",
        "global g",
        "e = '[... 3 lines ...]'",
    )
)


def indent(text: str) -> str:
    """Statements one level deeper; strings of several lines are statements of one level only."""
    return "\n".join(f"    {line}" if line else line for line in text.split("\n"))


BLOCKS = st.sampled_from(
    (
        ("def f(a,\n      b):",),
        ("class C:",),
        ("@deco\n@other(1,\n  2)\nasync def g():",),
        ("if a:", "else:"),
        ("if a:", "elif b:", "# between\nelif c:", "else:"),
        ("for i in x:", "else:"),
        ("while x:",),
        ("with open(a) as f, \\\n    b:",),
        ("try:", "except A:", "except B:", "else:", "finally:"),
        ("try:", "finally:"),
        ("try:", "except* A:"),
        ("match x:\n",),
    )
)


def build_block(headers: Sequence[str], bodies: Sequence[Sequence[str]]) -> str:
    if headers[0].startswith("match"):
        headers = [f"case {n}:" for n in range(max(1, len(bodies)))]
        return "match x:\n" + indent(build_block(headers, bodies))
    padded = [*bodies, *([()] * len(headers))]
    clauses = zip(headers, padded, strict=False)
    return "\n".join(f"{header}\n{indent(chr(10).join((*body, 'pass')))}" for header, body in clauses)


STATEMENTS = st.recursive(
    SIMPLE,
    lambda inner: st.builds(build_block, BLOCKS, st.lists(st.lists(inner, max_size=4), max_size=4)),
    max_leaves=25,
)


def close(mask: Sequence[bool], units: Units) -> list[bool]:
    """The mask with everything kept units need; rank 0 never stays for its own sake."""
    kept = [keep and rank > 0 for keep, rank in zip(mask, units.ranks, strict=True)]
    for unit in range(len(kept)):
        at = unit
        while kept[unit] and units.needs[at] >= 0:
            at = units.needs[at]
            kept[at] = True
    return kept


def render(units: Units, kept: Sequence[bool]) -> str:
    return units.render(kept, HEAD, lambda count: print_gap(count, units.noun))


def check(text: str, hints: Hints, choice: random.Random, shares: Sequence[float]) -> list[str]:
    """Check the contract over choices of what stays; the rendered texts."""
    units = read(text, hints)
    pieces = units.pieces()
    assert "".join(pieces) == text
    assert all(pieces)
    assert units.render([True] * len(pieces), "", str) == text
    results = []
    for share in shares:
        kept = close([choice.random() < share for _ in pieces], units)
        result = render(units, kept)
        gone = sum(size for size, keep in zip(units.sizes, kept, strict=True) if not keep)
        assert removed(result) - removed("".join(p for p, k in zip(pieces, kept, strict=True) if k)) == gone
        results.append(result)
    return results


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


@settings(max_examples=150, deadline=None)
@given(blocks=st.lists(STATEMENTS, min_size=1, max_size=8), seed=st.integers(0, 999), crlf=st.booleans())
def test_python_that_parsed_still_parses(blocks: list[str], seed: int, crlf: bool) -> None:
    text = "\n".join(blocks) + "\n"
    text = text.replace("\n", "\r\n") if crlf else text
    assert parses(text)
    for result in check(text, PYTHON, random.Random(seed), (0.0, 0.15, 0.5, 0.8)):
        assert parses(result), result


def test_the_standard_library_still_parses() -> None:
    choice = random.Random(7)
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    texts = [
        file.read_bytes().decode("utf-8", "replace") for file in choice.sample(files, min(45, len(files)))
    ]
    sources = [text for text in texts if 500 < len(text) < 120_000 and parses(text)]
    assert len(sources) > 10
    for text in sources:
        for result in check(text, PYTHON, choice, (0.03, 0.3, 0.7)):
            assert parses(result)


def braces(text: str) -> list[int]:
    depth, depths = 0, []
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        depths.append(depth)
    return depths


@pytest.mark.parametrize("seed", range(12))
def test_braces_stay_in_balance(seed: int) -> None:
    hints = Hints(argument="walk.go")
    for result in check(go_source(), hints, random.Random(seed), (0.05, 0.2, 0.5, 0.9)):
        depths = braces(result)
        assert min(depths, default=0) >= 0
        assert not depths or depths[-1] == 0


def test_marks_are_comments_and_numbered_reads_have_bare_ones() -> None:
    units = read(python_source(), PYTHON)
    result = render(units, close([unit % 3 == 0 for unit in range(len(units.sizes))], units))
    marks = [line for line in result.split("\n") if "[... " in line]
    assert result.startswith(f"# {HEAD}\n")
    assert marks
    assert all(line.lstrip().startswith("# [... ") for line in marks)
    for sign in ("\t", "→", ": ", "| "):
        text = f"Here is the file:\n{number(python_source(), sign)}</file>"
        assert claim(text, PYTHON) > 0.8
        units = read(text, PYTHON)
        result = render(units, close([unit % 3 == 0 for unit in range(len(units.sizes))], units))
        assert result.startswith(f"{HEAD}\n")
        kept = [line for line in result.split("\n") if line not in text.split("\n")]
        assert all(line.startswith("[") for line in kept)


def test_a_header_outranks_its_body() -> None:
    units = read(python_source(), PYTHON)
    by_text = dict(zip(units.pieces(), units.ranks, strict=True))
    headers = [rank for text, rank in by_text.items() if text.lstrip().startswith("def price_")]
    bodies = [rank for text, rank in by_text.items() if text.lstrip().startswith("total -= ")]
    assert headers
    assert bodies
    assert min(headers) > max(bodies)
    assert by_text[next(text for text in by_text if "Licensed" in text)] < min(bodies)


def test_cuts_split_lines_of_an_outline_but_not_of_parsed_python() -> None:
    line = "x = '" + "word " * 60 + "'\n"
    text = line + "def f():\n    return 1\n" * 4
    cuts = (101, 201)
    assert len(read(text, Hints(argument="a.py", cuts=cuts)).pieces()) == 5
    assert read(text, Hints(argument="a.py", cuts=cuts)).noun == "spans"
    outline = read("  " + text, Hints(argument="a.py", cuts=cuts))
    assert len(outline.pieces()) > 5
    assert "".join(outline.pieces()) == "  " + text


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("/a/b.py", "python"),
        ("C:\\x\\y.TS", "typescript"),
        ("sed -n '1,80p' src/lib.rs", "rust"),
        ("cd /r && cat -n 'a/b.go' | head -50", "go"),
        ("python run.py", None),
        ("grep -n foo a.py", None),
        ("Makefile", None),
    ],
)
def test_the_language_comes_from_the_path_that_was_read(argument: str, name: str | None) -> None:
    language = language_of_path(argument)
    assert (language.name if language else None) == name


@pytest.mark.parametrize("sample", ROW.claims)
def test_code_is_claimed(sample: Sample) -> None:
    chosen = choose(sample.text, sample.hints)
    assert chosen is not None
    assert chosen.NAME == "code"


@pytest.mark.parametrize("text", ROW.leaves)
def test_what_only_mentions_code_is_left_alone(text: str) -> None:
    assert claim(text, Hints()) == 0.0


@pytest.mark.parametrize("sample", CODE_DATA_ROWS[0].claims + CODE_DATA_ROWS[1].claims)
def test_what_matters_survives_a_tight_target(sample: Sample) -> None:
    chosen = choose(sample.text, sample.hints)
    assert chosen is not None
    units = chosen.read(sample.text, sample.hints)
    costs = [(len(piece) + 3) // 4 for piece in units.pieces()]
    packed = pack(
        units, costs, int(sum(costs) * sample.share), lambda t: (len(t) + 3) // 4, lambda k, n: HEAD
    )
    assert packed is not None
    assert [wanted for wanted in sample.keeps if wanted not in packed.text] == []
