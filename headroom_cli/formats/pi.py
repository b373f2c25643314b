"""Sessions of pi (`~/.pi/agent/sessions/<folder>/<time>_<id>.jsonl`) and of OpenClaw, which is built on it.

One entry per line: `session` first (`version`, `cwd`), then `message` entries that hold a message, and
`model_change`, `thinking_level_change`, `custom`, `label`, `session_info` entries that are never sent.
`custom_message` and `branch_summary` entries are sent as user text.

Oddities: from version 2 on the entries form a tree (`id`, `parentId`): only the branch that the last entry
stands on is the conversation, the others are carried. A `compaction` entry gives the summary that stands for
all entries before the one that `firstKeptEntryId` (version 1: `firstKeptEntryIndex`) names: these are no
longer sent and are carried; the summary counts and is guarded. Where an entry is dropped, every entry that
named it names its nearest kept ancestor, or the placeholder. An entry may stand in the file twice: the first
counts, the others go with it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import pi as dialect
from headroom_cli.formats import _edits, _links
from headroom_cli.formats._conversations import finish, place_twins
from headroom_cli.model import Chunk, Edit, Message, Part, Placeholder, Plan, Rung, Transcript

NAME = "pi"
READS = "pi and OpenClaw sessions, JSONL"
WRITES = "the same session, relinked where entries were dropped"
RULE = "lines of which the first is a session with a cwd, and others are messages"

_FIELDS = (("parentId",), ("firstKeptEntryId",), ("fromId",), ("targetId",))
_KEPT = ("firstKeptEntryId",)
_SENT_ENTRIES = {"custom_message": "custom", "branch_summary": "branchSummary"}
Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Tree:
    """The names of all entries, and the chunks of the active branch, oldest first."""

    links: _links.Links
    branch: tuple[int, ...]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    session = isinstance(root, dict) and root.get("type") == "session" and "cwd" in root
    return 1.0 if session and not outline.document and any(map(_is_message, outline.records)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a session; its messages are whole entries."""
    links = _links.read_links(chunks, values, "id", "parentId", _FIELDS)
    branch = _find_branch(chunks, values, links)
    summary, sent = _find_sent(branch, values, links)
    named: dict[str, list[int]] = {}
    for at, own in links.uuids.items():
        named.setdefault(own, []).append(at)
    messages: list[Message] = []
    for at in sent:
        entry = values[at]
        if isinstance(entry, dict) and _is_sent(entry):
            role, parts = _read_entry(entry)
            parts = tuple(place_twins(part, at, ()) for part in parts)
            mirrors = tuple((other, ()) for other in named.get(links.uuids.get(at, ""), ()) if other != at)
            messages.append(Message(len(messages), role, parts, at, line=chunks[at].line, mirrors=mirrors))
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(messages)
    conversation = finish(messages, dialect.read_preamble(summary))
    return Transcript(NAME, data, chunks, (conversation,), carried, invalid, extra=_Tree(links, branch))


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans, links included."""
    tree = transcript.extra
    if not isinstance(tree, _Tree):
        raise TypeError("a pi transcript keeps its tree in `extra`")
    dropped = [
        transcript.conversations[plan.conversation].messages[decision.message]
        for plan in plans
        for decision in plan.decisions
        if decision.rung is Rung.DROP
    ]
    removed = frozenset(at for m in dropped for at in (m.chunk, *(at for at, _ in m.mirrors)))
    standing: list[tuple[_links.Standing, int]] = []

    def spell(place: Message, mark: Placeholder) -> bytes:
        span = transcript.chunks[place.chunk]
        found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
        template = found if isinstance(found, dict) else {}
        identity = hashlib.sha256((mark.ref or mark.text).encode()).hexdigest()[:8]
        stand = _links.stand(tree.links, removed, identity, place.chunk, linked="parentId" in template)
        standing.append((stand, place.chunk))
        return _edits.to_bytes(_spell(template, stand, mark.text))

    changes = _edits.edit(transcript, plans, spell)
    stand, place = standing[0] if standing else (None, -1)
    changes += [edit for edit in _links.relink(tree.links, removed, stand) if edit.path != _KEPT]
    return changes + _keep_first(tree, removed, stand, place)


def _is_message(entry: object) -> TypeGuard[Entry]:
    if not isinstance(entry, dict) or entry.get("type") != "message":
        return False
    message = entry.get("message")
    return isinstance(message, dict) and str(message.get("role")) in dialect.ROLES


def _is_sent(entry: Entry) -> bool:
    message = entry.get("message")
    if _is_message(entry):
        return isinstance(message, dict) and message.get("excludeFromContext") is not True
    return str(entry.get("type")) in _SENT_ENTRIES


def _read_entry(entry: Entry) -> tuple[str, tuple[Part, ...]]:
    message = entry.get("message")
    if isinstance(message, dict) and entry.get("type") == "message":
        return dialect.read_message(message, ("message",))
    return dialect.read_message({**entry, "role": _SENT_ENTRIES[str(entry.get("type"))]})


def _find_branch(chunks: Sequence[Chunk], values: Sequence[object], links: _links.Links) -> tuple[int, ...]:
    """The chunks of the entries on the branch of the last one; all of a version 1 file, which has no tree."""
    entries = [
        at
        for at, value in enumerate(values)
        if chunks[at].valid and isinstance(value, dict) and value.get("type") != "session"
    ]
    own = {links.uuids[at]: at for at in reversed(entries) if at in links.uuids}
    if not own:
        return tuple(entries)
    last = next(at for at in reversed(entries) if at in links.uuids)
    branch, here = [], links.uuids[last]
    while here in own:
        branch.append(own.pop(here))
        here = links.parents.get(here, "")
    return tuple(reversed(branch))


def _find_sent(
    branch: Sequence[int], values: Sequence[object], links: _links.Links
) -> tuple[Entry, list[int]]:
    """The last compaction entry of a branch ({}: none), and the chunks that are still sent beside it."""
    for position in range(len(branch) - 1, -1, -1):
        entry = values[branch[position]]
        if isinstance(entry, dict) and entry.get("type") == "compaction":
            kept, index = entry.get("firstKeptEntryId"), entry.get("firstKeptEntryIndex")
            first = [i for i in range(position) if links.uuids.get(branch[i]) == kept and kept]
            if isinstance(index, int):
                first = [i for i in range(position) if branch[i] >= index]
            start = first[0] if first else position
            return entry, [*branch[start:position], *branch[position + 1 :]]
    return {}, list(branch)


def _spell(template: Entry, stand: _links.Standing, text: str) -> dict[str, object]:
    """The placeholder's entry, built like the entry it takes the place of."""
    record: dict[str, object] = {"type": "message"}
    if "id" in template:
        record.update(id=stand.uuid, parentId=stand.parent or None)
    inner = template.get("message")
    message = dialect.placeholder(text)
    if isinstance(inner, dict) and "timestamp" in inner:
        message["timestamp"] = inner["timestamp"]
    return {**record, "timestamp": template.get("timestamp"), "message": message}


def _keep_first(
    tree: _Tree, removed: frozenset[int], stand: _links.Standing | None, place: int
) -> list[Edit]:
    """A compaction names the first entry that is still sent: the placeholder, or the next that is kept."""
    uuids = tree.links.uuids
    changes = []
    for link in tree.links.links:
        if link.path != _KEPT:
            continue
        first = next((at for at in tree.branch if uuids.get(at) == link.target), -1)
        if first < 0 or (first not in removed and first != place):
            continue
        after = tree.branch[tree.branch.index(first) :]
        following = next((uuids[at] for at in after if at not in removed), link.target)
        changes.append(Edit(link.chunk, _KEPT, link=stand.uuid if stand and first == place else following))
    return changes
