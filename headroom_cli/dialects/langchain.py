"""Messages of LangChain and LangGraph, in the three ways they are dumped.

    flat         {"type": "ai", "content": ..., "tool_calls": [{"name", "args", "id"}], ...}
    under data   {"type": "ai", "data": {"content": ..., ...}}
    constructor  {"lc": 1, "type": "constructor", "id": [..., "AIMessage"], "kwargs": {"content": ..., ...}}

Calls are stored twice or more: under `tool_calls`, in OpenAI's spelling under `additional_kwargs`, and with
Anthropic's models as content blocks. The first of these counts, the others are its twins. A result's
`artifact` may repeat its content. Content is a text or a list of blocks; reasoning stands in blocks or under
`additional_kwargs.reasoning_content`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli.dialects import anthropic, arguments, openai, voices
from headroom_cli.model import Kind, Leaf, Part, Path, Twin

NAME = "langchain"
ROLE_OF = {
    "human": "user",
    "user": "user",
    "ai": "assistant",
    "assistant": "assistant",
    "system": "system",
    "developer": "developer",
    "tool": "tool",
    "function": "tool",
}
ROLES = frozenset(ROLE_OF)
_SUFFIXES = ("MessageChunk", "Message")
_REASONING = ("reasoning", "thinking", "redacted_thinking", "reasoning_content")
_CALL_BLOCKS = ("tool_use", "tool_call", "function_call", "input_json_delta")
_MEDIA = ("image_url", "image", "audio", "video", "file", "media", "document", "input_image")
_ARTIFACT = 200  # characters; shorter strings of an artifact are no copies worth keeping in step


def find_body(value: Mapping[str, object]) -> tuple[str, Mapping[str, object], Path]:
    """(type, the object with the content, the path to it) of a message; type "" if the value is none."""
    if value.get("type") == "constructor" or "lc" in value:
        named, body = value.get("id"), value.get("kwargs")
        name = named[-1] if isinstance(named, list) and named and isinstance(named[-1], str) else ""
        if name.endswith(_SUFFIXES) and isinstance(body, dict):
            return _shorten(name, body), body, ("kwargs",)
        return "", {}, ()
    kind, body = value.get("type"), value.get("data")
    if not isinstance(kind, str):
        return "", {}, ()
    if isinstance(body, dict) and "content" in body:
        return _shorten(kind, body), body, ("data",)
    return (_shorten(kind, value), value, ()) if "content" in value else ("", {}, ())


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    kind, body, inner = find_body(value)
    here = (*at, *inner)
    role = ROLE_OF.get(kind, kind)
    if role == "tool":
        return role, tuple(_read_result(body, here))
    extra = body.get("additional_kwargs")
    extra = extra if isinstance(extra, dict) else {}
    if role == "system" and extra.get("__openai_role__") == "developer":
        role = "developer"
    parts = [*_read_reasoning(extra, here), *_read_content(body.get("content"), (*here, "content"))]
    parts += _read_calls(body, extra, here)
    return role, voices.label(parts) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Dumps hold messages only; what was sent beside them is not in the file."""
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped, in the flat shape."""
    return {"type": "human", "content": text, "additional_kwargs": {}, "response_metadata": {}}


def _shorten(name: str, body: Mapping[str, object]) -> str:
    """`ai` for AIMessage, AIMessageChunk and ai; a ChatMessage names its role itself."""
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    name = name.lower()
    role = body.get("role")
    return role.lower() if name == "chat" and isinstance(role, str) else name


def _read_reasoning(extra: Mapping[str, object], at: Path) -> Iterator[Part]:
    text = extra.get("reasoning_content")
    if isinstance(text, str) and text:
        yield Part(Kind.THINKING, text, (*at, "additional_kwargs", "reasoning_content"))


def _read_content(content: object, at: Path) -> Iterator[Part]:
    if isinstance(content, str):
        if content:
            yield Part(Kind.TEXT, content, at)
        return
    for i, block in enumerate(content if isinstance(content, list) else ()):
        here = (*at, i)
        if isinstance(block, str):
            yield Part(Kind.TEXT, block, here, block=here)
        elif isinstance(block, dict):
            part = _read_block(block, here)
            if part is not None:
                yield part


def _read_block(block: Mapping[str, object], at: Path) -> Part | None:
    """One content block; None for calls, which are read from `tool_calls`."""
    kind = block.get("type")
    if kind in _CALL_BLOCKS:
        return None
    if kind in _REASONING:
        for key in ("thinking", "reasoning", "text", "reasoning_content"):
            text = block.get(key)
            if isinstance(text, str) and text:
                return Part(Kind.THINKING, text, (*at, key), block=at)
        return Part(Kind.THINKING, at=at, block=at)
    text = block.get("text")
    if isinstance(text, str) and kind in ("text", None):
        return Part(Kind.TEXT, text, (*at, "text"), block=at)
    tokens = anthropic.IMAGE_TOKENS if "source" in block else openai.IMAGE_TOKENS
    return Part(Kind.OPAQUE, at=at, block=at, flat=tokens if kind in _MEDIA else 0)


def _read_calls(body: Mapping[str, object], extra: Mapping[str, object], at: Path) -> Iterator[Part]:
    calls, spelled, content = body.get("tool_calls"), extra.get("tool_calls"), body.get("content")
    if isinstance(calls, list) and calls:
        for i, call in enumerate(calls):
            if isinstance(call, dict):
                part = _read_call(call, (*at, "tool_calls", i))
                twins = (*_find_spelled(part, spelled, at), *_find_blocks(part, content, at))
                yield replace(part, twins=twins)
    elif isinstance(spelled, list):
        value = {"role": "assistant", "tool_calls": spelled}
        parts = openai.read_message(value, (*at, "additional_kwargs"))[1]
        yield from (replace(part, block=None) for part in parts)
    elif isinstance(extra.get("function_call"), dict):
        legacy = {"role": "assistant", "function_call": extra["function_call"]}
        yield from openai.read_message(legacy, (*at, "additional_kwargs"))[1]
    elif isinstance(content, list):
        _, parts = anthropic.read_message({"role": "assistant", "content": content}, at)
        yield from (replace(part, block=None) for part in parts if part.kind is Kind.CALL)
    yield from _read_invalid(body.get("invalid_tool_calls"), (*at, "invalid_tool_calls"))


def _read_call(call: Mapping[str, object], at: Path) -> Part:
    given, name, call_id = call.get("args"), call.get("name"), call.get("id")
    return Part(
        Kind.CALL,
        "" if given is None else arguments.compact(given),
        (*at, "args"),
        tool=name if isinstance(name, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(given),
        leaves=arguments.find_leaves(given),
    )


def _read_invalid(calls: object, at: Path) -> Iterator[Part]:
    """Calls whose arguments are no JSON: their text counts and is never edited."""
    for i, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            part = _read_call(call, (*at, i))
            text = call.get("args")
            yield replace(part, text=text if isinstance(text, str) else part.text, leaves=())


def _find_spelled(part: Part, calls: object, at: Path) -> Iterator[Twin]:
    """The same call in OpenAI's spelling: its arguments are a JSON text."""
    for i, call in enumerate(calls if isinstance(calls, list) else ()):
        function = call.get("function") if isinstance(call, dict) else None
        given = function.get("arguments") if isinstance(function, dict) else None
        if not isinstance(given, str) or call.get("id") != part.call_id:
            continue
        here: Path = (*at, "additional_kwargs", "tool_calls", i, "function", "arguments")
        yield from _match(part, arguments.find_leaves(arguments.parse(given)), here, nested=True)


