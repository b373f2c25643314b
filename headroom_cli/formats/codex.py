"""Codex CLI rollouts (`~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`).

One record per line: {"timestamp", "type", "payload"}. A `response_item` holds an item of the Responses API,
and these alone are the messages of the transcript and count. `session_meta` (several in forks and
sub-agents), `turn_context`, `world_state`, `compacted` and `event_msg` are carried; so are items that Codex
does not send (`ghost_snapshot`). Items before a `compacted` record are still messages: Codex itself goes on
from its `replacement_history`, which is never touched, but shows and searches what came before.

Oddities: events repeat items (`user_message`, `agent_message`, `exec_command_end`, `patch_apply_end`,
`mcp_tool_call_end` ...): they go with their item, and their copies of its texts follow its edits. Output
may be JSON text {"output", "metadata"}, which stays JSON. Aborted turns leave calls without output. Several
records may share a line. Files from before 0.30 have the metadata on line 1 without a type, then bare items
and {"record_type": "state"}.

A file that went through still resumes: the records that stay keep bytes and order, a call goes with its
output and reasoning with the items of its response, and the placeholder is a user message.
"""

from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import responses as dialect
from headroom_cli.formats import _edits, _events, _items
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Message, Placeholder, Plan, Transcript

NAME = "codex"
READS = "Codex CLI rollouts, JSONL"
WRITES = "the same rollout; events that repeat an item follow it"
RULE = (
    "lines with type (session_meta, response_item, event_msg, turn_context) and payload, or a first line "
    "with id, timestamp and instructions before items of the Responses API"
)

_TYPES = ("session_meta", "response_item", "event_msg", "turn_context")
_HEADER = frozenset({"id", "timestamp"})
_ABOUT = frozenset({"instructions", "git"})


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0: one record of the kind is enough, no other tool writes it."""
    if any(
        isinstance(r, dict) and r.get("type") in _TYPES and isinstance(r.get("payload"), dict)
        for r in outline.records
    ):
        return 1.0
    keys = outline.keys
    old = not outline.document and keys >= _HEADER and not _ABOUT.isdisjoint(keys) and "type" not in keys
    return 1.0 if old and any(_find_item(record) is not None for record in outline.records) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a rollout; its messages are whole records."""
    items = []
    for at, (chunk, record) in enumerate(zip(chunks, values, strict=True)):
        item = _find_item(record) if chunk.valid else None
        if item is not None:
            items.append(_items.Item(item, at, at=() if item is record else ("payload",), line=chunk.line))
    messages = _events.follow(_items.read_items(items), chunks, values)
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(messages)
    return Transcript(NAME, data, chunks, (finish(messages),), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(place: Message, mark: Placeholder) -> bytes:
        return _edits.to_bytes(_spell(transcript, place.chunk, mark))

    return _edits.edit(transcript, plans, spell)


def _find_item(record: object) -> Mapping[str, object] | None:
    """The item of a record: its payload, or in old files the record itself."""
    if not isinstance(record, dict):
        return None
    item = record.get("payload") if record.get("type") == "response_item" else record
    if item is record and "payload" in record:
        return None
    return item if dialect.is_item(item) else None


def _spell(transcript: Transcript, chunk: int, mark: Placeholder) -> dict[str, object]:
    """The placeholder's record, built like the record it takes the place of."""
    span = transcript.chunks[chunk]
    found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
    template = found if isinstance(found, dict) else {}
    content = [{"type": "input_text", "text": mark.text}]
    item: dict[str, object] = {"type": "message", "role": "user", "content": content}
    if "payload" not in template:
        return item
    record: dict[str, object] = {key: template[key] for key in ("timestamp", "ordinal") if key in template}
    record.update(type="response_item", payload=item)
    return record
