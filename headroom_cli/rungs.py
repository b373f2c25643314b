"""One text, one rung: fold it, trim it to a target, or leave a stub.

Each function returns the `Change` it would make, or None where the rung has nothing to offer. Whether a
change is taken is the planner's business.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from headroom_cli.contracts import Compressor, Counter, Hints
from headroom_cli.marker import parse_head, print_fold, print_head
from headroom_cli.model import Change, Path, Rung
from headroom_cli.pack import cost_units, pack


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


def trim(source: Source, target: int, crafts: Crafts, refs: bool) -> tuple[Change | None, str]:
    """The best units of the text in at most `target` tokens; beside it the compressor's name."""
    text, cleaned = crafts.clean(source.text)
    hints = Hints(source.tool, source.argument, crafts.cuts(text))
    compressor = crafts.choose(text, hints)
    if compressor is None:
        return None, ""
    units = compressor.read(text, hints)
    costs = cost_units(units.pieces(), *crafts.counter.line_costs(text))
    ref = text_ref(source.text)

    def head(kept: int, total: int) -> str:
        printed = ref if refs else ""
        return print_head(units.kind, kept, total, units.noun, printed, cleaned=cleaned, about=source.voice)

    packed = pack(units, costs, target, crafts.counter.count, head)
    if packed is None:
        return None, compressor.NAME
    change = _change(source, Rung.TRIM, packed.text, ref, compressor.NAME, packed.tokens)
    return replace(change, kept=packed.kept, total=packed.total, noun=units.noun), compressor.NAME


def stub(source: Source, crafts: Crafts, refs: bool) -> Change | None:
    """One head mark in the place of the text, if it is lighter."""
    ref = text_ref(source.text)
    lines = source.text.count("\n") + (not source.text.endswith("\n"))
    about = source.voice or f"{source.tool} {source.argument}".strip()
    text = print_head("stub", 0, lines, "lines", ref if refs else "", about=about)
    tokens = crafts.counter.count(text)
    if tokens >= source.tokens:
        return None
    change = _change(source, Rung.STUB, text, ref, "stub", tokens)
    return replace(change, total=lines, noun="lines")


def _change(source: Source, rung: Rung, text: str, ref: str, compressor: str, tokens: int) -> Change:
    return Change(source.part, source.leaf, rung, source.text, text, ref, compressor, source.tokens, tokens)
