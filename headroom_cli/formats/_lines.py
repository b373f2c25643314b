"""Container: JSONL with one message per line; lines that are no message are carried."""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import Dialect
from headroom_cli.formats import _evidence
from headroom_cli.formats._conversations import Place, build, has_role
from headroom_cli.model import Chunk, Transcript


def sniff(outline: Outline, dialect: Dialect) -> float:
    """How sure lines of this dialect may be; a file of one line may be one message."""
    if isinstance(outline.root, list) or (outline.document and "role" not in outline.keys):
        return 0.0
    return _evidence.weigh(outline.records).sure(dialect.NAME)


def read(
    name: str, dialect: Dialect, data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]
) -> Transcript:
    """The transcript of a file of messages: one conversation."""
    places = [
        Place(value, i, line=chunk.line)
        for i, (chunk, value) in enumerate(zip(chunks, values, strict=True))
        if chunk.valid and has_role(value)
    ]
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(places)
    return Transcript(name, data, chunks, (build(dialect, places),), carried, invalid)
