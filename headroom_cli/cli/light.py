"""Answers that need no flags, given before typer is imported: that import alone is most of a short run.

The commands of the same names print the same through typer when flags are given.
"""

import os
from collections.abc import Callable

from headroom_cli.cli.streams import write_text


def print_version() -> None:
    from headroom_cli import __version__

    write_text(f"headroom {__version__}\n")


def print_formats() -> None:
    """One line per format: its name and what such files are."""
    from headroom_cli.formats import ROSTER

    wide = max(len(name) for name in ROSTER)
    write_text("".join(f"{name:<{wide}}  {reads}\n" for name, (_, reads, _) in ROSTER.items()))


def print_store_path(named: str | None = None) -> None:
    """The file that --store names, or the user's own store, whether it exists or not."""
    from headroom_cli.store import default_path

    write_text(f"{named if named is not None else default_path(os.environ)}\n")


ANSWERS: dict[tuple[str, ...], Callable[[], None]] = {
    ("--version",): print_version,
    ("formats",): print_formats,
    ("store", "path"): print_store_path,
}
