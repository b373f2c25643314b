"""One text, one rung: fold it, trim it to a target, or leave a stub.

Each function returns the `Change` it would make, or None where the rung has nothing to offer. Whether a
change is taken is the planner's business.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from headroom_cli.contracts import Compressor, Counter, Hints, Units
from headroom_cli.marker import parse_head, print_fold, print_gap, print_head
from headroom_cli.model import Change, Path, Rung
from headroom_cli.pack import cost_units, pack

# The most that the digits of a reference and of a count weigh: a digit of a reference may be a token of its
# own, those of a count go by three.
REF_DIGITS = 12
COUNT_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Crafts:
    """What `compact` introduces to the planner, which imports none of it.

    `choose(text, hints)` picks the compressor that claims a text; `clean(text)` strips noise and names
    what it stripped; `cuts(text)` finds where over-long lines may be cut; `fold(text)` gives
    (name, folded body, parameter) or None; `raw(messages)` gives the bytes of messages as they stand in
    the file; `rewrite(json_text, {path: text})` replaces strings inside JSON text.
    """

    counter: Counter
    choose: Callable[[str, Hints], Compressor | None]
    clean: Callable[[str], tuple[str, tuple[str, ...]]]
    cuts: Callable[[str], tuple[int, ...]]
    fold: Callable[[str], tuple[str, str, str] | None]
    raw: Callable[[Sequence[int]], bytes]
    rewrite: Callable[[str, Mapping[Path, str]], str]


@dataclass(frozen=True, slots=True)
class Source:
    """One text that may change: part `part` of message `message`, or its leaf `leaf`.

    `tokens` is the text's own figure. `voice` is set where only the text itself tells that it is not a
    person's (harness text and results in role `user`): its head mark then says so, for whoever reads the
    output again. `marked`: its first line is a head mark of an earlier run.
    """

    message: int
    part: int
    leaf: int | None
    text: str
    tokens: int
    tool: str
    argument: str
    voice: str = ""

    @property
    def marked(self) -> bool:
        return parse_head(self.text) is not None


def make_ref(body: bytes) -> str:
    """The reference of an original: the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(body).hexdigest()[:12]


def text_ref(text: str) -> str:
    """The reference of a text; lone surrogates are hashed as they are."""
    return make_ref(text.encode("utf-8", "surrogatepass"))


def fold(source: Source, crafts: Crafts, refs: bool) -> Change | None:
    """An invertible rewrite, if one makes the text lighter."""
    folded = crafts.fold(source.text)
    if folded is None:
        return None
    name, body, parameter = folded
    ref = text_ref(source.text)
    text = f"{print_fold(name, parameter, ref if refs else '')}\n{body}"
    tokens = crafts.counter.count(text)
    if tokens >= source.tokens:
        return None
    return _change(source, Rung.FOLD, text, ref, name, tokens)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as its compressor reads it: units, what each costs in tokens, and what was cleaned away."""

    units: Units
    costs: Sequence[int]
    cleaned: tuple[str, ...]
    compressor: str


def read(source: Source, crafts: Crafts) -> Reading | None:
    """The text's units by the compressor that claims it; None if none does."""
    text, cleaned = crafts.clean(source.text)
    hints = Hints(source.tool, source.argument, crafts.cuts(text))
    compressor = crafts.choose(text, hints)
    if compressor is None:
        return None
    units = compressor.read(text, hints)
    costs = cost_units(units.pieces(), *crafts.counter.line_costs(text))
    return Reading(units, costs, cleaned, compressor.NAME)


def trim(source: Source, reading: Reading, target: int, crafts: Crafts, refs: bool) -> Change | None:
    """The best units of the text in at most `target` tokens."""
    ref = text_ref(source.text)
    units = reading.units
    head = partial(_print_head, source, reading, ref if refs else "")
    packed = pack(units, reading.costs, target, crafts.counter.count, head)
    if packed is None:
        return None
    change = _change(source, Rung.TRIM, packed.text, ref, reading.compressor, packed.tokens)
    return replace(change, kept=packed.kept, total=packed.total, noun=units.noun)


def trim_to(
    source: Source, reading: Reading, kept: Sequence[bool], crafts: Crafts, refs: bool
) -> Change | None:
    """Just these units of the text, in order, marked; None if they are all of it or none."""
    units = reading.units
    nouns = sum(size for size, keep in zip(units.sizes, kept, strict=True) if keep)
    total = sum(units.sizes)
    if nouns in (0, total):
        return None
    ref = text_ref(source.text)
    head = _print_head(source, reading, ref if refs else "", nouns, total)
    text = units.render(kept, head, lambda n: print_gap(n, units.noun))
    change = _change(source, Rung.TRIM, text, ref, reading.compressor, crafts.counter.count(text))
    return replace(change, kept=nouns, total=total, noun=units.noun)


def _print_head(source: Source, reading: Reading, ref: str, kept: int, total: int) -> str:
    units = reading.units
    return print_head(units.kind, kept, total, units.noun, ref, cleaned=reading.cleaned, about=source.voice)


def stub(source: Source, crafts: Crafts, refs: bool, rival: int | None = None) -> Change | None:
    """One head mark in the place of the text, if it is lighter.

    `rival` is the weight of the rewrite that it would replace. There, and where the text is the rewrite of
    an earlier run, it has to be lighter whatever the digits of its counts and reference weigh: a second
    pass, which prints others, must decide alike.
    """
    ref = text_ref(source.text)
    lines = source.text.count("\n") + (not source.text.endswith("\n"))
    limit = source.tokens if rival is None else rival
    digits = COUNT_DIGITS + (crafts.counter.count("; ref ") + REF_DIGITS if refs else 0)
    # The argument of a call may be shorter in a second pass, or gone: its weight must not decide either.
    argument = "" if parse_head(source.argument) else source.argument
    named = f"{source.tool} {argument}".strip()
    for about in (source.voice,) if source.voice else dict.fromkeys((named, source.tool)):
        text = print_head("stub", 0, lines, "lines", ref if refs else "", about=about)
        tokens = heaviest = crafts.counter.count(text)
        if source.marked or rival is not None:
            heaviest = digits + crafts.counter.count(print_head("stub", 0, 0, "lines", "", about=about))
        if max(tokens, heaviest) < limit:
            change = _change(source, Rung.STUB, text, ref, "stub", tokens)
            return replace(change, total=lines, noun="lines")
    return None


def _change(source: Source, rung: Rung, text: str, ref: str, compressor: str, tokens: int) -> Change:
    return Change(source.part, source.leaf, rung, source.text, text, ref, compressor, source.tokens, tokens)
