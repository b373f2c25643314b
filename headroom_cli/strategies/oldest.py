"""Oldest first: walk each rung from the oldest text to the newest before the next rung begins.

It stops the moment the budget holds. A text's target is what the window still has to lose, never below
the text's floor.
"""

from collections.abc import Callable, Generator, Sequence

from headroom_cli.contracts import Move, Slot, Unit
from headroom_cli.model import Rung

NAME = "oldest"


def moves(
    slots: Sequence[Slot],
    units: Sequence[Unit],
    rungs: Sequence[Rung],
    over: int,
    known: Callable[[], str],
) -> Generator[Move, int, None]:
    for rung in rungs:
        if rung is Rung.DROP:
            for unit in units:
                if over <= 0:
                    return
                over = yield Move(rung, unit.key)
        else:
            for slot in slots:
                if over <= 0:
                    return
                over = yield Move(rung, slot.key, max(slot.floor, slot.tokens - over))
