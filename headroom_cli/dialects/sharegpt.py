"""Messages of ShareGPT data sets: who speaks under `from`, what under `value`.

    {"from": "human" | "gpt" | "system" | "tool" | "observation" | "function_call", "value": "..."}

Every text is one string, so that a call (`function_call`) is a JSON text of its name and arguments: its
long arguments are edited inside that text. Several calls in one value are read and never edited. Calls have
no ids. Oddities: `value` that is null or empty; `user`, `assistant`, `chatgpt`, `bing`, `bard` and the like
for the two speakers; further fields (`weight`, `loss`, `markdown`), which are left alone.
"""

from collections.abc import Iterator, Mapping

from headroom_cli.dialects import arguments, voices
from headroom_cli.model import Kind, Leaf, Part, Path

NAME = "sharegpt"
ROLE_OF = {
    "system": "system",
    "developer": "developer",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "tool_call": "assistant",
    "tool": "tool",
    "observation": "tool",
    "function_response": "tool",
    "tool_response": "tool",
    "ipython": "tool",
}
ROLES = frozenset(ROLE_OF)
_CALLS = frozenset({"function_call", "tool_call"})
_ARGUMENT_KEYS = ("arguments", "parameters", "args")


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    speaker, text, here = str(value.get("from", "")).lower(), value.get("value"), (*at, "value")
    role = ROLE_OF.get(speaker, speaker)
    if not isinstance(text, str):
        return role, ()
    if role == "tool":
        return role, (Part(Kind.RESULT, text, here),)
    calls = tuple(_read_calls(text, here)) if speaker in _CALLS else ()
    if calls or not text:
        return role, calls
    parts = (Part(Kind.TEXT, text, here),)
    return role, voices.label(parts) if role == "user" else parts


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """System prompt and tool definitions that stand beside the messages of a row, as they are written."""
    preamble = []
    for key, role in (("system", "system"), ("system_prompt", "system"), ("tools", "tools")):
        found = request.get(key)
        text = arguments.compact(found) if isinstance(found, list | dict) and found else found
        if isinstance(text, str) and text:
            preamble.append((role, Part(Kind.OPAQUE, text, (key,))))
    return tuple(preamble)


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return {"from": "human", "value": text}


def _read_calls(text: str, at: Path) -> Iterator[Part]:
    """The calls of a value; none if it is not JSON, or JSON of something else."""
    found = arguments.parse(text)
    if isinstance(found, dict) and isinstance(found.get("name"), str):
        yield _read_call(found, text, at, alone=True)
    elif isinstance(found, list) and found and all(isinstance(call, dict) for call in found):
        for call in found:
            yield _read_call(call, arguments.compact(call), at, alone=False)


def find_arguments(call: Mapping[str, object]) -> object:
    """The arguments of a call that is spelled as an object of its name and them, parsed if they are text."""
    for key in _ARGUMENT_KEYS:
        if key in call:
            given = call[key]
            return arguments.parse(given) if isinstance(given, str) else given
    return call


def _read_call(call: Mapping[str, object], text: str, at: Path, alone: bool) -> Part:
    """A call whose text is the whole JSON text of its name and arguments."""
    key = next((key for key in _ARGUMENT_KEYS if key in call), _ARGUMENT_KEYS[0])
    given, name = call.get(key), call.get("name")
    leaves: tuple[Leaf, ...] = ()
    if alone:
        leaves = tuple(Leaf((key, *leaf.path), leaf.text) for leaf in arguments.find_leaves(given))
    return Part(
        Kind.CALL,
        text,
        at,
        tool=name if isinstance(name, str) else "",
        argument=arguments.main_argument(arguments.parse(given) if isinstance(given, str) else given),
        encoded=alone,
        leaves=leaves,
    )
