"""Results of tau2-bench: `{"simulations": [{"id", "task_id", "messages": [...]}], "tasks", "info"}`, or the
list of simulations alone, or one of them.

Each simulation is a conversation. `raw_data` of a message repeats the answer of the API; its texts and
arguments follow those of the message. The domain's policy stands once for all under `info` (or in the
simulation) and not among the messages: it is not counted.
"""

from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai
from headroom_cli.dialects import tau2 as dialect
from headroom_cli.formats import _copies, _edits
from headroom_cli.formats._conversations import finish, has_role
from headroom_cli.model import Chunk, Edit, Message, Path, Plan, Transcript

NAME = "tau2"
READS = "tau2-bench results: simulations with their messages, one JSON value or lines"
WRITES = "the same results, copies under `raw_data` in step"
RULE = (
    "simulations (objects with task_id and messages that have turn_idx or raw_data), in a list or an object"
)


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    values = (outline.root,) if outline.document else outline.records
    found = [_is_simulation(one) for value in values for _, one in _list_simulations(value)]
    return 1.0 if found and sum(found) * 10 >= len(found) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        if not chunks[at].valid:
            continue
        for path, simulation in _list_simulations(value):
            elements = simulation.get("messages") if isinstance(simulation, dict) else None
            messages: list[Message] = []
            for i, element in enumerate(elements if isinstance(elements, list) else ()):
                if has_role(element):
                    messages.append(_read_message(element, len(messages), at, (*path, "messages", i)))
            carried += not messages
            if messages:
                conversations.append(finish(messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _list_simulations(value: object) -> Iterator[tuple[Path, object]]:
    inner = value.get("simulations") if isinstance(value, dict) else None
    if isinstance(inner, list):
        yield from ((("simulations", i), one) for i, one in enumerate(inner))
    elif isinstance(value, list):
        yield from (((i,), one) for i, one in enumerate(value))
    else:
        yield (), value


def _is_simulation(value: object) -> bool:
    if not isinstance(value, dict) or "task_id" not in value:
        return False
    messages = value.get("messages")
    return isinstance(messages, list) and all(
        has_role(message) and ("turn_idx" in message or "raw_data" in message) for message in messages
    )


def _read_message(value: Mapping[str, object], index: int, chunk: int, path: Path) -> Message:
    role, parts = dialect.read_message(value)
    message = Message(index, role, parts, chunk, path)
    raw = value.get("raw_data")
    if not isinstance(raw, dict):
        return message
    found: list[_copies.Found] = []
    for place, copy in _list_answers(raw):
        read = openai.read_message(copy)[1]
        found += _copies.match_parts(parts, read, chunk, (*path, "raw_data", *place))
    return _copies.add_twins(message, found)


def _list_answers(raw: Mapping[str, object]) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """The messages in a raw answer: of a whole completion, or of one choice."""
    choices = raw.get("choices")
    for i, choice in enumerate(choices if isinstance(choices, list) else ()):
        if isinstance(choice, dict) and isinstance(choice.get("message"), dict):
            yield ("choices", i, "message"), choice["message"]
    if isinstance(raw.get("message"), dict):
        yield ("message",), raw["message"]  # type: ignore[misc]  # checked in the line above
