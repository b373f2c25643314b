"""Plain lines: the fallback that takes any text.

Without knowing the kind of text, two things can still be said: the beginning and the end tell most about
it (a U-shaped rank), and lines that carry facts not seen before (paths, identifiers, numbers, errors) tell
more than filler. Lines are ranked in runs of up to 8, so that what stays is legible and marks are few.
"""

from headroom_cli.compressors._facts import rank_runs
from headroom_cli.compressors._lines import LineUnits, build, split
from headroom_cli.contracts import Hints

NAME = "lines"
SUREST = 0.1


def claim(text: str, hints: Hints) -> float:
    """Always 0.1: any text is lines."""
    return 0.1


def read(text: str, hints: Hints) -> LineUnits:
    """Every line (or piece of an over-long one) is a unit; none needs another. The first and the last with
    text in it go after all others."""
    lines = split(text, hints.cuts)
    texts = lines.texts()
    ranks = rank_runs(texts)
    for order in (range(len(texts)), reversed(range(len(texts)))):
        end = next((number for number in order if texts[number].strip()), None)
        if end is not None:
            ranks[end] = 0.95
    return build(NAME, lines, ranks)
