"""Where the values of a JSON text stand: one linear, iterative scan into a tree of spans.

Small containers are leaves: only what is too large to be one unit is opened. Long strings are opened too,
into spans that end at an encoded line end or at white space. The scan trusts its caller that the text is
valid JSON (`NaN` and `Infinity` included).
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

SMALL_ELEMENT = 400  # characters up to which a container stays whole inside an array: a row
SMALL_MEMBER = 160  # the same inside an object
LONG_STRING = 600  # characters from which a string is opened into spans
DEEPEST = 60  # containers below this depth stay whole, so no chain of ancestors gets long
_SHORT = 24  # characters up to which an element of an array shares its unit with its neighbours
_SPAN = 80  # characters a span of a string, or a stretch of numbers, should at least have
_LONGEST_SPAN = 600

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[\[{][^\[\]{}"]*[\]}]|[\[\]{},]', re.DOTALL)
_BREAK = re.compile(r"\\.| +", re.DOTALL)


class Shape(StrEnum):
    """What a node of the tree is. A VALUE is a leaf: it stays or goes whole."""

    VALUE = "value"
    ARRAY = "array"
    OBJECT = "object"
    STRING = "string"


class Node(NamedTuple):
    """A span of the text. A named tuple, because a large text has a hundred thousand of them.

    `start` is the offset after the delimiter before the item (its white space and key included), `end`
    that of the delimiter after it; for the last item of a container, the end of its value. `opened` and
    `shut` are where the inside of a container or string begins and where its closing bracket or quote
    stands, the white space before it included; `closed` is the offset after that bracket. `size` counts
    values (numbers of one stretch count each). `line_end`: a span of a string that ends its line.
    """

    shape: Shape
    start: int
    end: int
    opened: int = 0
    shut: int = 0
    closed: int = 0
    items: Sequence["Node"] = ()
    size: int = 1
    line_end: bool = False


class _Frame:
    """A container that is being read: where it starts, its commas, and its opened items by position."""

    __slots__ = ("at", "commas", "opened")

    def __init__(self, at: int) -> None:
        self.at = at
        self.commas: list[int] = []
        self.opened: dict[int, Node] = {}


def scan(text: str) -> Node:
    """The tree of a text that is one JSON object or array, white space around it allowed."""
    outside = _Frame(-1)
    stack = [outside]
    for match in _TOKEN.finditer(text):
        at = match.start()
        sign = text[at]
        top = stack[-1]
        if sign == ",":
            top.commas.append(at)
        elif sign == '"':
            end = match.end()
            if end - at > LONG_STRING and text[end - 1] == '"' and len(stack) <= DEEPEST:
                top.opened[len(top.commas)] = _open_string(text, at, end)
        elif match.end() - at > 1:
            _add_flat(text, stack, at, match.end())
        elif sign in "[{":
            stack.append(_Frame(at))
        else:
            stack.pop()
            _close(text, stack, top, at)
    root = outside.opened[0]
    return root._replace(start=0, end=len(text))


def _close(text: str, stack: list[_Frame], frame: _Frame, at: int) -> None:
    """A container ends at `at`: it becomes a node of its parent, unless it is small enough for a leaf."""
    parent = stack[-1]
    if len(stack) > DEEPEST or (len(stack) > 1 and at - frame.at < _small(text, parent)):
        return
    starts = [frame.at + 1, *(comma + 1 for comma in frame.commas)]
    ends = [*frame.commas, at]
    shape = Shape.ARRAY if text[frame.at] == "[" else Shape.OBJECT
    if shape is Shape.ARRAY:
        items = _group(starts, ends, frame.opened)
    else:
        items = [Node(Shape.VALUE, start, end) for start, end in zip(starts, ends, strict=True)]
        for position, node in frame.opened.items():
            items[position] = node._replace(start=starts[position], end=ends[position])
    last = items[-1]
    value_end = last.closed or len(text[last.start : at].rstrip()) + last.start
    items[-1] = last._replace(end=value_end)
    if value_end <= frame.at + 1:
        items = []
    parent.opened[len(parent.commas)] = Node(shape, 0, 0, frame.at + 1, value_end, at + 1, items)


def _group(starts: Sequence[int], ends: Sequence[int], opened: dict[int, Node]) -> list[Node]:
    """The elements of an array; neighbouring short ones share a leaf."""
    items: list[Node] = []
    first = size = 0
    for position, end in enumerate(ends):
        if position in opened:
            if size:
                items.append(Node(Shape.VALUE, first, ends[position - 1], size=size))
            size = 0
            items.append(opened[position]._replace(start=starts[position], end=end))
            continue
        if not size:
            first = starts[position]
        size += 1
        if end - starts[position] > _SHORT or end - first > _SPAN:
            items.append(Node(Shape.VALUE, first, end, size=size))
            size = 0
    if size:
        items.append(Node(Shape.VALUE, first, ends[-1], size=size))
    return items


def _add_flat(text: str, stack: list[_Frame], at: int, end: int) -> None:
    """A container without strings or containers inside: an array of numbers and the like, or `{}`."""
    parent = stack[-1]
    if len(stack) > 1 and (len(stack) > DEEPEST or end - at <= _small(text, parent)):
        return
    frame = _Frame(at)
    position = at
    for value in text[at + 1 : end - 1].split(","):
        position += len(value) + 1
        frame.commas.append(position)
    frame.commas.pop()
    _close(text, stack, frame, end - 1)


def _small(text: str, parent: _Frame) -> int:
    return SMALL_ELEMENT if parent.at >= 0 and text[parent.at] == "[" else SMALL_MEMBER


def _open_string(text: str, at: int, end: int) -> Node:
    """A long string literal `text[at:end]` as spans; a VALUE again if there is no place to cut it."""
    spans: list[Node] = []
    start = at + 1
    space = 0
    for match in _BREAK.finditer(text, at + 1, end - 1):
        cut = match.end()
        if match.group() == "\\n":
            if cut - start >= _SPAN:
                spans.append(Node(Shape.VALUE, start, cut, line_end=True))
                start, space = cut, 0
        elif match.group()[0] == " ":
            if cut - start > _LONGEST_SPAN and space > start:
                spans.append(Node(Shape.VALUE, start, space))
                start = space
            space = cut
    if start < end - 1:
        spans.append(Node(Shape.VALUE, start, end - 1))
    if len(spans) < 2:
        return Node(Shape.VALUE, 0, 0, closed=end)
    return Node(Shape.STRING, 0, 0, at + 1, end - 1, end, spans)
