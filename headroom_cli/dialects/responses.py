"""Items of the OpenAI Responses API, also inside the rollouts of Codex CLI.

    {"type": "message", "role", "content": "..." | [{"type": "input_text" | "output_text", "text"}, ...]}
    {"role": "user", "content": "..."}
    {"type": "reasoning", "summary": [{"type": "summary_text", "text"}], "encrypted_content": "..."}
    {"type": "function_call", "call_id", "name", "arguments": "{...}"}
    {"type": "function_call_output", "call_id", "output": "..." | [blocks] | {...}}
    {"type": "custom_tool_call", "call_id", "name", "input": "free text"}

Every `..._call` is a call and every `..._output` its result; the arguments stand under one of several keys.
Calls that the API carries out itself (code interpreter, file search, MCP) hold call and result together; a
web search shows no result, so it is an opaque block with its query. An item that is no message costs what
it holds and nothing more. Reasoning has no block of its own: it only goes with the items of its response.

Oddities that are read: output that is JSON text `{"output", "metadata"}` (older Codex; only the text inside
is edited, so that it stays JSON), an object, or null; arguments that are null, an object or no JSON; ids
that are null. Encrypted content and images are never text. Item references, compaction items, tool lists
and types that nobody knows are no messages.
"""

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from headroom_cli.dialects import arguments, openai, voices
from headroom_cli.model import Kind, Leaf, Part, Path, Voice

NAME = "responses"
ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})

_ARGUMENTS = ("arguments", "input", "action", "actions", "operation", "code", "queries")
_FREE = frozenset({"input", "code"})
_TEXTS = ("input_text", "output_text", "text", "summary_text", "reasoning_text", "refusal")
_HOSTED = frozenset({"code_interpreter_call", "file_search_call", "mcp_call"})
_PATCH_START = "*** Begin Patch\n*** "


