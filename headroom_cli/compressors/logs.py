"""Logs and test output: pytest, unittest, jest, go test, cargo, make, npm, pip, docker, systemd, JSON lines.

What went wrong ranks highest: errors, failures, panics, exceptions and assertion lines, each with the
message and the last frames of its trace; then the totals of a run, the first and the last lines. Lines are
reduced to templates (numbers, hex strings and the like masked, after the idea of Drain, He et al. 2017, in
one pass without its tree); the first line of a template ranks above its repeats, and of the repeats evenly
spread runs stay, so that a log without any error keeps its shape.

Frames need the message of their trace. Nothing is ever summed up: what stays is verbatim.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from headroom_cli.compressors._facts import rank_runs
from headroom_cli.compressors._lines import LineUnits, build, split
from headroom_cli.compressors._severity import Level, is_noted, levels
from headroom_cli.contracts import Hints

NAME = "logs"
SUREST = 0.8

_MASKED = re.compile(r"0x[0-9a-fA-F]+|[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|\d+")
_AT = re.compile(r"\s+at |\s*\.\.\. \d+ more")
_CONSOLE = re.compile(
    r"\b(?:pytest|unittest|runtests|tox|npm|npx|yarn|pnpm|jest|vitest|cargo|go (?:test|build|vet)|make|cmake"
    r"|ctest|gradlew?|mvn|pip3?|apt(?:-get)?|docker|journalctl|systemctl|kubectl logs|tsc|setup\.py)\b"
)
_STRONG = re.compile(
    r"^(?:=+ test session starts =+|Traceback \(most recent call last\):|--- FAIL: |=== RUN"
    r"|Ran \d+ tests? in |test result: |npm ERR!|goroutine \d+ \[|(?:=+ )?\d+ \w+(?:, \d+ \w+)* in [\d.]+s)",
    re.MULTILINE,
)
_STAMPED = re.compile(r"[\[({]|\d{1,4}[-/:.]\d\d|[A-Z][a-z]{2} {1,2}\d")
_AFTER = 6  # lines after an error that explain it
_PERIOD = 4  # repeats are sampled in runs of this many lines


@dataclass(frozen=True, slots=True)
class _Trace:
    """A stack trace: its message line, its other lines, and those of them that tell where it happened."""

    message: int
    frames: range
    near: range


def claim(text: str, hints: Hints) -> float:
    """By the share of lines that start like log lines, test results or frames."""
    head = text[:12_000].split("\n")[:100]
    tail = text[-4_000:].split("\n")[1:][-40:] if len(text) > 16_000 else []
    filled = [line for line in (*head, *tail) if line.strip()]
    if len(filled) < 3:
        return 0.0
    share = sum(map(is_noted, filled)) / len(filled)
    strong = _STRONG.search("\n".join(filled)) is not None
    if share >= 0.6 or (strong and share >= 0.1):
        return 0.8
    if share >= 0.3:
        return 0.65
    if share >= 0.05 and (strong or _CONSOLE.search(hints.argument)):
        return 0.55
    return 0.0


def read(text: str, hints: Hints) -> LineUnits:
    """Every line (or piece of an over-long one) is a unit."""
    atoms = split(text, hints.cuts)
    texts = atoms.texts()
    lines = [line.rstrip("\r\n") for line in texts]
    marks = levels(lines)
    ranks = _rank_by_level(lines, marks, rank_runs(texts, 0.3, 0.5))
    _raise_context(lines, marks, ranks)
    needs = [-1] * len(lines)
    for trace in _find_traces(lines, marks):
        fresh = ranks[trace.message] >= 0.6
        ranks[trace.message] = max(ranks[trace.message], 0.97) if fresh else ranks[trace.message]
        for number in trace.frames:
            near = number in trace.near
            ranks[number] = (0.93 if near else 0.3) if fresh else 0.12
            needs[number] = trace.message
    _raise_ends(lines, marks, ranks)
    return build(NAME, atoms, ranks, needs=needs)


def _rank_by_level(lines: Sequence[str], marks: Sequence[Level], plain: Sequence[float]) -> list[float]:
    """Ranks by level, the first line of each template above its repeats; `plain` are those of plain lines."""
    alarms: Counter[str] = Counter()
    verbatim: set[str] = set()
    templates: set[tuple[str, ...]] = set()
    repeats = 0
    ranks: list[float] = []
    for number, (line, level) in enumerate(zip(lines, marks, strict=True)):
        if level in (Level.ERROR, Level.WARNING, Level.SUMMARY):
            template = _MASKED.sub("#", line[:500])
            alarms[template] += 1
            rank = _alarm_rank(level, 9 if line in verbatim else alarms[template])
            if level is Level.ERROR and line not in verbatim and not _STAMPED.match(line):
                # Without a time of its own, a line that differs is another error: the next failed test.
                rank = max(rank, 0.56)
            verbatim.add(line)
        else:
            words = tuple([word for word in line.split() if word.isalpha()])
            if words and words not in templates:
                templates.add(words)
                rank = plain[number] if level is Level.PLAIN else 0.35 if level is Level.FRAME else 0.25
            else:
                rank = _repeat_rank(repeats) - (0.05 if level is Level.NOISE else 0.0)
                repeats += 1
        ranks.append(rank)
    return ranks


def _alarm_rank(level: Level, nth: int) -> float:
    if level is Level.ERROR:
        return 0.95 if nth == 1 else 0.62 if nth <= 3 else 0.3 if nth < 9 else 0.15
    if level is Level.SUMMARY:
        return 0.85 if nth == 1 else 0.5 if nth <= 3 else 0.3
    return 0.6 if nth == 1 else 0.35 if nth <= 3 else 0.15


def _repeat_rank(nth: int) -> float:
    """Runs of repeats in an order that halves the distance between kept runs with every level."""
    run = nth // _PERIOD
    twos = (run & -run).bit_length() - 1 if run else 6
    return 0.12 + 0.02 * min(twos, 6)


def _raise_context(lines: Sequence[str], marks: Sequence[Level], ranks: list[float]) -> None:
    """The lines under the first of an error's kind explain it, more so if indented; the one above leads
    to it."""
    for number, level in enumerate(marks):
        if level is not Level.ERROR or ranks[number] < 0.9:
            continue
        depth = _indent(lines[number])
        for after in range(number + 1, min(number + 1 + _AFTER, len(lines))):
            if not lines[after].strip() or marks[after] in (Level.ERROR, Level.NOISE):
                break
            deeper = _indent(lines[after]) > depth
            if not deeper and after > number + 2:
                break
            ranks[after] = max(ranks[after], 0.75 if deeper else 0.65)
        if number and marks[number - 1] is Level.PLAIN and lines[number - 1].strip():
            ranks[number - 1] = max(ranks[number - 1], 0.55)


def _raise_ends(lines: Sequence[str], marks: Sequence[Level], ranks: list[float]) -> None:
    """The first two and the last three lines with text, and the totals near the end. The very first and the
    very last go after all else: what is left of a log still shows what it was and how it ended."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in (*filled[:2], *filled[-3:]):
        ranks[number] = max(ranks[number], 0.92)
    for number in filled[-15:]:
        if marks[number] is Level.SUMMARY:
            ranks[number] = 0.97
    for number in (*filled[:1], *filled[-1:]):
        ranks[number] = 0.98


