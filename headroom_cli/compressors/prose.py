"""Prose and Markdown: assistant text, documentation, notes.

Units are whole sentences (also across the line breaks of a wrapped paragraph), headings, list items, and
the single lines of code fences and tables. No word ever goes alone, so a "not" stays with what it negates.
Headings, the opening and the conclusion rank high, then sentences with numbers, names, negations and
obligations. Lines of a fence need its closing line, that its opening one; rows of a table need its header.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom_cli.compressors._facts import ALARM, novelty
from headroom_cli.compressors._lines import Lines, LineUnits, build, split
from headroom_cli.contracts import Hints

NAME = "prose"
SUREST = 0.6

_SAMPLE = 3_000  # characters looked at for a claim
_LONG = 1200  # characters; what goes on longer is no sentence, and is cut at line ends and where hints say
_LINE_END = re.compile("\n")
_HEADING = re.compile(r" {0,3}#{1,6} ")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)]) ")
_FENCE = re.compile(r"\s*(```|~~~)")
_ROW = re.compile(r"\s*\|")
_BREAK = re.compile(r"[.!?][\"')\]*_`’”]{0,3}\s+(?=[\"'(\[*_`“‘]{0,3}[^\Wa-z])|[。！？]+\s*", re.UNICODE)
_SHORT = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|[Dd]r|[Mm]rs?|[Mm]s|[Pp]rof|[Nn]o|[Ff]ig|approx|St|[A-Z])|^\s*\d+)\.$"
)
_STRESS = re.compile(
    r"\b(?:not|never|no|none|cannot|can't|don't|doesn't|isn't|won't|without|unless|except|only|must|should"
    r"|because|decided|instead|fixed|bug|issue|important|note|warning|todo|root cause)\b|n't\b",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", ":", "。", "！", "？")


@dataclass(slots=True)
class _Draft:
    """Units in the making: where each ends (in characters), its rank and what it needs."""

    ends: list[int] = field(default_factory=list)
    ranks: list[float] = field(default_factory=list)
    needs: list[int] = field(default_factory=list)

    def add(self, end: int, rank: float, need: int = -1) -> int:
        self.ends.append(end)
        self.ranks.append(rank)
        self.needs.append(need)
        return len(self.ends) - 1


def claim(text: str, hints: Hints) -> float:
    """By the share of characters in lines that read like sentences, headings and list items."""
    sample = text[:_SAMPLE]
    lines = [line for line in sample.split("\n") if line.strip()]
    if not lines or len(sample) < 40:
        return 0.0
    told = total = 0
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            continue
        total += len(line)
        told += len(line) if _reads_like_prose(line) else 0
    if not total:
        return 0.0
    share = told / total
    if share >= 0.85:
        return 0.6
    return 0.45 if share >= (0.6 if not hints.tool else 0.7) else 0.0


def read(text: str, hints: Hints) -> LineUnits:
    """Sentences, headings, items and lines of fences and tables as units; `noun` is "spans" unless every
    unit is one line."""
    lines = split(text)
    texts = lines.texts()
    draft = _Draft()
    number = 0
    while number < len(texts):
        line = texts[number]
        offset = lines.ends[number - 1] if number else 0
        if _FENCE.match(line):
            number = _add_fence(draft, lines, texts, number)
        elif _ROW.match(line):
            number = _add_table(draft, lines, texts, number)
        elif _HEADING.match(line):
            draft.add(lines.ends[number], 0.8)
            number += 1
        elif not line.strip():
            draft.add(lines.ends[number], 0.1)
            number += 1
        else:
            stop = _paragraph_end(texts, number)
            _add_sentences(
                draft, text, offset, lines.ends[stop - 1], hints.cuts, _ITEM.match(line) is not None
            )
            number = stop
    _raise_ends(draft, text)
    atoms = Lines(text, draft.ends, "lines" if draft.ends == lines.ends else "spans")
    return build(NAME, atoms, draft.ranks, needs=draft.needs)


def _reads_like_prose(line: str) -> bool:
    """A heading, an item with some words, or a line of mostly ordinary words."""
    if _HEADING.match(line):
        return True
    words = line.split()
    plain = sum(1 for word in words if word.strip(".,;:!?\"'()*_`’“”—-").isalpha())
    if _ITEM.match(line):
        return plain >= 2 and plain * 2 >= len(words)
    return (
        len(words) >= 4 and plain * 10 >= len(words) * 7 and not line.rstrip().endswith((";", "{", "}", ","))
    )


def _paragraph_end(texts: Sequence[str], start: int) -> int:
    """The line after the paragraph or list item that begins at `start`."""
    stop = start + 1
    while stop < len(texts):
        line = texts[stop]
        if (
            not line.strip()
            or _ITEM.match(line)
            or _HEADING.match(line)
            or _FENCE.match(line)
            or _ROW.match(line)
        ):
            break
        stop += 1
    return stop


def _add_sentences(draft: _Draft, text: str, start: int, end: int, cuts: Sequence[int], item: bool) -> None:
    """The sentences of `text[start:end]`; those of a list item need its first."""
    bounds = _sentence_ends(text, start, end)
    first = -1
    previous = start
    for bound in bounds:
        stops = [bound]
        if bound - previous > _LONG:
            line_ends = (match.end() for match in _LINE_END.finditer(text, previous, bound))
            stops = sorted({*(cut for cut in cuts if previous < cut < bound), *line_ends, bound})
        need = first if item else -1
        for stop in stops:
            unit = draft.add(stop, _sentence_rank(text[previous:stop], item), need)
            if first < 0:
                first = unit
            need = unit if len(stops) > 1 and stop == stops[0] else need
            previous = stop


def _sentence_ends(text: str, start: int, end: int) -> list[int]:
    """Offsets after each sentence, the white space behind it included."""
    ends: list[int] = []
    for stop in _BREAK.finditer(text, start, end):
        after = stop.end()
        full = text[max(start, stop.start() - 8) : stop.start() + 1]
        if after < end and not (full.endswith(".") and _SHORT.search(full)):
            ends.append(after)
    ends.append(end)
    return ends


def _sentence_rank(sentence: str, item: bool) -> float:
    rank = 0.4 if item else 0.35
    if ALARM.search(sentence):
        rank += 0.2
    if _STRESS.search(sentence):
        rank += 0.1
    if novelty((sentence,))[0]:
        rank += 0.1
    return rank


def _add_fence(draft: _Draft, lines: Lines, texts: Sequence[str], start: int) -> int:
    """A code fence, its lines in the middle; returns the line after it. One that is never closed holds
    the rest of the text."""
    match = _FENCE.match(texts[start])
    sign = match[1] if match else ""
    stop = start + 1
    while stop < len(texts) and not texts[stop].lstrip().startswith(sign):
        stop += 1
    closed = stop < len(texts)
    opening = draft.add(lines.ends[start], 0.3)
    closing = opening + (stop - start) if closed else opening
    for number in range(start + 1, stop):
        draft.add(lines.ends[number], 0.3, closing)
    if closed:
        draft.add(lines.ends[stop], 0.3, opening)
    return stop + 1


def _add_table(draft: _Draft, lines: Lines, texts: Sequence[str], start: int) -> int:
    """A Markdown table: its rows need the rule under its header, that needs the header."""
    stop = start
    while stop < len(texts) and _ROW.match(texts[stop]):
        stop += 1
    need = -1
    for number in range(start, stop):
        unit = draft.add(lines.ends[number], 0.55 if number < start + 2 else 0.4, need)
        need = unit if number < start + 2 else need
    return stop


def _raise_ends(draft: _Draft, text: str) -> None:
    """The opening and the conclusion."""
    filled: list[int] = []
    start = 0
    for unit, end in enumerate(draft.ends):
        if text[start:end].strip() and draft.needs[unit] < 0:
            filled.append(unit)
        start = end
    for units, rank in ((filled[:1], 0.9), (filled[1:2], 0.75), (filled[-2:-1], 0.75), (filled[-1:], 0.85)):
        for number in units:
            draft.ranks[number] = max(draft.ranks[number], rank)
