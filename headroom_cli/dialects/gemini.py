"""Messages of the Gemini API (`contents`), also inside Gemini CLI, Qwen Code and ADK files.

    {"role": "user" | "model" | "function", "parts": [{"text", "thought"?, "thoughtSignature"?},
        {"functionCall": {"id"?, "name", "args": {...}}}, {"inlineData": {"mimeType", "data"}},
        {"functionResponse": {"id"?, "name", "response": {"output" | "error" | ...: "..."}}}]}

Every string of a response is a result's text; what is left of it counts besides, unless it is one key only.
A response with very many strings is read and never edited. Oddities: keys in snake_case with every unset
field null (ADK); responses in a content of role `model`; calls without ids whose responses have one of
their own, so that name and order tell which answers which (`settle`); contents without a role. Signatures
and inline data are never text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.dialects import arguments, voices
from headroom_cli.model import Kind, Message, Part, Path, Voice

NAME = "gemini"
ROLE_OF = {
    "user": "user",
    "model": "assistant",
    "assistant": "assistant",
    "function": "tool",
    "tool": "tool",
    "system": "system",
}
ROLES = frozenset(ROLE_OF)
MEDIA_TOKENS = 258
"""One image tile, or one page of a document, as Google's documentation on tokens gives it."""
MEDIA_BYTES = 50_000

_KNOWN = frozenset(
    {
        "text", "functionCall", "function_call", "functionResponse", "function_response", "inlineData",
        "inline_data", "fileData", "file_data", "executableCode", "executable_code", "codeExecutionResult",
        "code_execution_result", "thoughtSignature", "thought_signature",
    }
)  # fmt: skip
_STRINGS = 40  # strings in one response, beyond which it is taken as data
_CODE = "code_execution"
# What the Gemini CLI writes in front of the first prompt, and in place of what it has summed up.
_HARNESS_STARTS = (
    "<session_context>",
    "<state_snapshot>",
    "This is the Gemini CLI. We are setting up the context",
    "This is the Qwen Code. We are setting up the context",
    "This is the CLI. We are setting up the context",
)


def is_content(value: object) -> bool:
    """Whether a value is a content: parts without a type, in one of Gemini's roles or in none."""
    if not isinstance(value, dict) or not isinstance(value.get("parts"), list):
        return False
    role = value.get("role")
    return (role is None or str(role) in ROLES) and "info" not in value and all(map(_is_part, value["parts"]))


