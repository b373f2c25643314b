"""Messages of opencode: what is known about one under `info`, what was said under `parts`.

    {"info": {"id", "sessionID", "role": "user" | "assistant", ...}, "parts": [
        {"type": "text", "text", "synthetic"?, "ignored"?}, {"type": "reasoning", "text"},
        {"type": "file", "mime", "url"}, {"type": "tool", "callID", "tool", "state": {"status", "input": {},
        "output" | "error", "metadata": {"output", "diff", ...}, "attachments"?, "time": {"compacted"?}}}]}

A tool part is call and result in one, and goes as one. `state.metadata` repeats outputs and file contents:
these are twins. A result that opencode has cleared (`time.compacted`) is no longer sent and counts nothing.
Steps, snapshots, patches and retries are bookkeeping: they are no parts. Synthetic texts are the harness's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli.dialects import anthropic, arguments, copies, voices
from headroom_cli.model import Kind, Part, Path, Voice

NAME = "opencode"
ROLES = frozenset({"user", "assistant"})
_BOOKKEEPING = frozenset({"step-start", "step-finish", "snapshot", "patch", "retry"})


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record.

    The summary that a compaction wrote stands for all before it: it has the role of system text.
    """
    info, blocks = value.get("info"), value.get("parts")
    info = info if isinstance(info, dict) else {}
    role = str(info.get("role", ""))
    parts: list[Part] = []
    for i, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if isinstance(block, dict):
            parts += _read_part(block, (*at, "parts", i))
    if role == "assistant" and info.get("summary") is True:
        return "system", tuple(parts)
    return role, _label(parts, blocks) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Exports hold messages only; system prompt and tools are not in the file."""
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped, without its ids."""
    return {"info": {"role": "user"}, "parts": placeholder_parts(text)}


def placeholder_parts(text: str) -> list[dict[str, object]]:
    """Its parts alone, for whoever knows the ids."""
    return [{"type": "text", "text": text, "synthetic": True}]


def _label(parts: list[Part], blocks: object) -> tuple[Part, ...]:
    """Voices of a user message; synthetic texts are the harness's, whatever they say."""
    labelled = []
    for part in voices.label(parts):
        index = part.block[-1] if part.block else 0
        block = blocks[index] if isinstance(blocks, list) and isinstance(index, int) else {}
        if part.voice is Voice.HUMAN and block.get("synthetic") is True:
            part = replace(part, voice=Voice.HARNESS)
        labelled.append(part)
    return tuple(labelled)


def _read_part(block: Mapping[str, object], at: Path) -> Iterator[Part]:
    kind, text = block.get("type"), block.get("text")
    if str(kind) in _BOOKKEEPING or block.get("ignored") is True:
        return
    if kind == "tool":
        yield from _read_tool(block, at)
    elif kind == "text" and isinstance(text, str):
        yield Part(Kind.TEXT, text, (*at, "text"), block=at)
    elif kind == "reasoning":
        yield Part(Kind.THINKING, text if isinstance(text, str) else "", (*at, "text"), block=at)
    elif kind == "subtask" and isinstance(block.get("prompt"), str):
        yield Part(Kind.TEXT, str(block["prompt"]), (*at, "prompt"), block=at)
    else:
        yield Part(Kind.OPAQUE, at=at, block=at, flat=_flat(block))


def _flat(block: Mapping[str, object]) -> int:
    """The cost of a file: texts are sent as synthetic texts beside it, images and documents as they are."""
    mime = block.get("mime")
    sent = (
        block.get("type") == "file" and isinstance(mime, str) and mime.startswith(("image/", "application/"))
    )
    return anthropic.IMAGE_TOKENS if sent and mime != "application/x-directory" else 0


def _read_tool(block: Mapping[str, object], at: Path) -> Iterator[Part]:
    state, name, call_id = block.get("state"), block.get("tool"), block.get("callID")
    state = state if isinstance(state, dict) else {}
    given, record, here = state.get("input"), state.get("metadata"), (*at, "state")
    call = Part(
        Kind.CALL,
        "" if given is None else arguments.compact(given),
        (*here, "input"),
        block=at,
        tool=name if isinstance(name, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(given),
        leaves=arguments.find_leaves(given),
    )
    beside: Path = (*here, "metadata")
    yield replace(call, twins=copies.find_argument_copies(call, record, beside))
    key = "error" if state.get("status") == "error" else "output"
    text, time = state.get(key), state.get("time")
    if not isinstance(text, str):
        return
    cleared = isinstance(time, dict) and time.get("compacted") is not None
    yield Part(
        Kind.RESULT,
        "" if cleared else text,
        (*here, key),
        block=at,
        call_id=call.call_id,
        twins=() if cleared else copies.find_copies(text, record, beside),
    )
    attached = state.get("attachments")
    for i, file in enumerate(attached if isinstance(attached, list) and not cleared else ()):
        if isinstance(file, dict):
            yield Part(
                Kind.OPAQUE, at=(*here, "attachments", i), block=at, call_id=call.call_id, flat=_flat(file)
            )
