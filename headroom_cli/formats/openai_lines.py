"""OpenAI chat completions as JSONL, one message per line.

Chat logs of many small tools. Lines that are no message (a title, a summary) are carried untouched. The
whole file is one conversation.
"""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai as dialect
from headroom_cli.formats import _edits, _lines
from headroom_cli.model import Chunk, Edit, Plan, Transcript

NAME = "openai-lines"
READS = "OpenAI chat completions, JSONL with a message per line"
WRITES = "the same lines"
RULE = "lines that are objects with role and content"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return _lines.sniff(outline, dialect)


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    return _lines.read(NAME, dialect, data, chunks, values)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)
