"""Restoring part by part: for a file that was continued, edited or reformatted since it was compacted.

Two passes. `mend_texts` gives every string literal that begins with a head mark its original text back,
in the escapes of the literal that stands there. `mend_drops` puts the records of a drop back where its
placeholder stands. What the store does not hold stays as it is and is named.

Both walk over the tokens of the bytes (strings and brackets) with one linear regular expression, so they
need no valid file; what lies outside the marked literals and records is never touched.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from headroom_cli.contracts import Original
from headroom_cli.errors import InputError
from headroom_cli.marker import MARK, Head, parse_head, sole_head
from headroom_cli.records import find_records, find_values, put_back
from headroom_cli.spans import decode_literal, encode_literal

Fetch = Callable[[str], Original | None]

# The closing quote is optional so that a torn string is taken whole, once, and then passed over.
_LITERAL = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?')
_COLON = re.compile(rb"[ \t\r\n]*+:")
# What a compressor may put before a head mark: comment signs and white space, or in JSON what makes the mark
# the first element of an array or the first member of an object.
_DRESS = re.compile(r'[^\w"]{0,40}+')
_JSON_DRESS = re.compile(r'(?:\[|\{\s{0,20}+"headroom(?: \d{1,9})?"\s{0,20}+:)\s{0,20}+"')
_JSON = "json"
_SIGN = b"[headroom "
_WIDE_ESCAPE = re.compile(rb"\\u(?!00[0-7]|[dD][89a-fA-F])[0-9a-fA-F]{4}")


@dataclass(slots=True)
class Tally:
    """What came of the marks: `parts` restored, references `missing`, marks that carry no reference
    (`bare`), drops put back (`drops`, among the parts) and drops that hold no records (`loose`)."""

    parts: int = 0
    drops: int = 0
    missing: dict[str, None] = field(default_factory=dict)
    bare: int = 0
    loose: int = 0

    @property
    def marks(self) -> int:
        return self.parts + len(self.missing) + self.bare


def mend_texts(data: bytes, fetch: Fetch, tally: Tally, *, nested: bool = False) -> bytes:
    """The data with the original of every marked text in place of the text.

    A literal that itself holds JSON (a call's arguments) is looked into, one level deep.
    """
    if _SIGN not in data:
        return data
    # What is left of a text may hold no sign of how the file spells characters beyond ASCII.
    escape = _WIDE_ESCAPE.search(data) if data.isascii() else None
    pieces: list[bytes] = []
    done = 0
    for match in _LITERAL.finditer(data):
        literal = match[0]
        if _SIGN not in literal or _COLON.match(data, match.end()):
            continue
        try:
            text = decode_literal(literal)
        except InputError:
            continue
        mended = _mend(text, fetch, tally, nested)
        if mended is not None:
            like = literal[:-1] + escape[0] + b'"' if escape else literal
            pieces += [data[done : match.start()], encode_literal(mended, like)]
            done = match.end()
    return b"".join([*pieces, data[done:]]) if pieces else data


def mend_drops(data: bytes, fetch: Fetch, tally: Tally) -> bytes:
    """The data with the dropped records in place of every placeholder message."""
    if _SIGN + b"drop" not in data:
        return data
    placeholders, records = find_records(data, _read_drop)
    pieces: list[tuple[int, int, bytes]] = []
    links: list[tuple[str, str]] = []
    for placeholder, head in placeholders:
        original = fetch(head.ref) if head.ref else None
        if original is None:
            _note_loss(head, tally)
            continue
        values = find_values(original.body)
        if not values:
            tally.loose += 1
            continue
        tally.parts += 1
        tally.drops += 1
        splices, link = put_back(data, placeholder, values, records)
        pieces += splices
        links += link
    return _relink(_apply(data, pieces), links)


def read_head(text: str) -> Head | None:
    """The head mark a text begins with, in whatever dress; None if words stand before it."""
    head = parse_head(text)
    if head is None:
        return None
    first = text.lstrip("\n").split("\n", 1)[0]
    match = MARK.search(first)
    if match is None:
        return None
    # Only what the JSON compressor left wears JSON; elsewhere a string that begins with a mark is one of
    # several in the text, such as an argument of a call.
    dress = _JSON_DRESS if head.kind == _JSON else _DRESS
    return head if dress.fullmatch(first, 0, match.start()) else None


def decode_body(body: bytes) -> str:
    """The text of a stored original; lone surrogates come out as they are."""
    return body.decode("utf-8", "surrogatepass")


def _mend(text: str, fetch: Fetch, tally: Tally, nested: bool) -> str | None:
    head = read_head(text)
    if head is None:
        return None if nested or text.lstrip()[:1] not in ("{", "[") else _mend_inside(text, fetch, tally)
    if head.kind == "drop":
        return None
    original = fetch(head.ref) if head.ref else None
    mended = decode_body(original.body) if original else _unfold(text, head)
    if mended is None:
        _note_loss(head, tally)
    else:
        tally.parts += 1
    return mended


def _mend_inside(text: str, fetch: Fetch, tally: Tally) -> str | None:
    data = text.encode("utf-8", "surrogatepass")
    mended = mend_texts(data, fetch, tally, nested=True)
    return None if mended is data else decode_body(mended)


def _unfold(text: str, head: Head) -> str | None:
    if head.kind != "fold":
        return None
    from headroom_cli.folds import unfold_text

    return unfold_text(text)


def _read_drop(literal: bytes) -> Head | None:
    """The head mark of a literal that is a placeholder's whole text."""
    if _SIGN + b"drop" not in literal:
        return None
    try:
        head = sole_head(decode_literal(literal))
    except InputError:
        return None
    return head if head is not None and head.kind == "drop" else None


def _note_loss(head: Head, tally: Tally) -> None:
    if head.ref:
        tally.missing[head.ref] = None
    else:
        tally.bare += 1


def _apply(data: bytes, pieces: list[tuple[int, int, bytes]]) -> bytes:
    result: list[bytes] = []
    done = 0
    for start, end, raw in sorted(pieces):
        if start >= done:  # two placeholders may know the same record
            result += [data[done:start], raw]
            done = end
    return b"".join([*result, data[done:]]) if result else data


def _relink(data: bytes, links: list[tuple[str, str]]) -> bytes:
    """Records that pointed to a placeholder point to the last record put back in its place."""
    for old, new in links:
        data = data.replace(orjson.dumps(old), orjson.dumps(new))
    return data
