"""How much is lost without a JSON value: by its key, its place, its rarity among its like, its text.

The words are data. Ranks fall in 0..1; within a level they change a little with the place, so that what
is kept forms runs that grow from both ends of an array.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from headroom_cli.compressors._values import Node, Shape

_KEY = re.compile(r'[ \t\r\n]*"([^"\\]*(?:\\.[^"\\]*)*)"\s*:\s*', re.DOTALL)
_PAIR = re.compile(r'"([^"\\]{1,60})"\s*:\s*("[^"\\]{0,40}"|-?[0-9][-+.0-9eE]*|true|false|null)')
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_ALARMS = [
    "error",
    "exception",
    "traceback",
    "fail",
    "fatal",
    "panic",
    "critical",
    "denied",
    "refused",
    "invalid",
    "timeout",
    "timed",
    "unauthorized",
    "forbidden",
    "missing",
    "rejected",
]
_LOUD = frozenset(
    [
        "error",
        "errors",
        "err",
        "exception",
        "exceptions",
        "traceback",
        "stack",
        "stacktrace",
        "message",
        "msg",
        "reason",
        "detail",
        "details",
        "warning",
        "warnings",
        "stderr",
        "failure",
        "failures",
        "failed",
        "fail",
        "cause",
    ]
)
_NAMING = frozenset(
    [
        "id",
        "ids",
        "name",
        "names",
        "title",
        "path",
        "paths",
        "file",
        "files",
        "filename",
        "key",
        "keys",
        "type",
        "kind",
        "state",
        "status",
        "code",
        "number",
        "version",
        "date",
        "time",
        "at",
        "count",
        "total",
        "sum",
        "price",
        "amount",
        "balance",
        "symbol",
        "function",
        "line",
        "command",
        "cmd",
        "summary",
        "description",
        "query",
        "answer",
        "result",
        "results",
        "value",
        "label",
        "user",
        "email",
        "sha",
    ]
)
_QUIET = frozenset(
    [
        "url",
        "urls",
        "href",
        "link",
        "links",
        "etag",
        "hash",
        "digest",
        "signature",
        "avatar",
        "gravatar",
        "node",
        "integrity",
        "checksum",
        "encrypted",
        "raw",
        "html",
        "metadata",
        "license",
    ]
)
_EMPTY = ("null", '""', "[]", "{}", "false")
_LONG = 2000  # characters of a value that cannot be opened: a blob
_RARE = 0.05  # a value that at most this share of like elements has is rare
_LOOK = 2000  # characters of an element that are searched for what sets it apart
_FEW = 6  # elements from which rarity says something


def rank_items(text: str, node: Node, worth: float) -> list[float]:
    """Ranks of the items of a container or string that is itself worth `worth`."""
    if node.shape is Shape.OBJECT:
        ranks = [_rank_member(text, item) for item in node.items]
    elif node.shape is Shape.ARRAY:
        ranks = _rank_elements(text, node.items)
    else:
        ranks = _rank_spans(text, node.items)
    share = 0.45 + 0.55 * worth
    return [min(rank, 0.99) * share for rank in ranks]


def _rank_member(text: str, item: Node) -> float:
    """A member by its key and the look of its value."""
    match = _KEY.match(text, item.start)
    if match is None:
        return 0.5
    rank = _rank_key(match[1])
    if item.shape is not Shape.VALUE:
        return max(rank, 0.6)
    start, end = match.end(), item.end
    if end - start > _LONG:
        return 0.1
    if text[start:end] in _EMPTY:
        return min(rank, 0.3)
    return rank


@lru_cache(maxsize=4096)
def _rank_key(key: str) -> float:
    words = [word.lower() for word in _WORDS.findall(key)] or [""]
    if words[-1] in _LOUD or words[0] in _LOUD:
        return 0.9
    if words[-1] in _QUIET or words[0] in _QUIET:
        return 0.2
    return 0.75 if words[-1] in _NAMING else 0.5


def _rank_elements(text: str, items: Sequence[Node]) -> list[float]:
    """Elements by their place: the first, the last, then from both ends inwards; odd ones stand out."""
    last = len(items) - 1
    ranks = []
    for position in range(len(items)):
        edge = abs(2 * position / last - 1) if last else 1.0
        ranks.append(0.3 + 0.2 * edge)
    for position, rank in ((1, 0.6), (last, 0.75), (0, 0.9)):
        if position <= last:
            ranks[position] = rank
    for position, item in enumerate(items):
        # A handful of alarms stands out; where every row has one it says nothing.
        if _alarms(text, item):
            ranks[position] += 0.3
    if sum(rank > 0.55 for rank in ranks) > 3 + len(items) // 3:
        ranks = [rank - 0.3 if 0.55 < rank < 0.81 else rank for rank in ranks]
    if len(items) >= _FEW:
        odd = _odd_rows(text, items)
        ranks = [rank + bonus for rank, bonus in zip(ranks, odd, strict=True)]
    return ranks


def _odd_rows(text: str, items: Sequence[Node]) -> list[float]:
    """What sets a row apart: a rare value where few values occur, a rare key, the extreme of a column."""
    rows = [_PAIR.findall(text, item.start, min(item.end, item.start + _LOOK)) for item in items]
    values = Counter(pair for row in rows for pair in row)
    keys = Counter(key for row in rows for key, _ in row)
    distinct = Counter(key for key, _ in values)
    limit = max(1, int(_RARE * len(items)))
    # A key every row spells differently (an id) has no rare values, only different ones.
    telling = {key for key, number in distinct.items() if number <= max(3, len(items) // 8)}
    extremes = _extremes(values, keys, telling, len(items))
    bonus = []
    for row in rows:
        rank = 0.0
        for pair in row:
            if keys[pair[0]] <= limit or (pair[0] in telling and values[pair] <= limit):
                rank = 0.3
                break
            if pair in extremes:
                rank = max(rank, 0.2)
        bonus.append(rank)
    return bonus


def _extremes(
    values: Counter[tuple[str, str]], keys: Counter[str], telling: set[str], rows: int
) -> set[tuple[str, str]]:
    """The smallest and the largest number of each column that most rows have."""
    columns: dict[str, list[tuple[float, str]]] = {}
    for key, value in values:
        if value[0] in "-0123456789" and keys[key] * 2 > rows and key not in telling:
            try:
                columns.setdefault(key, []).append((float(value), value))
            except ValueError:
                continue
    found = set()
    for key, numbers in columns.items():
        found.add((key, min(numbers)[1]))
        found.add((key, max(numbers)[1]))
    return found


def _rank_spans(text: str, items: Sequence[Node]) -> list[float]:
    """Spans of a long string: both ends, and what sounds an alarm."""
    last = len(items) - 1
    ranks = []
    for position, item in enumerate(items):
        edge = abs(2 * position / last - 1)
        rank = 0.35 + 0.35 * edge * edge
        if _alarms(text, item):
            rank += 0.3
        ranks.append(rank)
    return ranks


def _alarms(text: str, item: Node) -> bool:
    stretch = text[item.start : min(item.end, item.start + _LOOK)].lower()
    return any(word in stretch for word in _ALARMS)
