"""Anthropic Messages as JSONL, one request or conversation per line.

Batch files and logs of requests, each with its own `system`, `tools` and budget. A row that names no
model is a row of a training set, whose last assistant turn never changes.
"""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import anthropic as dialect
from headroom_cli.formats import _edits, _rows
from headroom_cli.model import Chunk, Edit, Plan, Transcript

NAME = "anthropic-rows"
READS = "Anthropic Messages, JSONL with a request or conversation per line"
WRITES = "the same lines"
RULE = "lines with a list of messages, and a system prompt beside them or Anthropic blocks in them"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return _rows.sniff(outline, dialect)


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    return _rows.read(NAME, dialect, data, chunks, values)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)
