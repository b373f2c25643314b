"""The error tree. Every message is one sentence a user can act on.

`main` turns any of these into that sentence on stderr and `exit_code`; nothing else is caught.
"""


class HeadroomError(Exception):
    """Any failure headroom can name. Exit code 2: no verdict was reached."""

    exit_code = 2


class UsageError(HeadroomError):
    """Flags or names that cannot be obeyed; the sentence names the valid ones."""


class InputError(HeadroomError):
    """A transcript that cannot be read.

    `line` is the 1-based line of the input where reading stopped, if it is known.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class StoreError(HeadroomError):
    """The store cannot be opened, read, written or trusted."""


class MissingOriginalError(StoreError):
    """A reference that the store does not hold; names the reference and the store."""


class LawBrokenError(HeadroomError):
    """The result would break a law of transcripts: a bug in headroom; nothing was written."""
