"""Steps of ATIF, the Agent Trajectory Interchange Format of Harbor.

    {"step_id": 1, "source": "system" | "user" | "agent", "message": "..." | [text and image parts],
        "reasoning_content"?, "tool_calls"?: [{"tool_call_id", "function_name", "arguments": {...}}],
        "observation"?: {"results": [{"source_call_id"?, "content": "..." | [parts] | null}]}, "metrics"?}

A step of the agent holds its calls and their results: it is one message, and goes whole. A source that is
not in the specification (redacted files have such) is taken for the user.
"""

from collections.abc import Iterator, Mapping

from headroom_cli.dialects import anthropic, arguments, voices
from headroom_cli.model import Kind, Part, Path

NAME = "atif"
ROLE_OF = {"system": "system", "user": "user", "agent": "assistant"}
ROLES = frozenset(ROLE_OF)


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one step that stands at path `at` of its record."""
    source = str(value.get("source", ""))
    role, thought, calls = (
        ROLE_OF.get(source, "user"),
        value.get("reasoning_content"),
        value.get("tool_calls"),
    )
    parts: list[Part] = []
    if isinstance(thought, str) and thought:
        parts.append(Part(Kind.THINKING, thought, (*at, "reasoning_content")))
    parts += _read_content(value.get("message"), (*at, "message"), Kind.TEXT, "")
    for i, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            parts.append(_read_call(call, (*at, "tool_calls", i)))
    seen = value.get("observation")
    results = seen.get("results") if isinstance(seen, dict) else None
    for i, result in enumerate(results if isinstance(results, list) else ()):
        if isinstance(result, dict):
            found, here = result.get("source_call_id"), (*at, "observation", "results", i, "content")
            call_id = found if isinstance(found, str) else ""
            parts += _read_content(result.get("content"), here, Kind.RESULT, call_id)
    return role, voices.label(parts) if role == "user" else tuple(parts)


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """The tool definitions of the agent."""
    agent = request.get("agent")
    tools = agent.get("tool_definitions") if isinstance(agent, dict) else None
    if not isinstance(tools, list) or not tools:
        return ()
    return (("tools", Part(Kind.OPAQUE, arguments.compact(tools), ("agent", "tool_definitions"))),)


def placeholder(text: str) -> dict[str, object]:
    """The step that stands for what was dropped."""
    return {"step_id": 0, "source": "user", "message": text}


def _read_content(content: object, at: Path, kind: Kind, call_id: str) -> Iterator[Part]:
    if isinstance(content, str):
        if content or kind is Kind.RESULT:
            yield Part(kind, content, at, call_id=call_id)
        return
    found = False
    for i, inner in enumerate(content if isinstance(content, list) else ()):
        text = inner.get("text") if isinstance(inner, dict) else None
        if isinstance(text, str):
            found = True
            yield Part(kind, text, (*at, i, "text"), call_id=call_id)
        else:
            yield Part(Kind.OPAQUE, at=(*at, i), call_id=call_id, flat=anthropic.IMAGE_TOKENS)
    if kind is Kind.RESULT and not found:
        yield Part(kind, "", at[:-1], call_id=call_id)


def _read_call(call: Mapping[str, object], at: Path) -> Part:
    given, name, call_id = call.get("arguments"), call.get("function_name"), call.get("tool_call_id")
    return Part(
        Kind.CALL,
        "" if given is None else arguments.compact(given),
        (*at, "arguments"),
        tool=name if isinstance(name, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(given),
        leaves=arguments.find_leaves(given),
    )
