"""Claude Code session logs (`~/.claude/projects/<project>/<session>.jsonl`).

One record per line; `user` and `assistant` records hold an Anthropic message under `message`, all others
(progress, attachments, snapshots, titles) are metadata. The messages of a transcript are the user and
assistant records of the main chain. Carried, byte for byte: metadata, side chains of sub-agents
(`isSidechain`, `agent_progress`), which the main model never sees, and branches that a person left by going
back and asking anew. In a file of a sub-agent (`agent-*.jsonl`) the side chain is the main chain.

Oddities: one API message is written as several records with the same `message.id`, one block each; the
records form a tree (`parentUuid`) with branches and, at times, missing parents, and metadata records are
links of it; resumed sessions repeat records; `toolUseResult` repeats a result in another shape, at times
with a whole file: its strings follow the result or the call's argument, or become stubs. Where a record is
dropped, every record that named it names its nearest kept ancestor instead, or the placeholder, which
stands in the chain where the first dropped record stood.
"""

import uuid
from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import anthropic, arguments
from headroom_cli.formats import _edits, _links
from headroom_cli.formats._claude_records import is_prompt, is_spoken, read_records
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Placeholder, Plan, Transcript

NAME = "claude-code"
READS = "Claude Code session logs, JSONL"
WRITES = "the same log, relinked where records were dropped"
RULE = "lines with uuid and parentUuid whose type is user or assistant and which hold a message"

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
    links = _links.read_links(chunks, values)
    left = _find_abandoned(links, main)
    main = [(at, record) for at, record in main if links.uuids.get(at) not in left] or main
    messages = read_records([(at, chunks[at].line, record) for at, record in main])
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(messages)
    return Transcript(NAME, data, chunks, (finish(messages),), carried, invalid, extra=links)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans, links included."""
    return _edits.edit_linked(transcript, plans, _spell)


def _find_abandoned(links: _links.Links, main: Sequence[tuple[int, Mapping[str, object]]]) -> frozenset[str]:
    """The uuids of records on branches that a person left by going back and asking anew.

    Such a branch begins with a prompt that stands behind the first prompt but does not lead to the last
    one. Both of these are guarded, so that dropping others never makes or unmakes such a branch. Branches
    without a prompt (results of parallel calls, retries) belong to the conversation.
    """
    prompts = [links.uuids[at] for at, record in main if at in links.uuids and is_prompt(record)]
    if len(prompts) < 3:
        return frozenset()
    alive = _links.trace(links, prompts[-1])
    left = {own for own in prompts if own not in alive and prompts[0] in alive & _links.trace(links, own)}
    if left:
        # A parent stands before its children; repeated records keep their first parent.
        for own, parent in links.parents.items():
            if parent in left and own not in alive:
                left.add(own)
    return frozenset(left)


def _spell(
    transcript: Transcript, chunk: int, mark: Placeholder, links: _links.Links, removed: frozenset[int]
) -> tuple[dict[str, object], _links.Standing]:
    """The placeholder's record, built like the record it takes the place of, and its place in the chain."""
    span = transcript.chunks[chunk]
    found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
    template = found if isinstance(found, dict) else {}
    identity = str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))
    stand = _links.stand(links, removed, identity, chunk, linked="parentUuid" in template)
    record: dict[str, object] = {"parentUuid": stand.parent or None, "isSidechain": False}
    record.update({key: value for key, value in template.items() if key in _COPIED})
    record.update(type="user", message=anthropic.placeholder(mark.text), isMeta=True, uuid=identity)
    return record, stand
