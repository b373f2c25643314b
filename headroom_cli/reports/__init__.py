"""Reports: one file per reader. Each has `render(account, width, colour) -> str`."""

from importlib import import_module

from headroom_cli.reports._account import Account

__all__ = ["MODULES", "NAMES", "Account", "render"]

MODULES = {"terminal": "terminal", "json": "machine"}
NAMES = tuple(MODULES)


def render(name: str, account: Account, *, width: int = 80, colour: bool = False) -> str:
    """The report of this name as text. `width` is in columns; only the terminal report uses it."""
    module = import_module(f"headroom_cli.reports.{MODULES[name]}")
    text: str = module.render(account, width=width, colour=colour)
    return text
