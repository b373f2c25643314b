"""Copies of messages elsewhere in a file, paired text by text with what they repeat.

Trajectories store a message once in the history and again in the step that made it, in the raw answer of the
API, or in every later prompt. A copy is read with the dialect it is written in; its texts are then twins of
the message's texts in order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.model import Kind, Message, Part, Path, Twin, Voice

Found = tuple[int, Twin]
"""A part's position in its message, and a twin of it."""

_EDITED = (Kind.TEXT, Kind.RESULT)


def match_parts(parts: Sequence[Part], copied: Iterable[Part], chunk: int, path: Path) -> Iterator[Found]:
    """The twins that a copy of a message gives its parts.

    `copied` are the parts of the copy, whose value stands at `path` of chunk `chunk`. Parts are paired in
    order, kind by kind; arguments are paired by their names.
    """
    rest: dict[Kind, Iterator[Part]] = _by_kind(copied)
    for position, part in enumerate(parts):
        if part.voice is Voice.HUMAN or part.kind not in (*_EDITED, Kind.CALL):
            continue
        copy = next(rest.get(part.kind, iter(())), None)
        if copy is None:
            continue
        here = (*path, *copy.at)
        if part.kind is not Kind.CALL:
            if copy.text:
                yield position, Twin(chunk, here, copy.text)
            continue
        others = {leaf.path: leaf.text for leaf in copy.leaves}
        for number, leaf in enumerate(part.leaves):
            if leaf.path not in others:
                continue
            if copy.encoded:
                yield position, Twin(chunk, here, others[leaf.path], leaf.path, number)
            else:
                yield position, Twin(chunk, (*here, *leaf.path), others[leaf.path], None, number)


def match_text(part: Part, position: int, value: object, chunk: int, path: Path) -> Iterator[Found]:
    """The twin that the string `value` at `path` gives a text, or each leaf of a call."""
    if not isinstance(value, str) or not value:
        return
    if part.kind is not Kind.CALL:
        yield position, Twin(chunk, path, value)
        return
    for number in range(len(part.leaves)):
        yield position, Twin(chunk, path, value, None, number)


def match_leaves(part: Part, position: int, value: object, chunk: int, path: Path) -> Iterator[Found]:
    """The twins that an object at `path` gives a call whose arguments it repeats under the same names."""
    for number, leaf in enumerate(part.leaves):
        found = value
        for key in leaf.path:
            found = _get(found, key)
        if isinstance(found, str):
            yield position, Twin(chunk, (*path, *leaf.path), found, None, number)


def add_twins(message: Message, found: Iterable[Found], mirrors: Sequence[tuple[int, Path]] = ()) -> Message:
    """The message with these twins and mirrors besides those it has."""
    twins: dict[int, list[Twin]] = defaultdict(list)
    for position, twin in found:
        twins[position].append(twin)
    if not twins and not mirrors:
        return message
    parts = tuple(
        replace(part, twins=(*part.twins, *twins[position])) if position in twins else part
        for position, part in enumerate(message.parts)
    )
    return replace(message, parts=parts, mirrors=(*message.mirrors, *mirrors))


def _by_kind(parts: Iterable[Part]) -> dict[Kind, Iterator[Part]]:
    found: dict[Kind, list[Part]] = defaultdict(list)
    for part in parts:
        found[part.kind].append(part)
    return {kind: iter(of_kind) for kind, of_kind in found.items()}


def _get(holder: object, key: str | int) -> object:
    if isinstance(holder, Mapping):
        return holder.get(key)
    if isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        return holder[key]
    return None
