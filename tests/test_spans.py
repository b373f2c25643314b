"""Spans are where the values stand, and literals keep the style of those they replace."""

import json
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headroom_cli import spans
from headroom_cli.errors import InputError, LawBrokenError
from tests.spelled_json import Spelled, spell_text, spelled, texts

PADDING = b' \n"pad'


@settings(max_examples=200, deadline=None)
@given(spelled)
def test_spans_are_where_the_writer_put_the_values(document: Spelled) -> None:
    data = PADDING + bytes(document.data) + b" ]"
    start, end = len(PADDING), len(PADDING) + len(document.data)
    found = spans.find_spans(data, start, end, [*document.spans, ("no such", "path"), (99,)])
    assert {path: (first - start, last - start) for path, (first, last) in found.items()} == document.spans


@settings(max_examples=100, deadline=None)
@given(spelled, st.data())
def test_some_paths_are_found_as_if_all_were_asked_for(document: Spelled, data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(list(document.spans)), max_size=5))
    found = spans.find_spans(bytes(document.data), 0, len(document.data), paths)
    assert found == {path: document.spans[path] for path in paths}


@settings(max_examples=100, deadline=None)
@given(spelled)
def test_elements_of_every_array(document: Spelled) -> None:
    data = bytes(document.data)
    for path, (start, _) in document.spans.items():
        if data[start : start + 1] == b"[":
            inside = [span for other, span in document.spans.items() if len(other) > 0 and other[:-1] == path]
            assert spans.element_spans(data, 0, len(data), path) == sorted(inside)


def test_the_last_of_duplicate_keys_counts_as_a_whole() -> None:
    data = b'{"a":{"x":1,"y":2},"\\u0061":{"x":3}}'
    found = spans.find_spans(data, 0, len(data), [("a",), ("a", "x"), ("a", "y")])
    assert {path: data[start:end] for path, (start, end) in found.items()} == {
        ("a",): b'{"x":3}',
        ("a", "x"): b"3",
    }


def test_keys_and_positions_are_not_confused() -> None:
    data = b'{"0":[7]}'
    assert spans.find_spans(data, 0, len(data), [(0,), ("0", "0"), ("0", 0)]) == {("0", 0): (6, 7)}


@pytest.mark.parametrize("depth", [6, 7, 50, 1000])
def test_deep_values_are_skipped_and_entered(depth: int) -> None:
    deep = b"[" * depth + b"1" + b"]" * depth
    data = b'{"a":' + deep + b',"b":2}'
    found = spans.find_spans(data, 0, len(data), [("a",), ("a", *[0] * depth), ("b",)])
    assert found == {
        ("a",): (5, 5 + len(deep)),
        ("a", *[0] * depth): (5 + depth, 6 + depth),
        ("b",): (len(data) - 2, len(data) - 1),
    }


def test_depth_is_checked_to_the_level() -> None:
    for depth in (9, 10, 11, 100_000):
        for opener, closer in ((b"[", b"]"), (b'{"a":', b"}")):
            data = b'["' + b"[" * 2000 + b'",' + opener * (depth - 1) + b"1" + closer * (depth - 1) + b"]"
            if depth <= 10:
                spans.check_depth(data, 0, len(data), 10)
            else:
                with pytest.raises(InputError, match="more than 10 levels"):
                    spans.check_depth(data, 0, len(data), 10)


@pytest.mark.parametrize(
    "data", [b"", b"[", b'{"a"', b'{"a":', b'{"a":[1', b'{"a" 1}', b'{"a":"x', b"{a:1}", b"]"]
)
def test_what_is_no_json_is_an_error(data: bytes) -> None:
    with pytest.raises(InputError):
        spans.find_spans(data, 0, len(data), [("a", 0)])


def test_no_array_is_an_error() -> None:
    for path in [(), ("a",), ("b",)]:
        with pytest.raises(InputError):
            spans.element_spans(b'{"a":{}}', 0, 8, path)


