"""Source code: whole files, slices, numbered reads (`cat -n` and its like). NAME "code".

The language comes from the path the call read, or from lines that hardly stand in any other kind of text;
unsure means no claim. Python is read by its own parser, so that what parsed still parses: a block keeps its
first statement or goes with its header, a statement of many lines stays or goes whole. Other languages,
slices and numbered reads are outlines by indentation.

Marks are comments in the language's own form, indented like the line after them; in a numbered read, which
is no source, they stand bare. Numbers stay on their lines.

Best kept: signatures, imports, constants, docstrings of a few lines; then what returns, raises or asserts,
and bodies by what they add that no line before held. First to go: licence heads and comments.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from headroom_cli.compressors._facts import novelty
from headroom_cli.compressors._languages import (
    PYTHON,
    Language,
    language_of_lines,
    language_of_path,
    looks_written_in,
)
from headroom_cli.compressors._lines import PLAIN, Dress, Lines, build, split
from headroom_cli.compressors._outline import outline_spans
from headroom_cli.compressors._python import parse_spans
from headroom_cli.compressors._roles import Role, Span
from headroom_cli.contracts import Hints, Units

NAME = "code"
SUREST = 0.95

_NUMBER = re.compile(r"[ \t]*(\d{1,7})(?:\t|→|:|[ ]?\||[ ]{2,})")
_NUMBERED = re.compile(r"(?m)^[ \t]*\d{1,7}(?:\t|→|:|[ ]?\||[ ]{2,})")
_HEAD = 4000  # characters in which a numbered read shows its first number
_PATH = re.compile(r"[\w./\\-]+\.\w{1,5}\b")
# What tools print about code is no source, though it quotes some.
_REPORT = re.compile(
    r'(?m)^[ \t]*File "[^"\n]+", line \d|^Traceback \(|^={5,} |^E   |\.\.\. ok$|^(?:--- )?FAIL'
)
_LICENCE = re.compile(r"(?i)copyright|licen[cs]e|spdx")
_SAMPLE = 8_000  # characters looked at for the signs of a report
_MINIFIED = 300  # characters of a mean line that nobody wrote by hand
_RUN = 8  # lines of a body that are ranked as one
_BRIEF = 10  # lines up to which a docstring, or a header with its first statement, is brief
_REMARK = 2  # lines of a comment that goes with the definition after it
_RANKS = {
    Role.IMPORT: 0.68,
    Role.CONSTANT: 0.6,
    Role.OUTCOME: 0.45,
    Role.COMMENT: 0.2,
    Role.CLOSING: 0.0,
    Role.FRAME: 0.8,
}


def claim(text: str, hints: Hints) -> float:
    """0.95 for source whose path names the language, 0.9 for a numbered read of code, 0.75 for lines of one
    language beyond doubt, else 0.0."""
    if text.count("\n") < 7 or len(text) > _MINIFIED * text.count("\n"):
        return 0.0
    listing = _read_listing(text)
    if _named_language(listing, hints) is not None:
        return 0.95
    if not listing.numbered and _REPORT.search(text, 0, _SAMPLE):
        return 0.0
    if language_of_lines(listing.body(), sure=listing.numbered) is None:
        return 0.0
    return 0.9 if listing.numbered else 0.75


def read(text: str, hints: Hints) -> Units:
    """The statements or lines of a text that `claim` accepts, ranked."""
    listing = _read_listing(text)
    language = _named_language(listing, hints) or language_of_lines(listing.body(), sure=True) or PYTHON
    parsed = parse_spans("\n".join(listing.plain)) if language is PYTHON else None
    spans = outline_spans(listing.plain, language) if parsed is None else parsed
    units = _fill(spans, listing)
    lines = split(text, hints.cuts)
    starts, needs, pieces = _cut(units, lines, whole=parsed is not None)
    ranks = _rank(pieces, listing.lines)
    dress = PLAIN if listing.numbered else Dress(prefix=language.comment, indent=True)
    return build(NAME, lines, ranks, starts=starts, needs=needs, dress=dress)


@dataclass(frozen=True, slots=True)
class _Listing:
    """A text as lines: `plain` are the lines without their numbers. In a numbered read `own` says which
    lines have one; what a tool wrote around them is blank in `plain`."""

    lines: list[str]
    plain: list[str]
    own: list[bool]
    numbered: bool

    def body(self) -> list[str]:
        return [line for line, own in zip(self.plain, self.own, strict=True) if own]

    def role(self, number: int) -> Role | None:
        """What a line between two statements is; None for a blank one."""
        if not self.own[number]:
            return Role.FRAME if self.lines[number].strip() else None
        text = self.plain[number].strip()
        if not text:
            return None
        return Role.COMMENT if text[0] == "#" else Role.BODY


@lru_cache(maxsize=1)  # a claim is followed by a read of the same text
def _read_listing(text: str) -> _Listing:
    lines = text.split("\n")
    if not _NUMBERED.search(text[:_HEAD]):
        return _Listing(lines, lines, [True] * len(lines), False)
    matches = [_NUMBER.match(line) for line in lines]
    numbers = [int(match[1]) for match in matches if match]
    written = sum(1 for line in lines if line.strip())
    steps = sum(1 for before, after in pairwise(numbers) if after == before + 1)
    if len(numbers) < 5 or len(numbers) * 10 < written * 7 or steps * 10 < (len(numbers) - 1) * 9:
        return _Listing(lines, lines, [True] * len(lines), False)
    plain = [line[match.end() :] if match else "" for line, match in zip(lines, matches, strict=True)]
    if all(line[0] == " " for line in plain if line.strip()):
        # `12: code`: the blank after the sign belongs to the number.
        plain = [line[1:] for line in plain]
    return _Listing(lines, plain, [match is not None for match in matches], True)


def _named_language(listing: _Listing, hints: Hints) -> Language | None:
    """The language of the path the call read, or that a tool wrote above a numbered read, if the lines look
    like it."""
    language = language_of_path(hints.argument)
    if language is None and listing.numbered:
        above = [line for line, own in zip(listing.lines[:6], listing.own, strict=False) if not own]
        paths = [path for line in above for path in _PATH.findall(line[:500])]
        language = next((found for found in map(language_of_path, paths) if found), None)
    if language is None or looks_written_in(language, listing.body()):
        return language
    # A module that is all docstring or data still has to parse afterwards.
    return PYTHON if language is PYTHON and parse_spans("\n".join(listing.plain)) is not None else None


def _fill(spans: Sequence[Span], listing: _Listing) -> list[Span]:
    """Spans that together hold every line: what stands between the given ones becomes spans of its own.

    Blank lines go with what is before them, comments with each other; a line that is neither (an `else:`,
    a lone backslash) begins the statement after it.
    """
    filled: list[Span] = []
    place: list[int] = []
    line = 0
    for span in (*spans, None):
        stop = len(listing.lines) if span is None else span.first
        need = span.need if span else -1
        first = -1
        for number in range(line, stop):
            role = listing.role(number)
            if role is Role.BODY:
                first = number
                break
            last = filled[-1] if filled else None
            if last and (role is None or (role is last.role and number > line and last.first >= line)):
                filled[-1] = last._replace(last=number)
            else:
                filled.append(Span(number, number, need, role or Role.COMMENT))
        if span is not None:
            place.append(len(filled))
            filled.append(span if first < 0 else span._replace(first=first))
            line = span.last + 1
        elif first >= 0:
            filled[-1] = filled[-1]._replace(last=stop - 1)
    return [span._replace(need=place[span.need] if span.need >= 0 else -1) for span in filled]


def _cut(spans: Sequence[Span], lines: Lines, *, whole: bool) -> tuple[list[int], list[int], list[Span]]:
    """The first atom, the need and the span of every unit.

    A line that is cut into atoms is one unit in Python that parses, else each atom is.
    """
    if lines.noun == "lines":
        # A text that ends its last line has no line after it.
        kept = [span for span in spans if span.first < len(lines)]
        return [span.first for span in kept], [span.need for span in kept], kept
    first_atoms = [0]
    for atom, end in enumerate(lines.ends):
        if lines.text[end - 1] == "\n":
            first_atoms.append(atom + 1)
    starts: list[int] = []
    needs: list[int] = []
    pieces: list[Span] = []
    place: list[int] = []
    for span in spans:
        start = first_atoms[span.first] if span.first < len(first_atoms) else len(lines)
        stop = first_atoms[span.last + 1] if span.last + 1 < len(first_atoms) else len(lines)
        place.append(len(starts))
        split_up = not whole and span.first == span.last
        for atom in range(start, stop, 1 if split_up else max(1, stop - start)):
            starts.append(atom)
            needs.append(span.need)
            pieces.append(span)
    return starts, [place[need] if need >= 0 else -1 for need in needs], pieces


def _rank(spans: Sequence[Span], lines: Sequence[str]) -> list[float]:
    """A rank per span: by its role, bodies by what they add."""
    ranks = [0.0] * len(spans)
    runs: list[list[int]] = []
    for position, span in enumerate(spans):
        size = span.last - span.first + 1
        if span.role is Role.BODY:
            run = runs[-1] if runs else []
            near = run and run[-1] == position - 1 and spans[run[-1]].need == span.need
            if near and span.last - spans[run[0]].first < _RUN:
                run.append(position)
            else:
                runs.append([position])
        elif span.role is Role.DEFINITION:
            ranks[position] = 0.9 if size <= _BRIEF else 0.7
            ranks[position] -= 0.0 if span.need < 0 else 0.04
        elif span.role is Role.DOCUMENT:
            ranks[position] = 0.55 if size <= _BRIEF else 0.3
        elif span.role is Role.COMMENT and span.first < _BRIEF and _is_licence(lines, span):
            ranks[position] = 0.05
        else:
            ranks[position] = _RANKS[span.role]
    for position, (span, following) in enumerate(pairwise(spans)):
        # A mark in place of a short comment above a definition would cost more than the comment.
        brief = span.role is Role.COMMENT and span.last - span.first < _REMARK
        if brief and following.role is Role.DEFINITION:
            ranks[position] = ranks[position + 1]
    stretches = ["\n".join(lines[spans[run[0]].first : spans[run[-1]].last + 1]) for run in runs]
    for run, stretch, facts in zip(runs, stretches, novelty(stretches), strict=True):
        level = min(4, facts * 160 // (len(stretch) + 40))
        for position in run:
            ranks[position] = 0.25 + 0.075 * level
    return ranks


def _is_licence(lines: Sequence[str], span: Span) -> bool:
    return any(_LICENCE.search(line) for line in lines[span.first : span.first + 40])
