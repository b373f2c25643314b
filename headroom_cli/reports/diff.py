"""What was removed, and why: a unified diff per message, headed by the action and its reason.

Compacted text is extractive: its lines stand in the original, in order, with marks between them. So the
longest common subsequence need not be searched for: every line of the output is matched with the next
equal line of the original, helped by the counts in gap marks. Time is linear in the text but for a
logarithm; the diff is a true one (it rebuilds the output) for any two texts.
"""

from bisect import bisect_left
from collections.abc import Iterator

from headroom_cli.marker import MARK
from headroom_cli.model import Change, Kind, Message, Part, Rung
from headroom_cli.printable import escape, escape_line
from headroom_cli.reports._account import Account, Row, conversations, rows

CONTEXT = 3  # unchanged lines around a change
_STYLES = {"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m", "=": "\x1b[1m"}
_PLAIN = "\x1b[0m"
_Step = tuple[str, str]  # (" ", "-" or "+"; the line)


def render(account: Account, *, width: int = 80, colour: bool = False) -> str:
    """The diffs of all changed messages; "" if nothing changed. Text is escaped for a terminal."""
    del width
    several = len(account.plans) > 1
    lines: list[str] = []
    for conversation, plan in conversations(account):
        where = f"{account.file}: " + (f"conversation {plan.conversation}, " if several else "")
        for row in rows(conversation, plan):
            if plan.placeholder is not None and row.message.index == plan.placeholder.before:
                lines.append(f"=== {escape_line(where)}placeholder before message {row.message.index}")
                lines += [f"+{escape(line)}" for line in plan.placeholder.text.split("\n")]
            if row.action != "keep":
                lines += _diff_message(where, row)
    if colour:
        lines = [_paint(line) for line in lines]
    return "".join(f"{line}\n" for line in lines)


def _diff_message(where: str, row: Row) -> Iterator[str]:
    message, decision = row.message, row.decision
    size = f"{decision.tokens_before:,} -> {decision.tokens_after:,} tokens"
    name = f"message {message.index} ({escape_line(message.role)}, {row.kind})"
    yield f"=== {escape_line(where)}{name} {row.action}: {escape_line(decision.reason)}; {size}"
    if decision.rung is Rung.DROP:
        for position in range(len(message.parts)):
            yield from _remove_part(message, position)
        return
    for position in decision.cut:
        yield from _remove_part(message, position)
    for change in decision.changes:
        if change.part not in decision.cut:
            yield from _diff_change(message, change)


def _remove_part(message: Message, position: int) -> Iterator[str]:
    part = message.parts[position]
    yield f"--- {_name(message, part, position)}"
    yield "+++ (removed)"
    lines = part.text.split("\n") if part.text else [_describe_opaque(part)]
    yield f"@@ -1,{len(lines)} +0,0 @@"
    for line in lines:
        yield f"-{escape(line)}"


def _describe_opaque(part: Part) -> str:
    return f"({part.kind.value} without text, {part.flat:,} tokens)"


def _diff_change(message: Message, change: Change) -> Iterator[str]:
    name = _name(message, message.parts[change.part], change.part, change.leaf)
    size = f"{change.tokens_before:,} -> {change.tokens_after:,} tokens"
    kept = f", {change.kept:,} of {change.total:,} {change.noun} kept" if change.total else ""
    yield f"--- {name}"
    yield f"+++ {name} ({change.rung.value} by {escape_line(change.compressor)}, {size}{kept})"
    for line in unify(change.original.split("\n"), change.text.split("\n")):
        yield escape(line)


def _name(message: Message, part: Part, position: int, leaf: int | None = None) -> str:
    words = [f"message {message.index}", f"part {position}"]
    if part.tool:
        words.append(" ".join(w for w in (part.tool, part.argument[:80]) if w))
    if leaf is not None and part.kind is Kind.CALL:
        words.append("argument " + ".".join(map(str, part.leaves[leaf].path)))
    return escape_line(", ".join(words))


def unify(before: list[str], after: list[str]) -> Iterator[str]:
    """The hunks of a unified diff, without file names. Both texts come as lines."""
    steps = match_lines(before, after)
    changed = [number for number, (sign, _) in enumerate(steps) if sign != " "]
    old = new = done = 0
    while changed:
        last = changed[0]
        for number in changed:
            if number - last > 2 * CONTEXT:
                break
            last = number
        start, stop = max(done, changed[0] - CONTEXT), min(len(steps), last + CONTEXT + 1)
        old += start - done
        new += start - done
        hunk = steps[start:stop]
        olds = sum(sign != "+" for sign, _ in hunk)
        news = sum(sign != "-" for sign, _ in hunk)
        yield f"@@ -{_print_range(old, olds)} +{_print_range(new, news)} @@"
        yield from (sign + line for sign, line in hunk)
        old, new, done = old + olds, new + news, stop
        changed = changed[bisect_left(changed, stop) :]


def match_lines(before: list[str], after: list[str]) -> list[_Step]:
    """Edit steps from one text to the other: " " for a line of both, "-" and "+" for the rest."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(before):
        places.setdefault(line, []).append(number)
    steps: list[_Step] = []
    at = 0
    gap = 0
    for line in after:
        place = _find_next(places.get(line, []), at, at + gap)
        gap = 0
        if place is None:
            steps.append(("+", line))
            gap = _read_gap(line)
            continue
        steps += [("-", gone) for gone in before[at:place]]
        steps.append((" ", line))
        at = place + 1
    steps += [("-", gone) for gone in before[at:]]
    return _order(steps)


def _find_next(places: list[int], at: int, wanted: int) -> int | None:
    """The place `wanted` if it is one, else the first at or after `at`."""
    hit = bisect_left(places, wanted)
    if hit < len(places) and places[hit] == wanted:
        return wanted
    first = bisect_left(places, at)
    return places[first] if first < len(places) else None


def _read_gap(line: str) -> int:
    """How many lines a gap mark says went from here; 0 for any other line."""
    match = MARK.search(line) if "[... " in line else None
    return int(match["count"]) if match and match["count"] and match["noun"] == "lines" else 0


def _order(steps: list[_Step]) -> list[_Step]:
    """Within each run of changes, what went before what came."""
    ordered: list[_Step] = []
    came: list[_Step] = []
    for step in steps:
        if step[0] == "+":
            came.append(step)
            continue
        if step[0] == " ":
            ordered += came
            came = []
        ordered.append(step)
    return ordered + came


def _print_range(start: int, count: int) -> str:
    """A hunk's range as diff prints it: from 1, but from the line before where the range is empty."""
    return f"{start + 1 if count else start},{count}"


def _paint(line: str) -> str:
    style = _STYLES.get(line[:1])
    return f"{style}{line}{_PLAIN}" if style else line
