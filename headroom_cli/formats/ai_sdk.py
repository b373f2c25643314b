"""Chats of the Vercel AI SDK (`ai` on npm): ModelMessage lists and what `useChat` saves as UIMessage.

A JSON list of messages, an object with `messages` (a saved chat, or the body of a request to the chat
route), or JSONL with a message or a chat per line. Versions 4 to 6 are read. A list of plain texts with
neither parts nor tool blocks looks the same in OpenAI's dialect and is read as such.

Oddities: in a UIMessage a call and its result are one part, and a whole agent run is one message: its texts
are trimmed and stubbed, steps within it are never dropped. Parts of type `data-*` and sources are carried.
"""

from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import ai_sdk as dialect
from headroom_cli.formats import _edits, _gather
from headroom_cli.formats._conversations import build
from headroom_cli.model import Chunk, Edit, Message, Path, Placeholder, Plan, Transcript

NAME = "ai-sdk"
READS = "Vercel AI SDK chats: ModelMessage and UIMessage lists, documents or JSONL"
WRITES = "the same document or lines"
RULE = "messages with parts that have a type, or with blocks of type tool-call or tool-result"

_PATHS: tuple[Path, ...] = (("messages",), ("prompt",), ("chat", "messages"))
_UNLIKELY = 0.1
"""How sure this format is of a chat that it shares with others: enough when it is named."""
_MODEL_ROLES = frozenset({"system", "user", "assistant", "tool"})


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen = _gather.sample(outline, _PATHS, _is_message)
    messages = [value for value in seen if isinstance(value, dict) and _is_message(value)]
    if not messages or len(messages) * 10 < len(seen) * 9:
        return 0.0
    if any(_is_telling(value) for value in messages):
        return 1.0
    return _UNLIKELY if all(_is_plain(value) for value in messages) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    found, carried = _gather.gather(chunks, values, _PATHS, _is_message)
    conversations = tuple(
        build(dialect, row.places, dialect.read_preamble(row.holder) if row.holder else ()) for row in found
    )
    windows = frozenset(
        (place.chunk, place.path) for row in found for place in row.places if "parts" in place.value
    )
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, conversations, carried, invalid, extra=windows)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    windows = transcript.extra if isinstance(transcript.extra, frozenset) else frozenset()

    def spell(place: Message, mark: Placeholder) -> bytes:
        if (place.chunk, place.path) not in windows:
            return _edits.to_bytes(dialect.placeholder(mark.text))
        text = {"type": "text", "text": mark.text}
        return _edits.to_bytes({"id": f"headroom-{mark.ref or 0}", "role": "user", "parts": [text]})

    return _edits.edit(transcript, plans, spell)


def _is_message(value: object) -> bool:
    role = value.get("role") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(role, str) or role not in dialect.ROLES:
        return False
    parts, content = value.get("parts"), value.get("content")
    if isinstance(parts, list):
        return all(isinstance(part, dict) and isinstance(part.get("type"), str) for part in parts)
    if isinstance(content, list):
        return all(isinstance(block, dict) and isinstance(block.get("type"), str) for block in content)
    return isinstance(content, str) and "tool_calls" not in value and role in _MODEL_ROLES


def _is_plain(value: Mapping[str, object]) -> bool:
    """Whether a message has nothing in it that the AI SDK would not take."""
    content = value.get("content")
    blocks = content if isinstance(content, list) else ()
    return value.get("role") in _MODEL_ROLES and all(
        isinstance(block, dict) and block.get("type") in ("text", "reasoning", "image", "file")
        for block in blocks
    )


def _is_telling(value: Mapping[str, object]) -> bool:
    """Whether only the AI SDK writes such a message."""
    parts = value.get("parts")
    if isinstance(parts, list) and parts:
        return True
    if isinstance(value.get("toolInvocations"), list):
        return True
    content = value.get("content")
    blocks = content if isinstance(content, list) else ()
    return any(block.get("type") in dialect.MODEL_BLOCKS for block in blocks if isinstance(block, dict))
