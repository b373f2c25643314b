"""From the books to the record: one `Decision` per message, in order, each with its reason."""

from collections.abc import Mapping

from headroom_cli.board import Board
from headroom_cli.model import Change, Decision, Guard, Rung
from headroom_cli.window import Standing

_WEIGHT = (Rung.KEEP, Rung.FOLD, Rung.TRIM, Rung.STUB, Rung.DROP)


def decide(board: Board, refused: Mapping[int, str], *, within: bool) -> tuple[Decision, ...]:
    """What the board says of every message. `refused`: sources the gate turned down, with the compressor.
    `within`: nothing had to change."""
    changes: dict[int, list[Change]] = {}
    for key, change in sorted(board.changes.items()):
        source = board.sources[key]
        if not board.is_gone(source):
            changes.setdefault(source.message, []).append(change)
    compressible = {source.message for source in board.sources}
    turned_down = {board.sources[key].message: name for key, name in refused.items()}
    decisions = []
    for message in board.messages:
        index = message.index
        own = tuple(changes.get(index, ()))
        cut = tuple(sorted(board.gone.get(index, ())))
        standing = board.standings[index]
        if index in board.dropped:
            rung = Rung.DROP
        else:
            rung = max((c.rung for c in own), key=_WEIGHT.index, default=Rung.KEEP)
        decisions.append(
            Decision(
                message=index,
                rung=rung,
                reason=_explain(
                    rung,
                    standing,
                    own,
                    cut,
                    turned_down.get(index),
                    within=within,
                    small=index not in compressible,
                ),
                tokens_before=board.before[index],
                tokens_after=board.weigh(index),
                guard=standing.guard,
                step=standing.step,
                changes=own,
                cut=cut,
            )
        )
    return tuple(decisions)


def _explain(
    rung: Rung,
    standing: Standing,
    changes: tuple[Change, ...],
    cut: tuple[int, ...],
    refused: str | None,
    *,
    within: bool,
    small: bool,
) -> str:
    """One plain clause. `small`: the message holds no text that compressors may see."""
    if within:
        return "within the budget"
    if rung is Rung.DROP:
        return {
            Guard.FREE: "oldest first",
            Guard.SOFT: "nothing older was left",
            Guard.HUMAN: "human, dropped last of all",
            Guard.HARD: "merged into one placeholder",
        }[standing.guard]
    if cut:
        return "its blocks were dropped with their step or as thinking"
    if rung is Rung.STUB:
        return "trimming was not enough; the store has the original"
    if rung is Rung.TRIM:
        names = ", ".join(sorted({c.compressor for c in changes if c.rung is Rung.TRIM}))
        return f"the best units kept by {names}"
    if rung is Rung.FOLD:
        return "an invertible rewrite was lighter"
    if standing.guard in (Guard.HARD, Guard.HUMAN):
        return standing.reason
    if refused is not None:
        return f"{refused or 'no compressor'} could not shrink it enough for the gate"
    if standing.guard is Guard.SOFT:
        return standing.reason
    return "too small to compress" if small else "the budget held before its turn"
