"""Search results: what grep, ripgrep, git grep and the search tools of agents print.

Shapes: `path:12:text` (also with a column), `path:text`, context lines `path-12-text`, `--` between
groups, a path on a line of its own followed by `12:text` (ripgrep's headings), counts `path:3`, lists of
paths. Paths may have spaces and drive letters. A time of day also looks like `12:30:01`, so what stands
before the number must look like a path.

The first match of every file ranks highest, so that every file with a match stays named; then come matches
that define something, then the next matches of each file, context last. Matches under a heading need it.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from headroom_cli.compressors._lines import LineUnits, build, split
from headroom_cli.contracts import Hints

NAME = "search"
SUREST = 0.9

_SAMPLE = 40_000  # characters looked at for a claim
_SAMPLED = 80  # and lines
_DRIVE = r"(?:[A-Za-z]:(?=[\\/]))?"
_NUMBERED_PATH = re.compile(rf"({_DRIVE}[^:\n]++):(\d{{1,7}}):")
_BARE_PATH = re.compile(rf"({_DRIVE}[^:\s]++):")
_LONE_PATH = re.compile(rf"{_DRIVE}[^:\n]++")
_COUNT = re.compile(r"\d+\s*$")
_NUMBER = re.compile(r"(\d{1,7})([:-])")
_CONTEXT_NUMBER = re.compile(r"-\d{1,7}-")
_STAMP = re.compile(r"(?:^|[T \[(])\d{1,2}$")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9_]{0,9}$")
_NO_PATH = re.compile(r"[\"<>|*?{};,=`]|^\s|\s$|^(?:[A-Z]{4,8}|at|File) ")
_NAMED = frozenset(("Makefile", "Dockerfile", "LICENSE", "README", "Gemfile", "Rakefile", "CHANGELOG"))
_FINDING = re.compile(
    r"\s*(?:\d+:)?\s*(?:fatal |internal )?(?:error|warning|note|info|hint)\b", re.IGNORECASE
)
_DEFINITION = re.compile(
    r"[:-]\s*(?:(?:export|public|private|protected|static|async|pub|default|abstract|final)\s+)*"
    r"(?:def|class|function|func|fn|struct|interface|type|trait|enum|impl|module|const|#define)\b"
)
_TOOL = re.compile(
    r"(?:^|[\s|;&(/_-])(?:e?grep|rg|ag|ack|search|searchdir|findstr)(?:[\s_-]|$)", re.IGNORECASE
)


class _Shape(IntEnum):
    OTHER = 0
    BLANK = 1
    MATCH = 2
    BARE = 3
    NUMBER = 4
    CONTEXT = 5
    HEADING = 6
    COUNT = 7
    PATH = 8
    RULE = 9


@dataclass(frozen=True, slots=True)
class _Line:
    shape: _Shape
    path: str = ""


def claim(text: str, hints: Hints) -> float:
    """By the share of lines that have a shape of search results; findings of compilers are no matches."""
    sample = text[:_SAMPLE].split("\n")[:_SAMPLED]
    if len(text) > _SAMPLE and len(sample) > 1:
        sample.pop()
    lines = _recognise(sample)
    seen = Counter(line.shape for line in lines)
    asked = _TOOL.search(hints.tool) is not None or _TOOL.search(hints.argument) is not None
    filled = len(lines) - seen[_Shape.BLANK]
    numbered = seen[_Shape.MATCH] + seen[_Shape.NUMBER]
    if filled == 0 or (not asked and filled < 3):
        return 0.0
    if not asked and _are_findings(sample, lines):
        return 0.0
    shaped = numbered + seen[_Shape.CONTEXT] + seen[_Shape.HEADING] + seen[_Shape.RULE]
    if numbered and (seen[_Shape.MATCH] or seen[_Shape.HEADING] or asked):
        share = shaped / filled
        if share >= 0.9:
            return 0.9
        if share >= (0.3 if asked else 0.6):
            return 0.7
    paths = {line.path for line in lines if line.path}
    if seen[_Shape.COUNT] >= 0.9 * filled and len(paths) > 1:
        return 0.75
    if (shaped + seen[_Shape.BARE]) >= 0.9 * filled and (asked or len(paths) > 1):
        return 0.75 if asked else 0.5
    if asked and seen[_Shape.PATH] >= 0.8 * filled:
        return 0.7
    return 0.0


def read(text: str, hints: Hints) -> LineUnits:
    """Every line is a unit. Matches and context under a heading need the heading, the pieces of a cut
    line need its first piece."""
    whole = split(text)
    lines = _recognise([line.rstrip("\r\n") for line in whole.texts()])
    ranks, needs = _rank(whole.texts(), lines)
    atoms = split(text, hints.cuts)
    if len(atoms) == len(whole):
        return build(NAME, whole, ranks, needs=needs)
    first = [0, *(bisect_left(atoms.ends, end) + 1 for end in whole.ends)]
    spread_ranks: list[float] = []
    spread_needs: list[int] = []
    for number, (start, stop) in enumerate(pairwise(first)):
        need = needs[number]
        spread_ranks.extend([ranks[number], *[ranks[number] / 2] * (stop - start - 1)])
        spread_needs.extend([first[need] if need >= 0 else -1, *[start] * (stop - start - 1)])
    return build(NAME, atoms, spread_ranks, needs=spread_needs)


def _recognise(lines: Sequence[str]) -> list[_Line]:
    """The shape of every line (terminators off), judged with its neighbours and the paths seen."""
    known: dict[str, bool] = {}
    found = [_shape(line, known) for line in lines]
    heading = ""
    for number, line in enumerate(lines):
        shape = found[number].shape
        if shape is _Shape.PATH and number + 1 < len(lines) and _NUMBER.match(lines[number + 1]):
            heading = line.rstrip()
            found[number] = _Line(_Shape.HEADING, heading)
        elif shape is _Shape.NUMBER:
            context = _NUMBER.match(line)
            kind = _Shape.CONTEXT if context is not None and context[2] == "-" else _Shape.NUMBER
            found[number] = _Line(kind, heading)
        elif shape is _Shape.BLANK:
            heading = ""
        elif shape in (_Shape.OTHER, _Shape.PATH, _Shape.BARE):
            path = _context_path(line, known)
            if path:
                found[number] = _Line(_Shape.CONTEXT, path)
    return found


def _shape(line: str, known: dict[str, bool]) -> _Line:
    if not line or line.isspace():
        return _Line(_Shape.BLANK)
    if line.rstrip() == "--":
        return _Line(_Shape.RULE)
    match = _NUMBERED_PATH.match(line)
    if match is not None and _is_path(match[1], known):
        return _Line(_Shape.MATCH, match[1])
    if _NUMBER.match(line) and not line[:2].isspace():
        return _Line(_Shape.NUMBER)
    match = _BARE_PATH.match(line)
    if match is not None and _is_path(match[1], known):
        rest = line[match.end() :]
        return _Line(_Shape.COUNT if _COUNT.match(rest) else _Shape.BARE, match[1])
    bare = line.rstrip()
    if len(bare) <= 300 and _LONE_PATH.fullmatch(bare) and _is_path(bare, {}):
        return _Line(_Shape.PATH, bare)
    return _Line(_Shape.OTHER)


def _is_path(path: str, known: dict[str, bool]) -> bool:
    """Whether a string looks like a path; `known` remembers the answers."""
    if path not in known:
        named = "/" in path or "\\" in path or _ENDING.search(path) is not None or path in _NAMED
        known[path] = (
            named
            and len(path) <= 300
            and path.count(" ") <= 8
            and _NO_PATH.search(path) is None
            and _STAMP.search(path) is None
        )
    return known[path]


def _context_path(line: str, known: dict[str, bool]) -> str:
    """The path of a context line `path-12-text`, if a match named that path."""
    for mark in _CONTEXT_NUMBER.finditer(line, 0, 400):
        if known.get(line[: mark.start()]):
            return line[: mark.start()]
    return ""


def _are_findings(sample: Sequence[str], lines: Sequence[_Line]) -> bool:
    """Whether the "matches" are the findings of a compiler or a linter."""
    matches = [text for text, line in zip(sample, lines, strict=True) if line.shape is _Shape.MATCH]
    findings = 0
    for text in matches:
        match = _NUMBERED_PATH.match(text)
        findings += match is not None and _FINDING.match(text, match.end()) is not None
    return findings * 10 >= len(matches) * 3 and findings > 0


def _rank(texts: Sequence[str], lines: Sequence[_Line]) -> tuple[list[float], list[int]]:
    """Ranks and needs, per line."""
    ranks: list[float] = []
    needs: list[int] = []
    matches: Counter[str] = Counter()
    heading = -1
    last = len(lines) - 1
    for number, line in enumerate(lines):
        need = -1
        if line.shape in (_Shape.MATCH, _Shape.BARE, _Shape.NUMBER):
            matches[line.path] += 1
            rank = _match_rank(matches[line.path], texts[number])
        elif line.shape is _Shape.CONTEXT:
            rank = 0.3
        elif line.shape is _Shape.HEADING:
            rank, heading = 0.9, number
        elif line.shape in (_Shape.COUNT, _Shape.PATH):
            rank = 0.15 if texts[number].rstrip().endswith(":0") else 0.6
        elif line.shape is _Shape.OTHER:
            rank = 0.95 if number in (0, last) else 0.4
        else:
            rank = 0.2
        if line.shape is _Shape.BLANK:
            heading = -1
        elif heading >= 0 and heading != number and line.shape in (_Shape.NUMBER, _Shape.CONTEXT):
            need = heading
        ranks.append(rank)
        needs.append(need)
    return ranks, needs


def _match_rank(nth: int, text: str) -> float:
    if nth == 1:
        return 0.9
    rank = 0.6 if nth <= 3 else 0.5 if nth <= 10 else 0.4
    return rank + 0.1 if _DEFINITION.search(text, 0, 400) else rank
