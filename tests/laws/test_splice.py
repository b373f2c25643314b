"""Edits change what they name and nothing else, and every splice can be undone."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli import spans
from headroom_cli.errors import LawBrokenError
from headroom_cli.formats._chunks import split
from headroom_cli.formats._splice import splice, unsplice
from headroom_cli.model import Chunk, Edit, Patch, Path
from tests.spelled_json import Spelled, Speller, spelled, texts, values

INSERTED = {"inserted": [True]}
RAW = json.dumps(INSERTED).encode()
LINKS = st.sampled_from(["", "id-1", "id-é"])


def whole(document: Spelled) -> tuple[bytes, tuple[Chunk, ...]]:
    data = bytes(document.data)
    return data, (Chunk(0, len(data), 1),)


def edit_value(value: object, edits: Sequence[Edit], path: Path = ()) -> object:
    """What the edits make of a parsed value: the slow, obvious way."""
    for edit in edits:
        if edit.path == path and edit.link is not None:
            return edit.link or None
    inner = {edit.inner: edit for edit in edits if edit.path == path and edit.text is not None}
    if None in inner:
        return inner[None].text
    if inner:
        assert isinstance(value, str)
        nested = [Edit(0, at, text=edit.text) for at, edit in inner.items() if at is not None]
        return json.dumps(edit_value(json.loads(value), nested))
    if isinstance(value, dict):
        return {key: edit_value(item, edits, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        changed: list[object] = []
        for index, item in enumerate(value):
            at = (*path, index)
            changed += [INSERTED for edit in edits if edit.path == at and edit.raw is not None]
            if not any(edit.path == at and removes(edit) for edit in edits):
                changed.append(edit_value(item, edits, at))
        return changed
    return value


def removes(edit: Edit) -> bool:
    return edit.text is None and edit.link is None and edit.raw is None


def same(left: object, right: object) -> bool:
    """Equal as JSON; strings that hold JSON are equal if what they hold is."""
    if isinstance(left, str) and isinstance(right, str):
        if left == right:
            return True
        try:
            return same(json.loads(left), json.loads(right))
        except ValueError:
            return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    numbers = [
        value for value in (left, right) if isinstance(value, int | float) and value not in (True, False)
    ]
    return float(numbers[0]) == float(numbers[1]) if len(numbers) == 2 else left is right or left == right


@st.composite
def edited(draw: st.DrawFn) -> tuple[Spelled, list[Edit]]:
    """A document, some of its strings holding JSON, and edits that fit it."""
    document = draw(spelled)
    if draw(st.booleans()):
        inner = bytes(document.data).decode("utf-8")
        document = Speller(draw(st.integers(0, 999))).spell([inner, {"a": inner}, "x"])
    raw = bytes(document.data)
    edits: list[Edit] = []
    for path, (start, end) in sorted(document.spans.items(), key=lambda item: item[1]):
        edits += draw(_edits_at(path, raw[start:end]))
    return document, draw(st.permutations(edits)) if draw(st.booleans()) else edits


@st.composite
def _edits_at(draw: st.DrawFn, path: Path, old: bytes) -> list[Edit]:
    kind = draw(st.sampled_from(["", "", "text", "inner", "link", "remove", "insert", "replace"]))
    if kind == "text" and old[:1] == b'"':
        return [Edit(0, path, text=draw(texts))]
    if kind == "inner" and old[:1] == b'"':
        return draw(_edits_inside(path, spans.decode_literal(old)))
    if kind == "link" and (old[:1] == b'"' or old == b"null"):
        return [Edit(0, path, link=draw(LINKS))]
    edits = []
    if path and isinstance(path[-1], int):
        if kind in ("remove", "replace"):
            edits.append(Edit(0, path))
        if kind in ("insert", "replace"):
            edits += [Edit(0, path, raw=RAW)] * draw(st.integers(1, 2))
    return edits


@st.composite
def _edits_inside(draw: st.DrawFn, path: Path, text: str) -> list[Edit]:
    try:
        value = json.loads(text)
    except ValueError:
        return []
    strings = [at for at, item in walk(value) if isinstance(item, str)]
    if not strings:
        return []
    chosen = draw(st.lists(st.sampled_from(strings), max_size=3, unique=True))
    return [Edit(0, path, text=draw(texts), inner=at) for at in chosen]


def walk(value: object, path: Path = ()) -> list[tuple[Path, object]]:
    found = [(path, value)]
    if isinstance(value, dict):
        found += [item for key in value for item in walk(value[key], (*path, key))]
    if isinstance(value, list):
        found += [item for index, each in enumerate(value) for item in walk(each, (*path, index))]
    return found


@settings(max_examples=150, deadline=None)
@given(edited())
def test_the_output_is_the_value_edited(case: tuple[Spelled, list[Edit]]) -> None:
    document, edits = case
    data, chunks = whole(document)
    output, patch = splice(data, chunks, edits)
    assert unsplice(output, patch) == data
    # Lone surrogates that came to stand side by side are read as one character.
    expected = json.loads(json.dumps(edit_value(document.value, edits)))
    assert same(json.loads(output), expected)


@settings(max_examples=150, deadline=None)
@given(edited())
def test_nothing_else_is_touched(case: tuple[Spelled, list[Edit]]) -> None:
    document, edits = case
    data, chunks = whole(document)
    output, patch = splice(data, chunks, edits)
    named = bytearray(data)
    for edit in edits:
        if edit.raw is None:
            start, end = document.spans[edit.path]
            named[start:end] = b" " * (end - start)
    done = shift = 0
    for start, length, old in patch.splices:
        assert start >= done
        at = start - shift
        assert data[at : at + len(old)] == old
        assert not named[at : at + len(old)].strip(b" \t\r\n,")
        done, shift = start + length, shift + length - len(old)
    assert len(output) - len(data) == shift


@settings(max_examples=100, deadline=None)
@given(edited())
def test_a_text_edit_replaces_its_literal_only(case: tuple[Spelled, list[Edit]]) -> None:
    document, edits = case
    data, chunks = whole(document)
    changes = {edit.path: edit.text for edit in edits if edit.text is not None and edit.inner is None}
    expected = data
    for path, text in sorted(changes.items(), key=lambda change: -document.spans[change[0]][0]):
        start, end = document.spans[path]
        if spans.decode_literal(data[start:end]) != text:
            expected = expected[:start] + spans.encode_literal(text, data[start:end]) + expected[end:]
    assert splice(data, chunks, [Edit(0, path, text=text) for path, text in changes.items()])[0] == expected


@settings(max_examples=100, deadline=None)
@given(spelled, st.data())
def test_an_inner_edit_is_the_inner_text_spliced(inner: Spelled, data: st.DataObject) -> None:
    text = bytes(inner.data).decode("utf-8")
    document = Speller(data.draw(st.integers(0, 999))).spell(["é", {"arguments": text}])
    raw, chunks = whole(document)
    path: Path = (1, "arguments")
    edits = data.draw(_edits_inside(path, text))
    output, patch = splice(raw, chunks, edits)
    changes = {edit.inner: edit.text for edit in edits if edit.inner is not None and edit.text is not None}
    start, end = spans.find_spans(output, 0, len(output), [path])[path]
    assert spans.decode_literal(output[start:end]) == spans.splice_text(text, changes)
    assert unsplice(output, patch) == raw


@settings(max_examples=100, deadline=None)
@given(spelled)
def test_no_change_gives_the_same_object(document: Spelled) -> None:
    data, chunks = whole(document)
    assert splice(data, chunks, [])[0] is data
    strings = [
        Edit(0, path, text=spans.decode_literal(data[start:end]))
        for path, (start, end) in document.spans.items()
        if data[start : start + 1] == b'"'
    ]
    output, patch = splice(data, chunks, strings)
    assert output is data
    assert patch == Patch()


@st.composite
def lines_of_records(draw: st.DrawFn) -> tuple[bytes, list[object]]:
    """A file of one-line records, several on a line here and there, and their values."""
    newline = draw(st.sampled_from([b"\n", b"\r\n"]))
    records = draw(
        st.lists(
            st.tuples(values, st.sampled_from(["", "", "", " ", "blank", "join"])), min_size=1, max_size=6
        )
    )
    data = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + draw(st.sampled_from([b"", b" ", newline]))
    expected: list[object] = []
    for number, (value, dress) in enumerate(records):
        record = Speller(number, one_line=True).spell({"n": value})
        data += (b" " if dress == " " else b"") + bytes(record.data)
        expected.append(record.value)
        if number < len(records) - 1:
            data += b"" if dress == "join" else newline * (2 if dress == "blank" else 1)
    return data + draw(st.sampled_from([b"", newline])), expected


@settings(max_examples=150, deadline=None)
@given(lines_of_records(), st.data())
def test_records_go_and_come(case: tuple[bytes, list[object]], data: st.DataObject) -> None:
    raw, expected = case
    chunks, found = split(raw, False)
    assert all(map(same, found, expected))
    assert len(found) == len(expected)
    kinds = [data.draw(st.sampled_from(["", "", "remove", "insert", "replace", "text"])) for _ in chunks]
    edits: list[Edit] = []
    result: list[object] = []
    for index, kind in enumerate(kinds):
        if kind in ("insert", "replace"):
            edits.append(Edit(index, (), raw=RAW))
            result.append(INSERTED)
        if kind in ("remove", "replace"):
            edits += [Edit(index, ()), Edit(index, ("n",), text="ignored")]
        else:
            result.append(expected[index])
    output, patch = splice(raw, chunks, edits)
    assert unsplice(output, patch) == raw
    if result:
        assert all(map(same, split(output, False)[1], result))
        assert len(split(output, False)[1]) == len(result)
        for chunk, kind in zip(chunks, kinds, strict=True):
            assert kind in ("remove", "replace") or raw[chunk.start : chunk.end] in output
    else:
        assert not output.removeprefix(b"\xef\xbb\xbf").strip()
    if b"\r\n" in raw:
        assert output.count(b"\n") == output.count(b"\r\n")


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ("[1, 2, 3]", [0], "[2, 3]"),
        ("[1, 2, 3]", [1], "[1, 3]"),
        ("[1, 2, 3]", [2], "[1, 2]"),
        ("[1, 2, 3]", [0, 1], "[3]"),
        ("[1, 2, 3]", [1, 2], "[1]"),
        ("[1, 2, 3]", [0, 2], "[2]"),
        ("[1, 2, 3]", [0, 1, 2], "[]"),
        ("[1, 2, 3]", ["+0"], "[0, 1, 2, 3]"),
        ("[1, 2, 3]", ["+2"], "[1, 2, 0, 3]"),
        ("[1, 2, 3]", ["+1", 1], "[1, 0, 3]"),
        ("[1, 2, 3]", ["+1", 1, 2], "[1, 0]"),
        ("[1, 2, 3]", ["+1", "+2", 1, 2], "[1, 0, 0]"),
        ("[1, 2, 3]", ["+0", 0, 1, 2], "[0]"),
        ("[ 1,\n 2 ]", [0, 1], "[]"),
        ("[1,2]", ["+0"], "[0,1,2]"),
        ("[1]", ["+0"], "[0,1]"),
        ("[ 1 ]", ["+0"], "[ 0, 1 ]"),
        ("[\n  1,\n  2\n]", ["+0"], "[\n  0,\n  1,\n  2\n]"),
        ("[\n  1,\n  2\n]", ["+1"], "[\n  1,\n  0,\n  2\n]"),
        ("[\n  1\n]", ["+0"], "[\n  0,\n  1\n]"),
        ("[\n  1,\n  2\n]", [1], "[\n  1\n]"),
        ("[\n  1,\n  2\n]", [0], "[\n  2\n]"),
        ("[\r\n  1,\r\n  2\r\n]", ["+1", 0], "[\r\n  0,\r\n  2\r\n]"),
    ],
)
def test_elements_go_with_their_comma(before: str, edits: list[int | str], after: str) -> None:
    data = before.encode()
    changes = [
        Edit(0, (int(edit[1:]),), raw=b"0") if isinstance(edit, str) else Edit(0, (edit,)) for edit in edits
    ]
    output, patch = splice(data, (Chunk(0, len(data), 1),), changes)
    assert output.decode() == after
    assert unsplice(output, patch) == data


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ("{1}\n{2}\n{3}\n", [0], "{2}\n{3}\n"),
        ("{1}\n{2}\n{3}\n", [1, 2], "{1}\n"),
        ("{1}\n{2}", [1], "{1}\n"),
        ("{1}\n{2}", [0], "{2}"),
        ("{1}\n{2}", [1, "+1"], "{1}\n{0}"),
        ("{1}\n\n{2}\n", [1], "{1}\n\n"),
        ("{1}\r\n{2}\r\n", ["+1", 1], "{1}\r\n{0}\r\n"),
        ("\ufeff{1}\n", ["+0"], "\ufeff{0}\n{1}\n"),
        ("\ufeff{1}\n{2}\n", ["+0", 0], "\ufeff{0}\n{2}\n"),
        ("{1}", ["+0"], "{0}\n{1}"),
        ("{1}{2} {3}\n", [1], "{1}{3}\n"),
        ("{1}{2}\n{3}\n", [1], "{1}\n{3}\n"),
        ("{1} {2}\n{3}\n", [0], "{2}\n{3}\n"),
        ("{1}{2}\n{3}\n", [0, 1], "{3}\n"),
        ("{1}{2}\n", ["+1"], "{1}\n{0}\n{2}\n"),
        ("{1}{2}\n", ["+1", 1], "{1}\n{0}\n"),
        ("{1}{2}\n", ["+0", 0], "{0}\n{2}\n"),
        ("{1}{2}\n", ["+1", 0, 1], "{0}\n"),
        ("\n {1}\n {2}\n", ["+1", 0], "\n{0}\n {2}\n"),
    ],
)
def test_records_go_with_their_line_end(before: str, edits: list[int | str], after: str) -> None:
    def spell(text: str) -> bytes:
        return text.replace("{", '{"n":').encode()

    data = spell(before)
    changes = [
        Edit(int(edit[1:]), (), raw=spell("{0}")) if isinstance(edit, str) else Edit(edit, ())
        for edit in edits
    ]
    output, patch = splice(data, split(data, False)[0], changes)
    assert output == spell(after)
    assert unsplice(output, patch) == data


def test_only_the_inner_literal_changes() -> None:
    data = b'{"a":"{\\"x\\": \\"\\u00e9\\\\n\\", \\"y\\"\\u003a\\t\\"z\\/\\"}","b":1.10}'
    output, patch = splice(data, (Chunk(0, len(data), 1),), [Edit(0, ("a",), text="1\n", inner=("y",))])
    assert output == b'{"a":"{\\"x\\": \\"\\u00e9\\\\n\\", \\"y\\"\\u003a\\t\\"1\\\\n\\"}","b":1.10}'
    assert unsplice(output, patch) == data


def test_links() -> None:
    data = b'{"up": null, "down": "a"}'
    chunks = (Chunk(0, len(data), 1),)
    output, patch = splice(data, chunks, [Edit(0, ("up",), link="b"), Edit(0, ("down",), link="")])
    assert output == b'{"up": "b", "down": null}'
    assert unsplice(output, patch) == data
    assert splice(data, chunks, [Edit(0, ("up",), link=""), Edit(0, ("down",), link="a")])[0] is data


def test_edits_inside_what_goes_are_ignored() -> None:
    data = b'[{"t": ["x", "y"]}, {"t": "z"}]'
    edits = [
        Edit(0, (0,)),
        Edit(0, (0, "t", 0)),
        Edit(0, (0, "t", 1), text="new"),
        Edit(0, (0, "t", 0), raw=b"0"),
        Edit(0, (1, "t"), text="Z"),
    ]
    assert splice(data, (Chunk(0, len(data), 1),), edits)[0] == b'[{"t": "Z"}]'


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, ("no",), text="x")],
        [Edit(0, ("n",), text="x")],
        [Edit(0, ("n",), link="x")],
        [Edit(0, ("n",))],
        [Edit(0, ("n",), raw=b"1")],
        [Edit(0, ("l", 2))],
        [Edit(0, ("l", 2), raw=b"1")],
        [Edit(0, ("l", 0), text="x", inner=("a",))],
        [Edit(0, ("l", 0), text="x"), Edit(0, ("l", 0), text="y")],
        [Edit(0, ("l", 0), text="x"), Edit(0, ("l", 0), link="y")],
        [Edit(0, ("l", 1), text="x"), Edit(0, ("l", 1), text="y", inner=("a",))],
    ],
)
def test_edits_that_cannot_be_made_are_bugs(edits: list[Edit]) -> None:
    data = b'{"n": 1, "l": ["[]", "{\\"a\\":\\"b\\"}"]}'
    with pytest.raises(LawBrokenError, match="bug in headroom"):
        splice(data, (Chunk(0, len(data), 1),), edits)
