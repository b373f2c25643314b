"""Conversations exported from ChatGPT (`conversations.json`, or one conversation alone).

    {"title", "current_node", "mapping": {id: {"id", "parent", "children": [...], "message": null |
        {"author": {"role", "name"}, "content": {"content_type", "parts": ["..." | {...}] | "text"}, ...}}}}

The messages form a tree: the conversation is the line from `current_node` up to the root, other branches are
carried. An export holds a list of conversations, each of which is one here.

Oddities: nodes without a message; hidden system messages; parts that are objects (images); code and its
output with their text under `text`; memory and reasoning recaps. A node cannot be taken out of an object by
its position, and its children name it: read only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai, voices
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Plan, Transcript

NAME = "chatgpt"
READS = "ChatGPT exports: one conversation or a list of them"
WRITES = ""
RULE = "objects with a mapping of nodes and a current_node"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    talks = root if isinstance(root, list) else [root]
    return 1.0 if outline.document and talks and all(map(_is_talk, talks)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        if not chunks[at].valid:
            continue
        for i, talk in enumerate(value if isinstance(value, list) else [value]):
            if not _is_talk(talk):
                carried += 1
                continue
            path: Path = (i,) if isinstance(value, list) else ()
            messages: list[Message] = []
            for identity, message in _follow(talk):
                role, parts = _read_message(message)
                if parts:
                    here = (*path, "mapping", identity, "message")
                    messages.append(Message(len(messages), role, parts, at, here))
            nodes = talk.get("mapping")
            carried += len(nodes if isinstance(nodes, dict) else {}) - len(messages)
            conversations.append(finish(messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """None: files of this kind are read only."""
    return []


def _is_talk(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict) and "current_node" in value


def _follow(talk: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    """(id, message) of the nodes from the root to the current one; a circle ends the line."""
    nodes, here = talk.get("mapping"), talk.get("current_node")
    nodes = dict(nodes) if isinstance(nodes, dict) else {}
    line: list[tuple[str, Mapping[str, object]]] = []
    while isinstance(here, str) and isinstance(node := nodes.pop(here, None), dict):
        message = node.get("message")
        if isinstance(message, dict):
            line.append((here, message))
        here = node.get("parent")
    return line[::-1]


def _read_message(message: Mapping[str, object]) -> tuple[str, tuple[Part, ...]]:
    author = message.get("author")
    role = str(author.get("role", "")) if isinstance(author, dict) else ""
    content = message.get("content")
    parts = tuple(_read_content(content, role)) if isinstance(content, dict) else ()
    return role, voices.label(parts) if role == "user" else parts


def _read_content(content: Mapping[str, object], role: str) -> Iterator[Part]:
    kind = Kind.RESULT if role == "tool" else Kind.TEXT
    for key in ("text", "result", "content"):
        text = content.get(key)
        if isinstance(text, str) and text:
            yield Part(kind, text, ("content", key))
    listed = content.get("parts")
    for i, part in enumerate(listed if isinstance(listed, list) else ()):
        here = ("content", "parts", i)
        if isinstance(part, str) and part:
            yield Part(kind, part, here, block=here)
        elif isinstance(part, dict):
            text = part.get("text")
            if isinstance(text, str):
                yield Part(kind, text, (*here, "text"), block=here)
            else:
                yield Part(Kind.OPAQUE, at=here, block=here, flat=openai.IMAGE_TOKENS)
    thoughts = content.get("thoughts")
    for i, thought in enumerate(thoughts if isinstance(thoughts, list) else ()):
        text = thought.get("content") if isinstance(thought, dict) else None
        if isinstance(text, str):
            yield Part(Kind.THINKING, text, ("content", "thoughts", i, "content"))
