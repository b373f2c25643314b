"""Where one JSON value of a file ends and the next begins, and what is said of a file that is not JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli import spans
from headroom_cli.errors import InputError
from headroom_cli.formats import _chunks
from headroom_cli.formats._chunks import split
from tests.spelled_json import Spelled, spelled, spelled_lines

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared" / "transcripts"


def stretches(data: bytes, keep_invalid: bool = False) -> list[tuple[bytes, int, bool]]:
    chunks, values = split(data, keep_invalid)
    assert len(chunks) == len(values)
    return [(data[chunk.start : chunk.end], chunk.line, chunk.valid) for chunk in chunks]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":1}', [(b'{"a":1}', 1)]),
        (b" [1,\n2]\n", [(b"[1,\n2]", 1)]),
        (b'\xef\xbb\xbf{"a":1}\n', [(b'{"a":1}', 1)]),
        (b'\xef\xbb\xbf\n{"a":1}\n{"b":1}\n', [(b'{"a":1}', 2), (b'{"b":1}', 3)]),
        (b'{"a":1}\r\n\r\n  {"b":2} \r\n', [(b'{"a":1}', 1), (b'{"b":2}', 3)]),
        (b'{"a":1}\n{"b":2}', [(b'{"a":1}', 1), (b'{"b":2}', 2)]),
        (b'{"a":1}{"b":2} [3]\n{"c":4}', [(b'{"a":1}', 1), (b'{"b":2}', 1), (b"[3]", 1), (b'{"c":4}', 2)]),
        (
            b'{\n"a":1\n}\n\n{\n"b":2\n}{"c":\n3}',
            [(b'{\n"a":1\n}', 1), (b'{\n"b":2\n}', 5), (b'{"c":\n3}', 7)],
        ),
        (b'[\n{"a":"\\ud83d"},\n{"b":1}\n]', [(b'[\n{"a":"\\ud83d"},\n{"b":1}\n]', 1)]),
        (b'[\n{"a":1}\n,{"b":"\\ud83d"}\n]', [(b'[\n{"a":1}\n,{"b":"\\ud83d"}\n]', 1)]),
        (b'{"a":1}\n5\nnull\n', [(b'{"a":1}', 1), (b"5", 2), (b"null", 3)]),
        ('{"a":"\u2028\u0085"}\n{"b":1}'.encode(), [('{"a":"\u2028\u0085"}'.encode(), 1), (b'{"b":1}', 2)]),
    ],
)
def test_values_stand_where_they_stand(data: bytes, expected: list[tuple[bytes, int]]) -> None:
    assert stretches(data) == [(*each, True) for each in expected]
    assert stretches(data, keep_invalid=True) == [(*each, True) for each in expected]


def test_values_that_only_the_standard_library_reads() -> None:
    lines = [
        b'{"a":"\\ud83d"}',
        b'{"a":NaN}',
        b'{"a":-1e400}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"1" * 25 + b"}",
    ]
    chunks, values = split(b"\n".join(lines), False)
    assert [chunk.line for chunk in chunks] == [1, 2, 3, 4, 5]
    assert values[0] == {"a": "\ud83d"}


@settings(max_examples=100, deadline=None)
@given(spelled)
def test_any_document_is_one_chunk(document: Spelled) -> None:
    data = bytes(document.data)
    if data[:1] in (b"{", b"["):
        chunks, values = split(b" \n" + data + b"\n ", False)
        assert [(chunk.start, chunk.end, chunk.line) for chunk in chunks] == [(2, 2 + len(data), 2)]
        assert json.dumps(values[0]).count('"') == json.dumps(document.value).count('"')


@settings(max_examples=100, deadline=None)
@given(st.lists(spelled_lines, min_size=2, max_size=6), st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
def test_any_lines_are_as_many_chunks(documents: list[Spelled], newline: bytes) -> None:
    lines = [b'{"n":' + bytes(document.data) + b"}" for document in documents]
    assert [stretch for stretch, _, _ in stretches(newline.join(lines))] == lines


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"{",
                b"}",
                b"[",
                b"]",
                b'"',
                b'"a"',
                b":",
                b",",
                b"1",
                b"\n",
                b"\\",
                b"\0",
                b" ",
                b"\xff",
                b'{"a":1}',
            ]
        ),
        max_size=12,
    )
)
def test_any_bytes_are_read_or_refused(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for keep_invalid in (False, True):
        try:
            chunks, values = split(data, keep_invalid)
        except InputError:
            continue
        done = 0
        for chunk, value in zip(chunks, values, strict=True):
            assert not data[done : chunk.start].strip(b" \t\r\n")
            assert chunk.line == 1 + data.count(b"\n", 0, chunk.start)
            assert chunk.start < chunk.end
            assert not chunk.valid or json.loads(data[chunk.start : chunk.end]) == value
            assert chunk.valid or (keep_invalid and value is None)
            done = chunk.end
        assert not data[done:].strip(b" \t\r\n")


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (
            b'{"a":1}\nfoo bar\n{"b":1}\n',
            [(b'{"a":1}', 1, True), (b"foo bar", 2, False), (b'{"b":1}', 3, True)],
        ),
        (b'{"a":1}\n{"b":', [(b'{"a":1}', 1, True), (b'{"b":', 2, False)]),
        (b'{"a": [1,\n{"b":1}\n', [(b'{"a": [1,', 1, False), (b'{"b":1}', 2, True)]),
        (b'\0\0{"a":1}\n', [(b"\0\0", 1, False), (b'{"a":1}', 1, True)]),
        (b'{"a":1} tail\n', [(b'{"a":1}', 1, True), (b"tail", 1, False)]),
        (b'{"a":x}{"b":1}\n', [(b'{"a":x}', 1, False), (b'{"b":1}', 1, True)]),
        (b'{"a":"\xe9"}\n{"b":1}\n', [(b'{"a":"\xe9"}', 1, False), (b'{"b":1}', 2, True)]),
        (
            b'{"a":1}\n' + b"[" * 3000 + b'\n{"b":1}',
            [(b'{"a":1}', 1, True), (b"[" * 3000, 2, False), (b'{"b":1}', 3, True)],
        ),
    ],
)
def test_bad_stretches_are_carried_when_asked(data: bytes, kept: list[tuple[bytes, int, bool]]) -> None:
    assert stretches(data, keep_invalid=True) == kept
    with pytest.raises(InputError, match=r"^line "):
        split(data, False)


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", None, "holds no JSON"),
        (b" \r\n", None, "holds no JSON"),
        (b"\xef\xbb\xbf", None, "holds no JSON"),
        ('{"a":1}'.encode("utf-16"), None, "UTF-16"),
        ('{"a":1}'.encode("utf-32"), None, "UTF-32"),
        (b"# Title\n\ntext", 1, "the file is not JSON: it begins with '# Title'"),
        (b"\x1f\x8b\x08\x00", 1, "the file is not JSON: it begins with '?"),
        (b'{"a":1}\n\n# Title\n', 3, "'# Title'"),
        (b'{"a":1}\n{"b": 1, "c\n', 2, 'breaks off in the middle of a value: \'{"b": 1, "c\''),
        (b'{"a":1}\n{"b":"' + b"x" * 99, 2, "breaks off in the middle of a value: '...xxx"),
        (b'{\n"a": 1,\n"b": 2', 3, "breaks off"),
        (b'{\n"a": 1\n"b": 2\n}\n', 3, "repair the file"),
        (b'{"a":1}\n{"b":1}\n{"c":\0}\n', 3, "NUL"),
        (b'{"a":1}\n{"b":"\xe9"}\n', 2, "0xE9 is not UTF-8"),
        (b'[\n1,\n"\xe9"\n]', 3, "0xE9 is not UTF-8"),
        (b'{"a":1} 5\n', 1, "share a line"),
        (b"[" * 100_000, 1, "levels deep"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, None, "levels deep"),
        (b'{"a":"\x1b[31m', 1, "?[31m"),
    ],
)
def test_errors_name_the_line_and_what_is_wrong(data: bytes, line: int | None, words: str) -> None:
    with pytest.raises(InputError) as caught:
        split(data, False)
    assert words in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


def test_a_file_without_any_value_is_refused_even_if_carried() -> None:
    with pytest.raises(InputError, match="not JSON"):
        split(b"foo\nbar\n", True)


def test_many_torn_lines_cost_no_search_each(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b'{"a": [1,\n' * 2_000 + b'{"b":1}\n'
    searches: list[int] = []

    def search(text: bytes, start: int, end: int, limit: int = spans.MAX_DEPTH) -> int | None:
        if text is data and end == len(data):
            searches.append(start)
        return spans.value_end(text, start, end, limit)

    monkeypatch.setattr(_chunks, "value_end", search)
    assert len(split(data, True)[0]) == 2_001
    assert len(searches) == 1


def test_many_values_on_one_line() -> None:
    assert len(split(b'{"a":[1]}' * 20_000, False)[0]) == 20_000


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared transcripts are not next to the project")
def test_chunks_of_real_files_cover_them() -> None:
    read = 0
    for path in sorted(SHARED.glob("*/*"))[::8]:
        data = path.read_bytes()
        if not path.is_file() or len(data) > 500_000 or data.lstrip()[:1] not in (b"{", b"["):
            continue
        done = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        for chunk in split(data, True)[0]:
            assert not data[done : chunk.start].strip()
            done = chunk.end
        assert not data[done:].strip()
        read += 1
    assert read
