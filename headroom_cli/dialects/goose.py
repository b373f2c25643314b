"""Messages of Goose: Anthropic's order of things with blocks of its own, and results in role user.

    {"role": "user" | "assistant", "created": seconds, "content": [{"type": "text", "text"},
        {"type": "toolRequest", "id", "toolCall": {"status", "value": {"name", "arguments": {...}}}},
        {"type": "toolResponse", "id", "toolResult": {"status", "value": [blocks] | {"content": [blocks]}}},
        {"type": "thinking", "thinking", "signature"}, ...], "metadata"?: {"userVisible", "agentVisible"}}

Blocks of a result may be meant for one reader (`annotations.audience`): what is for the user alone is not
sent to the model and counts nothing; it is kept in step with the model's text. Older files spell status and
value as `{"Ok": ...}` and `{"Err": ...}`, or leave them out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli.dialects import anthropic, arguments, voices
from headroom_cli.model import Kind, Part, Path, Twin

NAME = "goose"
ROLES = frozenset({"user", "assistant"})
REQUESTS = frozenset({"toolRequest", "frontendToolRequest"})
RESPONSES = frozenset({"toolResponse"})
_VALUES = ("value", "Ok", "Err", "error")


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    role, content, parts = str(value.get("role", "")), value.get("content"), list[Part]()
    if isinstance(content, str) and content:
        parts.append(Part(Kind.TEXT, content, (*at, "content")))
    for i, block in enumerate(content if isinstance(content, list) else ()):
        here = (*at, "content", i)
        parts += (
            _read_block(block, here) if isinstance(block, dict) else [Part(Kind.OPAQUE, at=here, block=here)]
        )
    return role, voices.label(parts) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Sessions hold messages only; what was sent beside them is not in the file."""
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"role": "user", "created": 0, "content": [{"type": "text", "text": text}]}


def _read_block(block: Mapping[str, object], at: Path) -> Iterator[Part]:
    kind, text = block.get("type"), block.get("text")
    if kind == "text" and isinstance(text, str):
        yield Part(Kind.TEXT, text, (*at, "text"), block=at)
    elif str(kind) in REQUESTS:
        yield _read_call(block, at)
    elif str(kind) in RESPONSES:
        yield from _read_result(block, at)
    elif kind in ("thinking", "reasoning", "redactedThinking"):
        key = "thinking" if kind == "thinking" else "text"
        thought = block.get(key)
        yield Part(Kind.THINKING, thought if isinstance(thought, str) else "", (*at, key), block=at)
    else:
        yield Part(Kind.OPAQUE, at=at, block=at, flat=anthropic.IMAGE_TOKENS if kind == "image" else 0)


def _unwrap(holder: object, at: Path) -> tuple[object, Path]:
    """The value of a call or result, and its path, past what says whether it succeeded."""
    for key in _VALUES if isinstance(holder, dict) else ():
        if key in holder:  # type: ignore[operator]
            return holder[key], (*at, key)  # type: ignore[index]
    return holder, at


def _read_call(block: Mapping[str, object], at: Path) -> Part:
    value, here = _unwrap(block.get("toolCall"), (*at, "toolCall"))
    call = value if isinstance(value, dict) else {}
    given, name, call_id = call.get("arguments"), call.get("name"), block.get("id")
    return Part(
        Kind.CALL,
        "" if given is None else arguments.compact(given),
        (*here, "arguments"),
        block=at,
        tool=name if isinstance(name, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(given),
        leaves=arguments.find_leaves(given),
    )


def _read_result(block: Mapping[str, object], at: Path) -> Iterator[Part]:
    """A result's texts and images. They share the call's id and go together, as one block."""
    found = block.get("id")
    call_id = found if isinstance(found, str) else ""
    value, here = _unwrap(block.get("toolResult"), (*at, "toolResult"))
    if isinstance(value, dict) and "content" in value:
        value, here = value["content"], (*here, "content")
    if isinstance(value, str):
        yield Part(Kind.RESULT, value, here, block=at, call_id=call_id)
        return
    parts: list[Part] = []
    twins: list[Twin] = []
    for i, inner in enumerate(value if isinstance(value, list) else ()):
        text, path = _find_text(inner, (*here, i))
        if text is None:
            image = isinstance(inner, dict) and inner.get("type") == "image"
            flat = anthropic.IMAGE_TOKENS if image else 0
            parts.append(Part(Kind.OPAQUE, at=path, block=at, call_id=call_id, flat=flat))
        elif _for_user_alone(inner):
            twins.append(Twin(0, path, text))
        else:
            parts.append(Part(Kind.RESULT, text, path, block=at, call_id=call_id))
    texts = [i for i, part in enumerate(parts) if part.kind is Kind.RESULT]
    if texts:
        longest = max(texts, key=lambda i: len(parts[i].text))
        parts[longest] = replace(parts[longest], twins=tuple(twins))
    else:
        parts.append(Part(Kind.RESULT, "", here, block=at, call_id=call_id))
    yield from parts


def _find_text(inner: object, at: Path) -> tuple[str | None, Path]:
    if isinstance(inner, dict):
        for holder, path in ((inner, at), (inner.get("resource"), (*at, "resource"))):
            text = holder.get("text") if isinstance(holder, dict) else None
            if isinstance(text, str):
                return text, (*path, "text")
    return None, at


def _for_user_alone(inner: object) -> bool:
    notes = inner.get("annotations") if isinstance(inner, dict) else None
    audience = notes.get("audience") if isinstance(notes, dict) else None
    return isinstance(audience, list) and bool(audience) and "assistant" not in audience