def is_item(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value is an item that is read as a message."""
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if kind is None or kind == "message":
        return isinstance(value.get("role"), str) and "content" in value
    if kind == "agent_message":
        return "content" in value
    if not isinstance(kind, str) or kind == "tool_call":
        return False
    return kind == "reasoning" or kind.endswith(("_call", "_output"))


def opens(value: Mapping[str, object]) -> bool:
    """Whether an item carries the overhead of a message: messages and outputs do, calls and reasoning not."""
    return "role" in value or str(value.get("type")).endswith(("_output", "_message"))


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one item that stands at path `at` of its record."""
    kind = str(value.get("type") or "message")
    if kind == "message":
        role = str(value.get("role", ""))
        parts = tuple(_read_content(value.get("content"), (*at, "content")))
        return role, voices.label(parts) if role == "user" else parts
    if kind == "agent_message":  # from one agent to another
        return "user", voices.label(
            tuple(_read_content(value.get("content"), (*at, "content"))), Voice.HARNESS
        )
    if kind == "reasoning":
        return "assistant", tuple(_read_reasoning(value, at))
    if kind.endswith("_output"):
        return "tool", tuple(_read_output(value, kind, at))
    return "assistant", tuple(_read_call(value, kind, at))


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Instructions and tool definitions of a request or a stored response."""
    preamble: list[tuple[str, Part]] = []
    given, tools = request.get("instructions"), request.get("tools")
    if given and isinstance(given, str | list):
        text = given if isinstance(given, str) else arguments.compact(given)
        preamble.append(("system", Part(Kind.TEXT, text, ("instructions",))))
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
    elif isinstance(content, list):
        for i, block in enumerate(content):
            here = (*at, i)
            if isinstance(block, str):
                yield Part(Kind.TEXT, block, here, block=here)
            else:
                yield _read_block(block, here, here)
    elif isinstance(content, dict):
        yield _read_block(content, at, None)


def _read_block(block: object, at: Path, element: Path | None) -> Part:
    if not isinstance(block, dict):
        return Part(Kind.OPAQUE, at=at, block=element)
    kind = block.get("type")
    key = "refusal" if kind == "refusal" else "text"
    text = block.get(key)
    if isinstance(text, str) and kind in _TEXTS:
        return Part(Kind.TEXT, text, (*at, key), block=element)
    return Part(Kind.OPAQUE, at=at, block=element, flat=_flat(block))


def _flat(block: Mapping[str, object]) -> int:
    kind = block.get("type")
    if kind in ("input_image", "computer_screenshot", "image"):
        return openai.IMAGE_TOKENS
    if kind != "input_file":
        return 0
    data = block.get("file_data")
    size = len(data) * 3 // 4 if isinstance(data, str) else 0
    return openai.FILE_TOKENS * max(1, -(-size // openai.FILE_BYTES))


def _read_reasoning(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    found = False
    for key in ("summary", "content"):
        texts = value.get(key)
        for i, block in enumerate(texts if isinstance(texts, list) else ()):
            text = block.get("text") if isinstance(block, dict) else None
            if isinstance(text, str):
                found = True
                yield Part(Kind.THINKING, text, (*at, key, i, "text"))
    if not found:
        yield Part(Kind.THINKING, at=at)


def _read_call(value: Mapping[str, object], kind: str, at: Path) -> Iterator[Part]:
    if kind == "web_search_call":
        action = value.get("action")
        yield Part(Kind.OPAQUE, "" if action is None else arguments.compact(action), at)
        return
    if kind == "image_generation_call":
        yield Part(Kind.OPAQUE, at=at, flat=openai.IMAGE_TOKENS)
        return
    call_id = _find_id(value, ("call_id", "id") if kind in _HOSTED or "shell" in kind else ("call_id",))
    yield _read_arguments(value, kind, at, call_id)
    if kind in _HOSTED:
        yield from _read_hosted(value, at, call_id)


def _read_arguments(value: Mapping[str, object], kind: str, at: Path, call_id: str) -> Part:
    key = next((key for key in _ARGUMENTS if value.get(key) is not None), "arguments")
    given, name = value.get(key), value.get("name")
    free = isinstance(given, str) and key in _FREE
    encoded = isinstance(given, str) and not free
    text = given if isinstance(given, str) else "" if given is None else arguments.compact(given)
    parsed = arguments.parse(text) if encoded else given
    leaves = arguments.find_leaves(parsed)
    if free and len(text) >= arguments.WORTHWHILE:
        leaves = (Leaf((), text),)
    return Part(
        Kind.CALL,
        text,
        (*at, key),
        tool=name if isinstance(name, str) and name else kind.removesuffix("_call"),
        call_id=call_id,
        argument=_tell_subject(text) if free else arguments.main_argument(parsed),
        encoded=encoded,
        leaves=leaves,
    )


def _tell_subject(text: str) -> str:
    """What a free text is about: the first file of a patch, else its first line."""
    if text.startswith(_PATCH_START):
        return text[len(_PATCH_START) :].partition("\n")[0].partition(": ")[2]
    return text.lstrip().partition("\n")[0][:200]


def _read_hosted(value: Mapping[str, object], at: Path, call_id: str) -> Iterator[Part]:
    """The results that stand beside the arguments of a call which the API carried out itself."""
    found = False
    for key, inner in (("outputs", "logs"), ("results", "text")):
        elements = value.get(key)
        for i, element in enumerate(elements if isinstance(elements, list) else ()):
            text = element.get(inner) if isinstance(element, dict) else None
            if isinstance(text, str):
                found = True
                yield Part(Kind.RESULT, text, (*at, key, i, inner), call_id=call_id)
            elif isinstance(element, dict):
                yield Part(Kind.OPAQUE, at=(*at, key, i), call_id=call_id, flat=_flat(element))
    for key in ("output", "error"):
        text = value.get(key)
        if isinstance(text, str):
            found = True
            yield Part(Kind.RESULT, text, (*at, key), call_id=call_id)
    if not found:
        yield Part(Kind.RESULT, "", at, call_id=call_id)


def _read_output(value: Mapping[str, object], kind: str, at: Path) -> Iterator[Part]:
    call_id = _find_id(value, ("call_id", "id") if "shell" in kind else ("call_id",))
    given = value.get("output", value.get("tools"))
    here = (*at, "output" if "output" in value else "tools")
    if isinstance(given, str):
        leaves = _find_wrapped(given)
        yield Part(Kind.RESULT, given, here, call_id=call_id, encoded=bool(leaves), leaves=leaves)
        return
    content = given.get("content", given) if isinstance(given, dict) else given
    if content is not given:
        here = (*here, "content")
    found = False
    for part in _read_texts(content, here, call_id):
        found = found or part.kind is Kind.RESULT
        yield part
    if not found:
        yield Part(Kind.RESULT, "", at, call_id=call_id)


def _read_texts(content: object, at: Path, call_id: str) -> Iterator[Part]:
    """The texts of an output; what has none is opaque, and counts as JSON unless it is an image or file."""
    if isinstance(content, str):
        yield Part(Kind.RESULT, content, at, call_id=call_id)
        return
    blocks = content if isinstance(content, list) else [content]
    for i, block in enumerate(blocks):
        here = (*at, i) if isinstance(content, list) else at
        if isinstance(block, str):
            yield Part(Kind.RESULT, block, here, call_id=call_id)
        elif isinstance(block, dict):
            texts = [key for key in ("text", "stdout", "stderr") if isinstance(block.get(key), str)]
            for key in texts:
                yield Part(Kind.RESULT, block[key], (*here, key), call_id=call_id)
            if not texts:
                flat = _flat(block)
                text = "" if flat or "encrypted_content" in block else arguments.compact(block)
                yield Part(Kind.OPAQUE, text, here, call_id=call_id, flat=flat)


def _find_wrapped(text: str) -> tuple[Leaf, ...]:
    """The text inside an output that is JSON text `{"output": "...", "metadata": {...}}`."""
    if not text.startswith("{") or '"output"' not in text:
        return ()
    value = arguments.parse(text)
    if not isinstance(value, dict) or "metadata" not in value:
        return ()
    inner = value.get("output")
    return (Leaf(("output",), inner),) if isinstance(inner, str) else ()


def _find_id(value: Mapping[str, object], keys: tuple[str, ...]) -> str:
    for key in keys:
        found = value.get(key)
        if isinstance(found, str) and found:
            return found
    return ""
