"""What a strategy sees of the window besides the texts that may change."""

from collections.abc import Sequence
from functools import partial

from headroom_cli.board import Board
from headroom_cli.contracts import Unit
from headroom_cli.pairs import Bundle


def list_units(board: Board, bundles: Sequence[Bundle], keys: set[int]) -> list[Unit]:
    """The bundles of a stage as units: their weight, their slots among `keys`, and their other text."""
    slots: dict[tuple[int, int], list[int]] = {}
    for key in sorted(keys):
        source = board.sources[key]
        slots.setdefault((source.message, source.part), []).append(key)
    units = []
    for number, bundle in enumerate(bundles):
        parts = list_parts(board, bundle)
        own = tuple(key for part in parts for key in slots.get(part, ()))
        rest = partial(_join, board, tuple(part for part in parts if part not in slots))
        units.append(Unit(number, number, board.freed(bundle), own, rest))
    return units


def _join(board: Board, parts: Sequence[tuple[int, int]]) -> str:
    return "\n".join(board.messages[m].parts[p].text for m, p in parts)


def gather_rest(board: Board, bundles: Sequence[Bundle]) -> str:
    """All text of the window that stands in none of the bundles and is not gone."""
    inside = {part for bundle in bundles for part in list_parts(board, bundle)}
    texts = []
    for message in board.messages:
        if message.index not in board.dropped:
            for position, part in enumerate(message.parts):
                if (message.index, position) not in inside and part.text:
                    texts.append(part.text)
    return "\n".join(texts)


def list_parts(board: Board, bundle: Bundle) -> list[tuple[int, int]]:
    """The parts of a bundle, as (message, part)."""
    whole = [(m, p) for m in bundle.messages for p in range(len(board.messages[m].parts))]
    return whole + [(m, p) for m, parts in bundle.cuts for p in parts]
