"""OpenAI chat completions in one JSON document.

A bare array of messages, or an object with `messages` and any other fields: a request body with `tools` or
`functions`, a log of a completion, a saved chat. Also read: `request.messages`, `kwargs.messages`, `traj`,
and the list of lists under `answer_generation.train_messages`, each inner list a conversation of its own.
An object that is nothing but one row of a training set has its last assistant turn guarded as in rows.
"""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai as dialect
from headroom_cli.formats import _documents, _edits
from headroom_cli.model import Chunk, Edit, Plan, Transcript

NAME = "openai"
READS = "OpenAI chat completions, one JSON document: an array of messages or an object that holds them"
WRITES = "the same document"
RULE = "one JSON value with a list of messages whose roles and blocks are OpenAI's"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return _documents.sniff(outline, dialect)


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    return _documents.read(NAME, dialect, data, chunks, values)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)
