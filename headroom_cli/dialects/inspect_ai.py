"""Messages of Inspect AI: OpenAI's roles, with calls as objects and content of its own.

    {"id", "role": "system" | "user", "content": "..." | [{"type": "text", "text"}, {"type": "image", ...}]}
    {"role": "assistant", "content": [{"type": "reasoning", "reasoning", "signature"?, "redacted"?}, ...],
        "tool_calls": [{"id", "function": "<name>", "arguments": {...}}]}
    {"role": "tool", "tool_call_id", "function": "<name>", "content", "error": {"type", "message"}?}

A tool that failed has its message under `error`, which counts where the content is empty. Redacted
reasoning is no text. Blocks of server tools (`tool_use`) count and only go with their message.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli.dialects import openai
from headroom_cli.model import Kind, Part, Path

NAME = "inspect-ai"
ROLES = frozenset({"system", "user", "assistant", "tool"})


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    calls = value.get("tool_calls")
    if isinstance(calls, list):
        value = {**value, "tool_calls": [_name(call) for call in calls]}
    if isinstance(value.get("function"), str):
        value = {**value, "name": value["function"]}
    role, parts = openai.read_message(value, at)
    parts = tuple(_read_blocks(parts, value.get("content"), at))
    if role == "tool" and not any(part.text for part in parts):
        parts = tuple(_read_error(parts, value.get("error"), at))
    return role, parts


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """The tool definitions of a model event."""
    return openai.read_preamble(request)


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return openai.placeholder(text)


def _name(call: object) -> object:
    named = isinstance(call, dict) and isinstance(call.get("function"), str)
    return {**call, "name": call["function"]} if named else call  # type: ignore[dict-item, index]


def _read_blocks(parts: tuple[Part, ...], content: object, at: Path) -> Iterator[Part]:
    """The parts, with the blocks read that only Inspect has."""
    for part in parts:
        i = part.at[-1] if part.kind is Kind.OPAQUE and part.at[:-1] == (*at, "content") else None
        block = content[i] if isinstance(content, list) and isinstance(i, int) else None
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "reasoning" and isinstance(block, dict):
            thought = block.get("reasoning")
            text = thought if isinstance(thought, str) and block.get("redacted") is not True else ""
            yield replace(part, kind=Kind.THINKING, text=text, at=(*part.at, "reasoning"))
        elif kind == "tool_use" and isinstance(block, dict):
            seen = [block.get(key) for key in ("arguments", "result")]
            yield replace(part, text="\n".join(s for s in seen if isinstance(s, str)), block=None)
        else:
            yield part


def _read_error(parts: tuple[Part, ...], error: object, at: Path) -> Iterator[Part]:
    message = error.get("message") if isinstance(error, dict) else None
    for part in parts:
        if isinstance(message, str) and part.kind is Kind.RESULT:
            yield replace(part, text=message, at=(*at, "error", "message"))
        else:
            yield part
