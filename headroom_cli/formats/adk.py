"""ADK sessions (Google's Agent Development Kit), one JSON document with `events`.

Every event holds a Gemini content under `content` and its `author`; events without a content (state, errors)
are carried. Older files keep the request of each step under `event_logs`, history and all: the log of an
event that is dropped goes with it, other logs are carried and never counted.

Oddities: keys in snake_case or camelCase; calls without ids, paired by name and order.
"""

import uuid
from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import gemini as dialect
from headroom_cli.errors import InputError
from headroom_cli.formats import _edits
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Message, Path, Placeholder, Plan, Transcript

NAME = "adk"
READS = "ADK sessions, one JSON document"
WRITES = "the same document"
RULE = "an object with a list of events that have an author and a Gemini content"

_COPIED = frozenset({"invocation_id", "invocationId", "timestamp"})
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:headroom:placeholder")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    events = root.get("events") if isinstance(root, dict) and outline.document else None
    return 1.0 if isinstance(events, list) and any(map(_is_event, events)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a session. Raises InputError if it is not exactly one JSON value."""
    valid = [at for at, chunk in enumerate(chunks) if chunk.valid]
    if len(valid) != 1:
        raise InputError(f"a {NAME} session is one JSON value, this file holds {len(valid)}")
    at, root = valid[0], values[valid[0]]
    session: Mapping[str, object] = root if isinstance(root, dict) else {}
    logs = _find_logs(session)
    events = session.get("events")
    messages: list[Message] = []
    for i, event in enumerate(events if isinstance(events, list) else ()):
        if isinstance(event, dict) and _is_event(event):
            role, parts = dialect.read_message(event["content"], ("content",))
            mirrors = tuple((at, path) for path in logs.get(str(event.get("id")), ()))
            messages.append(Message(len(messages), role, parts, at, ("events", i), mirrors=mirrors))
    carried = len(events) - len(messages) if isinstance(events, list) else 0
    conversation = finish(dialect.settle(messages))
    return Transcript(NAME, data, chunks, (conversation,), carried, len(chunks) - 1)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(place: Message, mark: Placeholder) -> bytes:
        span = transcript.chunks[place.chunk]
        found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
        for key in place.path:
            found = found[key]  # type: ignore[index]
        template = found if isinstance(found, dict) else {}
        event: dict[str, object] = {key: value for key, value in template.items() if key in _COPIED}
        event.update(author="user", content=dialect.placeholder(mark.text))
        event["id"] = str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))
        return _edits.to_bytes(event)

    return _edits.edit(transcript, plans, spell)


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and "author" in value and dialect.is_content(value.get("content"))


def _find_logs(session: Mapping[str, object]) -> dict[str, list[Path]]:
    """Where the logs of each event stand, by the event's id."""
    logs: dict[str, list[Path]] = {}
    found = session.get("event_logs")
    for i, log in enumerate(found if isinstance(found, list) else ()):
        if isinstance(log, dict) and isinstance(log.get("event_id"), str):
            logs.setdefault(log["event_id"], []).append(("event_logs", i))
    return logs