def _find_traces(lines: Sequence[str], marks: Sequence[Level]) -> list[_Trace]:
    traces: list[_Trace] = []
    number = 0
    while number < len(lines):
        trace = None
        line = lines[number]
        if "Traceback (most recent" in line:
            trace = _python_trace(lines, number)
        elif marks[number] is Level.FRAME or line.startswith("\t"):
            if _AT.match(line):
                trace = _at_trace(lines, number)
            elif line.startswith("goroutine "):
                trace = _go_trace(lines, number)
        if trace is not None:
            traces.append(trace)
            number = max(trace.message, trace.frames.stop - 1)
        number += 1
    return traces


def _python_trace(lines: Sequence[str], start: int) -> _Trace | None:
    """Header and frames, deeper lines all, then the message at the header's own depth."""
    depth = _indent(lines[start])
    last_frame = start
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        if _indent(line) <= depth:
            if "Traceback (most recent" in line or number == start + 1:
                return None
            return _Trace(number, range(start, number), range(last_frame, number))
        if line.lstrip().startswith('File "'):
            last_frame = number
    return None


def _at_trace(lines: Sequence[str], start: int) -> _Trace | None:
    """`at` frames follow their message; the first three are the nearest."""
    message = next((n for n in range(start - 1, max(start - 6, -1), -1) if lines[n].strip()), -1)
    if message < 0:
        return None
    stop = start
    while stop < len(lines) and _AT.match(lines[stop]):
        stop += 1
    return _Trace(message, range(start, stop), range(start, min(start + 3, stop)))


def _go_trace(lines: Sequence[str], start: int) -> _Trace | None:
    """A goroutine's frames up to the blank line; the message is the panic right above, if there is one."""
    message = next((n for n in range(start - 1, max(start - 5, -1), -1) if "panic:" in lines[n]), -1)
    if message < 0:
        return None
    stop = start
    while stop < len(lines) and lines[stop].strip():
        stop += 1
    # The frames of the panic machinery come first; the code that panicked follows.
    origin = next((n for n in range(start, stop) if lines[n].startswith("panic(")), start)
    near = range(origin + 2, min(origin + 8, stop)) if origin > start else range(start, min(start + 6, stop))
    return _Trace(message, range(start, stop), near)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
