"""Where values stand in the bytes of a JSON text, and how a string literal is spelled there.

The scanner trusts that a parser has accepted the bytes; it only finds out where things are. A value that
no path leads into is skipped by one regular expression, so the work in Python is one step per member of
the containers on the way, whatever lies inside the members. All patterns are possessive, hence linear.

Offsets are in bytes, from the beginning of the whole data. Spans are (start, end), end exclusive.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Final, TypeAlias

from headroom_cli.errors import InputError, LawBrokenError
from headroom_cli.model import Path

Span = tuple[int, int]
MAX_DEPTH: Final = 1000

_STRING: Final = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_FLAT: Final = rb'[^"\[\]{}]++|' + _STRING
# Containers nested at most this deep are skipped in one match; a deeper one is entered level by level.
# A failed match is tried again inside, so each byte is read at most this many times more.
_MATCHED_DEPTH: Final = 16


def _container_pattern(depth: int) -> bytes:
    pattern = rb"[\[{](?:" + _FLAT + rb")*+[\]}]"
    for _ in range(depth - 1):
        pattern = rb"[\[{](?:" + _FLAT + rb"|" + pattern + rb")*+[\]}]"
    return pattern


_LITERAL: Final = re.compile(_STRING)
_INSIDE: Final = re.compile(rb"(?:" + _FLAT + rb")*+")
_CONTAINER: Final = re.compile(_container_pattern(_MATCHED_DEPTH))
_VALUE: Final = re.compile(_STRING + rb"|[-+.0-9A-Za-z]++|" + _container_pattern(_MATCHED_DEPTH))
_BLANK: Final = re.compile(rb"[ \t\n\r]*+")
_GAP: Final = re.compile(rb"[ \t\n\r]*+,?+[ \t\n\r]*+")
_COLON: Final = re.compile(rb"[ \t\n\r]*+:[ \t\n\r]*+")
_OPENERS: Final = b"[{"
_CLOSERS: Final = b"]}"

_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)")
_PAIR: Final = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_PAIR_OR_ESCAPE: Final = re.compile(_PAIR + "|" + _ESCAPE.pattern)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def decode_literal(raw: bytes) -> str:
    """The text of a JSON string literal given with its quotes; lone surrogates come out as they are.

    Raises InputError if `raw` is no string literal.
    """
    if raw[:1] != b'"' or len(raw) < 2 or raw[-1:] != b'"':
        raise InputError("a JSON string was expected; check that the file is valid JSON")
    if b"\\" not in raw:
        return raw[1:-1].decode("utf-8", "surrogatepass")
    try:
        text = json.loads(raw.decode("utf-8", "surrogatepass"))
    except json.JSONDecodeError as error:
        raise InputError(f"a JSON string is malformed ({error.msg}); check the file") from error
    if not isinstance(text, str):
        raise InputError("a JSON string was expected; check that the file is valid JSON")
    return text


def encode_literal(text: str, like: bytes = b"") -> bytes:
    r"""A JSON string literal, with its quotes, that says `text` in the style of the literal `like`.

    Non-ASCII characters stay raw UTF-8 unless `like` writes all of its own as `\u` escapes. An ASCII
    character that `like` only ever escapes in its own way (`\/`, `\u003c`, `\u000a`) is escaped that
    way, and the case of hexadecimal digits is kept. Lone surrogates are always escaped.
    """
    style = _Style() if b"\\" not in like else _read_style(like)
    literal = encode_basestring_ascii(text) if style.ascii else encode_basestring(text)
    literal = _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", literal)
    for plain, escape in style.plain.items():
        literal = literal.replace(plain, escape)
    if style.escapes or style.upper:
        literal = _ESCAPE.sub(lambda match: _restyle(match[0], style), literal)
    return literal.encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Style:
    """How a writer spells strings: `plain` characters it escapes, default `escapes` it spells otherwise."""

    ascii: bool = False
    upper: bool = False
    plain: Mapping[str, str] = field(default_factory=dict)
    escapes: Mapping[str, str] = field(default_factory=dict)


def _read_style(like: bytes) -> _Style:
    body = like[1:-1].decode("utf-8", "surrogatepass")
    tokens = set(_PAIR_OR_ESCAPE.findall(body))
    bare = _PAIR_OR_ESCAPE.sub("", body)
    plain: dict[str, str] = {}
    escapes: dict[str, str] = {}
    digits, wide = "", False
    for token in sorted(tokens):
        if token[1] == "u":
            digits += token[2:6] + token[8:]
        character = json.loads(f'"{token}"')
        if ord(character) >= 0x80:
            # A lone surrogate has to be escaped by every writer and so says nothing about this one.
            wide = wide or not _SURROGATE.match(character)
            continue
        default = encode_basestring(character)[1:-1]
        if len(default) == 1:
            # Letters and digits are left alone: they also stand inside the escapes of others.
            if character not in bare and not character.isalnum():
                plain[character] = token
        elif default not in tokens:
            escapes[default] = token
    upper = any(digit in "ABCDEF" for digit in digits) and not any(digit in "abcdef" for digit in digits)
    return _Style(ascii=wide and bare.isascii(), upper=upper, plain=plain, escapes=escapes)


def _restyle(escape: str, style: _Style) -> str:
    spelled = style.escapes.get(escape, escape)
    return spelled if spelled[1] != "u" or not style.upper else "\\u" + spelled[2:].upper()


def check_depth(data: bytes, start: int, end: int, limit: int = MAX_DEPTH) -> None:
    """Raise InputError if `data[start:end]` nests brackets more than `limit` deep. Needs no valid JSON."""
    if data.count(b"[", start, end) + data.count(b"{", start, end) <= limit:
        return
    _leave(data, start, end, limit)


def value_end(data: bytes, start: int, end: int, limit: int = MAX_DEPTH) -> int | None:
    """Where the value that starts at byte `start` ends, or None if it does not end before `end`.

    Brackets are counted and strings skipped; nothing else is checked. Raises InputError on a value that
    nests more than `limit` (at least 16) levels inside it.
    """
    match = _VALUE.match(data, start, end)
    if match is not None:
        return match.end()
    if start < end and data[start] in _OPENERS:
        return _leave(data, start + 1, end, limit)
    return None


def find_spans(data: bytes, start: int, end: int, paths: Iterable[Path]) -> dict[Path, Span]:
    """The byte spans of the values at `paths` inside the JSON value `data[start:end]`.

    Keys compare decoded; of duplicate keys the last one counts, as for parsers. A path that leads nowhere
    is absent from the answer. Raises InputError if the bytes are no JSON or nest too deep to be skipped.
    """
    wanted = frozenset(paths)
    tree = _grow(wanted)
    found: dict[Path, Span] = {}
    frames: list[_Frame] = []
    path: Path = ()
    position = _after_blank(data, start, end)
    while True:
        if tree and position < end and data[position] in _OPENERS:
            last = max((key for key in tree if isinstance(key, int)), default=-1)
            frames.append(_Frame(tree, path, position, data[position] == _OPENERS[0], last))
            position += 1
        else:
            stop = _skip(data, position, end)
            if path in wanted:
                found[path] = (position, stop)
            position = stop
        while frames:
            frame = frames[-1]
            position, key = _advance(data, position, end, frame)
            if key is not None:
                tree, path = frame.tree[key], (*frame.path, key)
                if key in frame.seen:
                    _forget(found, path, tree)
                frame.seen.add(key)
                break
            frames.pop()
            if frame.path in wanted:
                found[frame.path] = (frame.start, position)
        if not frames:
            return found


def element_spans(data: bytes, start: int, end: int, path: Path) -> list[Span]:
    """The byte spans of all elements of the array at `path` inside the JSON value `data[start:end]`.

    Raises InputError if no array stands there.
    """
    position = _after_blank(data, start, end)
    if path:
        position, end = find_spans(data, start, end, [path]).get(path, (end, end))
    if data[position : position + 1] != b"[":
        raise InputError("a JSON array was expected; check that the file is valid JSON")
    position += 1
    spans: list[Span] = []
    while True:
        position = _after_gap(data, position, end)
        if position < end and data[position] in _CLOSERS:
            return spans
        stop = _skip(data, position, end)
        spans.append((position, stop))
        position = stop


def literal_changes(
    data: bytes, start: int, end: int, changes: Mapping[Path, str]
) -> list[tuple[int, int, bytes]]:
    """The splices (start, end, new bytes), ascending, that make the string literals at these paths say
    these texts, each in the style of the literal that stands there. A literal that says it already is
    left alone. Raises LawBrokenError where no string literal stands.
    """
    spans = find_spans(data, start, end, changes)
    splices = []
    for path, text in changes.items():
        first, last = spans.get(path, (start, start))
        old = data[first:last]
        if old[:1] != b'"':
            raise LawBrokenError(
                f"an edit leads to {list(path)}, where no string stands: this is a bug in headroom"
            )
        if decode_literal(old) != text:
            splices.append((first, last, encode_literal(text, old)))
    return sorted(splices)


def splice_text(json_text: str, changes: Mapping[Path, str]) -> str:
    """A JSON text with the string literals at these paths replaced and nothing else changed.

    Raises LawBrokenError where no string literal stands.
    """
    data = json_text.encode("utf-8", "surrogatepass")
    pieces, done = [], 0
    for start, end, literal in literal_changes(data, 0, len(data), changes):
        pieces += [data[done:start], literal]
        done = end
    return b"".join([*pieces, data[done:]]).decode("utf-8", "surrogatepass") if pieces else json_text


_Tree: TypeAlias = dict[str | int, "_Tree"]


@dataclass(slots=True)
class _Frame:
    """A container on the way: `tree` leads on from it. In an array, `index` is the position of the next
    element and `last` the last one that is led to."""

    tree: _Tree
    path: Path
    start: int
    array: bool
    last: int
    index: int = 0
    seen: set[str | int] = field(default_factory=set)


def _grow(paths: Iterable[Path]) -> _Tree:
    tree: _Tree = {}
    for path in paths:
        branch = tree
        for key in path:
            branch = branch.setdefault(key, {})
    return tree


def _advance(data: bytes, position: int, end: int, frame: _Frame) -> tuple[int, str | int | None]:
    """The start and key of the next member that `frame.tree` leads to, or the end of the container."""
    while True:
        position = _after_gap(data, position, end)
        if position < end and data[position] in _CLOSERS:
            return position + 1, None
        key: str | int
        if frame.array:
            if frame.index > frame.last:
                return _require(_leave(data, position, end)), None
            key = frame.index
            frame.index += 1
        else:
            name = _LITERAL.match(data, position, end)
            colon = name and _COLON.match(data, name.end(), end)
            if name is None or colon is None:
                raise _unscannable()
            key = decode_literal(name[0])
            position = colon.end()
        if key in frame.tree:
            return position, key
        position = _skip(data, position, end)


def _forget(found: dict[Path, Span], path: Path, tree: _Tree) -> None:
    """Drop what was found under a key that turns up again: the later value replaces it whole."""
    waiting = [(path, tree)]
    while waiting:
        path, tree = waiting.pop()
        found.pop(path, None)
        waiting += [((*path, key), branch) for key, branch in tree.items()]


def _skip(data: bytes, start: int, end: int) -> int:
    return _require(value_end(data, start, end))


def _leave(data: bytes, position: int, end: int, limit: int = MAX_DEPTH) -> int | None:
    """Where the container ends that `position` is inside of, or None if it does not end before `end`.

    Raises InputError if a value inside nests more than `limit` deep.
    """
    depth = 0
    while True:
        inside = _INSIDE.match(data, position, end)
        position = inside.end() if inside else position
        if position >= end:
            return None
        byte = data[position]
        if byte in _CLOSERS:
            position += 1
            if not depth:
                return position
            depth -= 1
        elif byte not in _OPENERS:
            return None
        elif depth + _MATCHED_DEPTH <= limit and (match := _CONTAINER.match(data, position, end)):
            position = match.end()
        else:
            position += 1
            depth += 1
            if depth > limit:
                raise _too_deep(limit)


def _require(position: int | None) -> int:
    if position is None:
        raise _unscannable()
    return position


def _after_blank(data: bytes, position: int, end: int) -> int:
    match = _BLANK.match(data, position, end)
    return match.end() if match else position


def _after_gap(data: bytes, position: int, end: int) -> int:
    match = _GAP.match(data, position, end)
    return match.end() if match else position


def _unscannable() -> InputError:
    return InputError("the JSON ends too early or is malformed; check that the file is valid JSON")


def _too_deep(limit: int) -> InputError:
    return InputError(f"the JSON is nested more than {limit} levels deep; no transcript needs that")
