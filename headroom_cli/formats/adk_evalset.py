"""ADK eval sets (Google's Agent Development Kit): what an agent is expected to do, case by case.

One JSON document with `eval_cases`; every case is a conversation of its own, a list of invocations with
`user_content`, the tools that were used (`intermediate_data`) and `final_response`. Question, calls and
answer are fields of one object, so that none of them can be taken out: read-only.

Oddities: keys in snake_case with every unset field null, or camelCase; calls are mostly without responses;
newer sets keep `invocation_events` with contents instead of `tool_uses` and `tool_responses`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.contracts import Outline
from headroom_cli.dialects import gemini as dialect
from headroom_cli.errors import InputError
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Message, Part, Path, Plan, Transcript

NAME = "adk-evalset"
READS = "ADK eval sets, one JSON document"
WRITES = ""
RULE = "an object with eval_cases (or a list of cases) whose conversations hold a user_content"

_Found = tuple[str, tuple[Part, ...], Path]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    found = any(True for _, case in _list_cases(outline.root) for _ in _list_invocations(case))
    return 1.0 if outline.document and found else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of an eval set. Raises InputError if it is not exactly one JSON value."""
    valid = [at for at, chunk in enumerate(chunks) if chunk.valid]
    if len(valid) != 1:
        raise InputError(f"an {NAME} is one JSON value, this file holds {len(valid)}")
    conversations = []
    carried = 0
    for path, case in _list_cases(values[valid[0]]):
        found = [
            one for here, value in _list_invocations(case) for one in _read_invocation(value, (*path, *here))
        ]
        carried += not found
        messages = [Message(i, role, parts, valid[0], at) for i, (role, parts, at) in enumerate(found)]
        if messages:
            conversations.append(finish(dialect.settle(messages)))
    return Transcript(NAME, data, chunks, tuple(conversations), carried, len(chunks) - 1)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """None: nothing can be taken out of an eval set."""
    return []


def _list_cases(root: object) -> Iterator[tuple[Path, Mapping[str, object]]]:
    for key in ("eval_cases", "evalCases"):
        found = root.get(key) if isinstance(root, dict) else None
        for i, case in enumerate(found if isinstance(found, list) else ()):
            if isinstance(case, dict):
                yield (key, i), case


def _list_invocations(case: Mapping[str, object]) -> Iterator[tuple[Path, Mapping[str, object]]]:
    found = case.get("conversation")
    for i, value in enumerate(found if isinstance(found, list) else ()):
        if isinstance(value, dict) and isinstance(_get(value, "user_content")[1], dict):
            yield ("conversation", i), value


def _read_invocation(value: Mapping[str, object], at: Path) -> Iterator[_Found]:
    """The messages of one invocation: the question, calls and responses, the answer."""
    yield from _read_content(*_get(value, "user_content"), at)
    key, data = _get(value, "intermediate_data")
    if isinstance(data, dict):
        yield from _read_intermediate(data, (*at, key))
    yield from _read_content(*_get(value, "final_response"), at)


def _read_intermediate(data: Mapping[str, object], at: Path) -> Iterator[_Found]:
    key, found = _get(data, "tool_uses")
    calls = list(_read_tools(found, "functionCall"))
    if calls:
        yield "assistant", tuple(calls), (*at, key)
    key, found = _get(data, "tool_responses")
    responses = list(_read_tools(found, "functionResponse"))
    if responses:
        yield "tool", tuple(responses), (*at, key)
    key, events = _get(data, "invocation_events")
    for i, event in enumerate(events if isinstance(events, list) else ()):
        if isinstance(event, dict):
            yield from _read_content("content", event.get("content"), (*at, key, i))


def _read_tools(found: object, key: str) -> Iterator[Part]:
    """The parts of a list of calls or responses that stand without the object a content puts around each."""
    for i, one in enumerate(found if isinstance(found, list) else ()):
        for part in dialect.read_parts([{key: one}], ()):
            yield replace(part, at=(i, *part.at[2:]), block=(i,))


def _read_content(key: str, content: object, at: Path) -> Iterator[_Found]:
    if isinstance(content, dict) and isinstance(content.get("parts"), list):
        role, parts = dialect.read_message(content)
        yield role, parts, (*at, key)


def _get(holder: Mapping[str, object], name: str) -> tuple[str, object]:
    """A field and its key, spelled in snake_case or in camelCase."""
    first, *others = name.split("_")
    camel = first + "".join(other.title() for other in others)
    return (name, holder.get(name)) if name in holder else (camel, holder.get(camel))
