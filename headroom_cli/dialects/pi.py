"""Messages of pi and of OpenClaw, which is built on it.

    {"role": "user", "content": "..." | [{"type": "text", "text"}, {"type": "image", "data"}]}
    {"role": "assistant", "content": [{"type": "text"}, {"type": "thinking", "thinking", "thinkingSignature"},
        {"type": "toolCall", "id", "name", "arguments": {...}}], "usage", "stopReason", ...}
    {"role": "toolResult", "toolCallId", "toolName", "content": [blocks], "details": {...}, "isError"}
    {"role": "bashExecution", "command", "output", "excludeFromContext"?}
    {"role": "custom", "content"}, {"role": "branchSummary" | "compactionSummary", "summary"}

`details` may repeat a result (`aggregated`): a twin. A command that the person ran goes to the model as user
text; so do extension messages and summaries, which are the harness's words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli.dialects import anthropic, arguments, copies, voices
from headroom_cli.model import Kind, Part, Path, Voice

NAME = "pi"
ROLE_OF = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "toolResult": "tool",
    "bashExecution": "user",
    "custom": "user",
    "hookMessage": "user",
    "branchSummary": "user",
    "compactionSummary": "user",
}
ROLES = frozenset(ROLE_OF)


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    kind = str(value.get("role", ""))
    role = ROLE_OF.get(kind, kind)
    if kind == "toolResult":
        return role, tuple(_read_result(value, at))
    if kind == "bashExecution":
        return role, tuple(_read_command(value, at))
    parts = tuple(_read_content(value.get("content"), (*at, "content")))
    summary = value.get("summary")
    if isinstance(summary, str) and not parts:
        parts = (Part(Kind.TEXT, summary, (*at, "summary")),)
    if role != "user":
        return role, parts
    return role, voices.label(parts, Voice.NONE if kind == "user" else Voice.HARNESS)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """The summary of a compaction, which stands for all that is no longer sent."""
    summary = request.get("summary")
    text = summary if isinstance(summary, str) else ""
    return (("user", Part(Kind.OPAQUE, text, ("summary",))),) if text else ()


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def _read_content(content: object, at: Path) -> Iterator[Part]:
    if isinstance(content, str):
        if content:
            yield Part(Kind.TEXT, content, at)
        return
    for i, block in enumerate(content if isinstance(content, list) else ()):
        here = (*at, i)
        kind = block.get("type") if isinstance(block, dict) else None
        text = block.get("text") if isinstance(block, dict) else None
        if kind == "text" and isinstance(text, str):
            yield Part(Kind.TEXT, text, (*here, "text"), block=here)
        elif kind == "thinking":
            thought = block.get("thinking")
            yield Part(
                Kind.THINKING, thought if isinstance(thought, str) else "", (*here, "thinking"), block=here
            )
        elif kind == "toolCall":
            yield _read_call(block, here)
        else:
            yield Part(
                Kind.OPAQUE, at=here, block=here, flat=anthropic.IMAGE_TOKENS if kind == "image" else 0
            )


def _read_call(block: Mapping[str, object], at: Path) -> Part:
    given, name, call_id = block.get("arguments"), block.get("name"), block.get("id")
    return Part(
        Kind.CALL,
        "" if given is None else arguments.compact(given),
        (*at, "arguments"),
        block=at,
        tool=name if isinstance(name, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(given),
        leaves=arguments.find_leaves(given),
    )


def _read_result(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    """A tool message: it goes whole, so no block of it has a place of its own."""
    named, found = value.get("toolName"), value.get("toolCallId")
    tool, call_id = named if isinstance(named, str) else "", found if isinstance(found, str) else ""
    has_text = False
    for part in _read_content(value.get("content"), (*at, "content")):
        kind, twins = part.kind, part.twins
        if kind is Kind.TEXT:
            kind, has_text = Kind.RESULT, True
            twins = copies.find_copies(part.text, value.get("details"), (*at, "details"))
        yield replace(part, kind=kind, block=None, tool=tool, call_id=call_id, twins=twins)
    if not has_text:
        yield Part(Kind.RESULT, "", (*at, "content"), tool=tool, call_id=call_id)


def _read_command(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    for key, voice in (("command", Voice.HARNESS), ("output", Voice.RESULT)):
        text = value.get(key)
        if isinstance(text, str) and text:
            yield Part(Kind.TEXT, text, (*at, key), voice)
