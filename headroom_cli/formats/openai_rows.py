"""OpenAI chat completions as JSONL, one conversation per line.

Fine-tuning sets (`messages` with `tools` or `functions`) and logs of requests (`request.messages`). Every
row has its own budget; the last assistant turn of a training row is its target and never changes. A file
of a single row is taken for a document unless this format is named.
"""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai as dialect
from headroom_cli.formats import _edits, _rows
from headroom_cli.model import Chunk, Edit, Plan, Transcript

NAME = "openai-rows"
READS = "OpenAI chat completions, JSONL with a conversation per line (fine-tuning sets, request logs)"
WRITES = "the same lines"
RULE = "lines that are objects with a list of messages"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return _rows.sniff(outline, dialect)


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    return _rows.read(NAME, dialect, data, chunks, values)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)
