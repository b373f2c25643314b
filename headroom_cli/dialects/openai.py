"""Messages of the OpenAI chat completions API, and what other programs make of them.

    {"role": "user", "content": "..." | [{"type": "text", "text": "..."}, {"type": "image_url", ...}]}
    {"role": "assistant", "content": null, "tool_calls": [{"id", "function": {"name", "arguments": "{...}"}}]}
    {"role": "tool", "tool_call_id": "...", "content": "..."}
    {"role": "assistant", "function_call": {"name", "arguments"}}, {"role": "function", "name", "content"}

Oddities that are read: content that is null, absent, one block, or a list of strings; `tool_calls` that are
null, lack an id or a type, are flat, or are JSON strings; arguments that are objects or no JSON at all;
calls inside content blocks; text under `value`; reasoning beside the content.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli.dialects import arguments, voices
from headroom_cli.model import Kind, Leaf, Part, Path

NAME = "openai"
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function", "exit"})
IMAGE_TOKENS = 765
"""One image at high detail in one to two tiles, as OpenAI's pricing page computes it."""
FILE_TOKENS = 1_600
FILE_BYTES = 50_000

_IMAGES = frozenset({"image_url", "image", "input_image"})
_RESULT_ROLES = frozenset({"tool", "function"})


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    role = str(value.get("role", ""))
    parts = [*_read_reasoning(value, at)]
    if role in _RESULT_ROLES:
        parts += _read_result(value, at)
    else:
        parts += _read_content(value.get("content"), (*at, "content"))
        refusal = value.get("refusal")
        if isinstance(refusal, str) and refusal:
            parts.append(Part(Kind.TEXT, refusal, (*at, "refusal")))
    parts += _read_calls(value, at)
    return role, voices.label(parts) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Tool definitions of a request body, as compact JSON text."""
    return tuple(
        ("tools", Part(Kind.OPAQUE, arguments.compact(request[key]), (key,)))
        for key in ("tools", "functions")
        if isinstance(request.get(key), list) and request[key]
    )


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"role": "user", "content": text}


def _read_reasoning(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    """Reasoning text; `reasoning` often repeats `reasoning_content`, then one of them counts."""
    seen = ""
    for key in ("reasoning_content", "reasoning"):
        text = value.get(key)
        if isinstance(text, str) and text and text != seen:
            seen = text
            yield Part(Kind.THINKING, text, (*at, key))


def _read_result(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    """A tool message: it goes whole, so no block of it has a place of its own."""
    call_id, tool = value.get("tool_call_id"), value.get("name")
    call_id, tool = call_id if isinstance(call_id, str) else "", tool if isinstance(tool, str) else ""
    found = False
    for part in _read_content(value.get("content"), (*at, "content")):
        kind = Kind.RESULT if part.kind is Kind.TEXT else part.kind
        found = found or kind is Kind.RESULT
        yield Part(kind, part.text, part.at, tool=tool, call_id=call_id, flat=part.flat)
    if not found:
        yield Part(Kind.RESULT, "", (*at, "content"), tool=tool, call_id=call_id)


def _read_content(content: object, at: Path) -> Iterator[Part]:
    if isinstance(content, str):
        if content:
            yield Part(Kind.TEXT, content, at)
    elif isinstance(content, dict):
        yield _read_block(content, at, None)
    elif isinstance(content, list):
        for i, block in enumerate(content):
            here = (*at, i)
            if isinstance(block, str):
                yield Part(Kind.TEXT, block, here, block=here)
            elif isinstance(block, dict):
                yield _read_block(block, here, here)
            else:
                yield Part(Kind.OPAQUE, at=here, block=here)


def _read_block(block: Mapping[str, object], at: Path, element: Path | None) -> Part:
    named = block.get("type")
    kind = named if named is None or isinstance(named, str) else ""
    if kind in _IMAGES:
        return Part(Kind.OPAQUE, at=at, block=element, flat=IMAGE_TOKENS)
    if kind == "tool_call":
        return _read_call(block, at, element, id_key="tool_call_id")
    if kind == "file":
        return Part(Kind.OPAQUE, at=at, block=element, flat=_file_tokens(block.get("file")))
    for key in ("text", "refusal", "value"):
        text = block.get(key)
        if isinstance(text, str) and kind in ("text", "refusal", None):
            return Part(Kind.TEXT, text, (*at, key), block=element)
    return Part(Kind.OPAQUE, at=at, block=element)


def _file_tokens(file: object) -> int:
    data = file.get("file_data") if isinstance(file, dict) else None
    size = len(data) * 3 // 4 if isinstance(data, str) else 0
    return FILE_TOKENS * max(1, -(-size // FILE_BYTES))


def _read_calls(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    calls = value.get("tool_calls")
    if isinstance(calls, list):
        for i, call in enumerate(calls):
            here = (*at, "tool_calls", i)
            if isinstance(call, dict):
                yield _read_call(call, here, here)
            elif isinstance(call, str):
                yield _read_packed_call(call, here)
            else:
                yield Part(Kind.OPAQUE, at=here, block=here)
    legacy = value.get("function_call")
    if isinstance(legacy, dict):
        yield _read_call(legacy, (*at, "function_call"), None)


def _read_call(call: Mapping[str, object], at: Path, element: Path | None, id_key: str = "id") -> Part:
    """One call; `function` holds name and arguments, `custom` a free text, or they stand in the call."""
    holder, here, key = call, at, "arguments"
    for name in ("function", "custom"):
        inner = call.get(name)
        if isinstance(inner, dict):
            holder, here, key = inner, (*at, name), "input" if name == "custom" else "arguments"
            break
    named, given, call_id = holder.get("name"), holder.get(key), call.get(id_key)
    text = given if isinstance(given, str) else "" if given is None else arguments.compact(given)
    encoded = isinstance(given, str) and key == "arguments"
    parsed = arguments.parse(text) if encoded else given
    leaves = arguments.find_leaves(parsed)
    if isinstance(given, str) and not encoded and len(given) >= arguments.WORTHWHILE:
        leaves = (Leaf((), given),)
    return Part(
        Kind.CALL,
        text,
        (*here, key),
        block=element,
        tool=named if isinstance(named, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(parsed),
        encoded=encoded,
        leaves=leaves,
    )


def _read_packed_call(packed: str, at: Path) -> Part:
    """A call that is itself a JSON string. Its arguments stand two encodings deep: read, never edited."""
    value = arguments.parse(packed)
    if not isinstance(value, dict):
        return Part(Kind.OPAQUE, packed, at, block=at)
    return replace(_read_call(value, at, at), at=at, encoded=False, leaves=())
