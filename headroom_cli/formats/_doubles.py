"""Copies of a result, or of a call's arguments, that a log keeps in another shape beside the message.

Every large string of such a copy is a twin: of the text that it equals or contains, of the argument that it
equals, or else of the result as a whole, so that it becomes a stub when the result is trimmed. Where the
result is too short to be trimmed, it follows the arguments.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.model import Kind, Message, Part, Path, Twin

LARGE = 200
"""Characters a string of a copy must have before it is kept in step."""
# Encoded media is no text: it is never turned into a stub.
_MEDIA_KEYS = frozenset({"base64", "data", "signature"})

Owner = tuple[int, int]
"""A message, and the position of a part of it."""


def find_strings(value: object, at: Path) -> Iterator[tuple[Path, str]]:
    """The large strings inside a value that stands at path `at`, in order."""
    stack: list[tuple[Path, object]] = [(at, value)]
    while stack:
        path, here = stack.pop()
        if isinstance(here, str):
            if len(here) >= LARGE:
                yield path, here
        elif isinstance(here, dict):
            stack.extend(((*path, k), v) for k, v in reversed(here.items()) if k not in _MEDIA_KEYS)
        elif isinstance(here, list):
            stack.extend(((*path, i), here[i]) for i in range(len(here) - 1, -1, -1))


def assign(
    strings: Iterator[tuple[Path, str]],
    chunk: int,
    results: Sequence[tuple[Owner, Part]],
    calls: Sequence[tuple[Owner, Part]],
) -> Iterator[tuple[Owner, Twin]]:
    """The twins that these strings of chunk `chunk` are, each with the part it follows."""
    results = [(owner, part) for owner, part in results if part.kind is Kind.RESULT and part.text]
    leaves = [(owner, i, leaf.text) for owner, part in calls for i, leaf in enumerate(part.leaves)]
    longest = max(results, key=lambda found: len(found[1].text), default=None)
    for path, text in strings:
        holding = [owner for owner, part in results if part.text in text and len(part.text) * 2 > LARGE]
        equal = [(owner, i) for owner, i, leaf in leaves if leaf == text]
        if holding:
            yield from ((owner, Twin(chunk, path, text)) for owner in holding)
        elif equal:
            yield from ((owner, Twin(chunk, path, text, leaf=i)) for owner, i in equal[:1])
        elif longest is not None and (len(longest[1].text) >= LARGE or not leaves):
            yield longest[0], Twin(chunk, path, text)
        else:
            first = leaves[0][0] if leaves else None
            yield from ((o, Twin(chunk, path, text, leaf=i)) for o, i, _ in leaves if o == first)


def attach(messages: Sequence[Message], twins: Mapping[Owner, Sequence[Twin]]) -> list[Message]:
    """Messages whose parts know their twins."""
    changed: dict[int, list[Part]] = {}
    for (index, position), found in twins.items():
        parts = changed.setdefault(index, list(messages[index].parts))
        parts[position] = replace(parts[position], twins=(*parts[position].twins, *found))
    return [replace(m, parts=tuple(changed[m.index])) if m.index in changed else m for m in messages]
