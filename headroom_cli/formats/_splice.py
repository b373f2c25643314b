"""Edits into bytes: the input with a few literals replaced and a few elements or records cut or added.

Every edit becomes one or more splices (start, end, new bytes) of the input; the rest is copied. Only the
chunks that have edits are scanned. `unsplice` takes the output back to the input.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from headroom_cli.errors import LawBrokenError
from headroom_cli.model import Chunk, Edit, Patch, Path
from headroom_cli.spans import Span, decode_literal, encode_literal, find_spans, literal_changes

_Splice = tuple[int, int, bytes]
_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = b" \t\n\r"
_COMMA: Final = ord(",")
_BLANK: Final = re.compile(rb"[ \t\n\r]*+")
# What stands in a string literal: a raw stretch, an escaped surrogate pair, a \u escape, a short escape.
_SPELLED: Final = re.compile(
    rb"[^\\]++|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)


def splice(data: bytes, chunks: Sequence[Chunk], edits: Sequence[Edit]) -> tuple[bytes, Patch]:
    """The bytes after the edits, and the patch that leads back.

    Edits inside a removed element or record are ignored; an insert before it takes its place. Edits that
    change nothing leave nothing behind, and with no change the very same bytes object comes back.
    Raises LawBrokenError if an edit leads nowhere or two edits meet in one place.
    """
    by_chunk: dict[int, list[Edit]] = defaultdict(list)
    removed: set[int] = set()
    inserts: dict[int, list[bytes]] = defaultdict(list)
    for edit in edits:
        if edit.path or _rewrites(edit):
            by_chunk[edit.chunk].append(edit)
        elif edit.raw is not None:
            inserts[edit.chunk].append(edit.raw)
        else:
            removed.add(edit.chunk)
    splices = list(_record_splices(data, chunks, removed, inserts))
    for index, own in by_chunk.items():
        if index not in removed:
            splices += _value_splices(data, chunks[index], own)
    return _apply(data, splices)


def unsplice(output: bytes, patch: Patch) -> bytes:
    """The input that `splice` turned into `output` and `patch`."""
    if not patch.splices:
        return output
    pieces: list[bytes | memoryview] = []
    view, done = memoryview(output), 0
    for start, length, old in patch.splices:
        pieces += [view[done:start], old]
        done = start + length
    return b"".join([*pieces, view[done:]])


def _apply(data: bytes, splices: list[_Splice]) -> tuple[bytes, Patch]:
    pieces: list[bytes | memoryview] = []
    back: list[tuple[int, int, bytes]] = []
    view, done, shift = memoryview(data), 0, 0
    for start, end, new in sorted(splices):
        old = data[start:end]
        if start < done:
            raise LawBrokenError("two edits meet in one place of the file: this is a bug in headroom")
        if old == new:
            continue
        pieces += [view[done:start], new]
        back.append((start + shift, len(new), old))
        shift += len(new) - len(old)
        done = end
    if not back:
        return data, Patch()
    return b"".join([*pieces, view[done:]]), Patch(tuple(back))


def _rewrites(edit: Edit) -> bool:
    return edit.text is not None or edit.link is not None


# Records


def _record_splices(
    data: bytes, chunks: Sequence[Chunk], removed: set[int], inserts: Mapping[int, Sequence[bytes]]
) -> Iterator[_Splice]:
    done = 0
    for index in sorted(removed.union(inserts)):
        if index < done:
            continue
        first, done = _line_mates(data, chunks, index)
        mates = range(first, done)
        if removed.issuperset(mates):
            yield _cut_line(data, chunks, mates, inserts)
        else:
            yield from _cut_within_line(data, chunks, mates, removed, inserts)


def _line_mates(data: bytes, chunks: Sequence[Chunk], index: int) -> Span:
    """The range of chunks that share a line with chunk `index`, itself included."""
    first, last = index, index + 1
    while first and data.find(b"\n", chunks[first - 1].end, chunks[first].start) < 0:
        first -= 1
    while last < len(chunks) and data.find(b"\n", chunks[last - 1].end, chunks[last].start) < 0:
        last += 1
    return first, last


def _cut_line(
    data: bytes, chunks: Sequence[Chunk], mates: range, inserts: Mapping[int, Sequence[bytes]]
) -> _Splice:
    """The whole line of `mates` goes with its line end; what is inserted there takes its place."""
    start, newline = _line_start(data, chunks[mates[0]]), _newline(data, chunks[mates[-1]])
    end = data.find(b"\n", chunks[mates[-1]].end) + 1
    new = b"".join(raw + newline for index in mates for raw in inserts.get(index, ()))
    if end:
        return start, end, new
    return start, len(data), new.removesuffix(newline)


def _cut_within_line(
    data: bytes,
    chunks: Sequence[Chunk],
    mates: range,
    removed: set[int],
    inserts: Mapping[int, Sequence[bytes]],
) -> Iterator[_Splice]:
    """Some values of a line stay: what goes takes the blanks after it along, never the line end.

    An inserted record always gets a line of its own.
    """
    newline = _newline(data, chunks[mates[-1]])
    for index in mates:
        here = chunks[index]
        raws = inserts.get(index, ())
        if raws and index == mates[0]:
            start = _line_start(data, here)
            yield start, start, b"".join(raw + newline for raw in raws)
        elif raws:
            stays = any(mate not in removed for mate in mates if mate >= index)
            new = b"".join(newline + raw for raw in raws)
            yield here.start, here.start, new + newline if stays else new
        if index in removed:
            yield here.start, chunks[index + 1].start if index + 1 in mates else here.end, b""


def _line_start(data: bytes, chunk: Chunk) -> int:
    start = data.rfind(b"\n", 0, chunk.start) + 1
    return len(_BOM) if not start and data.startswith(_BOM) else start


def _newline(data: bytes, chunk: Chunk) -> bytes:
    """The line end of the file as it stands nearest after the chunk, or else anywhere."""
    position = data.find(b"\n", chunk.end)
    if position < 0:
        position = data.find(b"\n")
    return b"\r\n" if position > 0 and data[position - 1 : position] == b"\r" else b"\n"


# Values


def _value_splices(data: bytes, chunk: Chunk, edits: Iterable[Edit]) -> list[_Splice]:
    removed = {edit.path for edit in edits if edit.raw is None and not _rewrites(edit)}
    alive = [edit for edit in edits if not _falls(edit, removed)]
    spans = find_spans(data, chunk.start, chunk.end, (edit.path for edit in alive))
    texts: dict[tuple[Path, Path | None], str] = {}
    cuts: dict[Path, set[int]] = defaultdict(set)
    inserts: dict[Path, dict[int, list[bytes]]] = defaultdict(dict)
    splices: list[_Splice] = []
    for edit in alive:
        if edit.path not in spans:
            raise _astray(edit)
        if edit.text is not None:
            if texts.setdefault((edit.path, edit.inner), edit.text) != edit.text:
                raise LawBrokenError("two edits meet in one place of the file: this is a bug in headroom")
        elif edit.link is not None:
            splices.append(_link(data, spans[edit.path], edit))
        else:
            index = edit.path[-1]
            if not isinstance(index, int):
                raise _astray(edit)
            if edit.raw is None:
                cuts[edit.path[:-1]].add(index)
            else:
                inserts[edit.path[:-1]].setdefault(index, []).append(edit.raw)
    splices += _text_splices(data, spans, texts)
    for array in {**cuts, **inserts}:
        splices += _element_splices(data, spans, array, cuts[array], inserts[array])
    return splices


def _falls(edit: Edit, removed: set[Path]) -> bool:
    """Whether the edit is inside something that goes, or would rewrite it."""
    if _rewrites(edit) and edit.path in removed:
        return True
    return any(edit.path[:length] in removed for length in range(1, len(edit.path)))


def _link(data: bytes, span: Span, edit: Edit) -> _Splice:
    old = data[slice(*span)]
    if old.isdigit() and edit.link and edit.link.isdigit():
        return *span, edit.link.encode()
    if old != b"null" and old[:1] != b'"':
        raise _astray(edit)
    if not edit.link:
        return *span, b"null"
    same = old != b"null" and decode_literal(old) == edit.link
    return *span, old if same else encode_literal(edit.link, old)


def _text_splices(
    data: bytes, spans: Mapping[Path, Span], texts: Mapping[tuple[Path, Path | None], str]
) -> list[_Splice]:
    splices: list[_Splice] = []
    nested: dict[Path, dict[Path, str]] = defaultdict(dict)
    for (path, inner), text in texts.items():
        if inner is None:
            start, end = spans[path]
            splices += literal_changes(data, start, end, {(): text})
        else:
            nested[path][inner] = text
    for path, changes in nested.items():
        splices += _nested_splices(data, spans[path], changes)
    return splices


def _nested_splices(data: bytes, span: Span, changes: Mapping[Path, str]) -> list[_Splice]:
    """The splices for literals of a JSON text that stands in the string literal at `span`."""
    outer = data[slice(*span)]
    inner = decode_literal(outer).encode("utf-8", "surrogatepass")
    splices = literal_changes(inner, 0, len(inner), changes)
    offsets = _spelled_offsets(outer, [offset for start, end, _ in splices for offset in (start, end)])
    return [
        (span[0] + next(offsets), span[0] + next(offsets), encode_literal(new.decode("utf-8"), outer)[1:-1])
        for _, _, new in splices
    ]


def _spelled_offsets(literal: bytes, offsets: Iterable[int]) -> Iterator[int]:
    """Where in the bytes of a literal the ascending byte offsets of its decoded text stand."""
    tokens = _SPELLED.finditer(literal, 1, len(literal) - 1)
    start, end, decoded, length = 1, 1, 0, 0
    for offset in offsets:
        while offset >= decoded + length:
            token = next(tokens, None)
            decoded += length
            if token is None:
                start, length = end, 0
                break
            start, end = token.span()
            length = _decoded_length(token[0])
        yield start + offset - decoded


def _decoded_length(token: bytes) -> int:
    """The bytes in UTF-8 of what a stretch of a literal stands for."""
    if token[:1] != b"\\":
        return len(token)
    if token[1:2] != b"u":
        return 1
    if len(token) == 12:
        return 4
    code = int(token[2:], 16)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3


def _element_splices(
    data: bytes,
    spans: Mapping[Path, Span],
    array: Path,
    cuts: set[int],
    inserts: Mapping[int, Sequence[bytes]],
) -> Iterator[_Splice]:
    for first, last in _runs(cuts):
        start, end = spans[*array, first][0], spans[*array, last][1]
        new = [raw for index in range(first, last + 1) for raw in inserts.get(index, ())]
        if new:
            yield start, end, _separator(data, spans[*array, first]).join(new)
        else:
            yield *_with_comma(data, start, end), b""
    for index, raws in inserts.items():
        if index not in cuts:
            start = spans[*array, index][0]
            separator = _separator(data, spans[*array, index])
            yield start, start, b"".join(raw + separator for raw in raws)


def _runs(indices: Iterable[int]) -> list[Span]:
    """Ascending runs (first, last) of neighbouring numbers."""
    runs: list[Span] = []
    for index in sorted(indices):
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _with_comma(data: bytes, start: int, end: int) -> Span:
    """A run of elements with the comma that goes too: the one after it, or before it if it is the last."""
    after = _after_blank(data, end)
    if data[after] == _COMMA:
        return start, _after_blank(data, after + 1)
    before = _before_blank(data, start)
    if data[before - 1] == _COMMA:
        return _before_blank(data, before - 1), end
    return before, after


def _separator(data: bytes, element: Span) -> bytes:
    """The comma and blanks that stand before an element, or if it is the first, after it."""
    start, end = element
    before = _before_blank(data, start)
    if data[before - 1] == _COMMA:
        return data[_before_blank(data, before - 1) : start]
    after = _after_blank(data, end)
    if data[after] == _COMMA:
        return data[end : _after_blank(data, after + 1)]
    return b"," + data[before:start]


def _after_blank(data: bytes, position: int) -> int:
    match = _BLANK.match(data, position)
    return match.end() if match else position


def _before_blank(data: bytes, position: int) -> int:
    while data[position - 1] in _BLANKS:
        position -= 1
    return position


def _astray(edit: Edit) -> LawBrokenError:
    return LawBrokenError(
        f"an edit of value {edit.chunk + 1} of the file leads to {list(edit.path)}, "
        "which is not there or not of its kind: this is a bug in headroom"
    )
