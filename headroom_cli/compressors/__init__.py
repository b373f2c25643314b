"""Compressors: one module per kind of text. Each keeps `contracts.Compressor`.

The order of the roster settles ties: kinds with a grammar before kinds with a habit, plain lines last.
"""

from collections.abc import Collection

from headroom_cli.compressors import code, data, diffs, lines, logs, prose, search
from headroom_cli.contracts import Compressor, Hints

COMPRESSORS: tuple[Compressor, ...] = (search, logs, diffs, code, data, prose, lines)
NAMES: tuple[str, ...] = tuple(compressor.NAME for compressor in COMPRESSORS)
# Who may be surest is asked first, so that those who can no longer win need not look at the text.
_ASKED = sorted(enumerate(COMPRESSORS), key=lambda placed: -placed[1].SUREST)


def choose(
    text: str, hints: Hints, only: Collection[str] = (), skip: Collection[str] = ()
) -> Compressor | None:
    """The compressor with the highest claim to a text; ties go to the order of the roster.

    `only` (if not empty) and `skip` name the compressors that may and may not be asked. None if nobody
    who may claims the text.
    """
    best: Compressor | None = None
    highest = (0.0, 0)
    for place, compressor in _ASKED:
        if (compressor.SUREST, -place) <= highest:
            continue
        if (only and compressor.NAME not in only) or compressor.NAME in skip:
            continue
        claim = compressor.claim(text, hints)
        if claim > 0 and (claim, -place) > highest:
            best, highest = compressor, (claim, -place)
    return best
