"""Facts: strings of a text that can only be known from having read it.

Seven kinds, each one regular expression, tried in this order so that a string has one kind only:

    path        a/b, ./x.py, C:\\x: two names or more with separators between them
    file        a name with a short ending: setup.cfg
    error       a name that ends in Error, Exception, Warning or Failure, or an upper-case code such as E0308
    id          hexadecimal, seven digits or more, with a digit and a letter (hashes, UUIDs)
    identifier  a name with an underscore, an inner capital or a dot: get_user, maxItems, os.path
    number      three digits or more, with their points
    quote       8 to 80 characters in quotes or backticks, on one line

Facts are compared as they stand, at token boundaries: the characters around them are no word characters.
"""

import re
from collections.abc import Iterator
from enum import StrEnum


class FactKind(StrEnum):
    PATH = "path"
    FILE = "file"
    ERROR = "error"
    ID = "id"
    IDENTIFIER = "identifier"
    NUMBER = "number"
    QUOTE = "quote"


_WORD = re.compile(r"[A-Za-z0-9_./\\:@~+-]{3,200}")
_QUOTE = re.compile(r"\"([^\"\n]{8,80})\"|`([^`\n]{8,80})`|'([^'\n]{8,80})'")
_KINDS: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    (FactKind.PATH, re.compile(r"(?:[A-Za-z]:|~|\.{1,2})?(?:[/\\]?[\w.@+-]+)(?:[/\\][\w.@+-]+)+[/\\]?")),
    (FactKind.FILE, re.compile(r"[\w@+-][\w.@+-]*\.[A-Za-z][A-Za-z0-9]{0,4}")),
    (FactKind.ERROR, re.compile(r"(?:\w+\.)*\w*(?:Error|Exception|Warning|Failure)|[A-Z]{1,4}\d{3,5}")),
    (FactKind.ID, re.compile(r"(?=[0-9a-f-]*[0-9])(?=[0-9a-f-]*[a-f])[0-9a-f]{4}[0-9a-f-]{3,60}", re.I)),
    (FactKind.NUMBER, re.compile(r"\d[\d.]{1,20}\d")),
    (FactKind.IDENTIFIER, re.compile(r"\w*(?:_\w|[a-z0-9][A-Z]|\w\.\w)[\w.]*")),
)
_EDGES = ".:-+/\\@"


def find_facts(text: str) -> Iterator[tuple[str, FactKind]]:
    """Every fact of a text, in order, repeats included."""
    for match in _WORD.finditer(text):
        word = match[0].strip(_EDGES) if match[0][-1] in _EDGES or match[0][0] in ":-+@" else match[0]
        kind = tell_kind(word)
        if kind is not None:
            yield word, kind
    for match in _QUOTE.finditer(text):
        quoted = match[1] or match[2] or match[3]
        if " " in quoted.strip():
            yield quoted, FactKind.QUOTE


def tell_kind(word: str) -> FactKind | None:
    """The kind of a word without white space, or None if it is no fact."""
    if len(word) < 3:
        return None
    for kind, pattern in _KINDS:
        if pattern.fullmatch(word):
            if kind is FactKind.NUMBER and sum(c.isdigit() for c in word) < 3:
                return None
            return kind
    return None


def stands_in(fact: str, text: str) -> bool:
    """Whether a fact stands in a text at token boundaries. Linear in the text."""
    start = text.find(fact)
    while start >= 0:
        end = start + len(fact)
        before = start == 0 or not _continues(text[start - 1], fact[0])
        after = end == len(text) or not _continues(text[end], fact[-1])
        if before and after:
            return True
        start = text.find(fact, start + 1)
    return False


def _continues(outside: str, inside: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    return (outside.isalnum() or outside == "_") and (inside.isalnum() or inside == "_")
