"""Messages of the Vercel AI SDK: what is sent to a model, and what a chat window keeps.

ModelMessage: `content` is a text or blocks of type text, reasoning, image, file, tool-call and tool-result;
results come in messages of role tool. UIMessage: `parts`; a call and its result are one part, so that both
stand in one assistant message (`tool-NAME` or `dynamic-tool`, in version 4 `tool-invocation`). Version 4
also keeps the text under `content` and the calls under `toolInvocations` a second time: the parts count,
the others are twins.

Outputs are texts or JSON. Of JSON the long strings are results and can be edited; the rest of the value
counts, with empty strings in their place, and is left as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli import marker
from headroom_cli.dialects import arguments, voices
from headroom_cli.dialects.openai import FILE_BYTES, FILE_TOKENS, IMAGE_TOKENS
from headroom_cli.model import Kind, Leaf, Part, Path, Twin

NAME = "ai-sdk"
ROLES = frozenset({"system", "user", "assistant", "tool", "data"})
MODEL_BLOCKS = frozenset({"tool-call", "tool-result", "tool-approval-request", "tool-approval-response"})
UI_BLOCKS = frozenset({"step-start", "dynamic-tool", "tool-invocation", "source-url", "source-document"})

_ENDED = ("result", "output-available", "output-error", "output-denied")


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    role = str(value.get("role", ""))
    if isinstance(value.get("parts"), list):
        parts = list(_read_window(value, at))
    else:
        parts = list(_read_content(value.get("content"), (*at, "content")))
        parts += _read_older_window(value, at)
        reasoning = value.get("reasoning")
        if isinstance(reasoning, str) and reasoning:
            parts.insert(0, Part(Kind.THINKING, reasoning, (*at, "reasoning")))
    if role == "tool" and not any(part.kind is Kind.RESULT for part in parts):
        parts = [replace(part, kind=Kind.RESULT) if part.kind is Kind.TEXT else part for part in parts]
    return role, voices.label(parts) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """The system prompt of a saved request."""
    system = request.get("system")
    if isinstance(system, str) and system:
        return (("system", Part(Kind.OPAQUE, system, ("system",))),)
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped, as a model gets it."""
    return {"role": "user", "content": text}


def _read_content(content: object, at: Path) -> Iterator[Part]:
    if isinstance(content, str):
        if content:
            yield Part(Kind.TEXT, content, at)
        return
    for i, block in enumerate(content if isinstance(content, list) else ()):
        if isinstance(block, dict):
            yield from _read_block(block, (*at, i))


