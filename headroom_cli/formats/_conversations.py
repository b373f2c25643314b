"""Message values and where they stand, turned into a conversation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

from headroom_cli.dialects import Dialect, pairing, voices
from headroom_cli.model import Conversation, Message, Part, Path


@dataclass(frozen=True, slots=True)
class Place:
    """A message value, the chunk and the path it stands at, and the line it starts on (0: unknown)."""

    value: Mapping[str, object]
    chunk: int
    path: Path = ()
    line: int = 0


def build(
    dialect: Dialect,
    found: Iterable[Place],
    preamble: tuple[tuple[str, Part], ...] = (),
    training: bool = False,
) -> Conversation:
    """A conversation whose results know their calls and in which somebody is human."""
    messages = []
    for index, place in enumerate(found):
        role, parts = dialect.read_message(place.value)
        if any(part.twins for part in parts):
            parts = tuple(place_twins(part, place.chunk, place.path) for part in parts)
        messages.append(Message(index, role, parts, place.chunk, place.path, line=place.line))
    return finish(messages, preamble, training)


def place_twins(part: Part, chunk: int, path: Path) -> Part:
    """A part whose twins stand in the file: a dialect gives their paths from the message's value."""
    twins = (replace(twin, chunk=chunk, path=(*path, *twin.path)) for twin in part.twins)
    return replace(part, twins=tuple(twins)) if part.twins else part


def finish(
    messages: Iterable[Message], preamble: tuple[tuple[str, Part], ...] = (), training: bool = False
) -> Conversation:
    """What can only be told from the conversation as a whole."""
    return Conversation(voices.ensure_human(pairing.pair(tuple(messages))), preamble, training)


def has_role(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value can be read as a message at all."""
    return isinstance(value, dict) and isinstance(value.get("role"), str)
