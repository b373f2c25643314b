"""Copies of a result or an argument in the structured record that a harness keeps beside it."""

from headroom_cli.dialects import arguments
from headroom_cli.model import Part, Path, Twin


def find_copies(text: str, record: object, at: Path, leaf: int | None = None) -> tuple[Twin, ...]:
    """The twins of a text among the long strings of a record at path `at`: what holds it or is part of it."""
    if len(text) < arguments.WORTHWHILE:
        return ()
    return tuple(
        Twin(0, (*at, *copy.path), copy.text, leaf=leaf)
        for copy in arguments.find_leaves(record)
        if text in copy.text or copy.text in text
    )


def find_argument_copies(call: Part, record: object, at: Path) -> tuple[Twin, ...]:
    """The twins of a call's long arguments."""
    return tuple(
        twin for number, leaf in enumerate(call.leaves) for twin in find_copies(leaf.text, record, at, number)
    )
