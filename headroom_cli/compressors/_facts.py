"""What a stretch of text adds: facts seen for the first time, and words that say something went wrong.

A *fact* is a word that can only be known from having read it: a path, a file name, an identifier with an
underscore, a dot or a capital inside, a number of three or more digits.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

RUN = 8

_WORD = re.compile(r"[A-Za-z0-9_./\\@#:+-]{3,}")
# Matches once per line that holds a fact, and words are put on a line each.
_FACT = re.compile(r"(?:\d{3}|[A-Za-z0-9_][_./\\:@-][A-Za-z0-9_]|[a-z0-9][A-Z]|[A-Za-z]\d)[^\n]*+")
ALARM = re.compile(
    r"(?:[Ee]rror|ERR(?:OR|!)|[Ff]ail(?:ed|ure|s|ing)?\b|FAIL|[Ff]atal|FATAL|[Pp]anic|PANIC|[Ee]xception"
    r"|EXCEPTION|Traceback|CRITICAL|[Cc]ritical|[Dd]enied|[Cc]annot|[Aa]ssert|[Ss]egmentation|[Aa]borted)"
)


def novelty(stretches: Sequence[str]) -> list[int]:
    """How many distinct facts each stretch holds that no earlier one held."""
    seen: set[str] = set()
    counts: list[int] = []
    for stretch in stretches:
        fresh = set(_WORD.findall(stretch))
        fresh -= seen
        seen |= fresh
        counts.append(len(_FACT.findall("\n".join(fresh))))
    return counts


def runs(texts: Sequence[str], size: int = RUN) -> list[int]:
    """The first line of every run: at most `size` lines, ended early by a blank line after half of it."""
    starts = [0] if texts else []
    for number, text in enumerate(texts):
        length = number - starts[-1]
        if length >= size or (length > size // 2 and not texts[number - 1].strip() and text.strip()):
            starts.append(number)
    return starts


def rank_runs(texts: Sequence[str], low: float = 0.2, high: float = 0.7) -> list[float]:
    """One rank per line, equal within a run of up to 8.

    The first and the last run rank 0.9 and 0.85, runs with an alarm word 0.8; the others between `low` and
    `high` in five levels by new facts per character, nudged up towards both ends.
    """
    starts = runs(texts)
    bounds = [*starts, len(texts)]
    stretches = ["".join(texts[start:stop]) for start, stop in pairwise(bounds)]
    ranks: list[float] = []
    count = len(stretches)
    for index, (stretch, facts) in enumerate(zip(stretches, novelty(stretches), strict=True)):
        if index == 0:
            rank = 0.9
        elif index == count - 1:
            rank = 0.85
        elif ALARM.search(stretch):
            rank = 0.8
        else:
            # A fact per 40 characters is as dense as a listing of paths: the top level.
            level = min(4, max(facts > 0, facts * 160 // (len(stretch) + 40)))
            edge = abs(2 * index + 1 - count) / count
            rank = low + (high - low) * level / 4 + 0.05 * round(edge, 1)
        ranks.extend([round(rank, 4)] * (bounds[index + 1] - bounds[index]))
    return ranks
