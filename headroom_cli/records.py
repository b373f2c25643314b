"""Messages in the bytes of a file: where they stand, and how dropped ones are put back.

A *record* is an object with a `role`, alone on its line or an element of an array, or the object around
such a message (a session log's line). Found by one pass over strings and brackets.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from headroom_cli.marker import Head

_TOKEN = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|[{}\[\]\n]')
_COLON = re.compile(rb"[ \t\r\n]*+:")
_BLANK = b" \t\r\n"
_BLANKS = re.compile(rb"[ \t\r\n]*+")
_LINE_END = re.compile(rb"[ \t\r]*+\n?")
_OPEN = b"{["
_CLOSE = b"}]"
_THINKING = frozenset({"thinking", "redacted_thinking"})
_TRAFFIC = frozenset({"tool_use", "tool_result"})

Splice = tuple[int, int, bytes]
Read = Callable[[bytes], Head | None]


@dataclass(frozen=True, slots=True)
class Record:
    """One message of a file, bytes `start:end`; `listed`: an element of an array, else alone."""

    start: int
    end: int
    listed: bool


@dataclass(slots=True)
class _Frame:
    """An open container. `items`: strings and containers directly in it; `role`: it is a message, or holds
    one; `head`: a placeholder's mark inside it."""

    start: int
    array: bool
    items: int = 0
    role: bool = False
    head: Head | None = None


def find_records(data: bytes, read: Read) -> tuple[list[tuple[Record, Head]], list[Record]]:
    """The placeholders, each with its mark, and all records. `read` tells the mark of a string literal."""
    placeholders: list[tuple[Record, Head]] = []
    records: list[Record] = []
    for frame, end, parent in _walk(data, read, by_line=_is_lines(data)):
        if not _is_record(frame, parent):
            _hand_up(frame, parent)
            continue
        record = Record(frame.start, end, parent is not None)
        records.append(record)
        if frame.head is not None:
            placeholders.append((record, frame.head))
    return placeholders, records


def find_values(body: bytes) -> list[bytes]:
    """The objects that stand one after another in the body of a drop, as they are written."""
    walk = _walk(body, _ignore, by_line=False)
    return [body[frame.start : end] for frame, end, parent in walk if parent is None and not frame.array]


def put_back(
    data: bytes, placeholder: Record, values: Sequence[bytes], records: Sequence[Record]
) -> tuple[list[Splice], list[tuple[str, str]]]:
    """The splices that put dropped records in the place of their placeholder, and its links.

    A record that only lost blocks still stands in the file: it is replaced there. A link is (id of the
    placeholder, id of the last of its records in line), for the records that point to it.
    """
    parsed = [_parse(value) for value in values]
    standing = _find_standing(data, parsed, records)
    splices = [
        (standing[i].start, standing[i].end, value) for i, value in enumerate(values) if i in standing
    ]
    back = [value for i, value in enumerate(values) if i not in standing]
    links = _find_link(_parse(data[placeholder.start : placeholder.end]), parsed)
    return [*splices, _replace(data, placeholder, back)], links


def _walk(data: bytes, read: Read, *, by_line: bool) -> Iterator[tuple[_Frame, int, _Frame | None]]:
    """Every container as it closes: (frame, end, the frame around it)."""
    stack: list[_Frame] = []
    for match in _TOKEN.finditer(data):
        start = match.start()
        first = data[start]
        if first in _OPEN:
            if stack:
                stack[-1].items += 1
            stack.append(_Frame(start, first == _OPEN[1]))
        elif first in _CLOSE:
            if stack:
                frame = stack.pop()
                yield frame, match.end(), stack[-1] if stack else None
        elif first == 0x0A:
            if by_line:  # a torn line must not swallow the ones after it
                stack.clear()
        elif stack:
            frame = stack[-1]
            frame.items += 1
            if match.end() - start == 6 and match[0] == b'"role"' and _COLON.match(data, match.end()):
                frame.role = True
            elif frame.head is None:
                frame.head = read(match[0])


