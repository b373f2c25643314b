"""Help as text: one panel per group of flags.

Drawn here, with the standard library alone: rich takes longer to import than everything else that help
needs, and decides about colour and closed pipes for itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any

NARROWEST = 40
WIDEST = 100
_MARGIN = len("│ ") + len(" │")

Entry = tuple[str, str]  # what is written, what it does


def draw_help(command: Any, context: Any, commands: Mapping[str, str] | None = None) -> str:
    """The help of one command: usage, what it does, its flags by panel, and, for a group, its commands."""
    width = max(NARROWEST, min(WIDEST, get_terminal_size().columns))
    lines = [command.get_usage(context), "", *wrap(command.help or "", width), ""]
    panels = _sort_into_panels(command.get_params(context), context)
    if commands:
        panels["Commands"] = list(commands.items())
    for title, entries in panels.items():
        lines += _draw_panel(title, entries, width)
    if command.epilog:
        lines += ["", *wrap(command.epilog, width)]
    return "\n".join(lines)


def _sort_into_panels(parameters: Iterable[Any], context: Any) -> dict[str, list[Entry]]:
    """Arguments and flags without a panel first, then the panels in the order of the signature."""
    panels: dict[str, list[Entry]] = {"Arguments": [], "Options": []}
    for parameter in parameters:
        entry = parameter.get_help_record(context)
        if entry is not None:
            default = "Options" if parameter.opts[0].startswith("-") else "Arguments"
            title = getattr(parameter, "rich_help_panel", None) or default
            panels.setdefault(title, []).append(entry)
    return {title: entries for title, entries in panels.items() if entries}


def _draw_panel(title: str, entries: Sequence[Entry], width: int) -> list[str]:
    inner = width - _MARGIN
    left = min(max(len(name) for name, _ in entries), inner // 2)
    lines = [f"╭─ {title} {'─' * (inner - len(title) - 1)}╮"]
    for name, does in entries:
        column = wrap(name, left) or [""]
        text = wrap(does, inner - left - 2) or [""]
        for number in range(max(len(column), len(text))):
            name_line = column[number] if number < len(column) else ""
            text_line = text[number] if number < len(text) else ""
            lines.append(f"│ {name_line:<{left}}  {text_line:<{inner - left - 2}} │")
    return [*lines, f"╰{'─' * (inner + 2)}╯"]
