"""Events of OpenHands before its SDK (version 0), one per message.

    {"id": 4, "timestamp", "source": "agent", "message": "Running command: ls", "action": "run",
        "args": {"command": "ls", "thought": "...", ...},
        "tool_call_metadata": {"function_name", "tool_call_id", "model_response": {a whole completion}}}
    {"id": 5, "source": "agent", "message": "...", "cause": 4, "observation": "run", "content": "...",
        "extras": {"command": "ls", "metadata": {...}}}

An observation answers the action whose id it names as its cause. Messages and the closing `finish` are
texts; every other action of the agent is a call, whose arguments (its thought among them) count as written.
Events of the machinery (states, recalls, condensations) and observations without cause are no messages.
"""

from collections.abc import Iterator, Mapping

from headroom_cli.dialects import arguments, voices
from headroom_cli.model import Kind, Part, Path, Twin

NAME = "openhands"
ROLES = frozenset({"system", "user", "assistant", "tool"})

_MACHINERY = frozenset(
    {
        "change_agent_state", "agent_state_changed", "null", "recall", "condensation",
        "condensation_request", "condense", "loop_recovery", "pause", "resume", "stop", "start",
    }
)  # fmt: skip
_ENDS = frozenset({"finish", "reject"})
# What an observation holds besides what the model saw.
_FILES = ("old_content", "new_content", "prev_content", "diff", "formatted_output_and_error")
_LARGE = 200


def is_event(value: object) -> bool:
    """Whether a value is an event of version 0, whatever it tells."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("action"), str):
        return isinstance(value.get("args"), dict)
    return isinstance(value.get("observation"), str) and "content" in value and "extras" in value


def is_spoken(value: object) -> bool:
    """Whether an event is a message: something the model said or saw."""
    if not is_event(value) or not isinstance(value, dict):
        return False
    action = value.get("action")
    if isinstance(action, str):
        if action in _MACHINERY:
            return False
        return action in ("message", "system") or value.get("source") in (None, "agent")
    return value["observation"] not in _MACHINERY and isinstance(value.get("cause"), int)


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one event that stands at path `at` of its record."""
    action = value.get("action")
    if not isinstance(action, str):
        return "tool", (_read_observation(value, at),)
    found = value.get("args")
    args: Mapping[str, object] = found if isinstance(found, dict) else {}
    if action == "system":
        return "system", tuple(_read_system(args, at))
    if action == "message":
        role = "assistant" if value.get("source") == "agent" else "user"
        parts = tuple(_read_text(args, ("content",), at))
        return role, voices.label(parts) if role == "user" else parts
    if action in _ENDS:
        return "assistant", tuple(_read_text(args, ("final_thought", "thought"), at))
    return "assistant", (_read_call(value, args, at),)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Nothing: the system prompt is an event of its own."""
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The event that stands for what was dropped."""
    args = {"content": text, "image_urls": None, "wait_for_response": False}
    return {"source": "user", "message": text, "action": "message", "args": args}


def _read_system(args: Mapping[str, object], at: Path) -> Iterator[Part]:
    yield from _read_text(args, ("content",), at)
    tools = args.get("tools")
    if isinstance(tools, list) and tools:
        yield Part(Kind.OPAQUE, arguments.compact(tools), (*at, "args", "tools"))


def _read_text(args: Mapping[str, object], keys: tuple[str, ...], at: Path) -> Iterator[Part]:
    for key in keys:
        text = args.get(key)
        if isinstance(text, str) and text:
            yield Part(Kind.TEXT, text, (*at, "args", key))
            return


def _read_call(value: Mapping[str, object], args: Mapping[str, object], at: Path) -> Part:
    metadata = value.get("tool_call_metadata")
    name = metadata.get("function_name") if isinstance(metadata, dict) else None
    return Part(
        Kind.CALL,
        arguments.compact(args),
        (*at, "args"),
        tool=name if isinstance(name, str) and name else str(value["action"]),
        call_id=f"event {value.get('id')}",
        argument=arguments.main_argument(args),
        leaves=arguments.find_leaves(args),
    )


def _read_observation(value: Mapping[str, object], at: Path) -> Part:
    content, found = value.get("content"), value.get("extras")
    extras: Mapping[str, object] = found if isinstance(found, dict) else {}
    large = (
        (key, text) for key in _FILES if isinstance(text := extras.get(key), str) and len(text) >= _LARGE
    )
    twins = (Twin(0, (*at, "extras", key), text) for key, text in large)
    return Part(
        Kind.RESULT,
        content if isinstance(content, str) else "",
        (*at, "content"),
        tool=str(value.get("observation", "")),
        call_id=f"event {value.get('cause')}",
        twins=tuple(twins),
    )
