"""The commands by name. A command's module is imported when the command is asked for, not before."""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from headroom_cli.cli import GOOD, NO_VERDICT
from headroom_cli.cli.help import draw_help
from headroom_cli.cli.light import print_version
from headroom_cli.errors import UsageError

COMMANDS = {
    "compress": "Compact a transcript to a token budget.",
    "restore": "Give back the original of a compacted transcript, byte for byte.",
    "retrieve": "Print one original from the store, by the reference in its mark.",
    "count": "Count the tokens of a transcript by role, kind and tool.",
    "check": "Fail if any transcript is over a token budget, and say by how much.",
    "convert": "Turn any transcript that can be read into a chat of another dialect.",
    "eval": "Measure how much of what an agent quotes later is kept, against dull baselines.",
    "formats": "List the transcript formats that can be read.",
    "unfold": "Undo the folds of a transcript without a store.",
    "store": "See, prune and move the originals that headroom keeps.",
}
STORE_COMMANDS = {
    "path": "Print where the store is.",
    "list": "List what the store holds.",
    "purge": "Delete originals from the store.",
    "export": "Write all originals to one portable file.",
    "import": "Add the originals of an exported file.",
}
_HELP = "Compact chat transcripts to a token budget, restorable byte for byte."
_EPILOG = (
    "Exit status: 0 good verdict, 1 bad verdict (over budget, would change, partly restored), "
    "2 no verdict (usage, unreadable input), 130 interrupted, 141 closed pipe."
)
_SETTINGS = {"help_option_names": ["-h", "--help"]}


class _Command(TyperCommand):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(draw_help(self, ctx))


class _Commands(TyperGroup):
    """A group whose commands are built one at a time, when they are asked for."""

    roster = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.roster)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.roster:
            from headroom_cli.cli.options import nearest

            raise UsageError(
                f"no such command: {cmd_name}; the nearest is {nearest(cmd_name, self.roster)} "
                f"(known: {', '.join(self.roster)})"
            )
        return self.build(cmd_name)

    def build(self, name: str) -> Any:
        if name == "store":
            return _make_group(_StoreCommands, name, COMMANDS[name])
        return _make_command(import_module(f"headroom_cli.cli.{name}").run, name, COMMANDS[name])

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(draw_help(self, ctx, self.roster))


class _StoreCommands(_Commands):
    roster = STORE_COMMANDS

    def build(self, name: str) -> Any:
        module = import_module("headroom_cli.cli.store")
        return _make_command(getattr(module, f"run_{name}"), name, STORE_COMMANDS[name])


def invoke(arguments: list[str]) -> int:
    """Run the command that `arguments` name; returns its exit status.

    Typer's own `main` is not used: it turns a closed pipe and uncaught errors into exit status 1.
    """
    group = _make_group(_Commands, "headroom", _HELP, _callback)
    if not arguments:
        _show_unasked_help(group)
        return NO_VERDICT
    with group.make_context("headroom", list(arguments)) as context:
        status = group.invoke(context)
    return status if isinstance(status, int) else GOOD


def _show_unasked_help(group: Any) -> None:
    """Help on stderr: nobody asked for it, so it is not the product."""
    with redirect_stdout(sys.stderr), suppress(typer.Exit):
        group.make_context("headroom", ["--help"])


def _make_group(
    cls: type[TyperGroup], name: str, sentence: str, callback: Callable[..., None] | None = None
) -> Any:
    app = typer.Typer(
        cls=cls,
        name=name,
        help=sentence,
        epilog=_EPILOG,
        callback=callback or _nothing,
        context_settings=dict(_SETTINGS),
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    return get_group(app)


def _make_command(run: Callable[..., int], name: str, sentence: str) -> Any:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name, help=sentence, cls=_Command, context_settings=dict(_SETTINGS))(run)
    return get_command(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print_version()
        raise typer.Exit


def _callback(
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_print_version, help="Print the version and stop."
    ),
) -> None:
    """Typer reads the flags of the program itself off this signature."""


def _nothing() -> None:
    """A group without flags of its own."""