def _is_lines(data: bytes) -> bool:
    """Whether the first line is a JSON value by itself, as in JSONL."""
    start = _after(_BLANKS, data, 3 if data.startswith(b"\xef\xbb\xbf") else 0)
    end = data.find(b"\n", start)
    return _parse(data[start : end if end >= 0 else len(data)]) is not None


def _is_record(frame: _Frame, parent: _Frame | None) -> bool:
    return frame.role and not frame.array and (parent is None or parent.array)


def _hand_up(frame: _Frame, parent: _Frame | None) -> None:
    """What a block says about the message around it, and a message about the record around that."""
    if parent is None:
        return
    parent.role = parent.role or (frame.role and not frame.array and not parent.array)
    if frame.head is not None and (not frame.array or frame.items == 1):
        parent.head = frame.head


def _ignore(literal: bytes) -> Head | None:
    return None


def _parse(raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def _field(value: object, name: str) -> object:
    """A field of a record, or of the message inside it."""
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    inner = value.get("message")
    return inner.get(name) if isinstance(inner, dict) else None


def _find_standing(data: bytes, parsed: Sequence[object], records: Sequence[Record]) -> dict[int, Record]:
    """For each dropped record that still stands in the file without some of its blocks: where."""
    wanted: dict[bytes, int] = {}
    for i, value in enumerate(parsed):
        for trace in _traces(value):
            wanted.setdefault(trace, i)
    found: dict[int, Record] = {}
    if wanted:
        for record in records:
            value = _parse(data[record.start : record.end])
            trace = _trace(value, _field(value, "content"))
            i = wanted.get(trace, -1)
            if trace and i >= 0:
                found.setdefault(i, record)
    return found


def _traces(value: object) -> Iterator[bytes]:
    """What a record would look like had it lost its thinking, its tool traffic, or both."""
    blocks = _field(value, "content")
    if not isinstance(blocks, list):
        return
    for gone in (_THINKING, _TRAFFIC, _THINKING | _TRAFFIC):
        left = [block for block in blocks if not (isinstance(block, dict) and block.get("type") in gone)]
        if left and len(left) < len(blocks):
            yield _trace(value, left)


def _trace(value: object, content: object) -> bytes:
    own = _field(value, "uuid")
    if isinstance(own, str):
        return own.encode("utf-8")
    try:
        return orjson.dumps([_field(value, "role"), content])
    except orjson.JSONEncodeError:  # nested too deep to compare
        return b""


def _find_link(placeholder: object, parsed: Sequence[object]) -> list[tuple[str, str]]:
    own = _field(placeholder, "uuid")
    if not isinstance(own, str):
        return []
    children: dict[object, str] = {}
    for value in parsed:
        uuid = _field(value, "uuid")
        if isinstance(uuid, str):
            children.setdefault(_field(value, "parentUuid"), uuid)
    # The line of dropped records that begins where the placeholder hangs; a circle ends it.
    place, last = _field(placeholder, "parentUuid"), own
    while place in children:
        last = children.pop(place)
        place = last
    return [(own, last)] if last != own else []


def _replace(data: bytes, place: Record, values: Sequence[bytes]) -> Splice:
    """The splice that puts these values, separated as their neighbours are, in a record's place."""
    start, end = place.start, place.end
    before = start
    while place.listed and before > 0 and data[before - 1] in _BLANK:
        before -= 1
    if values:
        newline = b"\r\n" if data.startswith(b"\r\n", end) else b"\n"
        return start, end, (b"," + data[before:start] if place.listed else newline).join(values)
    if not place.listed:
        return start, _after(_LINE_END, data, end), b""
    after = _after(_BLANKS, data, end)
    if data.startswith(b",", after):
        return before, after + 1, b""
    return before - data.startswith(b",", before - 1), end, b""


def _after(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    match = pattern.match(data, position)
    return match.end() if match else position
