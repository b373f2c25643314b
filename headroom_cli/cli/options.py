"""The flags that several commands share, and the checks of what was given to them."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headroom_cli.cli.streams import COLOURS, Remarks
from headroom_cli.errors import UsageError

if TYPE_CHECKING:
    from headroom_cli.contracts import Counter
    from headroom_cli.store.sqlite import SqliteStore

OUTPUT = "Output"
BUDGET = "Budget"
WINDOW = "Window"
COMPRESSION = "Compression"

File = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help="The transcript; - or nothing for stdin.", show_default=False),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="Read the file as this format instead of finding out.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
KeepInvalid = Annotated[
    bool,
    typer.Option("--keep-invalid", help="Carry stretches that are not JSON along.", rich_help_panel=OUTPUT),
]
StoreFile = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE",
        help="Keep originals in this file (default: see headroom store path).",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the transcript to this file, all of it or nothing.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print a report as JSON.", rich_help_panel=OUTPUT)]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Say nothing on stderr but errors.", rich_help_panel=OUTPUT)
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more on stderr.", rich_help_panel=OUTPUT)]
Color = Annotated[
    str,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="Colour: auto, always or never.",
        rich_help_panel=OUTPUT,
        is_eager=True,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="Count tokens as this model does.",
        rich_help_panel=BUDGET,
        show_default=False,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME",
        help="Count tokens with this vocabulary.",
        rich_help_panel=BUDGET,
        show_default=False,
    ),
]

MaxTokens = Annotated[
    str | None,
    typer.Option(
        "--max-tokens",
        metavar="N",
        show_default=False,
        rich_help_panel=BUDGET,
        help="The input budget: tokens of the whole transcript as sent to a model, not of its answer "
        "(8000, 8k, 1.5M, or 40% of each conversation).",
    ),
]

_BUDGET = re.compile(r"([0-9]{1,15})(\.[0-9]{1,9})?([kKmM%]?)")
_SCALES = {"": 1, "k": 1_000, "m": 1_000_000}


def parse_budget(text: str) -> tuple[int | None, float | None]:
    """(tokens, None) for `8000`, `8k`, `1.5M`; (None, share) for `40%`.

    Raises `UsageError` for anything else, for less than one token and for a share not within 0..100 %.
    """
    match = _BUDGET.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"--max-tokens {text} is no number of tokens; write 8000, 8k, 1.5M or 40%")
    number = float(match[1] + (match[2] or ""))
    scale = match[3].lower()
    if scale == "%":
        if not 0 < number <= 100:
            raise UsageError(f"--max-tokens {text} is no share; write more than 0% and at most 100%")
        return None, number / 100
    tokens = round(number * _SCALES[scale])
    if tokens < 1 or abs(tokens - number * _SCALES[scale]) > 1e-6:
        raise UsageError(f"--max-tokens {text} is no whole number of tokens above 0")
    return tokens, None


def nearest(name: str, valid: Iterable[str]) -> str:
    """The valid name most like `name`, however unlike that is."""
    from difflib import get_close_matches

    known = list(valid)
    return get_close_matches(name, known, n=1, cutoff=0.0)[0] if known else "none"


def check_name(name: str | None, valid: Iterable[str], flag: str) -> None:
    """Raise `UsageError` that names the valid ones, the nearest first, unless `name` is one or None."""
    known = list(valid)
    if name is not None and name not in known:
        raise UsageError(
            f"{flag} {name} is unknown; the nearest is {nearest(name, known)} (valid: {', '.join(known)})"
        )


def check_at_least(number: float, least: float, flag: str) -> None:
    if not number >= least:
        raise UsageError(f"{flag} {number:g} is too small; it takes {least:g} or more")


def check_color(choice: str) -> None:
    check_name(choice, COLOURS, "--color")


def check_format(name: str | None) -> None:
    if name is not None:
        from headroom_cli.formats import FORMATS

        check_name(name, FORMATS, "--format")


def pick_counter(model: str | None, encoding: str | None, remarks: Remarks) -> "Counter":
    """The counter for --model or --encoding; what there is to say about it goes to stderr."""
    from headroom_cli.tokens import pick_counter as pick

    counter, notes = pick(model, encoding)
    for note in notes:
        remarks.note(note)
    return counter


def find_store(named: str | None) -> Path:
    """The store file that --store names, or the user's own."""
    if named is not None:
        return Path(named)
    from headroom_cli.store import default_path

    return default_path(os.environ)


def open_store(path: Path, *, write: bool) -> "SqliteStore":
    """The store in this file; one that is not there reads as empty."""
    from headroom_cli.store import open_store as open_file

    return open_file(path, write=write)


def make_remarks(quiet: bool, verbose: bool, color: str = "auto") -> Remarks:
    """Where remarks go; also checks the flags that every command has."""
    check_color(color)
    return Remarks(quiet, verbose)
