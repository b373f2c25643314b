"""Sessions of Goose (`~/.local/share/goose/sessions/<id>.jsonl`, `goose session export --format json`).

A session file is JSONL: one line about the session (`working_dir`, `description`, `message_count`), then a
message per line. Newer versions keep sessions in a database and export one document with the messages under
`conversation`. Messages and blocks: see the dialect.

Oddities: results have role user; messages with `metadata.agentVisible` false are shown but no longer sent
(after a compaction the whole history is), so they are carried and not counted. The counts in the first line
or beside the conversation are not kept in step: Goose computes them anew.
"""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import goose as dialect
from headroom_cli.formats import _edits, _gather
from headroom_cli.formats._conversations import build
from headroom_cli.model import Chunk, Edit, Message, Path, Placeholder, Plan, Transcript

NAME = "goose"
READS = "Goose sessions: JSONL with a message per line, or an exported document with a conversation"
WRITES = "the same lines or document"
RULE = "messages with a list of content and toolRequest or toolResponse blocks, or with created times"

_PATHS: tuple[Path, ...] = (("conversation",), ("messages",))
_SESSION_KEYS = frozenset({"working_dir"})
_OWN_KEYS = frozenset({"id", "role", "created", "content", "metadata"})
_TALK = 0.9
"""Texts alone, without a session around them: surer than a chat completion, which has no `created`."""
_OWN_BLOCKS = dialect.REQUESTS | dialect.RESPONSES


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen = _gather.sample(outline, _PATHS, _is_message)
    messages = [value for value in seen if _is_message(value)]
    if not messages or len(seen) - len(messages) > max(1, len(seen) // 10):
        return 0.0
    if any(_has_own_block(value) for value in messages):
        return 1.0
    if not all(_OWN_KEYS.issuperset(value) and isinstance(value.get("created"), int) for value in messages):
        return 0.0
    return 1.0 if _SESSION_KEYS.issubset(outline.keys) else _TALK


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    found, carried = _gather.gather(chunks, values, _PATHS, _is_sent)
    conversations = tuple(build(dialect, row.places) for row in found)
    invalid = sum(not chunk.valid for chunk in chunks)
    created = {(place.chunk, place.path): place.value.get("created") for row in found for place in row.places}
    return Transcript(NAME, data, chunks, conversations, carried, invalid, extra=created)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans; a placeholder has its neighbour's time."""
    created = transcript.extra if isinstance(transcript.extra, dict) else {}

    def spell(place: Message, mark: Placeholder) -> bytes:
        record = dialect.placeholder(mark.text)
        record["created"] = created.get((place.chunk, place.path)) or 0
        return _edits.to_bytes(record)

    return _edits.edit(transcript, plans, spell)


def _is_message(value: object) -> TypeGuard[Mapping[str, object]]:
    return (
        isinstance(value, dict)
        and str(value.get("role")) in dialect.ROLES
        and isinstance(value.get("content"), list)
    )


def _is_sent(value: object) -> bool:
    shown = value.get("metadata") if _is_message(value) else None
    return _is_message(value) and not (isinstance(shown, dict) and shown.get("agentVisible") is False)


def _has_own_block(value: Mapping[str, object]) -> bool:
    content = value.get("content")
    return isinstance(content, list) and any(
        isinstance(block, dict) and str(block.get("type")) in _OWN_BLOCKS for block in content
    )
