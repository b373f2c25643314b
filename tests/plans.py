"""Plans made by hand, for tests of what carries plans out."""

import hashlib
from collections.abc import Collection, Sequence

from headroom_cli.marker import print_drop
from headroom_cli.model import Change, Decision, Placeholder, Plan, Rung, Transcript


def make_plan(
    transcript: Transcript,
    conversation: int = 0,
    *,
    drop: Collection[int] = (),
    cut: dict[int, tuple[int, ...]] | None = None,
    change: dict[int, tuple[Change, ...]] | None = None,
    mark: bool = True,
) -> Plan:
    """A plan that drops some messages, cuts parts and changes texts; figures are not filled in.

    With `mark` a placeholder stands where the first drop or cut was.
    """
    cut, change = cut or {}, change or {}
    messages = transcript.conversations[conversation].messages
    decisions = tuple(
        Decision(
            message=message.index,
            rung=Rung.DROP if message.index in drop else Rung.KEEP,
            reason="by hand",
            tokens_before=0,
            tokens_after=0,
            changes=change.get(message.index, ()),
            cut=cut.get(message.index, ()),
        )
        for message in messages
    )
    touched: Sequence[int] = sorted({*drop, *cut})
    placeholder = None
    if mark and touched:
        ref = hashlib.sha256(repr(touched).encode()).hexdigest()[:12]
        text = print_drop((("messages", len(touched)),), ref)
        placeholder = Placeholder(touched[0], text, ref, 0, (("messages", len(touched)),))
    return Plan(conversation, decisions, None, 0, 0, True, placeholder)


def rewrite(transcript: Transcript, message: int, part: int, text: str, leaf: int | None = None) -> Change:
    """The change of one text of the first conversation."""
    whole = transcript.conversations[0].messages[message].parts[part]
    original = whole.text if leaf is None else whole.leaves[leaf].text
    ref = hashlib.sha256(original.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return Change(part, leaf, Rung.TRIM, original, text, ref, "lines", 0, 0)
