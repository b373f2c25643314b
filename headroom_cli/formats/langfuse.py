"""Traces exported from Langfuse (`trace.json`): one document of a `trace` and its `observations`.

    {"trace": {...}, "observations": [{"type": "GENERATION" | "SPAN" | "TOOL", "name", "startTime", "input",
        "output", ...}]}

Newer exports keep the observations inside the trace. A generation's input is whatever the framework sent:
a list of messages, the same as JSON text or under `messages`; its output is the answer.

Oddities: every generation repeats the history so far: of those that begin alike, the one with the longest
history is a conversation, its answer included, and the others are carried. Inputs that are no messages say
nothing here; where no generation has any, the messages that a span returned do. One text stands in several
observations, in JSON text, and in shapes of many programs: read only.
"""

from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import otel as dialect
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Path, Plan, Transcript

NAME = "langfuse"
READS = "Langfuse trace exports, one JSON document"
WRITES = ""
RULE = "an object with a trace and observations, the latter beside or inside the trace"

Said = tuple[Mapping[str, object], Path]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    observed, _ = _find_observations(outline.root)
    return 1.0 if observed and all("type" in o and "traceId" in o for o in observed) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, root in enumerate(values):
        observed, path = _find_observations(root) if chunks[at].valid else ([], ())
        talks = _choose(observed, path)
        carried += len(observed) - len(talks)
        for talk in talks:
            messages: list[Message] = []
            for value, here in talk:
                role, parts = dialect.read_message(value)
                if role == "assistant" and not any(p.text or p.kind is not Kind.TEXT for p in parts):
                    continue
                messages.append(Message(len(messages), role, parts, at, here))
            conversations.append(finish(messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """None: files of this kind are read only."""
    return []


def _find_observations(root: object) -> tuple[list[Mapping[str, object]], Path]:
    trace = root.get("trace") if isinstance(root, dict) else None
    if not isinstance(root, dict) or not isinstance(trace, dict):
        return [], ()
    path: Path = ("observations",) if "observations" in root else ("trace", "observations")
    found = root.get("observations", trace.get("observations"))
    good = isinstance(found, list) and all(isinstance(o, dict) for o in found)
    return (found if isinstance(found, list) and good else []), path


def _choose(observed: Sequence[Mapping[str, object]], path: Path) -> list[list[Said]]:
    """The longest of the talks that begin alike, in the order in which they began."""
    places = [(o, (*path, i)) for i, o in enumerate(observed)]
    places.sort(key=lambda place: str(place[0].get("startTime", "")))
    talks = [talk for o, here in places if o.get("type") == "GENERATION" and (talk := _read_talk(o, here))]
    if not talks:
        talks = [talk for o, here in places if (talk := list(_read_list(o.get("output"), (*here, "output"))))]
    longest: dict[str, list[Said]] = {}
    for talk in talks:
        opening = [value for value, _ in talk if value.get("role") in ("system", "developer", "user")][:2]
        key = arguments.compact([[value.get("content"), value.get("parts")] for value in opening])
        if len(talk) >= len(longest.get(key, ())):
            longest[key] = talk
    return list(longest.values())


def _read_talk(observation: Mapping[str, object], path: Path) -> list[Said]:
    """The messages sent and the answer; nothing where the input is no list of messages."""
    sent = list(_read_list(observation.get("input"), (*path, "input")))
    answer, here = observation.get("output"), (*path, "output")
    if not sent:
        return []
    listed = list(_read_list(answer, here))
    if not listed and isinstance(answer, dict):
        inner = answer.get("message")
        found = inner if isinstance(inner, dict) else answer
        listed = [(found, here)] if "role" in found else []
    elif not listed and isinstance(answer, str) and answer:
        listed = [({"role": "assistant", "content": answer}, here)]
    return [*sent, *listed]


def _read_list(value: object, path: Path) -> Iterator[Said]:
    """The messages of a list, of JSON text of one, or of the list under `messages`."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        for message, _ in _read_list(arguments.parse(value), path):
            yield message, path
        return
    if isinstance(value, dict):
        value, path = value.get("messages"), (*path, "messages")
    for i, message in enumerate(value if isinstance(value, list) else ()):
        if isinstance(message, dict) and str(message.get("role")) in dialect.ROLES:
            yield message, (*path, i)
