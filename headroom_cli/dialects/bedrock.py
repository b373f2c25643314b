"""Messages of Amazon Bedrock's Converse API: blocks have no type, their only key is the type.

    {"role": "user" | "assistant", "content": [{"text": "..."}, {"image": {...}}, {"document": {...}},
        {"toolUse": {"toolUseId", "name", "input": {...}}},
        {"toolResult": {"toolUseId", "status", "content": [{"text"} | {"json"} | {"image"}]}},
        {"reasoningContent": {"reasoningText": {"text", "signature"}} | {"redactedContent"}},
        {"cachePoint": {"type": "default"}}, {"guardContent": {...}}]}

A result that is a JSON value counts and is never edited. Media hold their bytes in base64 and cost a fixed
number of tokens.
"""

from collections.abc import Iterator, Mapping

from headroom_cli.dialects import anthropic, arguments, voices
from headroom_cli.model import Kind, Part, Path

NAME = "bedrock"
ROLES = frozenset({"user", "assistant"})
BLOCKS = frozenset(
    {
        "text", "toolUse", "toolResult", "reasoningContent", "cachePoint", "image", "document", "video",
        "audio", "guardContent", "citationsContent", "searchResult",
    }
)  # fmt: skip
_MEDIA = frozenset({"image", "document", "video", "audio"})


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    role, content, parts = str(value.get("role", "")), value.get("content"), list[Part]()
    for i, block in enumerate(content if isinstance(content, list) else ()):
        if isinstance(block, dict):
            parts += _read_block(block, (*at, "content", i))
    return role, voices.label(parts) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """System prompt and tool definitions of a request body."""
    preamble = []
    for key in ("system", "system_prompt", "systemPrompt"):
        found = request.get(key)
        if isinstance(found, str) and found:
            preamble.append(("system", Part(Kind.OPAQUE, found, (key,))))
        for i, block in enumerate(found if isinstance(found, list) else ()):
            text = block.get("text") if isinstance(block, dict) else None
            if isinstance(text, str):
                preamble.append(("system", Part(Kind.OPAQUE, text, (key, i, "text"))))
    config = request.get("toolConfig")
    tools = config.get("tools") if isinstance(config, dict) else None
    if isinstance(tools, list) and tools:
        preamble.append(("tools", Part(Kind.OPAQUE, arguments.compact(tools), ("toolConfig", "tools"))))
    return tuple(preamble)


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"role": "user", "content": [{"text": text}]}


def _read_block(block: Mapping[str, object], at: Path) -> Iterator[Part]:
    text, call, result, thought = (
        block.get(k) for k in ("text", "toolUse", "toolResult", "reasoningContent")
    )
    if isinstance(text, str):
        yield Part(Kind.TEXT, text, (*at, "text"), block=at)
    elif isinstance(call, dict):
        yield _read_call(call, (*at, "toolUse"), at)
    elif isinstance(result, dict):
        yield from _read_result(result, (*at, "toolResult"), at)
    elif isinstance(thought, dict):
        inner = thought.get("reasoningText")
        spoken = inner.get("text") if isinstance(inner, dict) else None
        here = (*at, "reasoningContent", "reasoningText", "text")
        if isinstance(spoken, str):
            yield Part(Kind.THINKING, spoken, here, block=at)
        else:
            yield Part(Kind.THINKING, at=at, block=at)
    else:
        yield Part(Kind.OPAQUE, at=at, block=at, flat=_flat(block))


def _flat(block: Mapping[str, object]) -> int:
    return 0 if _MEDIA.isdisjoint(block) else anthropic.IMAGE_TOKENS


def _read_call(call: Mapping[str, object], at: Path, element: Path) -> Part:
    name, call_id = call.get("name"), call.get("toolUseId")
    return arguments.read_call(call.get("input"), name, call_id, (*at, "input"), element)


def _read_result(result: Mapping[str, object], at: Path, element: Path) -> Iterator[Part]:
    """A result's texts, values and images. They share the call's id and go together, as one block."""
    found, content = result.get("toolUseId"), result.get("content")
    call_id = found if isinstance(found, str) else ""
    has_text = False
    for i, inner in enumerate(content if isinstance(content, list) else ()):
        here = (*at, "content", i)
        text = inner.get("text") if isinstance(inner, dict) else None
        if isinstance(text, str):
            has_text = True
            yield Part(Kind.RESULT, text, (*here, "text"), block=element, call_id=call_id)
        elif isinstance(inner, dict):
            value = arguments.compact(inner["json"]) if "json" in inner else ""
            yield Part(Kind.OPAQUE, value, here, block=element, call_id=call_id, flat=_flat(inner))
    if not has_text:
        yield Part(Kind.RESULT, "", at, block=element, call_id=call_id)
