"""JSON: one object or array, compact or pretty printed. NAME "json".

Units are values: scalars, small containers and short stretches of scalars stay or go whole, verbatim, so
`1.10`, `1E5`, integers of any size, duplicate keys and escapes keep their spelling. A large container is a
unit of its own (its key and bracket) that its values need. A long string is opened into spans that end at
an encoded line end or at white space; the noun is then "spans" instead of "values".

What comes out is valid JSON. The head mark is the first element of the outermost array, or its first member
`"headroom"`. In an array a gap is an element: the mark as a string, with the array's length where the
counts do not show it. In an object all that went is one last member `"[... 3 values ...]": null`, so that
keys stay unique. In a string the mark is a line of its own, or a word.

Best kept: errors and messages, identifiers and names, the first and last elements, values and keys that are
rare among like elements, extreme numbers. First to go: links, hashes, empty values, the middle of long
arrays.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from headroom_cli.compressors._value_ranks import rank_items
from headroom_cli.compressors._values import Node, Shape, scan
from headroom_cli.contracts import Hints, Units
from headroom_cli.marker import MARK, has_mark

NAME = "json"
SUREST = 1.0

_SMALLEST = 120  # characters; a shorter text is not worth a mark
_BLANK = re.compile(r"[ \t\r\n]*")
_KEY = re.compile(r'[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*")\s*:', re.DOTALL)


def claim(text: str, hints: Hints) -> float:
    """1.0 for a text that parses as one JSON object or array, else 0.0."""
    body = text.strip(" \t\r\n")
    if len(body) < _SMALLEST or body[0] + body[-1] not in ("{}", "[]"):
        return 0.0
    return 1.0 if _parses(body) else 0.0


def read(text: str, hints: Hints) -> Units:
    """The values of a text that `claim` accepts, ranked."""
    return ValueUnits.of(text, scan(text))


def _parses(body: str) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        # What orjson refuses may still be JSON to the standard library: NaN, lone surrogates, huge numbers.
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            return False
    return True


@dataclass(slots=True, eq=False)
class ValueUnits:
    """The values of a JSON text as units: keeps `contracts.Units`. Treat as read-only; make it with `of`.

    `nodes[i]` is unit i; `lengths[i]` is the length of the array it opens, 0 where the gap counts show it.
    """

    kind: str
    noun: str
    source: str
    sizes: Sequence[int]
    ranks: Sequence[float]
    needs: Sequence[int]
    nodes: Sequence[Node]
    lengths: Sequence[int]

    @classmethod
    def of(cls, text: str, root: Node) -> "ValueUnits":
        """Units of the tree `root` of `text`, in document order, each container before its values."""
        nodes: list[Node] = []
        ranks: list[float] = []
        needs: list[int] = []
        todo = [(root, 1.0, -1)]
        spans = False
        while todo:
            node, rank, parent = todo.pop()
            at = len(nodes)
            nodes.append(node)
            ranks.append(rank)
            needs.append(parent)
            spans = spans or node.shape is Shape.STRING
            if node.items:
                inner = rank_items(text, node, rank)
                todo.extend(zip(reversed(node.items), reversed(inner), [at] * len(inner), strict=True))
        if has_mark(text):
            for at, node in enumerate(nodes):
                if node.shape is Shape.VALUE and MARK.search(text, node.start, node.end):
                    ranks[at] = 1.0
        sizes = [node.size for node in nodes]
        lengths = [_length(node) for node in nodes]
        return cls(NAME, "spans" if spans else "values", text, sizes, ranks, needs, nodes, lengths)

    def pieces(self) -> Sequence[str]:
        """The units' texts: each from the delimiter before it to the next unit."""
        starts = [0]
        for node, parent in zip(self.nodes[1:], self.needs[1:], strict=True):
            # The first item of a container begins right after its bracket.
            starts.append(max(node.start, self.nodes[parent].opened))
        ends = [*starts[1:], len(self.source)]
        return [self.source[start:end] for start, end in zip(starts, ends, strict=True)]

    def render(self, kept: Sequence[bool], head: str, gap: Callable[[int], str]) -> str:
        """Valid JSON of the kept values. The outermost brackets always stand; a container whose values
        stay stays with them."""
        writer = _Writer(self.source, gap)
        writer.open_root(self.nodes[0], head, 0 if kept[0] else self.sizes[0], self.lengths[0])
        standing = self._standing(kept)
        home = [0] * len(kept)
        for unit in range(1, len(kept)):
            parent = self.needs[unit]
            home[unit] = parent if standing[parent] else home[parent]
            writer.close_to(home[unit])
            gone = 0 if kept[unit] else self.sizes[unit]
            if not standing[unit]:
                writer.skip(self.nodes[unit], gone)
            elif self.nodes[unit].shape is Shape.VALUE:
                writer.add(self.nodes[unit])
            else:
                writer.open(unit, self.nodes[unit], gone, self.lengths[unit])
        return writer.finish()

    def _standing(self, kept: Sequence[bool]) -> list[bool]:
        """Which units appear in the result: the kept ones and the containers around them."""
        standing = list(kept)
        for unit in range(len(kept) - 1, 0, -1):
            if standing[unit]:
                standing[self.needs[unit]] = True
        standing[0] = True
        return standing


