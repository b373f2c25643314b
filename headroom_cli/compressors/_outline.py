"""An outline of source lines by indentation, for languages without a parser here and for slices.

A line with deeper lines after it heads a block; a line at its own indentation that begins with a closing
sign or word ends the block. A header needs its closing lines, so brackets stay in balance wherever the
indentation tells the truth; `else` and its like may go with their own block. Blocks of a few lines stay or
go whole.
"""

import re
from dataclasses import dataclass, field

from headroom_cli.compressors._languages import Language
from headroom_cli.compressors._roles import Role, Span

_SMALL = 6  # lines of a block that is not opened
_REGION = 300  # lines a comment or string may have before we doubt that it is one
_MEMBERS = 64  # rows that may go on with one block; longer chains are no code
_ELSE = re.compile(r"(?:\}\s*)?(?:else|elif|elsif|elseif)\b|(?:except|finally)\b")
_OUTCOME = re.compile(r"(?:return|throw|raise|panic|assert\w*|yield)\b\W*\w")
_CONSTANT = re.compile(r"(?:const|let|var|static|final|#\s*define)\b|[A-Z][A-Z0-9_]+\s*[:=]")
_ATTRIBUTE = re.compile(r"(?:@\w|#\[|\[\w+[\](])")


@dataclass(slots=True)
class _Row:
    """One line, with those that cannot be parted from it; `head` is the row its block begins with."""

    first: int
    last: int
    indent: int
    text: str
    parent: int = -1
    head: int = -1
    end: int = -1
    body: bool = False
    members: list[int] = field(default_factory=list)


def outline_spans(lines: list[str], language: Language) -> list[Span]:
    """Every line that is not blank, in spans, in order."""
    rows = _rows(lines, language)
    _nest(rows, language)
    need, closing = _links(rows)
    spans: list[Span] = []
    place = [-1] * len(rows)
    row = 0
    while row < len(rows):
        stop = _whole_block(rows, row)
        here = rows[row]
        role = Role.CLOSING if row in closing else _role(here, language)
        last = rows[stop].last
        outside = need[row]
        while row <= outside <= stop:
            outside = need[outside]
        previous = spans[-1] if spans else None
        if previous and role is Role.COMMENT is previous.role and previous.need == outside:
            spans[-1] = previous._replace(last=last)
        else:
            spans.append(Span(here.first, last, outside, role))
        for inside in range(row, stop + 1):
            place[inside] = len(spans) - 1
        row = stop + 1
    return [span._replace(need=place[span.need] if span.need >= 0 else -1) for span in spans]


def _rows(lines: list[str], language: Language) -> list[_Row]:
    glued = _glued(lines, language)
    rows: list[_Row] = []
    pending = False
    for number, line in enumerate(lines):
        text = line.strip()
        if number in glued and rows:
            rows[-1].last = number
            continue
        if not text:
            continue
        indent = _indent(line)
        joins = rows and rows[-1].indent == indent and (pending or text == "{")
        if joins:
            rows[-1].last = number
            if text != "{":
                rows[-1].text = text[:300]
        else:
            rows.append(_Row(number, number, indent, text[:300]))
        # An attribute or decorator belongs to the line it is about.
        pending = (_ATTRIBUTE.match(text) is not None and text[-1] in ")]") or text[0] == "@"
    return rows


def _glued(lines: list[str], language: Language) -> set[int]:
    """Lines that stand inside a comment or string that began on an earlier line."""
    glued: set[int] = set()
    # For each closing sign, the first line known to hold it; it only moves forward, so the walk is linear.
    ahead: dict[str, int] = {}
    number = 0
    while number < len(lines):
        closer = _opens_region(lines[number], language)
        if closer is None:
            number += 1
            continue
        end = max(ahead.get(closer, 0), number + 1)
        while end < len(lines) and closer not in lines[end]:
            end += 1
        ahead[closer] = end
        if end >= len(lines) or end - number >= _REGION:
            number += 1
            continue
        glued.update(range(number + 1, end + 1))
        # A closing line may open the next region behind its closing sign.
        number = end + 1
    return glued


def _opens_region(line: str, language: Language) -> str | None:
    """The sign that closes the region a line leaves open, or None."""
    for opens, closes in language.regions:
        if opens not in line:
            continue
        if opens == closes:
            if line.count(opens) % 2:
                return closes
        elif line.rfind(opens) > line.rfind(closes):
            return closes
    return None


def _indent(line: str) -> int:
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank.expandtabs(4))


def _nest(rows: list[_Row], language: Language) -> None:
    """Find each row's parent, the end of what is nested in it, and the rows that go on with its block."""
    stack: list[int] = []
    for number, row in enumerate(rows):
        before = -1
        while stack and rows[stack[-1]].indent >= row.indent:
            popped = stack.pop()
            rows[popped].end = number - 1
            if rows[popped].indent == row.indent:
                before = popped
        if stack:
            row.parent = stack[-1]
            rows[stack[-1]].body = True
        row.head = number
        if before >= 0 and rows[before].body and language.closes.match(row.text):
            head = rows[before].head
            if len(rows[head].members) < _MEMBERS:
                row.head = head
                rows[head].members.append(number)
        stack.append(number)
    for number in stack:
        rows[number].end = len(rows) - 1


def _links(rows: list[_Row]) -> tuple[list[int], set[int]]:
    """What each row needs, and the rows that stay only because the header of their block does."""
    owner = list(range(len(rows)))
    need = [-1] * len(rows)
    closing: set[int] = set()
    for number, row in enumerate(rows):
        outside = owner[row.parent] if row.parent >= 0 else -1
        if row.head != number:
            if number not in closing:
                need[number] = row.head
            continue
        bound = [member for member in row.members if not _droppable(rows[member])]
        for member in bound:
            owner[member] = number
            closing.add(member)
        for here, there in zip([number, *bound], [*bound, outside], strict=True):
            need[here] = there
    return need, closing


def _droppable(row: _Row) -> bool:
    """An `else` with its block; anything else that goes on with a block may hold it together."""
    return row.body and _ELSE.match(row.text) is not None


def _whole_block(rows: list[_Row], row: int) -> int:
    """The last row of the block that begins here, if it is small enough to be one unit, else `row`."""
    here = rows[row]
    if here.head != row:
        return row
    last = rows[here.members[-1]].end if here.members else here.end
    return last if rows[last].last - here.first < _SMALL else row


def _role(row: _Row, language: Language) -> Role:
    text = row.text
    if language.declares.match(text):
        return Role.DEFINITION
    if language.imports.match(text):
        return Role.IMPORT
    if text.startswith((language.comment.strip(), "/*", "*")):
        return Role.COMMENT
    if row.parent < 0 and _CONSTANT.match(text):
        return Role.CONSTANT
    return Role.OUTCOME if _OUTCOME.match(text) else Role.BODY
