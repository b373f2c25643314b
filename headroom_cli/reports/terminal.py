"""The report for people: a table of the messages, a bar of the window before and after, and totals.

Names and reasons are escaped before they are drawn; transcript text is not shown at all.
"""

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from headroom_cli.model import Conversation, Plan
from headroom_cli.printable import escape_line
from headroom_cli.reports._account import Account, Row, Sums, add_up, conversations, rows

STYLES = {"keep": "", "fold": "cyan", "trim": "yellow", "cut": "magenta", "stub": "magenta", "drop": "red"}
ROLE_STYLES = ("blue", "green", "cyan", "yellow", "magenta", "red", "white")
NARROWEST_BAR = 10


def render(account: Account, *, width: int = 80, colour: bool = False) -> str:
    """The account as text for a terminal of `width` columns; without `colour` there is no escape in it."""
    text = io.StringIO()
    console = Console(
        file=text,
        width=max(width, 40),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    exactness = "exact" if account.counter.exact else f"an estimate, raw tokens x {account.counter.factor:g}"
    console.print(
        Text(
            f"{escape_line(account.file)}  {account.transcript.format}  {account.counter.name} ({exactness})"
        )
    )
    several = len(account.plans) > 1
    for conversation, plan in conversations(account):
        if several:
            console.print(Text(f"\nconversation {plan.conversation}", style="bold"))
        _print_conversation(console, account, conversation, plan)
    console.print(_draw_total(account))
    for note in account.notes:
        console.print(Text(escape_line(note), style="dim"))
    return text.getvalue()


def _print_conversation(console: Console, account: Account, conversation: Conversation, plan: Plan) -> None:
    sums = add_up(account, conversation, plan)
    listed = list(rows(conversation, plan))
    console.print(_draw_table(listed, sums, plan))
    for line in _draw_bars(listed, sums, account, console.width):
        console.print(line)
    if plan.slack:
        console.print(Text(escape_line(plan.slack), style="dim"))


def _draw_table(listed: Sequence[Row], sums: Sums, plan: Plan) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=False)
    for name in ("#", "role", "kind"):
        table.add_column(name, justify="right" if name == "#" else "left", overflow="fold")
    for name in ("before", "after", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("action", no_wrap=True)
    table.add_column("reason", overflow="fold", ratio=1)
    placeholder = plan.placeholder
    for row in listed:
        if placeholder is not None and row.message.index == placeholder.before:
            _add_row(
                table, "+", "user", "mark", 0, sums.placeholder, "add", "the placeholder for what was dropped"
            )
        decision = row.decision
        named = row.compressor and row.compressor not in decision.reason
        reason = f"{decision.reason} ({row.compressor})" if named else decision.reason
        _add_row(
            table,
            str(row.message.index),
            row.message.role,
            row.kind,
            decision.tokens_before,
            decision.tokens_after,
            row.action,
            reason,
        )
    if sums.preamble:
        _add_row(
            table, "", "request", "preamble", sums.preamble, sums.preamble, "keep", "system prompt and tools"
        )
    _add_row(table, "", "reply", "overhead", sums.reply, sums.reply, "keep", "what the reply begins with")
    return table


def _add_row(
    table: Table, index: str, role: str, kind: str, before: int, after: int, action: str, reason: str
) -> None:
    table.add_row(
        Text(index),
        Text(escape_line(role)),
        Text(escape_line(kind)),
        Text(f"{before:,}"),
        Text(f"{after:,}"),
        Text(_print_ratio(before, after)),
        Text(action, style=STYLES.get(action, "")),
        Text(escape_line(reason)),
    )


def _draw_bars(listed: Sequence[Row], sums: Sums, account: Account, width: int) -> list[Text]:
    """The window before and after, on one scale: the larger of the window before and the budget."""
    budget = sums.budget
    labels = (
        f" {sums.tokens_before:,} tokens",
        f" {sums.tokens_after:,} tokens" + (f" of {budget:,}" if budget is not None else ""),
    )
    room = max(NARROWEST_BAR, width - len("before ") - max(map(len, labels)) - 1)
    scale = room / max(sums.tokens_before, budget or 0, 1)
    roles = list(dict.fromkeys(row.message.role for row in listed))
    styles = {role: ROLE_STYLES[i % len(ROLE_STYLES)] for i, role in enumerate(roles)}
    factor = account.counter.factor
    lines = []
    for name, label, after in (("before ", labels[0], False), ("after  ", labels[1], True)):
        line = Text(name)
        drawn = reached = 0.0
        fixed = sums.preamble + sums.reply + (sums.placeholder if after else 0)
        shares = [("", fixed)] + [
            (role, sum(_tokens(row, after) for row in listed if row.message.role == role)) for role in roles
        ]
        for role, tokens in shares:
            reached += tokens * factor * scale
            cells = round(reached) - round(drawn)
            line.append("\u2588" * cells, style=styles.get(role, "dim"))
            drawn = reached
        limit = room if budget is None else min(room, round(budget * scale))
        line.append("\u2591" * max(0, limit - round(drawn)) if after else "", style="dim")
        line.append(" " * max(0, room - max(round(drawn), limit if after else 0)))
        line.append(label)
        lines.append(line)
    legend = Text("shares ")
    for role in roles:
        share = sum(_tokens(row, True) for row in listed if row.message.role == role) / max(sums.raw_after, 1)
        legend.append("\u2588 ", style=styles[role])
        legend.append(f"{escape_line(role)} {share:.0%}  ")
    return [*lines, legend]


def _tokens(row: Row, after: bool) -> int:
    return row.decision.tokens_after if after else row.decision.tokens_before


def _draw_total(account: Account) -> Text:
    before, after = account.tokens_before, account.tokens_after
    ratio = _print_ratio(before, after)
    total = Text(f"total  {before:,} -> {after:,} tokens", style="bold")
    total.append(f" (ratio {ratio})" if before else "")
    if any(plan.budget is not None for plan in account.plans):
        total.append(
            "; budget met" if account.met else "; BUDGET NOT MET", style="green" if account.met else "red"
        )
    return total


def _print_ratio(before: int, after: int) -> str:
    return f"{after / before:.2f}" if before else ""