@settings(max_examples=200, deadline=None)
@given(texts, texts, st.randoms(use_true_random=False))
def test_literals_say_the_text_in_any_style(text: str, other: str, choose: object) -> None:
    like = spell_text(other, choose).encode()  # type: ignore[arg-type]
    assert spans.decode_literal(like) == json.loads(like)
    literal = spans.encode_literal(text, like)
    assert spans.decode_literal(literal) == json.loads(json.dumps(text))
    assert b"\n" not in literal
    literal.decode("utf-8")


@settings(max_examples=200, deadline=None)
@given(texts, st.booleans(), st.booleans(), st.booleans())
def test_the_style_of_a_consistent_writer_is_kept(text: str, wide: bool, upper: bool, slashes: bool) -> None:
    assume("\ud83d\udc00" not in text)  # two characters here, one for whoever reads them
    literal = json.dumps(text, ensure_ascii=wide)
    if slashes:
        literal = literal.replace("/", "\\/")
    literal = re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", literal)
    if upper:
        literal = re.sub(r"(\\\\)|\\u(....)", lambda match: match[1] or "\\u" + match[2].upper(), literal)
    raw = literal.encode()
    assert spans.encode_literal(spans.decode_literal(raw), raw) == raw


@pytest.mark.parametrize(
    ("text", "like", "literal"),
    [
        ("é→", b"", '"é→"'.encode()),
        ("é", '"ü"'.encode(), '"é"'.encode()),
        ("é", b'"\\u00fc"', b'"\\u00e9"'),
        ("ë", b'"\\u00FC"', b'"\\u00EB"'),
        ("é", '"\\u00fcü"'.encode(), '"é"'.encode()),
        ("😀", b'"\\u00fc"', b'"\\ud83d\\ude00"'),
        ("😀", b'"\\\\u00fc"', '"😀"'.encode()),
        ("é", b'"\\ud83d"', '"é"'.encode()),
        ("\ud83d", b"", b'"\\ud83d"'),
        ("a/b", b'"\\/"', b'"a\\/b"'),
        ("a/b", b'"\\//"', b'"a/b"'),
        ("<b>", b'"\\u003ci\\u003e"', b'"\\u003cb\\u003e"'),
        ("\n\x0b", b'"\\u000A"', b'"\\u000A\\u000B"'),
        ("1\x1f", b'"\\u0031"', b'"1\\u001f"'),
        ("a\u2028", b'""', '"a\u2028"'.encode()),
    ],
)
def test_styles(text: str, like: bytes, literal: bytes) -> None:
    assert spans.encode_literal(text, like) == literal


@settings(max_examples=100, deadline=None)
@given(spelled, st.data())
def test_splice_text_replaces_literals_only(document: Spelled, data: st.DataObject) -> None:
    raw = bytes(document.data)
    strings = [path for path, (start, _) in document.spans.items() if raw[start : start + 1] == b'"']
    changes = data.draw(st.dictionaries(st.sampled_from(strings), texts, max_size=4)) if strings else {}
    expected = raw
    for path, text in sorted(changes.items(), key=lambda change: -document.spans[change[0]][0]):
        start, end = document.spans[path]
        old = raw[start:end]
        new = old if spans.decode_literal(old) == text else spans.encode_literal(text, old)
        expected = expected[:start] + new + expected[end:]
    assert spans.splice_text(raw.decode(), changes) == expected.decode()


def test_splice_text_keeps_lone_surrogates_around() -> None:
    assert spans.splice_text('{"\ud83d":"\ud83d","b":"x"}', {("b",): "y"}) == '{"\ud83d":"\ud83d","b":"y"}'
    assert spans.splice_text('{"\ud83d":"x"}', {("\ud83d",): "y"}) == '{"\ud83d":"y"}'


def test_splice_text_refuses_what_is_no_string() -> None:
    for path in [("a",), ("b",), ()]:
        with pytest.raises(LawBrokenError):
            spans.splice_text('{"a":1}', {path: "x"})
