"""Anthropic Messages in one JSON document.

A request body with `system`, `tools` and `messages`, or a bare array of messages, such as the
`api_conversation_history.json` of Cline and Roo (`tasks/<id>/`; newer Cline: an object with `sessionId`,
`system_prompt` and `messages`).

Oddities of Roo: messages with `condenseParent` or `truncationParent` are kept in the file and no longer
sent, a summary (`isSummary`) stands for them: they are carried. Older versions of both have no tool blocks:
calls are XML in the text, results are user text (`[read_file for 'x'] Result:`). Such a file is plain chat,
which is read as openai.
"""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import anthropic as dialect
from headroom_cli.formats import _documents, _edits
from headroom_cli.model import Chunk, Edit, Plan, Transcript

NAME = "anthropic"
READS = "Anthropic Messages, one JSON document: a request body or an array of messages"
WRITES = "the same document"
RULE = "one JSON value with a list of messages, and a system prompt beside them or Anthropic blocks in them"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return _documents.sniff(outline, dialect)


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    return _documents.read(NAME, dialect, data, chunks, values)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)