def _read_block(block: Mapping[str, object], at: Path) -> Iterator[Part]:
    """One block of a ModelMessage, or what a UIMessage's part has in common with it."""
    kind, text = block.get("type"), block.get("text")
    if kind == "text" and isinstance(text, str):
        yield Part(Kind.TEXT, text, (*at, "text"), block=at)
    elif kind == "reasoning":
        key = "text" if isinstance(text, str) else "reasoning"
        found = block.get(key)
        yield Part(Kind.THINKING, found if isinstance(found, str) else "", (*at, key), block=at)
    elif kind == "tool-call":
        key = "input" if "input" in block else "args"
        yield _read_call(block, str(block.get("toolName", "")), at, key)
    elif kind == "tool-result":
        call_id, tool = str(block.get("toolCallId", "")), str(block.get("toolName", ""))
        yield from _read_wrapped(block, at, call_id, tool)
    elif kind == "image" or (kind == "file" and str(block.get("mediaType", "")).startswith("image/")):
        yield Part(Kind.OPAQUE, at=at, block=at, flat=IMAGE_TOKENS)
    elif kind == "file":
        data = block.get("data")
        size = len(data) * 3 // 4 if isinstance(data, str) else 0
        yield Part(Kind.OPAQUE, at=at, block=at, flat=FILE_TOKENS * max(1, -(-size // FILE_BYTES)))
    else:
        yield Part(Kind.OPAQUE, at=at, block=at)


def _read_wrapped(block: Mapping[str, object], at: Path, call_id: str, tool: str) -> Iterator[Part]:
    """The output of a result block: `output` says what its value is, the older `result` is the value."""
    output = block.get("output")
    if not isinstance(output, dict) or "value" not in output:
        key = "output" if "output" in block else "result"
        yield from _read_output(block.get(key), (*at, key), call_id, tool)
        return
    here, value = (*at, "output", "value"), output["value"]
    if output.get("type") != "content" or not isinstance(value, list):
        yield from _read_output(value, here, call_id, tool)
        return
    texts = 0
    for i, item in enumerate(value):
        text = item.get("text") if isinstance(item, dict) else None
        if isinstance(text, str):
            texts += 1
            yield Part(Kind.RESULT, text, (*here, i, "text"), tool=tool, call_id=call_id)
        else:
            yield Part(Kind.OPAQUE, at=(*here, i), call_id=call_id, flat=IMAGE_TOKENS)
    if not texts:
        yield Part(Kind.RESULT, "", here, tool=tool, call_id=call_id)


def _read_output(value: object, at: Path, call_id: str, tool: str) -> Iterator[Part]:
    """A text, or a JSON value: its long strings, then the rest of it."""
    if isinstance(value, str):
        yield Part(Kind.RESULT, value, at, tool=tool, call_id=call_id)
        return
    leaves = _find_texts(value)
    for leaf in leaves:
        yield Part(Kind.RESULT, leaf.text, (*at, *leaf.path), tool=tool, call_id=call_id)
    if not leaves:
        yield Part(Kind.RESULT, "", at, tool=tool, call_id=call_id)
    if value is not None:
        rest = arguments.compact(_without(value, leaves))
        yield Part(Kind.OPAQUE, rest, at, tool=tool, call_id=call_id)


def _find_texts(value: object) -> tuple[Leaf, ...]:
    """The strings of a JSON value that are results: long ones, and short ones that were long before."""
    leaves: list[Leaf] = []
    stack: list[tuple[Path, object]] = [((), value)]
    while stack:
        path, here = stack.pop()
        if isinstance(here, str):
            if len(here) >= arguments.WORTHWHILE or marker.parse_head(here) is not None:
                leaves.append(Leaf(path, here))
        elif isinstance(here, dict):
            stack.extend(((*path, key), member) for key, member in reversed(here.items()))
        elif isinstance(here, list):
            stack.extend(((*path, i), here[i]) for i in range(len(here) - 1, -1, -1))
    return tuple(leaves)


def _without(value: object, leaves: tuple[Leaf, ...]) -> object:
    """A JSON value with empty strings where the leaves stand."""
    if not leaves:
        return value
    copy = arguments.parse(arguments.compact(value))
    for leaf in leaves:
        holder: object = copy
        for key in leaf.path[:-1]:
            holder = holder[key]  # type: ignore[index]
        holder[leaf.path[-1]] = ""  # type: ignore[index]
    return copy


def _read_call(block: Mapping[str, object], tool: str, at: Path, key: str) -> Part:
    given, call_id = block.get(key), block.get("toolCallId")
    parsed = arguments.parse(given) if isinstance(given, str) else given
    return Part(
        Kind.CALL,
        given if isinstance(given, str) else "" if given is None else arguments.compact(given),
        (*at, key),
        tool=tool,
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(parsed),
        encoded=isinstance(given, str),
        leaves=arguments.find_leaves(parsed),
    )


def _read_window(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    """The parts of a UIMessage, each with its twins under `content` and `toolInvocations`."""
    content, parts = value.get("content"), value.get("parts")
    repeated = value.get("toolInvocations")
    for i, block in enumerate(parts if isinstance(parts, list) else ()):
        here = (*at, "parts", i)
        if not isinstance(block, dict):
            yield Part(Kind.OPAQUE, at=here, block=here)
            continue
        kind = str(block.get("type", ""))
        inner = block.get("toolInvocation")
        if kind == "tool-invocation" and isinstance(inner, dict):
            copies = tuple(_find_copies(repeated, str(inner.get("toolCallId", "")), at))
            found = _read_invocation(inner, str(inner.get("toolName", "")), (*here, "toolInvocation"))
            yield from (_match(part, copies) for part in found)
        elif kind == "dynamic-tool" or (kind.startswith("tool-") and "toolCallId" in block):
            tool = str(block.get("toolName", "")) or kind.removeprefix("tool-")
            yield from _read_invocation(block, tool, here)
        else:
            for part in _read_block(block, here):
                same = part.kind is Kind.TEXT and isinstance(content, str) and part.text in content
                twins = (Twin(0, (*at, "content"), str(content)),) if same and part.text else ()
                yield replace(part, twins=twins)


def _read_older_window(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    """Calls with their results beside a text, as early versions keep them."""
    calls = value.get("toolInvocations")
    for i, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            yield from _read_invocation(call, str(call.get("toolName", "")), (*at, "toolInvocations", i))


def _read_invocation(block: Mapping[str, object], tool: str, at: Path) -> Iterator[Part]:
    """A call, and its result if it has ended."""
    call = _read_call(block, tool, at, "input" if "input" in block else "args")
    yield call
    error = block.get("errorText")
    if isinstance(error, str) and error:
        yield Part(Kind.RESULT, error, (*at, "errorText"), tool=tool, call_id=call.call_id)
    elif block.get("state") in _ENDED:
        key = "output" if "output" in block else "result"
        yield from _read_output(block.get(key), (*at, key), call.call_id, tool)


def _find_copies(calls: object, call_id: str, at: Path) -> Iterator[Part]:
    for i, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict) and call.get("toolCallId") == call_id:
            yield from _read_invocation(call, "", (*at, "toolInvocations", i))


def _match(part: Part, copies: tuple[Part, ...]) -> Part:
    """A part with those of the copies that hold the same: twins of its text, or of its leaves."""
    if part.kind is Kind.CALL:
        return replace(part, twins=tuple(_match_leaves(part, copies)))
    same = (copy for copy in copies if copy.kind is part.kind is Kind.RESULT and copy.text == part.text)
    return replace(part, twins=tuple(Twin(0, copy.at, copy.text) for copy in same if copy.text))


def _match_leaves(part: Part, copies: tuple[Part, ...]) -> Iterator[Twin]:
    for copy in copies:
        if copy.kind is Kind.CALL and copy.text == part.text and not part.encoded:
            for number, leaf in enumerate(copy.leaves):
                yield Twin(0, (*copy.at, *leaf.path), leaf.text, leaf=number)
