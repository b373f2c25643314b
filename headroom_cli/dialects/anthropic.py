"""Messages of the Anthropic Messages API, also inside Claude Code, Cline and Roo files.

    {"role": "user", "content": "..." | [{"type": "text", "text"}, {"type": "image", "source"},
        {"type": "tool_result", "tool_use_id", "content": "..." | [text and image blocks]}]}
    {"role": "assistant", "content": [{"type": "thinking", "thinking", "signature"},
        {"type": "redacted_thinking", "data"}, {"type": "text", "text"},
        {"type": "tool_use", "id", "name", "input": {...}}]}

Thinking stays byte for byte or goes; its signature and redacted data count nothing. Blocks of server tools
(web search, code execution, MCP) hold encrypted fields and are bound to each other: they are opaque and
only go with their message. Unknown blocks are opaque and carried.
"""

from collections.abc import Iterator, Mapping

from headroom_cli.dialects import arguments, voices
from headroom_cli.model import Kind, Part, Path, Voice

NAME = "anthropic"
ROLES = frozenset({"user", "assistant", "system"})
IMAGE_TOKENS = 1_600
DOCUMENT_TOKENS = 1_600
DOCUMENT_BYTES = 50_000

_READABLE = frozenset({"text", "stdout", "stderr", "title", "url", "data"})


def read_message(
    value: Mapping[str, object], at: Path = (), forced: Voice = Voice.NONE
) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record.

    `forced` is the voice of its texts where the record says who speaks.
    """
    role = str(value.get("role", ""))
    parts = tuple(_read_content(value.get("content"), (*at, "content")))
    return role, voices.label(parts, forced) if role == "user" else parts


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """System prompt and tool definitions of a request body."""
    prompts = ("system", "system_prompt")  # the latter is Cline's
    preamble = [("system", part) for key in prompts for part in _read_content(request.get(key), (key,))]
    tools = request.get("tools")
    if isinstance(tools, list) and tools:
        preamble.append(("tools", Part(Kind.OPAQUE, arguments.compact(tools), ("tools",))))
    return tuple(preamble)


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"role": "user", "content": text}


def _read_content(content: object, at: Path) -> Iterator[Part]:
    if isinstance(content, str):
        if content:
            yield Part(Kind.TEXT, content, at)
    elif isinstance(content, dict):
        yield from _read_block(content, at, None)
    elif isinstance(content, list):
        for i, block in enumerate(content):
            here = (*at, i)
            if isinstance(block, dict):
                yield from _read_block(block, here, here)
            elif isinstance(block, str):
                yield Part(Kind.TEXT, block, here, block=here)
            else:
                yield Part(Kind.OPAQUE, at=here, block=here)


def _read_block(block: Mapping[str, object], at: Path, element: Path | None) -> Iterator[Part]:
    kind = block.get("type")
    text = block.get("text")
    if kind == "text" and isinstance(text, str):
        yield Part(Kind.TEXT, text, (*at, "text"), block=element)
    elif kind == "tool_use":
        yield _read_call(block, at, element)
    elif kind == "tool_result":
        yield from _read_result(block, at, element)
    elif kind == "thinking":
        thought = block.get("thinking")
        thought = thought if isinstance(thought, str) else ""
        yield Part(Kind.THINKING, thought, (*at, "thinking"), block=element)
    elif kind == "redacted_thinking":
        yield Part(Kind.THINKING, at=at, block=element)
    elif kind == "image":
        yield Part(Kind.OPAQUE, at=at, block=element, flat=IMAGE_TOKENS)
    elif kind == "file" and isinstance(block.get("content"), str):  # Cline's, of a file that was named
        yield Part(Kind.OPAQUE, str(block["content"]), at, block=element)
    elif kind == "document":
        yield _read_document(block, at, element)
    elif isinstance(kind, str) and kind.endswith("_tool_use"):
        yield Part(Kind.OPAQUE, arguments.compact(block.get("input")), at)
    elif isinstance(kind, str) and kind.endswith("_tool_result"):
        yield Part(Kind.OPAQUE, "\n".join(_readable(block)), at)
    else:
        yield Part(Kind.OPAQUE, at=at, block=element)


def _read_call(block: Mapping[str, object], at: Path, element: Path | None) -> Part:
    name, call_id = block.get("name"), block.get("id")
    return arguments.read_call(block.get("input"), name, call_id, (*at, "input"), element)


def _read_result(block: Mapping[str, object], at: Path, element: Path | None) -> Iterator[Part]:
    """A result's texts and images. They share the call's id and go together, as one block."""
    found = block.get("tool_use_id")
    call_id = found if isinstance(found, str) else ""
    content, here = block.get("content"), (*at, "content")
    if isinstance(content, str):
        yield Part(Kind.RESULT, content, here, block=element, call_id=call_id)
        return
    has_text = False
    for i, inner in enumerate(content if isinstance(content, list) else ()):
        place: Path = (*here, i)
        if isinstance(inner, str):
            has_text = True
            yield Part(Kind.RESULT, inner, place, block=element, call_id=call_id)
            continue
        # The newer Cline sends {"query", "result", "success"} without a type.
        key = "text" if isinstance(inner, dict) and inner.get("type") == "text" else "result"
        text = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(text, str):
            has_text = True
            yield Part(Kind.RESULT, text, (*place, key), block=element, call_id=call_id)
        else:
            flat = _flat(inner) if isinstance(inner, dict) else 0
            yield Part(Kind.OPAQUE, at=place, block=element, call_id=call_id, flat=flat)
    if not has_text:
        yield Part(Kind.RESULT, "", here, block=element, call_id=call_id)


def _flat(block: Mapping[str, object]) -> int:
    if block.get("type") == "image":
        return IMAGE_TOKENS
    return _read_document(block, (), None).flat if block.get("type") == "document" else 0


def _read_document(block: Mapping[str, object], at: Path, element: Path | None) -> Part:
    """A document: plain text counts as text, anything else by its size in bytes."""
    source = block.get("source")
    source = source if isinstance(source, dict) else {}
    data = source.get("data")
    if source.get("type") == "text" and isinstance(data, str):
        return Part(Kind.OPAQUE, data, at, block=element)
    if source.get("type") == "content":
        return Part(Kind.OPAQUE, "\n".join(_readable(source)), at, block=element)
    size = len(data) * 3 // 4 if isinstance(data, str) else 0
    return Part(Kind.OPAQUE, at=at, block=element, flat=DOCUMENT_TOKENS * max(1, -(-size // DOCUMENT_BYTES)))


def _readable(value: object) -> Iterator[str]:
    """The strings of a server tool's block that the model reads; encrypted fields and ids are not."""
    stack: list[object] = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, list):
            stack.extend(reversed(here))
        elif isinstance(here, dict):
            for key, member in here.items():
                if isinstance(member, str):
                    if key in _READABLE:
                        yield member
                elif key in ("content", "input", "source"):
                    stack.append(member)
