"""The room `tokens`: vocabularies, exact counts, costs of lines, cuts of long lines."""

import hashlib
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
import tiktoken
import tiktoken_ext.openai_public as public
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.tokens import bpe, long_line_cuts, pieces, vocab
from headroom_cli.tokens.bpe import BpeCounter
from headroom_cli.tokens.cuts import LONG_LINE, SPAN
from headroom_cli.tokens.vocab import build

ENCODINGS = vocab.NAMES
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT / ".." / "shared"

# What the splitting expressions treat differently, so that generated texts cross every border of theirs.
ATOMS = (
    *("\n", "\n\n", "\r\n", "\r", " ", "  ", "\t", "\v", "\x1c", "\u00a0", "\u2028", "\u3000", "/", "//"),
    *("'s", "'", "'LL", "a", "foo", "Foo", "FOO", "1", "2024", "é", "e\u0301", "漢字", "、", "かな", "²"),
    *("한글", "Я", ".", ",", ");", "{", '"', "=", "-", "\\n", "<|endoftext|>", "\ud800", "\udc00", "😀", "ſ"),
)
TEXTS = st.lists(st.sampled_from(ATOMS) | st.characters(), max_size=60).map("".join)
BOTH = pytest.mark.parametrize("name", ENCODINGS)


def count_whole(name: str, text: str) -> int:
    encoding, _ = bpe.load_encoding(name)
    return len(encoding.encode_ordinary(text))


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "MAX_PIECE", 3)


@pytest.fixture(scope="session")
def real_texts() -> list[str]:
    folder = SHARED / "toolout"
    if not folder.is_dir():
        pytest.skip("no folder `shared` next to the project: real tool outputs are not at hand")
    files = sorted(path for path in folder.glob("*/*") if path.is_file())[::2]
    return [path.read_bytes().decode("utf-8", "replace") for path in files]


# --- vocabularies ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def facts() -> dict[str, dict[str, object]]:
    """What tiktoken says about its encodings, its downloads replaced by the hash they would check."""
    patch = pytest.MonkeyPatch()
    patch.setattr(public, "load_tiktoken_bpe", lambda url, expected_hash: expected_hash)
    try:
        return {name: public.ENCODING_CONSTRUCTORS[name]() for name in ENCODINGS}
    finally:
        patch.undo()


@BOTH
def test_vocabulary_is_the_one_tiktoken_pins(name: str, facts: dict[str, dict[str, object]]) -> None:
    text = build.print_vocabulary(vocab.load_vocabulary(name).ranks)
    assert hashlib.sha256(text).hexdigest() == facts[name]["mergeable_ranks"]


@BOTH
def test_encoding_facts_are_those_of_tiktoken(name: str, facts: dict[str, dict[str, object]]) -> None:
    assert bpe.PATTERNS[name] == facts[name]["pat_str"]
    assert bpe.SPECIAL_TOKENS[name] == facts[name]["special_tokens"]


@given(st.lists(st.binary(min_size=1, max_size=9) | st.just(b"\n\n"), max_size=50, unique=True))
@settings(max_examples=50, deadline=None)
def test_packing_is_undone(tokens: list[bytes]) -> None:
    ranks = {token: rank for rank, token in enumerate(tokens)}
    vocabulary = vocab.unpack(build.pack_vocabulary(ranks))
    assert vocabulary.ranks == ranks
    assert list(vocabulary.line_ends) == [token.count(b"\n") for token in tokens]
    assert build.parse_vocabulary(build.print_vocabulary(ranks)) == ranks


@BOTH
def test_vocabularies_stay_small(name: str) -> None:
    packed = Path(vocab.__file__).with_name(f"{name}.bin")
    assert packed.stat().st_size < {"o200k_base": 1_000_000, "cl100k_base": 500_000}[name]


