"""Answers that need no flags, given before typer is imported: that import alone is most of a short run.

The commands of the same names print the same through typer when flags are given.
"""

import os
from collections.abc import Callable

from headroom_cli.cli.streams import write_text

# NAME and READS of every format, in the order of the roster, which takes too long to import for a light
# command. A test holds this table against it.
FORMATS = {
    "claude-code": "Claude Code session logs, JSONL",
    "openai": "OpenAI chat completions, one JSON document: an array of messages or an object that holds them",
    "openai-lines": "OpenAI chat completions, JSONL with a message per line",
    "openai-rows": "OpenAI chat completions, JSONL with a conversation per line "
    "(fine-tuning sets, request logs)",
    "anthropic": "Anthropic Messages, one JSON document: a request body or an array of messages",
    "anthropic-lines": "Anthropic Messages, JSONL with a message per line",
    "anthropic-rows": "Anthropic Messages, JSONL with a request or conversation per line",
}


def print_version() -> None:
    from headroom_cli import __version__

    write_text(f"headroom {__version__}\n")


def print_formats() -> None:
    """One line per format: its name and what such files are."""
    wide = max(len(name) for name in FORMATS)
    write_text("".join(f"{name:<{wide}}  {reads}\n" for name, reads in FORMATS.items()))


def print_store_path(named: str | None = None) -> None:
    """The file that --store names, or the user's own store, whether it exists or not."""
    from headroom_cli.store import default_path

    write_text(f"{named if named is not None else default_path(os.environ)}\n")


ANSWERS: dict[tuple[str, ...], Callable[[], None]] = {
    ("--version",): print_version,
    ("formats",): print_formats,
    ("store", "path"): print_store_path,
}
