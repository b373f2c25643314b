"""Messages as OpenTelemetry's GenAI conventions spell them, and as the instrumented libraries do.

    {"role": "user", "parts": [{"type": "text", "content": "..."}]}
    {"role": "assistant", "parts": [{"type": "tool_call", "id", "name", "arguments": {...}}]}
    {"role": "tool", "parts": [{"type": "tool_call_response", "id", "response": ...}]}

Instrumentations also pass on what the library under them uses: parts of Gemini (`function_call`,
`function_response`), blocks of Bedrock (`toolUse`, `toolResult`), messages of OpenAI, Anthropic and the AI
SDK, and content that is a JSON text of one of these. The messages stand inside attributes, mostly as JSON
text: they are read only, so the parts have no places of their own.
"""

from collections.abc import Iterator, Mapping

from headroom_cli.dialects import ai_sdk, anthropic, arguments, openai, voices
from headroom_cli.model import Kind, Part, Path

NAME = "otel"
_ROLE_OF = {"model": "assistant", "ai": "assistant", "human": "user", "function": "tool"}
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", *_ROLE_OF})
_ANTHROPIC = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking"})
_CALL_KEYS = ("function_call", "functionCall", "toolUse")
_RESULT_KEYS = ("function_response", "functionResponse", "toolResult")


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value."""
    role = str(value.get("role", ""))
    role = _ROLE_OF.get(role, role)
    blocks = value.get("parts")
    content = value.get("content")
    packed = arguments.parse(content) if isinstance(content, str) and content[:1] in "[{" else None
    if not isinstance(blocks, list) and isinstance(packed, list) and all(map(_is_block, packed)):
        content = packed
    if not isinstance(blocks, list) and isinstance(content, list) and _is_keyed(content):
        blocks = content
    if isinstance(blocks, list):
        parts = tuple(part for block in blocks for part in _read_block(block))
        return role, voices.label(parts) if role == "user" else parts
    listed = content if isinstance(content, list) else []
    kinds = {str(block.get("type")) for block in listed if isinstance(block, dict)}
    given = {**value, "role": role, "content": content}
    if kinds & ai_sdk.MODEL_BLOCKS:
        return ai_sdk.read_message(given)
    return anthropic.read_message(given) if kinds & _ANTHROPIC else openai.read_message(given)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """System instructions and tool definitions are attributes of their own."""
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"role": "user", "parts": [{"type": "text", "content": text}]}


def _is_block(value: object) -> bool:
    return isinstance(value, dict) and ("type" in value or _is_keyed([value]))


def _is_keyed(blocks: list[object]) -> bool:
    """Whether blocks are told by their keys (Gemini, Bedrock) or have the conventions' own types."""
    known = {"text", *_CALL_KEYS, *_RESULT_KEYS}
    return bool(blocks) and all(
        isinstance(block, dict)
        and (
            ("type" not in block and not known.isdisjoint(block))
            or block.get("type") in ("tool_call_response",)
            or (block.get("type") == "text" and "content" in block)
        )
        for block in blocks
    )


def _read_block(block: object) -> Iterator[Part]:
    if isinstance(block, str):
        yield Part(Kind.TEXT, block)
        return
    if not isinstance(block, dict):
        return
    kind = block.get("type")
    text = next((block[key] for key in ("content", "text") if isinstance(block.get(key), str)), None)
    call = next((block[key] for key in _CALL_KEYS if isinstance(block.get(key), dict)), None)
    result = next((block[key] for key in _RESULT_KEYS if isinstance(block.get(key), dict)), None)
    if kind == "tool_call" or call is not None:
        yield _read_call(call if call is not None else block)
    elif kind == "tool_call_response" or result is not None:
        yield _read_result(result if result is not None else block)
    elif kind in ("reasoning", "thinking") or block.get("thought") is True:
        yield Part(Kind.THINKING, text or "")
    elif text is not None:
        yield Part(Kind.TEXT, text)
    else:
        yield Part(Kind.OPAQUE, flat=openai.IMAGE_TOKENS if kind in ("blob", "uri", "file") else 0)


def _read_call(block: Mapping[str, object]) -> Part:
    given = next((block[key] for key in ("arguments", "args", "input") if key in block), None)
    parsed = arguments.parse(given) if isinstance(given, str) else given
    return Part(
        Kind.CALL,
        given if isinstance(given, str) else "" if given is None else arguments.compact(given),
        tool=str(block.get("name") or ""),
        call_id=str(block.get("id") or block.get("toolUseId") or ""),
        argument=arguments.main_argument(parsed),
    )


def _read_result(block: Mapping[str, object]) -> Part:
    keys = ("response", "result", "content")
    found = next((block[key] for key in keys if key in block), "")
    if isinstance(found, list):
        texts = [item.get("text") for item in found if isinstance(item, dict)]
        if texts and all(isinstance(text, str) for text in texts):
            found = "\n".join(map(str, texts))
    text = found if isinstance(found, str) else "" if found is None else arguments.compact(found)
    call_id = str(block.get("id") or block.get("toolUseId") or "")
    return Part(Kind.RESULT, text, tool=str(block.get("name") or ""), call_id=call_id)