def read_message(
    value: Mapping[str, object], at: Path = (), forced: Voice = Voice.NONE
) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one content that stands at path `at` of its record."""
    named = str(value.get("role") or "user")
    role = ROLE_OF.get(named, named)
    parts = list(read_parts(value.get("parts"), (*at, "parts")))
    answers = sum(_is_answer(part) for part in parts)
    if role == "assistant" and answers and answers == len(parts):
        role = "tool"
    elif role == "user" and any(part.kind is Kind.CALL for part in parts):
        role = "assistant"  # the role is missing or wrong: only the model calls
        parts = [replace(part, block=None) for part in parts]
    elif role == "assistant" and answers:
        # Without its other parts it would read as a tool's: it goes whole or not at all.
        parts = [replace(part, block=None) for part in parts]
    return role, label(parts, forced) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """System instruction and tool definitions of a request body."""
    preamble: list[tuple[str, Part]] = []
    for key in ("systemInstruction", "system_instruction"):
        found = request.get(key)
        if isinstance(found, str) and found:
            preamble.append(("system", Part(Kind.TEXT, found, (key,))))
        elif isinstance(found, dict):
            preamble += [("system", part) for part in read_parts(found.get("parts"), (key, "parts"))]
    tools = request.get("tools")
    if isinstance(tools, list) and tools:
        preamble.append(("tools", Part(Kind.OPAQUE, arguments.compact(tools), ("tools",))))
    return tuple(preamble)


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"role": "user", "parts": [{"text": text}]}


def label(parts: Sequence[Part], forced: Voice = Voice.NONE) -> tuple[Part, ...]:
    """The parts of a content of role `user`, each with its voice; the CLI's own texts are the harness's."""
    labelled = voices.label(parts, forced)
    return tuple(
        replace(part, voice=Voice.HARNESS)
        if part.voice is Voice.HUMAN and part.text.lstrip().startswith(_HARNESS_STARTS)
        else part
        for part in labelled
    )


def read_parts(found: object, at: Path) -> Iterator[Part]:
    """The parts of a list of parts (or of one string) that stands at path `at`."""
    if isinstance(found, str):
        if found:
            yield Part(Kind.TEXT, found, at)
        return
    for i, value in enumerate(found if isinstance(found, list) else ()):
        here = (*at, i)
        if isinstance(value, dict):
            yield from _read_part(value, here)
        elif isinstance(value, str):
            yield Part(Kind.TEXT, value, here, block=here)
        else:
            yield Part(Kind.OPAQUE, at=here, block=here)


def read_response(answer: Mapping[str, object], at: Path, block: Path | None) -> Iterator[Part]:
    """A function response that stands at path `at`: its strings as results, the rest as data."""
    named, call_id = answer.get("name"), answer.get("id")
    blank = Part(
        Kind.RESULT,
        block=block,
        tool=named if isinstance(named, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
    )
    response, here = answer.get("response"), (*at, "response")
    strings = list(_find_strings(response, here))
    if not strings or len(strings) > _STRINGS:
        yield replace(blank, at=here if "response" in answer else at)
        if response not in (None, {}, []):
            yield replace(blank, kind=Kind.OPAQUE, text=arguments.compact(response), at=here)
    else:
        for path, text in strings:
            yield replace(blank, text=text, at=path)
        if not (isinstance(response, str) or (isinstance(response, dict) and len(response) == 1)):
            yield replace(blank, kind=Kind.OPAQUE, text=arguments.compact(_hollow(response)), at=here)
    for i, value in enumerate(_as_list(answer.get("parts"))):
        if isinstance(value, dict):
            place = (*at, "parts", i)
            yield replace(blank, kind=Kind.OPAQUE, at=place, flat=_weigh_media(_first_media(value)))


def settle(messages: Sequence[Message]) -> list[Message]:
    """Messages in which every call has an id and every response that of its call.

    A response whose id no call has (the Gemini CLI makes up its own) answers the oldest open call of its
    name. All parts of one response share its id.
    """
    known = {part.call_id for m in messages for part in m.parts if part.kind is Kind.CALL and part.call_id}
    waiting: dict[str, list[str]] = {}
    settled: list[Message] = []
    for message in messages:
        answered: dict[Path, str] = {}
        parts = list(message.parts)
        for i, part in enumerate(parts):
            if part.kind is Kind.CALL:
                call_id = part.call_id or f"call {message.index}.{i}"
                waiting.setdefault(part.tool, []).append(call_id)
                parts[i] = replace(part, call_id=call_id)
            elif _is_answer(part):
                place = part.at if part.block is None else part.block
                if place not in answered:
                    given = part.call_id if part.call_id in known else ""
                    answered[place] = _answer(waiting.get(part.tool, []), given, message.index, i)
                parts[i] = replace(part, call_id=answered[place])
        settled.append(replace(message, parts=tuple(parts)) if parts else message)
    return settled


def _answer(waiting: list[str], given: str, message: int, position: int) -> str:
    """The id of the call that a response answers; one of its own if no call waits."""
    call_id = given or (waiting[0] if waiting else f"call {message}.{position}")
    if call_id in waiting:
        waiting.remove(call_id)
    return call_id


def _is_part(value: object) -> bool:
    return isinstance(value, dict) and "type" not in value and not _KNOWN.isdisjoint(value)


def _is_answer(part: Part) -> bool:
    return part.kind is Kind.RESULT or (part.kind is Kind.OPAQUE and bool(part.tool))


def _read_part(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    for key in ("functionCall", "function_call"):
        call = value.get(key)
        if isinstance(call, dict):
            yield _read_call(call, (*at, key), at)
            return
    for key in ("functionResponse", "function_response"):
        answer = value.get(key)
        if isinstance(answer, dict):
            yield from read_response(answer, (*at, key), at)
            return
    for key in ("executableCode", "executable_code"):
        code = value.get(key)
        if isinstance(code, dict):
            yield _read_code(code, (*at, key), at)
            return
    for key in ("codeExecutionResult", "code_execution_result"):
        outcome = value.get(key)
        if isinstance(outcome, dict):
            text = outcome.get("output")
            where = (*at, key, "output") if isinstance(text, str) else (*at, key)
            given = text if isinstance(text, str) else ""
            yield Part(Kind.RESULT, given, where, block=at, tool=_CODE)
            return
    text = value.get("text")
    if isinstance(text, str):
        kind = Kind.THINKING if value.get("thought") is True else Kind.TEXT
        yield Part(kind, text, (*at, "text"), block=at)
        return
    yield Part(Kind.OPAQUE, at=at, block=at, flat=_weigh_media(_first_media(value)))


def _read_call(call: Mapping[str, object], at: Path, block: Path) -> Part:
    given, named, call_id = call.get("args"), call.get("name"), call.get("id")
    return Part(
        Kind.CALL,
        "" if given is None else arguments.compact(given),
        (*at, "args"),
        block=block,
        tool=named if isinstance(named, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(given),
        leaves=arguments.find_leaves(given),
    )


def _read_code(code: Mapping[str, object], at: Path, block: Path) -> Part:
    """Code that the model ran on the server, as a call whose arguments are the whole object."""
    return Part(
        Kind.CALL,
        arguments.compact(code),
        at,
        block=block,
        tool=_CODE,
        argument=str(code.get("language") or ""),
        leaves=arguments.find_leaves(code),
    )


def _find_strings(value: object, at: Path) -> Iterator[tuple[Path, str]]:
    """Every string of a response and its path, in order; enough of them to know that there are too many."""
    found = 0
    stack: list[tuple[Path, object]] = [(at, value)]
    while stack and found <= _STRINGS:
        path, here = stack.pop()
        if isinstance(here, str):
            found += 1
            yield path, here
        elif isinstance(here, dict):
            stack.extend(((*path, key), member) for key, member in reversed(here.items()))
        elif isinstance(here, list):
            stack.extend(((*path, i), here[i]) for i in range(len(here) - 1, -1, -1))


def _hollow(value: object) -> object:
    """A response without the strings that are counted as results."""
    if isinstance(value, dict):
        return {key: _hollow(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_hollow(member) for member in value]
    return "" if isinstance(value, str) else value


def _first_media(value: Mapping[str, object]) -> object:
    return next((value[key] for key in _MEDIA if isinstance(value.get(key), dict)), None)


_MEDIA = ("inlineData", "inline_data", "fileData", "file_data")


def _weigh_media(media: object) -> int:
    """Tokens of inline or named media; an image is one tile, anything else goes by its size in bytes."""
    if not isinstance(media, dict):
        return 0
    kind, data = media.get("mimeType") or media.get("mime_type"), media.get("data")
    if isinstance(kind, str) and kind.startswith("image/"):
        return MEDIA_TOKENS
    size = len(data) * 3 // 4 if isinstance(data, str) else 0
    return MEDIA_TOKENS * max(1, -(-size // MEDIA_BYTES))


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
