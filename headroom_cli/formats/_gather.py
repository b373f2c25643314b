"""Container: messages wherever they stand, in a document, in rows, or one per line.

For programs whose files come in all three shapes under one name. A row or document may hold one list or
several; every list is a conversation of its own. Lines that are messages form one conversation.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headroom_cli.contracts import Outline
from headroom_cli.formats._conversations import Place
from headroom_cli.model import Chunk, Path

IsMessage = Callable[[object], bool]
_NESTED = 3
_SEEN = 40


@dataclass(slots=True)
class Found:
    """The messages of one list, and the object around it (None: a bare list, or lines)."""

    holder: Mapping[str, object] | None
    places: list[Place] = field(default_factory=list)


def gather(
    chunks: Sequence[Chunk], values: Sequence[object], paths: Sequence[Path], is_message: IsMessage
) -> tuple[list[Found], int]:
    """The lists of messages of a file, and how many records or elements are none.

    `paths` lead from a document or row to its list of messages; the first that does counts.
    """
    found: list[Found] = []
    lines = Found(None)
    carried = 0
    for at, (chunk, value) in enumerate(zip(chunks, values, strict=True)):
        if not chunk.valid:
            continue
        if is_message(value) and isinstance(value, dict):
            lines.places.append(Place(value, at, (), chunk.line))
            continue
        lists = list(_find_lists(value, paths, is_message))
        carried += not lists
        for holder, path, elements in lists:
            line = chunk.line if len(chunks) > 1 else 0
            here = Found(holder)
            for i, element in enumerate(elements):
                if is_message(element) and isinstance(element, dict):
                    here.places.append(Place(element, at, (*path, i), line))
            carried += len(elements) - len(here.places)
            found.append(here)
    return [*([lines] if lines.places else []), *found], carried


def sample(outline: Outline, paths: Sequence[Path], is_message: IsMessage) -> list[object]:
    """The elements that sniffing may judge: those of all lists the outline shows, messages or not."""
    if outline.document:
        document = _find_lists(outline.root, paths, is_message)
        elements = [element for _, _, found in document for element in found[:_SEEN]]
        return elements or list(outline.records)
    seen: list[object] = []
    for record in outline.records:
        lists = list(_find_lists(record, paths, is_message))
        seen += [element for _, _, found in lists for element in found[:_SEEN]] if lists else [record]
    return seen


def _find_lists(
    value: object, paths: Sequence[Path], is_message: IsMessage, path: Path = ()
) -> Iterator[tuple[Mapping[str, object] | None, Path, list[object]]]:
    """(holder, path, elements) of every list of messages in a document or row."""
    if isinstance(value, list):
        if any(is_message(element) for element in value):
            yield None, path, value
        elif len(path) < _NESTED:
            for i, element in enumerate(value):
                yield from _find_lists(element, paths, is_message, (*path, i))
    elif isinstance(value, dict):
        for inner in paths:
            holder: object = value
            for key in inner[:-1]:
                holder = holder.get(key) if isinstance(holder, dict) else None
            found = holder.get(inner[-1]) if isinstance(holder, dict) else None
            if isinstance(found, list) and any(is_message(element) for element in found):
                yield value, (*path, *inner), found
                return
