"""A conversation as turns that no API spells: what `convert` writes in another dialect.

Everything is taken from messages and parts, not from bytes; what cannot be taken is counted by kind. A turn
has one role. A message that holds calls with their results becomes an assistant turn and a turn of results;
records of one API message become one turn.
"""

import re
from collections import Counter as Multiset
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from headroom_cli.dialects import arguments, sharegpt
from headroom_cli.model import Conversation, Kind, Message, Part

Role = Literal["system", "developer", "user", "assistant", "tool"]
_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "developer",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_STRANGE = re.compile(r"[^A-Za-z0-9_-]")

MEDIA = "images, documents and other media"
BLOCKS = "blocks that are no text"
THINKING = "thinking whose text is not in the file"
CALLS = "calls whose arguments are no JSON object, wrapped under the key input"
ORPHANS = "results of no call, carried as user text"
RENAMED = "messages of another role, carried as user"
UNNAMED_TOOLS = "tool definitions without a name"
RECORDS = "records that are no messages of the conversation"


@dataclass(slots=True)
class Call:
    """One call: `given` is its arguments, a JSON object."""

    call_id: str
    tool: str
    given: dict[str, object]


@dataclass(slots=True)
class Result:
    """The answer to a call, as one text or several."""

    call_id: str
    tool: str
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Turn:
    """What one speaker says at once. Only assistants think and call; only tools answer."""

    role: Role
    thinking: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool definition; `schema` is the JSON schema of its arguments."""

    name: str
    description: str
    schema: object


@dataclass(slots=True)
class Talk:
    """A whole conversation: its turns, the system prompt and the tools that stood beside it."""

    turns: list[Turn]
    system: list[str]
    tools: list[Tool]


Losses = Multiset[str]


def read_talk(conversation: Conversation, lost: Losses) -> Talk:
    """The turns of a conversation; what has no place in a turn is added to `lost`."""
    turns: list[Turn] = []
    names = _Names()
    group = ""
    for message in conversation.messages:
        role = _ROLES.get(message.role)
        lost[RENAMED] += role is None
        role = role or "user"
        joins = bool(message.group) and message.group == group and role == "assistant"
        open_turn = _last_assistant(turns) if joins else None
        turns += _read_message(message, role, open_turn, names, lost)
        if role == "assistant":
            group = message.group
        elif role == "user" and turns and turns[-1].role == "user":
            group = ""
    system = [part.text for role, part in conversation.preamble if role != "tools" and part.text]
    defined = [part for role, part in conversation.preamble if role == "tools"]
    for message in conversation.messages:
        defined += [part for part in message.parts if _defines_tools(part, _ROLES.get(message.role, "user"))]
    tools = [tool for part in defined for tool in _read_tools(part, lost)]
    return Talk([turn for turn in turns if _says(turn)], system, tools)


def _says(turn: Turn) -> bool:
    return bool(turn.thinking or turn.texts or turn.calls or turn.results)


def _last_assistant(turns: list[Turn]) -> Turn | None:
    return next((turn for turn in reversed(turns) if turn.role == "assistant"), None)


def _read_message(
    message: Message, role: Role, open_turn: Turn | None, names: "_Names", lost: Losses
) -> Iterator[Turn]:
    """The turns that a message adds; what joins the open turn is added there."""
    turn = open_turn or Turn(role)
    if open_turn is None:
        yield turn
    for part in message.parts:
        wanted = _find_role(part, role, names)
        if wanted is None:
            if not _defines_tools(part, role):
                lost[MEDIA if part.flat else BLOCKS] += 1
            continue
        if turn.role != wanted:
            turn = Turn(wanted)
            yield turn
        _add(turn, part, names, lost)


def _find_role(part: Part, role: Role, names: "_Names") -> Role | None:
    """The role of the turn in which a part has its place; None if it has none."""
    if part.kind is Kind.RESULT or (part.kind is Kind.OPAQUE and part.call_id and part.text):
        return "tool" if names.knows(part) else "user"
    if part.kind is Kind.OPAQUE:
        return None
    return "user" if role == "tool" else role


def _defines_tools(part: Part, role: Role) -> bool:
    """Whether a block of a system message is its tool definitions, as some logs keep them."""
    return role in ("system", "developer") and part.kind is Kind.OPAQUE and part.text[:1] == "["


def _add(turn: Turn, part: Part, names: "_Names", lost: Losses) -> None:
    """A part to the turn in which it stands."""
    if part.kind is Kind.CALL:
        turn.calls.append(_read_call(part, names, lost))
    elif part.kind is Kind.THINKING:
        lost[THINKING] += not part.text
        turn.thinking += [part.text] if part.text else []
    elif turn.role == "tool":
        call_id = names.name(part)
        if not turn.results or turn.results[-1].call_id != call_id:
            turn.results.append(Result(call_id, part.tool))
        turn.results[-1].texts += [part.text] if part.text else []
    else:
        lost[ORPHANS] += part.kind is not Kind.TEXT
        turn.texts += [part.text] if part.text else []


def _read_call(part: Part, names: "_Names", lost: Losses) -> Call:
    given = arguments.parse(part.text) if part.text.strip() else {}
    if isinstance(given, dict) and given.get("name") == part.tool:
        given = sharegpt.find_arguments(given)
    if not isinstance(given, dict):
        lost[CALLS] += 1
        given = {"input": part.text if given is None else given}
    return Call(names.name(part), part.tool or "unknown", given)


def _read_tools(part: Part, lost: Losses) -> Iterator[Tool]:
    """Tool definitions in the spelling of any API."""
    found = arguments.parse(part.text)
    stack = list(found) if isinstance(found, list) else [found]
    while stack:
        item = stack.pop(0)
        if isinstance(item, str):
            item = arguments.parse(item)
        if not isinstance(item, dict):
            lost[UNNAMED_TOOLS] += 1
            continue
        inner = item.get("function_declarations") or item.get("functionDeclarations")
        if isinstance(inner, list):
            stack = [*inner, *stack]
            continue
        holder = item.get("function")
        holder = holder if isinstance(holder, dict) else item
        name = holder.get("name")
        if not isinstance(name, str):
            lost[UNNAMED_TOOLS] += 1
            continue
        keys = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema")
        schema = next((holder[key] for key in keys if isinstance(holder.get(key), dict)), None)
        yield Tool(name, str(holder.get("description") or ""), schema or {"type": "object", "properties": {}})


class _Names:
    """Ids that every API takes: those of the file where they can be kept, made-up ones elsewhere."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._taken: set[str] = set()

    def knows(self, part: Part) -> bool:
        """Whether there is a call that a result can answer."""
        return bool(part.call_id) and part.call_id in self._known

    def name(self, part: Part) -> str:
        """The id of a call, or of the call that a result answers."""
        given = part.call_id
        if given and given in self._known:
            return self._known[given]
        name = _STRANGE.sub("_", given) or f"call_{len(self._taken) + 1}"
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        if given:
            self._known[given] = name
        return name
