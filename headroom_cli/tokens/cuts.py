"""Where a line that is too long to be one unit is cut: at white space, into spans of at most 200 tokens."""

import re

from headroom_cli.contracts import Counter

LONG_LINE = 400
"""Tokens above which a line is cut."""

SPAN = 200
"""Tokens that a span of a long line has at most, where white space allows."""

# Spans aim below SPAN, so that few of them have to be tried twice.
_AIM = 180
_SPACE = re.compile(r"[^\S\n]")


def long_line_cuts(text: str, counter: Counter) -> tuple[int, ...]:
    """Offsets, in characters and ascending, that cut the long lines of a text at white space.

    A line is long if `counter.line_costs` charges it over LONG_LINE tokens. Its spans count at most SPAN
    tokens each, save those without inner white space. A cut stands before white space, at the first of a
    run where that serves, and never at a line's beginning or in the white space at its end.
    """
    if len(text) <= LONG_LINE // 4:  # a character has at most four bytes, and a token at least one
        return ()
    ends, costs = counter.line_costs(text)
    cuts: list[int] = []
    for line, cost in enumerate(costs):
        if cost > LONG_LINE:
            start = ends[line - 1] if line else 0
            cuts += _cut_line(text, start, start + len(text[start : ends[line]].rstrip()), cost, counter)
    return tuple(cuts)


def _cut_line(text: str, start: int, end: int, cost: int, counter: Counter) -> list[int]:
    """Cut one line, `text[start:end]`, of about `cost` tokens, from left to right."""
    cuts: list[int] = []
    width = max(1, (end - start) * _AIM // cost)
    while start < end:
        cut, tokens = _next_cut(text, start, end, width, counter)
        if tokens:
            width = max(1, (cut - start) * _AIM // tokens)
        if cut < end:
            cuts.append(cut)
        start = cut
    return cuts


def _next_cut(text: str, start: int, end: int, width: int, counter: Counter) -> tuple[int, int]:
    """The end of the span that begins at `start`, and its tokens (0 if it was not worth counting)."""
    while True:
        cut = _last_space(text, start, min(end, start + width), end)
        if cut <= start:
            return _first_space(text, start, end), 0
        tokens = counter.count(text[start:cut])
        if tokens <= SPAN:
            return cut, tokens
        width = min(cut - start - 1, (cut - start) * _AIM // tokens)


def _last_space(text: str, start: int, limit: int, end: int) -> int:
    """The last place to cut after `start` and up to `limit`; `start` if there is none."""
    if limit == end:
        return end
    if text[limit].isspace() and not text[limit - 1].isspace():
        return limit
    window = text[start:limit]
    words = window.rstrip()
    if not words:
        return limit
    if len(words) < len(window):
        return start + len(words)
    parts = words.rsplit(None, 1)
    if len(parts) == 2:
        return start + len(parts[0])
    blank = len(words) - len(parts[0])
    return start + max(0, blank - 1)


def _first_space(text: str, start: int, end: int) -> int:
    """The first place to cut after `start`; `end` if there is none."""
    match = _SPACE.search(text, start + 1, end)
    return match.start() if match else end
