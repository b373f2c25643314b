"""What sniffing sees of a file: its top-level keys and a sample of its records."""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.formats import _places
from headroom_cli.model import Chunk

_SAMPLE = 40


def draw_outline(chunks: Sequence[Chunk], values: Sequence[object]) -> Outline:
    """The outline of a file that was split into these chunks with these values."""
    valid = [value for chunk, value in zip(chunks, values, strict=True) if chunk.valid]
    root = valid[0] if valid else None
    if len(valid) == 1:
        lists = _places.find_lists(root, _places.DOCUMENT_PLACES)
        records = _sample([element for found in lists for element in found.elements]) if lists else [root]
    else:
        records = _sample(valid)
    keys: frozenset[str] = frozenset(root) if isinstance(root, dict) else frozenset()
    return Outline(document=len(valid) == 1, keys=keys, root=root, records=tuple(records))


def _sample(values: Sequence[object]) -> Sequence[object]:
    """The first half of a sample from the head of a file, the other half spread over the rest.

    Tools are often first used late, and session logs begin with records that are no messages.
    """
    if len(values) <= _SAMPLE:
        return values
    half = _SAMPLE // 2
    rest = len(values) - half
    return [*values[:half], *(values[half + i * rest // half] for i in range(half))]
