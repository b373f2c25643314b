"""`headroom eval`: how much of what an agent quotes later each method keeps, at the same budgets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headroom_cli.cli import options, streams

if TYPE_CHECKING:
    from headroom_cli.fidelity.summary import Row

SCHEMA = 1
_WIDTHS = "{:<14} {:>6} {:>5} {:>6} {:>13} {:>7} {:>8} {:>8} {:>7} {:>7} {:>5} {:>6} {:>6}"
_HEADINGS = (
    "method", "budget", "cuts", "kept", "95 %", "pooled", "recover.", "control", "missed", "broken",
    "task", "tokens", "marks",
)  # fmt: skip


def run(
    paths: Annotated[list[Path], typer.Argument(help="Transcripts, or folders of them.", show_default=False)],
    budgets: Annotated[
        str, typer.Option("--budgets", help="Shares of the tokens before each cut.", metavar="N%,N%,...")
    ] = "60%,40%,20%,10%",
    strategy: Annotated[
        str, typer.Option("--strategy", help="Strategies to try, separated by commas.", metavar="NAME,...")
    ] = "oldest,coverage",
    model: options.Model = None,
    encoding: options.Encoding = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """Cut every transcript after 50 % and 80 % of its tool outputs, compact what is before the cut, and
    look for the facts that the agent quotes after it (two or more outputs later). Files without enough of
    them, or that cannot be read, are named and passed over."""
    from dataclasses import asdict

    from headroom_cli.errors import InputError, UsageError
    from headroom_cli.fidelity.summary import summarize
    from headroom_cli.fidelity.trials import try_all
    from headroom_cli.formats import read_transcript
    from headroom_cli.model import Policy
    from headroom_cli.strategies import pick_strategy

    remarks = options.make_remarks(quiet, verbose, color)
    shares = _read_shares(budgets)
    names = [name.strip() for name in strategy.split(",") if name.strip()]
    if not names:
        raise UsageError("--strategy names no strategy.")
    policies = {pick_strategy(name).NAME: Policy(strategy=name) for name in names}
    counter = options.pick_counter(model, encoding, remarks)
    trials = []
    used = 0
    for path in _list_files(paths):
        try:
            transcript = read_transcript(streams.read_input(str(path)))
        except InputError as error:
            remarks.note(f"{path}: {error}")
            continue
        own = list(try_all(transcript, shares, policies, counter))
        used += bool(own)
        trials += own
    rows = summarize(trials)
    if json:
        from headroom_cli.printable import print_json

        listed = [asdict(row) for row in rows]
        streams.write_text(print_json({"schema": SCHEMA, "files": used, "rows": listed}))
    else:
        streams.write_text(_print_table(rows, used))
    return 0


def _print_table(rows: "list[Row]", used: int) -> str:
    lines = [_WIDTHS.format(*_HEADINGS)]
    for row in rows:
        interval = f"{row.low:.2f} - {row.high:.2f}"
        facts = [f"{share:.2f}" for share in (row.pooled, row.recoverable, row.control)]
        rest = [f"{share:.0%}" for share in (row.task, row.tokens, row.marks)]
        first = [row.method, f"{row.share:.0%}", row.cuts, f"{row.macro:.2f}", interval]
        lines.append(_WIDTHS.format(*first, *facts, row.missed, row.broken, *rest))
    return "\n".join([*lines, f"{used} transcripts with enough facts", ""])


def _read_shares(budgets: str) -> tuple[float, ...]:
    from headroom_cli.errors import UsageError

    shares = []
    for text in budgets.split(","):
        number = text.strip().removesuffix("%")
        if not text.strip().endswith("%") or not number.isdigit() or not 0 < int(number) <= 100:
            raise UsageError(f"--budgets {budgets}: write shares such as 40%,20%,10%.")
        shares.append(int(number) / 100)
    return tuple(shares)


def _list_files(paths: list[Path]) -> list[Path]:
    """The files named, and every file below the folders named, in order."""
    found: list[Path] = []
    for path in paths:
        found += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return found
