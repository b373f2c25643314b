"""Claude Code session logs (`~/.claude/projects/<project>/<session>.jsonl`).

One record per line; `user` and `assistant` records hold an Anthropic message under `message`, all others
(progress, attachments, snapshots, titles) are metadata. The messages of a transcript are the user and
assistant records of the main chain; side chains (`isSidechain`) and metadata are carried.

Oddities: one API message is written as several records with the same `message.id`, one block each; the
records form a tree (`parentUuid`) with branches and, at times, missing parents, and metadata records are
links of it; resumed sessions repeat records; `toolUseResult` repeats a result in another shape and is left
as it is. Where a record is dropped, every record that named it names its nearest kept ancestor instead, or
the placeholder, which stands in the chain where the first dropped record stood.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import anthropic, arguments
from headroom_cli.formats import _edits, _links
from headroom_cli.formats._conversations import finish
from headroom_cli.model import (
    Chunk,
    Edit,
    Message,
    Part,
    Placeholder,
    Plan,
    Rung,
    Transcript,
    Voice,
)

NAME = "claude-code"
READS = "Claude Code session logs, JSONL"
WRITES = "the same log, relinked where records were dropped"
RULE = "lines with uuid and parentUuid whose type is user or assistant and which hold a message"

_HARNESS_FLAGS = ("isMeta", "isCompactSummary")
# What a placeholder has in common with the record whose place it takes.
_COPIED = frozenset(
    {
        "isSidechain", "userType", "entrypoint", "cwd", "sessionId", "session_id", "version", "gitBranch",
        "slug", "agentId", "timestamp",
    }
)  # fmt: skip
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:headroom:placeholder")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0: one record of the kind is enough, no other tool writes it."""
    return 1.0 if any(is_spoken(record) and "parentUuid" in record for record in outline.records) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a session log; its messages are whole records.

    A log of a sub-agent is nothing but side chain: there it is the main chain.
    """
    spoken = [(at, value) for at, value in enumerate(values) if chunks[at].valid and is_spoken(value)]
    main = [(at, record) for at, record in spoken if record.get("isSidechain") is not True] or spoken
    messages: list[Message] = []
    previous = ""
    for at, record in main:
        role, parts, group = _read_record(record)
        opens = not group or group != previous
        messages.append(
            Message(len(messages), role, parts, at, group=group, opens=opens, line=chunks[at].line)
        )
        # Results between the records of one API message do not end it; another answer does.
        previous = previous if role == "user" else group
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(messages)
    links = _links.read_links(chunks, values)
    return Transcript(NAME, data, chunks, (finish(messages),), carried, invalid, extra=links)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans, links included."""
    links = transcript.extra
    if not isinstance(links, _links.Links):
        raise TypeError("a claude-code transcript keeps its links in `extra`")
    removed = frozenset(
        transcript.conversations[plan.conversation].messages[decision.message].chunk
        for plan in plans
        for decision in plan.decisions
        if decision.rung is Rung.DROP
    )
    standing: list[_links.Standing] = []

    def spell(place: Message, mark: Placeholder) -> bytes:
        record, stand = _spell(transcript, place.chunk, mark, links, removed)
        standing.append(stand)
        return _edits.to_bytes(record)

    changes = _edits.edit(transcript, plans, spell)
    return changes + _links.relink(links, removed, standing[0] if standing else None)


def is_spoken(record: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a record is a user or assistant record that holds a message."""
    if not isinstance(record, dict) or record.get("type") not in ("user", "assistant"):
        return False
    message = record.get("message")
    return isinstance(message, dict) and "content" in message


def _read_record(record: Mapping[str, object]) -> tuple[str, tuple[Part, ...], str]:
    """Role, parts and group of a record."""
    message = record["message"]
    value: Mapping[str, object] = message if isinstance(message, dict) else {}
    if not isinstance(value.get("role"), str):
        value = {**value, "role": record["type"]}
    forced = Voice.HARNESS if any(record.get(flag) is True for flag in _HARNESS_FLAGS) else Voice.NONE
    role, parts = anthropic.read_message(value, ("message",), forced)
    identity = value.get("id")
    return role, parts, identity if role == "assistant" and isinstance(identity, str) else ""


def _spell(
    transcript: Transcript, chunk: int, mark: Placeholder, links: _links.Links, removed: frozenset[int]
) -> tuple[dict[str, object], _links.Standing]:
    """The placeholder's record, built like the record it takes the place of, and its place in the chain."""
    span = transcript.chunks[chunk]
    found = arguments.parse(transcript.data[span.start : span.end].decode("utf-8", "surrogatepass"))
    template = found if isinstance(found, dict) else {}
    identity = str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))
    stand = _links.stand(links, removed, identity, chunk, linked="parentUuid" in template)
    record: dict[str, object] = {"parentUuid": stand.parent or None, "isSidechain": False}
    record.update({key: value for key, value in template.items() if key in _COPIED})
    record.update(type="user", message=anthropic.placeholder(mark.text), isMeta=True, uuid=identity)
    return record, stand
