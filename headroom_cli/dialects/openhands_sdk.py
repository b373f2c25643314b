"""Events of the OpenHands SDK that the model sees, one per message.

    {"kind": "SystemPromptEvent", "source": "agent", "system_prompt": {"type": "text", "text"}, "tools": []}
    {"kind": "MessageEvent", "source": "user" | "agent", "llm_message": {as OpenAI's}, "extended_content": []}
    {"kind": "ActionEvent", "thought": [text blocks], "reasoning_content", "action": {"kind", ...},
        "tool_name", "tool_call_id", "tool_call": {"id", "name", "arguments": "{...}"}, "llm_response_id"}
    {"kind": "ObservationEvent", "tool_call_id", "observation": {"kind", "content": [blocks] | "...",
        "output": "...", "error": ...}, "action_id"}
    {"kind": "AgentErrorEvent", "error": "...", "tool_call_id"}, {"kind": "UserRejectObservation", ...}

`tool_call` stands with `function` inside (as OpenAI has it) or flat. The arguments are counted there;
`action` repeats them. Whole files under `observation` (`old_content`, `new_content`) were never sent: they
become stubs when the result is trimmed. Fields change their types between versions: `content` and `error`
may be a string, a list, a boolean or null.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headroom_cli.dialects import arguments, openai
from headroom_cli.model import Kind, Part, Path, Twin, Voice

NAME = "openhands-sdk"
ROLES = frozenset({"system", "user", "assistant", "tool"})

_SYSTEM = ("SystemPromptEvent", "SystemPromptUpdateEvent")
_RESULTS = ("ObservationEvent", "AgentErrorEvent", "UserRejectObservation")
# Where a result says what it found, the first that holds text counts.
_ANSWERS: tuple[tuple[str, ...], ...] = (
    ("observation", "content"),
    ("observation", "output"),
    ("observation", "error"),
    ("observation", "message"),
    ("error",),
    ("rejection_reason",),
)
_FILES = ("old_content", "new_content", "prev_content", "output", "content")
_LARGE = 200


def is_event(value: object) -> bool:
    """Whether a value is an event that the model sees."""
    if not isinstance(value, dict) or "source" not in value:
        return False
    kind = value.get("kind")
    if kind == "MessageEvent":
        return isinstance(value.get("llm_message"), dict)
    return kind in _SYSTEM or kind in _RESULTS or kind == "ActionEvent"


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one event that stands at path `at` of its record."""
    kind = value.get("kind")
    if kind == "MessageEvent":
        return _read_spoken(value, at)
    if kind == "ActionEvent":
        return "assistant", tuple(_read_action(value, at))
    if kind in _RESULTS:
        return "tool", tuple(_read_result(value, at))
    return "system", tuple(_read_system(value, at))


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Nothing: the system prompt and the tools are an event of their own."""
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The event that stands for what was dropped; the format adds id and time."""
    return {
        "kind": "MessageEvent",
        "source": "user",
        "llm_message": {"role": "user", "content": [{"type": "text", "text": text}]},
    }


def _read_system(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    for key in ("system_prompt", "dynamic_context"):
        prompt = value.get(key)
        if isinstance(prompt, dict) and isinstance(prompt.get("text"), str):
            yield Part(Kind.TEXT, prompt["text"], (*at, key, "text"))
    tools = value.get("tools")
    if isinstance(tools, list) and tools:
        yield Part(Kind.OPAQUE, arguments.compact(tools), (*at, "tools"))


def _read_spoken(value: Mapping[str, object], at: Path) -> tuple[str, tuple[Part, ...]]:
    message = value["llm_message"]
    inner: Mapping[str, object] = message if isinstance(message, dict) else {}
    by_person = value.get("source") == "user"
    role, parts = openai.read_message(
        {**inner, "role": "user" if by_person else inner.get("role", "assistant")}, (*at, "llm_message")
    )
    extended = value.get("extended_content")
    added = [
        Part(Kind.TEXT, block["text"], (*at, "extended_content", i, "text"), Voice.HARNESS)
        for i, block in enumerate(extended if isinstance(extended, list) else ())
        if isinstance(block, dict) and isinstance(block.get("text"), str)
    ]
    return role, (*parts, *added)


def _read_action(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    """An answer with one call: read as OpenAI's, and put where the event keeps its pieces."""
    call = value.get("tool_call")
    call = (
        call if isinstance(call, dict) else {"name": value.get("tool_name"), "arguments": value.get("action")}
    )
    answer = {
        "role": "assistant",
        "reasoning_content": value.get("reasoning_content"),
        "content": value.get("thought"),
        "tool_calls": [{**call, "id": value.get("tool_call_id") or call.get("id")}],
    }
    places: dict[Path, Path] = {
        ("content",): ("thought",),
        ("tool_calls", 0): ("tool_call",) if isinstance(value.get("tool_call"), dict) else (),
    }
    for part in openai.read_message(answer)[1]:
        here = part.at
        for old, new in places.items():
            if here[: len(old)] == old:
                here = (*new, *here[len(old) :])
        if part.kind is Kind.CALL and not isinstance(value.get("tool_call"), dict):
            here = ("action",)
        block = part.block
        if block is not None:
            block = (*at, "thought", *block[1:]) if block[:1] == ("content",) else None
        twins = tuple(_find_twins(part, value.get("action"))) if here[:1] != ("action",) else ()
        yield replace(part, at=(*at, *here), block=block, twins=twins)


def _find_twins(part: Part, action: object) -> Iterator[Twin]:
    """The strings of `action` that repeat an argument, under its own name."""
    if part.kind is not Kind.CALL or not isinstance(action, dict):
        return
    for number, leaf in enumerate(part.leaves):
        text = action.get(str(leaf.path[0])) if len(leaf.path) == 1 else None
        if isinstance(text, str):
            yield Twin(0, ("action", *leaf.path), text, None, number)


def _read_result(value: Mapping[str, object], at: Path) -> Iterator[Part]:
    call_id, tool = value.get("tool_call_id"), value.get("tool_name")
    call_id, tool = call_id if isinstance(call_id, str) else "", tool if isinstance(tool, str) else ""
    for path in _ANSWERS:
        found: object = value
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if not found or not isinstance(found, str | list):
            continue
        answer = {"role": "tool", "content": found, "tool_call_id": call_id, "name": tool}
        parts = [replace(part, at=(*at, *path, *part.at[1:])) for part in openai.read_message(answer)[1]]
        if any(part.text for part in parts):
            yield replace(parts[0], twins=tuple(_find_files(value, path)))
            yield from parts[1:]
            return
    here = ("observation",) if isinstance(value.get("observation"), dict) else ("tool_call_id",)
    yield Part(Kind.RESULT, "", (*at, *here), tool=tool, call_id=call_id)


def _find_files(value: Mapping[str, object], counted: tuple[str, ...]) -> Iterator[Twin]:
    """Large strings of an observation that the model did not see."""
    found = value.get("observation")
    observation: Mapping[str, object] = found if isinstance(found, dict) else {}
    for key in _FILES:
        text = observation.get(key)
        if isinstance(text, str) and len(text) >= _LARGE and counted != ("observation", key):
            yield Twin(0, ("observation", key), text)
