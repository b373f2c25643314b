"""Plans turned into edits of the bytes: the same for every format whose messages are values in a list."""

from collections.abc import Callable, Iterator, Sequence

from headroom_cli.dialects import Dialect, arguments
from headroom_cli.errors import LawBrokenError
from headroom_cli.formats import _links
from headroom_cli.model import (
    Change,
    Decision,
    Edit,
    Kind,
    Message,
    Path,
    Placeholder,
    Plan,
    Rung,
    Transcript,
)
from headroom_cli.twins import rewrite_twins

Spell = Callable[[Message, Placeholder], bytes]
SpellRecord = Callable[
    [Transcript, int, Placeholder, _links.Links, frozenset[int]], tuple[dict[str, object], _links.Standing]
]


def edit_messages(transcript: Transcript, plans: Sequence[Plan], dialect: Dialect) -> list[Edit]:
    """Edits for plain messages; the placeholder is one more message in the dialect's spelling."""
    return edit(transcript, plans, lambda _, mark: to_bytes(dialect.placeholder(mark.text)))


def edit(transcript: Transcript, plans: Sequence[Plan], spell: Spell) -> list[Edit]:
    """Edits for the decisions of all plans; `spell` gives the JSON text of a placeholder before a message.

    Raises LawBrokenError for a decision that no edit can carry out.
    """
    edits: list[Edit] = []
    for plan in plans:
        conversation = transcript.conversations[plan.conversation]
        for decision in plan.decisions:
            edits += _edit_message(conversation.messages[decision.message], decision)
        if plan.placeholder is not None:
            place = conversation.messages[plan.placeholder.before]
            edits.append(Edit(place.chunk, place.path, raw=spell(place, plan.placeholder)))
    return edits


def edit_linked(transcript: Transcript, plans: Sequence[Plan], spell: SpellRecord) -> list[Edit]:
    """Edits for a session log whose records name each other; its `extra` holds the links.

    `spell` gives the placeholder's record and its place in the chain.
    """
    links = transcript.extra
    if not isinstance(links, _links.Links):
        raise TypeError(f"a {transcript.format} transcript keeps its links in `extra`")
    removed = frozenset(
        transcript.conversations[plan.conversation].messages[decision.message].chunk
        for plan in plans
        for decision in plan.decisions
        if decision.rung is Rung.DROP
    )
    standing: list[_links.Standing] = []

    def spell_bytes(place: Message, mark: Placeholder) -> bytes:
        record, stand = spell(transcript, place.chunk, mark, links, removed)
        standing.append(stand)
        return to_bytes(record)

    changes = edit(transcript, plans, spell_bytes)
    return changes + _links.relink(links, removed, standing[0] if standing else None)


def to_bytes(value: object) -> bytes:
    """A value as compact JSON in UTF-8."""
    return arguments.compact(value).encode()


def _edit_message(message: Message, decision: Decision) -> Iterator[Edit]:
    if decision.rung is Rung.DROP:
        yield Edit(message.chunk, message.path)
        for chunk, path in message.mirrors:
            yield Edit(chunk, path)
        return
    removed: set[Path] = set()
    for position in decision.cut:
        block = message.parts[position].block
        if block is None:
            raise LawBrokenError(f"part {position} of message {message.index} cannot go alone")
        if block not in removed:
            removed.add(block)
            yield Edit(message.chunk, (*message.path, *block))
    for change in decision.changes:
        yield _edit_text(message, change)
    for (chunk, path, inner), _, text in rewrite_twins(message, decision.changes):
        yield Edit(chunk, path, text=text, inner=inner)


def _edit_text(message: Message, change: Change) -> Edit:
    part = message.parts[change.part]
    path = (*message.path, *part.at)
    if change.leaf is not None:
        leaf = part.leaves[change.leaf]
        if part.encoded:
            return Edit(message.chunk, path, text=change.text, inner=leaf.path)
        return Edit(message.chunk, (*path, *leaf.path), text=change.text)
    if part.kind is Kind.OPAQUE or (part.kind is Kind.CALL and not part.encoded):
        raise LawBrokenError(f"part {change.part} of message {message.index} has no text of its own")
    return Edit(message.chunk, path, text=change.text)
