"""Container: JSONL with one conversation per line, each with a budget of its own."""

from collections.abc import Sequence
from itertools import islice

from headroom_cli.contracts import Outline
from headroom_cli.dialects import Dialect
from headroom_cli.formats import _evidence, _places
from headroom_cli.formats._conversations import Place, build, has_role
from headroom_cli.model import Chunk, Conversation, Transcript

_SAMPLED_MESSAGES = 40
_SINGLE = 0.5
"""A file of one row reads as a document as well, which is the better guess."""


def sniff(outline: Outline, dialect: Dialect) -> float:
    """How sure rows of this dialect may be: nearly all lines hold a message list."""
    rows = (outline.root,) if outline.document else outline.records
    lists = [found for row in rows for found in _find(row)]
    if not lists or len(lists) * 10 < len(rows) * 9:
        return 0.0
    sampled = [element for found in lists for element in islice(found.elements, _SAMPLED_MESSAGES)]
    sure = _evidence.weigh(sampled).sure(dialect.NAME, lists[0].request)
    return sure * _SINGLE if outline.document else sure


def read(
    name: str, dialect: Dialect, data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]
) -> Transcript:
    """The transcript of a file of rows: one conversation per row; other lines are carried.

    A row is training data unless it names the model it was or will be sent to.
    """
    carried = 0
    conversations: list[Conversation] = []
    for at, (chunk, row) in enumerate(zip(chunks, values, strict=True)):
        lists = _find(row) if chunk.valid else []
        carried += chunk.valid and not lists
        for found in lists:
            places = [
                Place(element, at, (*found.path, i), chunk.line)
                for i, element in enumerate(found.elements)
                if has_role(element)
            ]
            request = found.request or {}
            training = found.path[0] in ("messages", "conversations") and "model" not in request
            conversations.append(build(dialect, places, dialect.read_preamble(request), training))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(name, data, chunks, tuple(conversations), carried, invalid)


def _find(row: object) -> list[_places.MessageList]:
    return _places.find_lists(row, _places.ROW_PLACES) if isinstance(row, dict) else []
