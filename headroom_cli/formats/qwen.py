"""Qwen Code session logs (`~/.qwen/projects/<project>/chats/<session>.jsonl`).

One record per line, linked by `uuid` and `parentUuid` as in Claude Code's logs; `user`, `assistant` and
`tool_result` records hold a Gemini content under `message`, `system` records (titles, rewinds, snapshots)
are metadata. The conversation is the chain that leads from the last prompt to the first record, and what
follows that prompt; records on branches that were left (after a `rewind`) are carried.

Oddities: one answer may be several records with the same `uuid`, which form one message of the API;
`toolCallResult.resultDisplay` repeats a result and follows it. Where a record is dropped, those that named it
name its nearest kept ancestor instead, or the placeholder.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import gemini as dialect
from headroom_cli.formats import _doubles, _edits, _links
from headroom_cli.formats._conversations import finish
from headroom_cli.model import (
    Chunk,
    Edit,
    Kind,
    Message,
    Part,
    Placeholder,
    Plan,
    Transcript,
    Twin,
    Voice,
)

NAME = "qwen"
READS = "Qwen Code session logs, JSONL"
WRITES = "the same log, relinked where records were dropped"
RULE = "lines with uuid and parentUuid and a Gemini content under message"

_TYPES = frozenset({"user", "assistant", "tool_result"})
_COPIED = frozenset({"sessionId", "timestamp", "cwd", "version", "gitBranch"})
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:headroom:placeholder")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0: one record of the kind is enough, no other tool writes it."""
    return 1.0 if any(map(_is_spoken, outline.records)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a session log; its messages are whole records."""
    links = _links.read_links(chunks, values)
    spoken = [(at, value) for at, value in enumerate(values) if chunks[at].valid and _is_spoken(value)]
    # The last prompt is guarded, so that dropping others never makes or unmakes a branch.
    asked = next((at for at, value in reversed(spoken) if _is_prompt(value)), -1)
    chain = _links.trace(links, links.uuids.get(asked, ""))
    messages: list[Message] = []
    records: list[Mapping[str, object]] = []
    opened: set[str] = set()
    for at, value in spoken:
        role, parts = _read_content(value)
        ours = any(part.voice is Voice.OURS for part in parts)
        if at < asked and links.uuids.get(at) not in chain and not ours:
            continue
        own = links.uuids.get(at, "") if role == "assistant" else ""
        opens = not own or own not in opened
        opened.add(own)
        messages.append(Message(len(messages), role, parts, at, group=own, opens=opens, line=chunks[at].line))
        records.append(value)
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(messages)
    messages = dialect.settle(_tie(messages, records))
    return Transcript(NAME, data, chunks, (finish(messages),), carried, invalid, extra=links)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans, links included."""
    return _edits.edit_linked(transcript, plans, _spell)


def _spell(
    transcript: Transcript, chunk: int, mark: Placeholder, links: _links.Links, removed: frozenset[int]
) -> tuple[dict[str, object], _links.Standing]:
    """The placeholder's record, built like the record it takes the place of, and its place in the chain."""
    span = transcript.chunks[chunk]
    found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
    template = found if isinstance(found, dict) else {}
    identity = str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))
    stand = _links.stand(links, removed, identity, chunk, linked="parentUuid" in template)
    record: dict[str, object] = {"uuid": identity, "parentUuid": stand.parent or None}
    record.update({key: value for key, value in template.items() if key in _COPIED})
    return {**record, "type": "user", "message": dialect.placeholder(mark.text)}, stand


def _is_spoken(record: object) -> TypeGuard[Mapping[str, object]]:
    return (
        isinstance(record, dict)
        and str(record.get("type")) in _TYPES
        and "parentUuid" in record
        and dialect.is_content(record.get("message"))
    )


def _read_content(record: Mapping[str, object]) -> tuple[str, tuple[Part, ...]]:
    content = record["message"]
    return dialect.read_message(content if isinstance(content, dict) else {}, ("message",))


def _is_prompt(record: Mapping[str, object]) -> bool:
    return record.get("type") == "user" and any(p.voice is Voice.HUMAN for p in _read_content(record)[1])


def _tie(messages: Sequence[Message], records: Sequence[Mapping[str, object]]) -> list[Message]:
    """Messages whose results know the strings that are shown for them."""
    twins: dict[_doubles.Owner, list[Twin]] = {}
    for message, record in zip(messages, records, strict=True):
        results = [((message.index, i), p) for i, p in enumerate(message.parts) if p.kind is Kind.RESULT]
        strings = _doubles.find_strings(record.get("toolCallResult"), ("toolCallResult",))
        if results:
            for owner, twin in _doubles.assign(strings, message.chunk, results, ()):
                twins.setdefault(owner, []).append(twin)
    return _doubles.attach(messages, twins)
