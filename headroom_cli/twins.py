"""Copies of a text elsewhere in the file, kept in step with it.

Session logs store one text two to four times (a result and its structured double, an item and the event
that mirrors it). Only one of them counts; the others follow its fate.
"""

import hashlib
from collections.abc import Iterator, Sequence

from headroom_cli.marker import parse_head, print_head
from headroom_cli.model import Change, Message, Path, Twin

_LARGE = 200  # characters; a smaller copy that differs is left alone

Place = tuple[int, Path, Path | None]


def rewrite_twins(message: Message, changes: Sequence[Change]) -> Iterator[tuple[Place, Twin, str]]:
    """The twins of a message that change: where each stands, as it was, and its text afterwards."""
    texts: dict[Place, str] = {}
    twins: dict[Place, Twin] = {}
    for change in changes:
        for twin in message.parts[change.part].twins:
            if twin.leaf != change.leaf:
                continue
            place = (twin.chunk, twin.path, twin.inner)
            twins[place] = twin
            texts[place] = _follow(texts.get(place, twin.text), twin, change)
    for place, text in texts.items():
        if text != twins[place].text:
            yield place, twins[place], text


def _follow(text: str, twin: Twin, change: Change) -> str:
    if change.original in text:
        return text.replace(change.original, change.text, 1)
    if len(text) < _LARGE or (text != twin.text and parse_head(text) is not None):
        return text
    head = parse_head(change.text)
    body = twin.text.encode("utf-8", "surrogatepass")
    ref = hashlib.sha256(body).hexdigest()[:12] if head is not None and head.ref else ""
    lines = twin.text.count("\n") + (not twin.text.endswith("\n"))
    return print_head("stub", 0, lines, "lines", ref, about="a copy")
