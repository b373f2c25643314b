"""Streams of Claude Code (`claude -p --output-format stream-json`), saved as JSONL, and logs like them.

One event per line: `system` (init and others), `user` and `assistant` with an Anthropic message under
`message`, `result` at the end. Unlike in session logs the records form no tree: there is no `parentUuid`.
Many programs that save Claude Code sessions of their own write the same shape with other fields around it.

Oddities: one API message may be several records with the same `message.id`; events of a sub-agent name the
call they belong to (`parent_tool_use_id`) and are carried; the last answer stands in `result` once more, and
follows it.
"""

import uuid
from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import anthropic, arguments
from headroom_cli.formats import _doubles, _edits
from headroom_cli.formats._claude_records import is_spoken, read_records
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Placeholder, Plan, Transcript, Twin

NAME = "claude-stream"
READS = "Streams of claude -p (stream-json) and logs of that shape, JSONL"
WRITES = "the same lines"
RULE = "lines whose type is user or assistant and which hold a message of that role, none with parentUuid"

_COPIED = frozenset({"session_id", "sessionId", "timestamp", "workspace", "agent", "cwd", "version"})
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:headroom:placeholder")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    if isinstance(outline.root, list):
        return 0.0
    spoken = [record for record in outline.records if is_spoken(record)]
    if not spoken or any("parentUuid" in record for record in outline.records if isinstance(record, dict)):
        return 0.0
    return 1.0 if all(_agrees(record) for record in spoken) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a stream; its messages are whole records."""
    spoken = [(at, value) for at, value in enumerate(values) if chunks[at].valid and is_spoken(value)]
    main = [(at, record) for at, record in spoken if not record.get("parent_tool_use_id")] or spoken
    messages = read_records([(at, chunks[at].line, record) for at, record in main])
    messages = _doubles.attach(messages, _find_last_words(messages, values))
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(messages)
    return Transcript(NAME, data, chunks, (finish(messages),), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(place: Message, mark: Placeholder) -> bytes:
        span = transcript.chunks[place.chunk]
        found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
        template = found if isinstance(found, dict) else {}
        record = {key: value for key, value in template.items() if key in _COPIED}
        if "uuid" in template:
            record["uuid"] = str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))
        return _edits.to_bytes({"type": "user", "message": anthropic.placeholder(mark.text), **record})

    return _edits.edit(transcript, plans, spell)


def _agrees(record: Mapping[str, object]) -> bool:
    message = record["message"]
    return isinstance(message, dict) and message.get("role") == record["type"] and "parts" not in message


def _find_last_words(
    messages: Sequence[Message], values: Sequence[object]
) -> dict[_doubles.Owner, list[Twin]]:
    """Copies of answers in `result` events, each by the latest text before it that is the same."""
    texts = {
        part.text: (message.index, i)
        for message in messages
        for i, part in enumerate(message.parts)
        if message.role == "assistant" and part.kind is Kind.TEXT and len(part.text) >= _doubles.LARGE
    }
    twins: dict[_doubles.Owner, list[Twin]] = {}
    for at, value in enumerate(values):
        if isinstance(value, dict) and value.get("type") == "result":
            said = value.get("result")
            if isinstance(said, str) and said in texts:
                twins.setdefault(texts[said], []).append(Twin(at, ("result",), said))
    return twins
