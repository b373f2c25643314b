"""Gemini contents: request bodies, bare lists, saved chats and error reports.

`{"contents": [...], "systemInstruction": ..., "tools": ...}` is a request body; a bare list of contents is a
checkpoint of the Gemini CLI (`/chat save`), as is `{"history": [...]}`; its error reports keep what was
sent under `context`, where an element may be a plain string: the prompt that failed. JSONL with a request,
or a content, per line is read as well; rows that end with the model are training data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headroom_cli.contracts import Outline
from headroom_cli.dialects import gemini as dialect
from headroom_cli.formats import _edits
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Conversation, Edit, Kind, Message, Part, Path, Plan, Transcript

NAME = "gemini"
READS = "Gemini contents: request bodies, bare lists, saved chats and error reports, JSON or JSONL"
WRITES = "the same document or lines"
RULE = "objects with parts that have no type, in lists alone or called contents, history or context"

_PATHS: tuple[Path, ...] = (("contents",), ("request", "contents"), ("history",), ("context",))
_SEEN = 40


@dataclass(slots=True)
class _List:
    """A list of contents: where it stands, the object around it, and its elements."""

    path: Path
    holder: Mapping[str, object] | None
    elements: list[object] = field(default_factory=list)


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    roots = (outline.root,) if outline.document else outline.records
    seen: list[object] = []
    for root in roots:
        found = _find_list(root)
        seen += found.elements[:_SEEN] if found else [root]
    seen = [value for value in seen if not isinstance(value, str)]
    contents = [value for value in seen if dialect.is_content(value)]
    spoken = any(isinstance(value, dict) and value["parts"] for value in contents)
    return 1.0 if spoken and len(contents) * 10 >= len(seen) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations: list[Conversation] = []
    lines: list[Message] = []
    carried = 0
    valid = sum(chunk.valid for chunk in chunks)
    for at, (chunk, value) in enumerate(zip(chunks, values, strict=True)):
        if not chunk.valid:
            continue
        if isinstance(value, dict) and dialect.is_content(value):
            role, parts = dialect.read_message(value)
            lines.append(Message(len(lines), role, parts, at, line=chunk.line))
            continue
        found = _find_list(value)
        carried += found is None
        if found is not None:
            messages = list(_read_list(found, at, chunk.line if valid > 1 else 0))
            carried += len(found.elements) - len(messages)
            preamble = dialect.read_preamble(found.holder or {})
            conversations.append(
                finish(dialect.settle(messages), preamble, valid > 1 and _is_training(found, messages))
            )
    if lines:
        conversations.insert(0, finish(dialect.settle(lines)))
    return Transcript(NAME, data, chunks, tuple(conversations), carried, len(chunks) - valid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _find_list(root: object) -> _List | None:
    """The list of contents of a document or row, if it has one."""
    if isinstance(root, list):
        return _List((), None, root) if any(map(dialect.is_content, root)) else None
    for path in _PATHS if isinstance(root, dict) else ():
        holder: object = root
        for key in path[:-1]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        found = holder.get(path[-1]) if isinstance(holder, dict) else None
        if isinstance(found, list) and any(map(dialect.is_content, found)) and isinstance(holder, dict):
            return _List(path, holder, found)
    return None


def _read_list(found: _List, chunk: int, line: int) -> Iterator[Message]:
    """The messages of a list; a string among contents is a prompt."""
    index = 0
    for i, element in enumerate(found.elements):
        if isinstance(element, str):
            role, parts = "user", dialect.label([Part(Kind.TEXT, element)])
        elif isinstance(element, dict) and isinstance(element.get("parts"), list):
            role, parts = dialect.read_message(element)
        else:
            continue
        yield Message(index, role, parts, chunk, (*found.path, i), line=line)
        index += 1


def _is_training(found: _List, messages: Sequence[Message]) -> bool:
    holder = found.holder or {}
    asked = "model" in holder or "generationConfig" in holder or "generation_config" in holder
    return bool(found.path) and not asked and bool(messages) and messages[-1].role == "assistant"