def _find_blocks(part: Part, content: object, at: Path) -> Iterator[Twin]:
    """The same call as a content block."""
    for i, block in enumerate(content if isinstance(content, list) else ()):
        if not isinstance(block, dict) or block.get("type") not in _CALL_BLOCKS:
            continue
        if block.get("id") != part.call_id:
            continue
        for key in ("input", "args"):
            given = block.get(key)
            if isinstance(given, dict):
                yield from _match(part, arguments.find_leaves(given), (*at, "content", i, key), nested=False)


def _match(part: Part, copies: tuple[Leaf, ...], at: Path, nested: bool) -> Iterator[Twin]:
    """Copies of a call's leaves, told by the path within the arguments."""
    places = {leaf.path: number for number, leaf in enumerate(part.leaves)}
    for copy in copies:
        number = places.get(copy.path)
        if number is not None and nested:
            yield Twin(0, at, copy.text, inner=copy.path, leaf=number)
        elif number is not None:
            yield Twin(0, (*at, *copy.path), copy.text, leaf=number)


def _read_result(body: Mapping[str, object], at: Path) -> Iterator[Part]:
    """A tool message: it goes whole, so no block of it has a place of its own."""
    call_id, tool = body.get("tool_call_id"), body.get("name")
    call_id, tool = call_id if isinstance(call_id, str) else "", tool if isinstance(tool, str) else ""
    copies = arguments.find_leaves(body.get("artifact"))
    found = False
    for part in _read_content(body.get("content"), (*at, "content")):
        kind = Kind.RESULT if part.kind is Kind.TEXT else part.kind
        found = found or kind is Kind.RESULT
        twins = tuple(
            Twin(0, (*at, "artifact", *copy.path), copy.text)
            for copy in copies
            if kind is Kind.RESULT and len(part.text) >= _ARTIFACT and part.text in copy.text
        )
        yield replace(part, kind=kind, block=None, tool=tool, call_id=call_id, twins=twins)
    if not found:
        yield Part(Kind.RESULT, "", (*at, "content"), tool=tool, call_id=call_id)
