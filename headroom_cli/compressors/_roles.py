"""What the stretches of a source text are for: the roles by which they are ranked."""

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a span of code is for, by which it is ranked."""

    DEFINITION = "definition"
    IMPORT = "import"
    CONSTANT = "constant"
    DOCUMENT = "document"
    OUTCOME = "outcome"  # return, raise, assert
    BODY = "body"
    COMMENT = "comment"
    CLOSING = "closing"  # ends a block; stays only because its header does
    FRAME = "frame"  # what a tool wrote around the code


class Span(NamedTuple):
    """Lines `first` to `last` (0-based, inclusive) that stay or go together.

    `need` is the position of the span that must stay if this one stays, -1 for none.
    """

    first: int
    last: int
    need: int
    role: Role