def test_nothing_heavy_is_imported_before_the_first_count() -> None:
    code = (
        "import sys; from headroom_cli.tokens import pick_counter; counter, _ = pick_counter('gpt-4o');"
        "assert not {'tiktoken', 'difflib'} & set(sys.modules); counter.count('a');"
        "assert 'requests' not in sys.modules and 'tiktoken_ext.openai_public' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# --- counts ---------------------------------------------------------------------------------------------


@BOTH
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_count_is_that_of_the_whole_text(name: str, text: str) -> None:
    assert BpeCounter(name).count(text) == count_whole(name, text)


@BOTH
@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_pieces_add_up(name: str, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "MAX_PIECE", 1)
        parts = list(pieces.split_exact(text))
        assert "".join(parts) == text
        assert sum(count_whole(name, part) for part in parts) == count_whole(name, text)


@BOTH
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_line_costs_cover_the_text_and_sum_to_its_count(name: str, text: str) -> None:
    counter = BpeCounter(name)
    ends, costs = counter.line_costs(text)
    starts = [0, *ends[:-1]] if ends else []
    lines = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    assert "".join(lines) == text
    assert all("\n" not in line[:-1] for line in lines)
    assert all(line.endswith("\n") for line in lines[:-1])
    assert len(costs) == len(lines)
    assert all(cost >= 0 for cost in costs)
    assert sum(costs) == counter.count(text) == count_whole(name, text)


@BOTH
@pytest.mark.usefixtures("small_pieces")
def test_real_texts_add_up_in_the_smallest_pieces(name: str, real_texts: list[str]) -> None:
    for text in real_texts:
        short = text[:20_000]
        counter = BpeCounter(name)
        _, costs = counter.line_costs(short)
        assert sum(costs) == counter.count(short) == count_whole(name, short)


@BOTH
def test_a_line_costs_what_it_counts_alone(name: str, real_texts: list[str]) -> None:
    """Save where tokens span the line end: a next line that is blank, or that begins with `/` or CR."""
    counter, seen = BpeCounter(name), 0
    for text in (text[:10_000] for text in real_texts[::3]):
        ends, costs = counter.line_costs(text)
        lines = [text[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]
        for before, line, after, cost in zip(["a", *lines], lines, [*lines[1:], "a"], costs, strict=False):
            if not any(other.isspace() or other.lstrip()[:1] in ("", "/") for other in (before, line, after)):
                if "\r" in before + line + after:
                    continue
                assert cost == count_whole(name, line)
                seen += 1
    assert seen > 500


def test_blank_lines_are_charged_to_the_line_before() -> None:
    _, costs = BpeCounter("o200k_base").line_costs("def f():\n\n\n    return 1\n")
    assert list(costs) == [4, 0, 0, 5]


def test_empty_text_costs_nothing() -> None:
    counter = BpeCounter("o200k_base")
    assert counter.count("") == 0
    assert [list(column) for column in counter.line_costs("")] == [[], []]


def test_special_tokens_are_ordinary_text() -> None:
    assert BpeCounter("o200k_base").count("<|endoftext|>") > 1
    assert BpeCounter("cl100k_base").count("<|endoftext|>") > 1


@BOTH
def test_lone_surrogates_count_as_replacement_characters(name: str) -> None:
    counter = BpeCounter(name)
    assert counter.count("a\ud800 b\n\udfff") == counter.count("a\ufffd b\n\ufffd")


HARD = {
    "spaces": " " * 2_000_000,
    "tabs": "\t" * 2_000_000,
    "spaces between words": "x\n" + " " * 1_000_001 + "y",
    "a": "a" * 2_000_000,
    "A": "A" * 1_000_001,
    "ideographs": "漢字" * 250_000,
    "line ends": "\n" * 500_000,
}


@pytest.mark.parametrize("kind", HARD)
def test_giant_runs_are_counted_in_linear_time(kind: str) -> None:
    text = HARD[kind]
    counter = BpeCounter("o200k_base")
    counter.count("load the vocabulary")
    started = time.perf_counter()
    counter.count(text[: len(text) // 4])
    quarter = time.perf_counter() - started
    counter.count(text)
    assert time.perf_counter() - started - quarter < 20 * quarter + 1


@BOTH
def test_too_long_blanks_count_as_runs_of_the_longest_length(name: str) -> None:
    counter = BpeCounter(name)
    longest = " " * pieces.MAX_BLANK
    text = f"x{longest}{longest}  y\nz"
    assert counter.count(text) == count_whole(name, "x" + longest) + count_whole(name, longest) + count_whole(
        name, "  y\nz"
    )
    assert sum(counter.line_costs(text)[1]) == counter.count(text)


def test_blanks_of_the_longest_length_are_left_whole() -> None:
    assert list(pieces.split_exact(" " * pieces.MAX_BLANK)) == [" " * pieces.MAX_BLANK]


def test_long_texts_are_counted_in_pieces() -> None:
    text = "some words, 12 of them; and so on\n" * 20_000
    assert max(map(len, pieces.split_exact(text))) < pieces.MAX_PIECE + 100


class Meter:
    """Stands in for tiktoken's encoding and adds up the characters that are tokenized."""

    def __init__(self, encoding: tiktoken.Encoding) -> None:
        self.encoding = encoding
        self.characters = 0

    def encode_ordinary(self, text: str) -> list[int]:
        self.characters += len(text)
        return self.encoding.encode_ordinary(text)


@pytest.mark.parametrize("text", ["one line " * 99, "two\nlines\n" * 99, "short"])
@pytest.mark.parametrize("first", ["count", "line_costs"])
def test_no_text_is_tokenized_twice(text: str, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    encoding, line_ends = bpe.load_encoding("o200k_base")
    meter = Meter(encoding)
    monkeypatch.setattr(bpe, "load_encoding", lambda name: (meter, line_ends))
    counter = BpeCounter("o200k_base")
    getattr(counter, first)(text)
    counter.count(text)
    counter.line_costs(text)
    counter.count("".join(list(text)))
    assert meter.characters == len(text)


# --- cuts of long lines ---------------------------------------------------------------------------------

WORDS = st.sampled_from(("word", "an_identifier_7", "x" * 3000, "0f9a" * 300, "漢字", " ", "\t", "   ", "/a"))
LINES = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)


@given(st.lists(LINES.map(lambda line: line * 9) | LINES, max_size=4), st.sampled_from(("", "\n", " \n")))
@settings(max_examples=40, deadline=None)
def test_spans_of_long_lines_are_short(lines: list[str], last: str) -> None:
    text = "\n".join(lines) + last
    counter = BpeCounter("o200k_base")
    cuts = long_line_cuts(text, counter)
    assert list(cuts) == sorted(set(cuts))
    ends, costs = counter.line_costs(text)
    for start, end, cost in zip([0, *ends[:-1]], ends, costs, strict=False):
        inside = [cut for cut in cuts if start <= cut < end]
        assert cost > LONG_LINE or not inside
        for left, right in zip([start, *inside], [*inside, end], strict=True):
            span = text[left:right]
            assert left == start or (span[0].isspace() and text[left:end].strip())
            if cost > LONG_LINE and counter.count(span) > SPAN:
                assert not any(character.isspace() for character in span[1:].rstrip())


def test_short_lines_are_not_cut() -> None:
    assert long_line_cuts("some words\n" * 1_000, BpeCounter("o200k_base")) == ()


def test_spans_are_not_much_shorter_than_they_may_be() -> None:
    counter = BpeCounter("o200k_base")
    text = "The quick brown fox jumps over the lazy dog, " * 2_000
    cuts = long_line_cuts(text, counter)
    assert counter.count(text) / SPAN <= len(cuts) + 1 <= counter.count(text) / (SPAN * 0.8)


def test_lines_without_white_space_stay_whole() -> None:
    assert long_line_cuts("a1" * 5_000 + "\n" + " " + "b2" * 5_000 + " \n", BpeCounter("o200k_base")) == ()


def test_long_white_space_is_cut_too() -> None:
    counter = BpeCounter("o200k_base")
    text = "a" + " " * 100_000 + "b"
    bounds = [0, *long_line_cuts(text, counter), len(text)]
    assert max(counter.count(text[a:b]) for a, b in pairwise(bounds)) <= SPAN
