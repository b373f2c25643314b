"""Folds: invertible rewrites, one module each. Each keeps `contracts.Fold`.

Nothing is lost by a fold, and nothing of it is taken on trust: a fold counts only if unfolding gives the
text back. Folds never nest.
"""

from hashlib import sha256

from headroom_cli.contracts import Fold
from headroom_cli.errors import InputError
from headroom_cli.folds import json_space, runs
from headroom_cli.marker import MARK, parse_head

FOLDS: tuple[Fold, ...] = (runs, json_space)


def fold_text(text: str) -> tuple[str, str, str] | None:
    """The shortest fold of a text as (name, folded body, parameter); None if none makes it shorter.

    Every fold is checked here against its inverse. A text that begins with a head mark is never folded.
    """
    if parse_head(text) is not None:
        return None
    best: tuple[str, str, str] | None = None
    for fold in FOLDS:
        folded = fold.fold(text)
        if folded is None or len(folded[0]) >= len(text if best is None else best[1]):
            continue
        if fold.unfold(*folded) == text:
            best = (fold.NAME, *folded)
    return best


def unfold_text(text: str) -> str | None:
    """The original of a folded text, given with its head mark as the first line; None if it is none.

    What only looks like a folded text is none: an unknown fold or parameter, a body that does not unfold,
    or a reference in the mark that is not that of the result.
    """
    first, newline, body = text.partition("\n")
    head = parse_head(first)
    if head is None or head.kind != "fold" or not newline or not MARK.fullmatch(first) or not head.fold:
        return None
    for fold in FOLDS:
        if head.fold[0] != fold.NAME:
            continue
        try:
            original = fold.unfold(body, " ".join(head.fold[1:]))
        except InputError:
            return None
        digest = sha256(original.encode("utf-8", "surrogatepass")).hexdigest()
        return original if not head.ref or digest.startswith(head.ref) else None
    return None
