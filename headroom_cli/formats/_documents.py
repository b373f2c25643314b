"""Container: one JSON document that holds one or more message lists."""

from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import Dialect
from headroom_cli.errors import InputError
from headroom_cli.formats import _evidence, _places
from headroom_cli.formats._conversations import Place, build, has_role
from headroom_cli.model import Chunk, Conversation, Transcript

# What one row of a training set may consist of. Where a row stands alone in its file, only this tells it
# from a request body, which names its model.
_ROW_KEYS = frozenset({"messages", "tools", "functions", "parallel_tool_calls", "weight"})


def sniff(outline: Outline, dialect: Dialect) -> float:
    """How sure a document of this dialect may be."""
    if not outline.document:
        return 0.0
    lists = _places.find_lists(outline.root, _places.DOCUMENT_PLACES)
    return _evidence.weigh(outline.records).sure(dialect.NAME, lists[0].request) if lists else 0.0


def read(
    name: str, dialect: Dialect, data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]
) -> Transcript:
    """The transcript of a document. Raises InputError if it is not exactly one JSON value."""
    valid = [i for i, chunk in enumerate(chunks) if chunk.valid]
    if len(valid) != 1:
        raise InputError(f"a {name} document is one JSON value, this file holds {len(valid)}")
    at = valid[0]
    carried = 0
    conversations: list[Conversation] = []
    for found in _places.find_lists(values[at], _places.DOCUMENT_PLACES):
        places = [
            Place(element, at, (*found.path, i))
            for i, element in enumerate(found.elements)
            if has_role(element) and not _is_condensed(element)
        ]
        carried += len(found.elements) - len(places)
        preamble = dialect.read_preamble(found.request) if found.request is not None else ()
        conversations.append(build(dialect, places, preamble, _is_row(values[at], places)))
    invalid = len(chunks) - len(valid)
    return Transcript(name, data, chunks, tuple(conversations), carried, invalid)


def _is_condensed(message: Mapping[str, object]) -> bool:
    """Whether a summary stands for this message: Roo keeps it in the file and sends it no more."""
    return isinstance(message.get("condenseParent") or message.get("truncationParent"), str)


def _is_row(root: object, places: Sequence[Place]) -> bool:
    return (
        isinstance(root, dict)
        and _ROW_KEYS.issuperset(root)
        and bool(places)
        and places[-1].value.get("role") == "assistant"
    )
