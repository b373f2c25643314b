"""Messages of Amazon Bedrock's Converse API, as Strands agents and invocation logs keep them.

A bare list of messages, a request body (`messages` beside `system`, `toolConfig`, `modelId`), the same under
`request` or `input`, JSONL of either, or an object of named conversations, each a request body of its own.

Oddities: blocks without a type; system prompts under `system` or `system_prompt`; results whose content is a
JSON value, which count and are never edited. A chat of plain texts has Bedrock's shape and nobody else's,
since a text block of every other API says that it is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import bedrock as dialect
from headroom_cli.formats import _edits, _gather
from headroom_cli.formats._conversations import Place, build
from headroom_cli.model import Chunk, Conversation, Edit, Path, Plan, Transcript

NAME = "bedrock"
READS = "Bedrock Converse messages: lists, request bodies, JSONL, named conversations"
WRITES = "the same document or lines"
RULE = "messages whose content is a list of blocks without a type: text, toolUse, toolResult and their like"

_NAMED = 3  # (name, "messages", position)
_PATHS: tuple[Path, ...] = (("messages",), ("request", "messages"), ("input", "inputBodyJson", "messages"))


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    named = _name_paths(outline.root)
    seen = _gather.sample(outline, named or _PATHS, _is_message)
    return 1.0 if seen and sum(map(_is_message, seen)) * 10 >= len(seen) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations: list[Conversation] = []
    lines: list[Place] = []
    carried = 0
    for at, chunk in enumerate(chunks):
        value = values[at]
        if not chunk.valid:
            continue
        if _is_message(value):
            lines.append(Place(value, at, (), chunk.line))
            continue
        before = len(conversations)
        named = _name_paths(value)
        for paths in [(path,) for path in named] if named else [_PATHS]:
            found, others = _gather.gather((chunk,), (value,), paths, _is_message)
            carried += others if found else 0
            for row in found:
                places = [replace(place, chunk=at) for place in row.places]
                conversations.append(build(dialect, places, dialect.read_preamble(_find_request(row))))
        carried += len(conversations) == before
    if lines:
        conversations.insert(0, build(dialect, lines))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _find_request(row: _gather.Found) -> Mapping[str, object]:
    """The request body around messages; in an object of named conversations, the one of that name."""
    holder: Mapping[str, object] = row.holder or {}
    inner = holder.get(str(row.places[0].path[0])) if len(row.places[0].path) == _NAMED else None
    return inner if isinstance(inner, dict) else holder


def _is_message(value: object) -> TypeGuard[Mapping[str, object]]:
    if not isinstance(value, dict) or str(value.get("role")) not in dialect.ROLES:
        return False
    content = value.get("content")
    return isinstance(content, list) and bool(content) and all(map(_is_block, content))


def _is_block(block: object) -> bool:
    return isinstance(block, dict) and "type" not in block and not dialect.BLOCKS.isdisjoint(block)


def _name_paths(root: object) -> tuple[Path, ...]:
    """Where messages stand in an object of named conversations; () for anything else."""
    if not isinstance(root, dict) or any(key in root for key in ("messages", "request", "input")):
        return ()
    return tuple((key, "messages") for key, value in root.items() if isinstance(value, dict))
