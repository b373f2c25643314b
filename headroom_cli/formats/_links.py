"""The tree that session records form by naming each other, and what keeps it whole when some go.

A record names its parent by uuid; summaries, snapshots and results name records too. After a removal every
name of a removed record becomes that of its nearest kept ancestor, so that no record names a missing one
unless the input did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headroom_cli.model import Chunk, Edit, Path

_FIELDS: tuple[Path, ...] = (
    ("parentUuid",),
    ("logicalParentUuid",),
    ("leafUuid",),
    ("messageId",),
    ("snapshot", "messageId"),
    ("sourceToolAssistantUUID",),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A field of the record at chunk `chunk` that names another record."""

    chunk: int
    path: Path
    target: str


@dataclass(frozen=True, slots=True)
class Links:
    """`uuids`: chunk -> uuid of its record; `parents`: uuid -> parent's uuid; `links`: all names.

    `field` is the one that names the parent.
    """

    uuids: Mapping[int, str]
    parents: Mapping[str, str]
    links: tuple[Link, ...]
    field: str = "parentUuid"


@dataclass(frozen=True, slots=True)
class Standing:
    """A placeholder in the chain: names of `replaced` that led through it name `uuid` instead.

    `parent` is its own parent ("": none). `child` is the chunk of a kept record that it is put in front
    of, -1 for none.
    """

    uuid: str
    parent: str
    replaced: str
    child: int = -1


def read_links(
    chunks: Sequence[Chunk],
    values: Sequence[object],
    own_field: str = "uuid",
    field: str = "parentUuid",
    fields: Sequence[Path] = _FIELDS,
) -> Links:
    """All names in the records of a log. Repeated records count once, with their first parent.

    `own_field` holds a record's own name, `field` that of its parent, `fields` are all that name records.
    """
    uuids: dict[int, str] = {}
    parents: dict[str, str] = {}
    links: list[Link] = []
    for at, (chunk, record) in enumerate(zip(chunks, values, strict=True)):
        if not chunk.valid or not isinstance(record, dict):
            continue
        for path in fields:
            if path[0] not in record:
                continue
            target = _get(record, path)
            if target:
                links.append(Link(at, path, target))
        own = _get(record, (own_field,))
        if own:
            uuids[at] = own
            parents.setdefault(own, _get(record, (field,)))
    return Links(uuids, parents, tuple(links), field)


def stand(links: Links, removed: frozenset[int], identity: str, chunk: int, *, linked: bool) -> Standing:
    """Where the placeholder `identity` stands that takes the place of, or is put before, record `chunk`.

    `linked`: the record has a parent field, so that a kept one can be hung behind the placeholder.
    """
    own = links.uuids.get(chunk, "")
    gone = _gone(links, removed)
    parent = links.parents.get(own, "")
    parent = _ancestor(links, gone, parent)[0] if parent in gone else parent
    if chunk in removed:
        return Standing(identity, parent if parent in links.parents else "", own)
    return Standing(identity, parent, "", chunk if linked else -1)


def relink(links: Links, removed: frozenset[int], standing: Standing | None) -> list[Edit]:
    """Edits that make every name of a removed record that of its nearest kept ancestor, or null."""
    gone = _gone(links, removed)
    child = standing.child if standing is not None else -1
    edits: list[Edit] = []
    if standing is not None and child >= 0:
        edits.append(Edit(child, (links.field,), link=standing.uuid))
    for link in links.links:
        if link.chunk in removed or link.target not in gone:
            continue
        if link.chunk == child and link.path == (links.field,):
            continue
        ancestor, passed = _ancestor(links, gone, link.target)
        if standing is not None and standing.replaced in passed:
            ancestor = standing.uuid
        edits.append(Edit(link.chunk, link.path, link=ancestor))
    return edits


def trace(links: Links, start: str) -> frozenset[str]:
    """A record and all its ancestors."""
    passed: set[str] = set()
    here = start
    while here and here not in passed:
        passed.add(here)
        here = links.parents.get(here, "")
    return frozenset(passed)


def _gone(links: Links, removed: frozenset[int]) -> frozenset[str]:
    """The uuids of which no record is left."""
    kept = {own for at, own in links.uuids.items() if at not in removed}
    return frozenset(links.uuids[at] for at in removed if at in links.uuids) - kept


def _ancestor(links: Links, gone: frozenset[str], start: str) -> tuple[str, set[str]]:
    """The nearest kept ancestor of a removed record ("": none), and the removed ones on the way."""
    passed: set[str] = set()
    here = start
    while here in gone and here not in passed:
        passed.add(here)
        here = links.parents.get(here, "")
    return (here if here in links.parents and here not in gone else ""), passed


def _get(record: Mapping[str, object], path: Path) -> str:
    value: object = record
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
