r"""Bytes into JSON values: one document, JSON lines, or anything between the two.

Values are read one after another. Mostly one is the whole file, or a line; but objects may share a line,
and one may take many. Lines end at \n only: U+2028 and its like stand raw inside strings. orjson reads
first; the standard library reads what orjson refuses although it is JSON, or nearly: lone surrogates, NaN,
numbers out of range. What the values of numbers become never matters, since nothing is written from them.
"""

import json
import re
from typing import Final

import orjson

from headroom_cli.errors import InputError
from headroom_cli.model import Chunk
from headroom_cli.spans import check_depth, value_end

# Deeper than any transcript, and shallow enough for code that recurses over the values.
_DEPTH: Final = 250
_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_BLANKS: Final = b" \t\n\r"
_BLANK: Final = re.compile(rb"[ \t\n\r]*+")
_BLANK_LINES: Final = re.compile(rb"(?:[ \t\r]*+\n)*+")
_LOGGED: Final = b"Exporting session: "  # opencode
_LOG_LENGTH: Final = 400
_QUOTED: Final = 40  # characters of the input that an error shows


def split(data: bytes, keep_invalid: bool) -> tuple[tuple[Chunk, ...], list[object]]:
    """Where the JSON values of a file stand, and the values; `values[i]` belongs to `chunks[i]`.

    With `keep_invalid` a stretch that is not JSON becomes an invalid chunk with the value None: an object
    or array that closes but does not parse, or else all up to the next object or the end of the line.
    Without, it is an error. Raises InputError, naming the line, also if there is no JSON value at all.
    """
    for mark, name in _WIDE:
        if data.startswith(mark):
            raise InputError(f"the file is {name}; convert it first (iconv -f {name} -t UTF-8)")
    start = _after_blank(data, len(_BOM) if data.startswith(_BOM) else 0)
    start = _after_log(data, start)
    end = _before_blank(data, len(data), start)
    if start == end:
        raise InputError("the file is empty: it holds no JSON")
    reader = _Reader(data, start)
    found, value = _load(data, start, end)
    if found:
        check_depth(data, start, end, _DEPTH)
        reader.add(end, value)
    else:
        reader.read_all(end, keep_invalid)
    return tuple(reader.chunks), reader.values