class _Level:
    """A container or string that is being written.

    `gone` counts what left since the last mark, `where` is the first item of that gap; `taken` are the
    members that stand in an object.
    """

    __slots__ = ("filled", "gone", "length", "node", "taken", "unit", "where")

    def __init__(self, unit: int, node: Node, gone: int, length: int) -> None:
        self.unit = unit
        self.node = node
        self.gone = gone
        self.length = length
        self.filled = False
        self.where = node.items[0] if node.items else node
        self.taken: list[Node] = []


class _Writer:
    """Puts kept spans, brackets and marks in order."""

    def __init__(self, source: str, gap: Callable[[int], str]) -> None:
        self.source = source
        self.gap = gap
        self.out: list[str] = []
        self.levels: list[_Level] = []

    def open_root(self, node: Node, head: str, gone: int, length: int) -> None:
        """The outermost bracket, and the head mark as its first item, on the first line."""
        level = _Level(0, node, gone, length)
        self.levels.append(level)
        if not head:
            self.out.append(self.source[: node.opened])
            return
        self.out.append(self.source[node.opened - 1])
        if node.shape is Shape.OBJECT:
            self.out.append(_quote(_free_key("headroom", self.source, node.items)) + ": ")
        self.out.append(_quote(head))
        level.filled = True

    def open(self, unit: int, node: Node, gone: int, length: int) -> None:
        self._take(node)
        self.out.append(self.source[node.start : node.opened])
        self.levels.append(_Level(unit, node, gone, length))

    def add(self, node: Node) -> None:
        self._take(node)
        self.out.append(self.source[node.start : node.end])

    def skip(self, node: Node, gone: int) -> None:
        level = self.levels[-1]
        if not level.gone:
            level.where = node
        level.gone += gone

    def close_to(self, unit: int) -> None:
        """Close what was opened inside unit `unit`."""
        while self.levels[-1].unit != unit:
            self._close()

    def finish(self) -> str:
        while self.levels:
            self._close()
        return "".join(self.out)

    def _take(self, node: Node) -> None:
        """Make room for an item: the mark of the gap before it, and a comma."""
        level = self.levels[-1]
        if level.node.shape is Shape.OBJECT:
            level.taken.append(node)
        elif level.gone:
            self._mark(level)
            if level.node.shape is Shape.STRING:
                self.out.append("\\n" if not level.filled or level.taken[-1].line_end else " ")
        if level.node.shape is Shape.STRING:
            level.taken = [node]
        elif level.filled:
            self.out.append(",")
        level.filled = True

    def _close(self) -> None:
        level = self.levels.pop()
        if level.gone:
            self._mark(level)
        node = level.node
        self.out.append(self.source[node.shut : node.end])

    def _mark(self, level: _Level) -> None:
        """The mark of a gap, in the dress of its container."""
        mark = self.gap(level.gone)
        level.gone = 0
        if level.node.shape is Shape.STRING:
            self.out.append(_quote(mark)[1:-1])
            return
        self.out.append("," if level.filled else "")
        self.out.append(self.source[level.where.start : _blank_end(self.source, level.where.start)])
        if level.node.shape is Shape.OBJECT:
            self.out.append(_quote(_free_key(mark, self.source, level.taken)) + ": null")
        else:
            self.out.append(_quote(f"{mark} (array of {level.length})" if level.length else mark))
            level.length = 0
        level.filled = True


def _length(node: Node) -> int:
    """How many elements an array has, if the counts of its gaps cannot show it, else 0."""
    if node.shape is not Shape.ARRAY or all(item.shape is Shape.VALUE for item in node.items):
        return 0
    return sum(item.size for item in node.items)


def _free_key(name: str, source: str, members: Sequence[Node]) -> str:
    """`name`, or `name 2` and so on if a member has that key."""
    taken = set()
    for member in members:
        match = _KEY.match(source, member.start)
        if match:
            taken.add(json.loads(match[1], strict=False) if "\\" in match[1] else match[1][1:-1])
    key, number = name, 2
    while key in taken:
        key, number = f"{name} {number}", number + 1
    return key


def _blank_end(source: str, start: int) -> int:
    match = _BLANK.match(source, start)
    return match.end() if match else start


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
