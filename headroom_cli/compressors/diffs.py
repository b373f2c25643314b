"""Diffs: `git diff`, `git show`, `git log -p`, `diff -u`.

Units are whole hunks; what precedes and follows the files (a commit's message, a statistic) is made of
lines. A file's header is one unit with its first hunk, since a header without a hunk does not apply, and
the other hunks of the file need it. The mark for hunks that went stands after the last kept hunk of the
file: git takes what stands there for the text between two files, so what remains still applies.

Small hunks rank above huge ones; lock files, generated and binary files go first. What a command printed
after the last file (the totals of a test run, an error, its last line) ranks above the hunks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from headroom_cli.compressors._lines import LineUnits, build, split
from headroom_cli.compressors._severity import Level, is_noted, levels
from headroom_cli.contracts import Hints

NAME = "diffs"
SUREST = 1.0

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_COMBINED = re.compile(r"@@@+ -")
_EXTENDED = re.compile(
    r"(?:index |mode |new file mode |deleted file mode |old mode |new mode |similarity index |dissimilarity "
    r"|rename |copy |Binary files |GIT binary patch)"
)
_MINOR = re.compile(
    r"(?:^|[/\\])(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|Cargo\.lock|go\.sum"
    r"|composer\.lock|Gemfile\.lock|Pipfile\.lock)"
    r"|\.min\.(?:js|css)|\.(?:map|snap|svg|pb\.go)(?:\s|$)|_pb2\.py|(?:^|[/\\])(?:dist|vendor|node_modules)[/\\]"
)
_SAMPLED = 200  # lines around a diff that are looked at
_TITLE = re.compile(r"(?:commit [0-9a-f]{7,40}|Author:|Date:|Subject:|From:| \d+ files? changed)")


@dataclass(slots=True)
class _Draft:
    """Units in the making: their first lines, ranks, needs and sections."""

    starts: list[int] = field(default_factory=list)
    ranks: list[float] = field(default_factory=list)
    needs: list[int] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)

    def add(self, start: int, rank: float, *, same_file: bool = False) -> int:
        """One more unit; `same_file` puts it into the section of the one before. Returns its index."""
        unit = len(self.starts)
        self.starts.append(start)
        self.ranks.append(rank)
        self.needs.append(-1)
        self.sections.append(self.sections[-1] if same_file else unit)
        return unit


def claim(text: str, hints: Hints) -> float:
    """1.0 for a diff with a header and a hunk, less if much else surrounds it; none for a log or test output
    that has a diff in it."""
    if "@@ -" not in text and "diff --git " not in text:
        return 0.0
    lines = [line.rstrip("\r\n") for line in split(text).texts()]
    inside = 0
    hunks = 0
    position = 0
    outside: list[str] = []
    while position < len(lines):
        stop = _header_end(lines, position)
        if stop == position and not (hunks and _starts_hunk(lines[position])):
            if lines[position].strip():
                outside.append(lines[position])
            position += 1
            continue
        ends = _hunk_ends(lines, stop)
        hunks += len(ends) or any(_EXTENDED.match(line) for line in lines[position:stop])
        inside += (ends[-1] if ends else stop) - position
        position = max(position + 1, ends[-1] if ends else stop)
    if not hunks:
        return 0.0
    share = inside / len(lines)
    if share >= 0.5:
        return 1.0
    sample = outside[:_SAMPLED]
    logged = sum(map(is_noted, sample)) * 10 >= len(sample) * 3
    return 0.6 if share >= 0.2 and not logged else 0.0


def read(text: str, hints: Hints) -> LineUnits:
    """Hunks as units. `hints.cuts` are not heeded: a hunk with a cut line would no longer apply."""
    lines = split(text)
    texts = [line.rstrip("\r\n") for line in lines.texts()]
    draft = _Draft()
    position = tail = 0
    while position < len(texts):
        stop = _header_end(texts, position)
        ends = _hunk_ends(texts, stop) if stop > position else []
        if stop == position:
            draft.add(position, _line_rank(texts[position], position))
            position += 1
            continue
        minor = any(_MINOR.search(line) for line in texts[position:stop])
        first = draft.add(position, _hunk_rank(texts[stop : ends[0]] if ends else (), minor) + 0.1)
        for start, end in pairwise(ends):
            unit = draft.add(start, _hunk_rank(texts[start:end], minor), same_file=True)
            draft.needs[unit] = first
        position = tail = ends[-1] if ends else stop
    _raise_tail(draft, texts[tail:])
    return build(NAME, lines, draft.ranks, starts=draft.starts, needs=draft.needs, sections=draft.sections)


def _header_end(lines: Sequence[str], start: int) -> int:
    """The line after the file header that begins at `start`; `start` itself if none does."""
    line = lines[start]
    if line.startswith("diff "):
        stop = start + 1
        while stop < len(lines) and _EXTENDED.match(lines[stop]):
            stop += 1
        if stop > start + 1 and lines[stop - 1].startswith("GIT binary patch"):
            return _binary_end(lines, stop)
        return stop + 2 if _names_files(lines, stop) else stop
    return (
        start + 2
        if _names_files(lines, start) and _starts_hunk("".join(lines[start + 2 : start + 3]))
        else start
    )


def _names_files(lines: Sequence[str], start: int) -> bool:
    pair = lines[start : start + 2]
    return len(pair) == 2 and pair[0].startswith("--- ") and pair[1].startswith("+++ ")


def _binary_end(lines: Sequence[str], start: int) -> int:
    stop = start
    while stop < len(lines) and not lines[stop].startswith(("diff ", "commit ", "-- ")):
        stop += 1
    return stop


def _starts_hunk(line: str) -> bool:
    return line.startswith("@@") and (_HUNK.match(line) or _COMBINED.match(line)) is not None


def _hunk_ends(lines: Sequence[str], start: int) -> list[int]:
    """The line after each of the hunks that follow one another from line `start` on."""
    ends: list[int] = []
    while start < len(lines) and _starts_hunk(lines[start]):
        start = _hunk_end(lines, start)
        ends.append(start)
    return ends


def _hunk_end(lines: Sequence[str], start: int) -> int:
    """The line after the hunk that begins at `start`, by the counts of its header.

    Some tools strip the blank that stands for an empty context line; such a line counts as context.
    """
    header = _HUNK.match(lines[start])
    stop = start + 1
    if header is None:
        while stop < len(lines) and lines[stop][:1] in (" ", "+", "-", "\\"):
            stop += 1
        return stop
    old, new = int(header[1] or 1), int(header[2] or 1)
    while stop < len(lines) and (old > 0 or new > 0):
        sign = lines[stop][:1]
        if sign not in ("", " ", "+", "-", "\\"):
            break
        old -= sign in ("", " ", "-")
        new -= sign in ("", " ", "+")
        stop += 1
    if stop < len(lines) and lines[stop].startswith("\\"):
        stop += 1
    return stop


def _hunk_rank(lines: Sequence[str], minor: bool) -> float:
    """Fewer changed lines rank higher, in four levels."""
    if minor:
        return 0.05
    size = len(lines)
    return 0.75 if size <= 12 else 0.6 if size <= 40 else 0.45 if size <= 150 else 0.25


def _raise_tail(draft: _Draft, tail: Sequence[str]) -> None:
    """The lines after the last file, each a unit of its own: totals, errors and the very last with text."""
    first = len(draft.ranks) - len(tail)
    for unit, level in enumerate(levels(tail), first):
        if level in (Level.ERROR, Level.SUMMARY):
            draft.ranks[unit] = 0.92
    last = max((number for number, line in enumerate(tail) if line.strip()), default=None)
    if last is not None:
        draft.ranks[first + last] = 0.95


def _line_rank(line: str, position: int) -> float:
    if _TITLE.match(line):
        return 0.9
    return 0.85 if position < 3 else 0.5