class _NotJsonError(Exception):
    """What is wrong with the value at the reader's position: `end` is where the bad stretch ends."""

    def __init__(self, error: InputError, end: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.end = end


class _Reader:
    """Reads values one after another; `position` stands on 1-based line `line`, which ends at `stop`."""

    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.chunks: list[Chunk] = []
        self.values: list[object] = []
        self.position = position
        self.line = 1 + data.count(b"\n", 0, position)
        self.stop = self._line_end(position)
        self.fresh = True  # nothing but blanks stands before `position` on its line
        self.looks_ahead = True

    def add(self, end: int, value: object, valid: bool = True) -> None:
        """Take `position` to `end` as one chunk and go on to what comes after."""
        self.chunks.append(Chunk(self.position, end, self.line, valid))
        self.values.append(value)
        following = _after_blank(self.data, end)
        breaks = self.data.count(b"\n", self.position, following)
        self.fresh = self.data.find(b"\n", end, following) >= 0
        self.position = following
        if breaks:
            self.line += breaks
            self.stop = self._line_end(following)

    def read_all(self, end: int, keep_invalid: bool) -> None:
        first_error: InputError | None = None
        while self.position < end:
            try:
                stop, value = self._read_value()
            except _NotJsonError as bad:
                if not keep_invalid:
                    raise bad.error from None
                first_error = first_error or bad.error
                self.add(bad.end, None, valid=False)
            else:
                self.add(stop, value)
        if first_error and not any(chunk.valid for chunk in self.chunks):
            raise first_error

    def _read_value(self) -> tuple[int, object]:
        """The end of the value at `position`, and the value; raises _NotJsonError."""
        data, position = self.data, self.position
        stop = _before_blank(data, self.stop, position)
        try:
            if self.fresh:
                found, value = _load(data, position, stop)
                if found:
                    check_depth(data, position, stop, _DEPTH)
                    return stop, value
            if data[position] not in b"{[":
                raise _NotJsonError(self._explain(stop), self._next_object(stop))
            end = value_end(data, position, stop, _DEPTH)
            if end is None:
                end = self._look_ahead(stop)
            if end is None:
                raise _NotJsonError(self._explain(stop), stop)
            found, value = _parse(data, position, end)
        except InputError as deep:
            raise _NotJsonError(InputError(str(deep), self.line), stop) from None
        if not found:
            raise _NotJsonError(self._explain(end), end)
        return end, value

    def _look_ahead(self, stop: int) -> int | None:
        """The end of a value that goes on after its line; None if the line is rather a torn one.

        A line before an object that stands whole on its own line is torn, unless it is a lone bracket.
        One fruitless search to the end of the file is enough: later torn lines cost no further ones.
        """
        following = _BLANK_LINES.match(self.data, self.stop + 1) if self.stop < len(self.data) else None
        if not self.looks_ahead or following is None:
            return None
        if stop > self.position + 1 and self._holds_object(following.end()):
            return None
        self.looks_ahead = False
        end = value_end(self.data, self.position, len(self.data), _DEPTH)
        self.looks_ahead = end is not None
        return end

    def _holds_object(self, start: int) -> bool:
        if self.data[start : start + 1] != b"{":
            return False
        return _load(self.data, start, self._line_end(start))[0]

    def _next_object(self, stop: int) -> int:
        """Where the next object on the line may start, or the end of the line."""
        position = self.data.find(b'{"', self.position + 1, stop)
        return stop if position < 0 else _before_blank(self.data, position, self.position)

    def _line_end(self, position: int) -> int:
        end = self.data.find(b"\n", position)
        return len(self.data) if end < 0 else end

    def _explain(self, end: int) -> InputError:
        """What is wrong with `position` to `end`, or with the document that begins there."""
        opened = self.data[self.position] in b"{["
        if not self.chunks and not opened:
            quoted = _quote(self.data[self.position : end][: 4 * _QUOTED].decode("utf-8", "replace"))
            return InputError(f"the file is not JSON: it begins with {quoted}", self.line)
        document = not self.chunks and (end > self.stop or not self.looks_ahead)
        if document and not self.looks_ahead:
            end = _before_blank(self.data, len(self.data), self.position)
        hint = "repair the line, or carry it along with --keep-invalid"
        return _explain(self.data[self.position : end], self.line, "repair the file" if document else hint)


def _explain(stretch: bytes, line: int, hint: str) -> InputError:
    """The first thing that keeps a stretch, which begins on 1-based line `line`, from being JSON."""
    nul = stretch.find(b"\0")
    if nul >= 0:
        at = line + stretch.count(b"\n", 0, nul)
        return InputError(f"NUL bytes stand where text should be; {hint}", at)
    try:
        text = stretch.decode("utf-8")
    except UnicodeDecodeError as error:
        at = line + stretch.count(b"\n", 0, error.start)
        return InputError(f"the byte 0x{stretch[error.start]:02X} is not UTF-8; {hint}", at)
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        unclosed = value_end(stretch, 0, len(stretch)) is None
        if error.msg.startswith("Unterminated") or (unclosed and error.pos >= len(text) - 1):
            at = line + text.count("\n")
            return InputError(f"the JSON breaks off in the middle of a value: {_quote_end(text)}; {hint}", at)
        at = line + error.lineno - 1
        near = text[text.rfind("\n", 0, error.pos) + 1 :][max(0, error.colno - 1 - _QUOTED // 2) :]
        return InputError(f"this is not JSON ({error.msg}): {_quote(near)}; {hint}", at)
    return InputError(f"only objects and arrays may share a line: {_quote(text)}; {hint}", line)


def _quote(text: str) -> str:
    """A short bit of one line, fit to print."""
    line = text.lstrip(" \t\r\n").split("\n", 1)[0]
    shown = "".join(character if character.isprintable() else "?" for character in line[: _QUOTED + 1])
    return f"'{shown[:_QUOTED]}...'" if len(shown) > _QUOTED else f"'{shown}'"


def _quote_end(text: str) -> str:
    line = text.rstrip(" \t\r\n").rsplit("\n", 1)[-1]
    return _quote(line) if len(line) <= _QUOTED else f"'...{_quote(line[-_QUOTED:])[1:]}"


def _load(data: bytes, start: int, end: int) -> tuple[bool, object]:
    """Whether orjson reads `data[start:end]`, and the value."""
    try:
        return True, orjson.loads(memoryview(data)[start:end])
    except orjson.JSONDecodeError:
        return False, None


def _parse(data: bytes, start: int, end: int) -> tuple[bool, object]:
    """Whether either parser reads `data[start:end]`, and the value. Raises InputError if it is too deep."""
    found, value = _load(data, start, end)
    check_depth(data, start, end, _DEPTH)
    if found:
        return True, value
    try:
        return True, _DECODER.decode(data[start:end].decode("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return False, None


def _read_integer(digits: str) -> int | float:
    # int() refuses thousands of digits.
    return int(digits) if len(digits) < 20 else float(digits)


_DECODER: Final = json.JSONDecoder(parse_int=_read_integer)


def _after_log(data: bytes, position: int) -> int:
    """Past the line that a program logs before the JSON when both go to one file; it stays as it is."""
    if not data.startswith(_LOGGED, position):
        return position
    value = data.find(b"{", position, position + _LOG_LENGTH)
    return value if value >= 0 else position


def _after_blank(data: bytes, position: int) -> int:
    match = _BLANK.match(data, position)
    return match.end() if match else position


def _before_blank(data: bytes, position: int, start: int) -> int:
    while position > start and data[position - 1] in _BLANKS:
        position -= 1
    return position
