"""The promises between the rooms, as Protocols. Modules keep most of them: a roster lists the modules.

How sure a compressor is (`claim`), on one scale for all:

    1.0  the tool or the structure leaves no doubt (a unified diff with hunks; text that parses as JSON)
    0.8  most lines have the shape (nine in ten lines are `path:line:text`)
    0.5  plausible, better than plain lines
    0.1  the fallback that takes any text
    0.0  no claim. Unsure means no claim; ties go to roster order.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from headroom_cli.model import Chunk, Edit, Event, Plan, Rung, Transcript

Observe = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a text besides itself.

    `tool` and `argument`: the call it belongs to. `cuts`: offsets (in characters, ascending) at white
    space inside lines that are too long to be one unit; a line-made compressor must split there.
    """

    tool: str = ""
    argument: str = ""
    cuts: tuple[int, ...] = ()


class Units(Protocol):
    """A text split into units that stay or go whole, ranked.

    `source` is the text the units are spans of; `pieces()` are the units' texts in order, and together
    they are the source. `sizes[i]` is how many `noun`s unit i stands for. `ranks[i]` in 0..1 says how
    much is lost without it (1: keep at nearly any price; 0: never kept for its own sake, only because a
    kept unit needs it: a closing bracket). `needs[i]` is a unit that must stay if i stays
    (the heading of a match, the def around a statement), -1 for none; chains are followed, and never form
    a circle.

    `render(kept, head, gap)` returns the kept units verbatim and in order, `head` (a head mark, "" for
    none) first, and `gap(n)` wherever n nouns went, each dressed as the kind of text demands. The gap
    counts always sum to the sizes of the units not kept.
    """

    kind: str
    noun: str
    source: str
    sizes: Sequence[int]
    ranks: Sequence[float]
    needs: Sequence[int]

    def pieces(self) -> Sequence[str]: ...

    def render(self, kept: Sequence[bool], head: str, gap: Callable[[int], str]) -> str: ...


class Compressor(Protocol):
    """A module that knows one kind of text, and nothing of tokens, budgets, stores or messages.

    `SUREST` is the most it ever claims: who cannot win is not asked.
    """

    NAME: str
    SUREST: float

    def claim(self, text: str, hints: Hints) -> float: ...

    def read(self, text: str, hints: Hints) -> Units: ...


class Fold(Protocol):
    """An invertible rewrite. `fold` returns (folded text, parameter) or None; `unfold` takes both back.

    Neither sees the head mark: the caller prints and strips it, and throws the fold away unless
    `unfold(*fold(text)) == text`.
    """

    NAME: str

    def fold(self, text: str) -> tuple[str, str] | None: ...

    def unfold(self, text: str, parameter: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Outline:
    """What sniffing may look at.

    `document`: the file is one JSON value. `keys`: the top-level keys of the document or of the first
    record. `records`: up to 40 records: the elements of the document's list, of its main message list, or
    the values of the lines. `root` is the document, or the first line's value.
    """

    document: bool
    keys: frozenset[str]
    root: object
    records: tuple[object, ...]


class Format(Protocol):
    """A module that knows where messages stand in one kind of file.

    `sniff` is 1.0 when certain, 0.0 when it cannot be; `RULE` says in words what it looks for. `WRITES`
    is "" where files of this kind cannot be edited in place: they can be counted, checked and converted.
    `read` never edits; `edits` turns plans into edits; `raw` gives the bytes of some messages as they
    stand in the file, in order, each on a line of its own (the original of a drop).
    """

    NAME: str
    READS: str
    WRITES: str
    RULE: str

    def sniff(self, outline: Outline) -> float: ...

    def read(self, data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript: ...

    def edits(self, transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]: ...


class Counter(Protocol):
    """One way of counting tokens. `exact` is False for an estimate; `factor` pads it, once, at the end.

    `count` of a whole text; `line_costs` of its lines: (ends, costs), where `ends[i]` is the offset in
    characters after line i and the costs sum to `count(text)`. Both remember what they have counted.
    """

    name: str
    exact: bool
    factor: float

    def count(self, text: str) -> int: ...

    def line_costs(self, text: str) -> tuple[Sequence[int], Sequence[int]]: ...


class Store(Protocol):
    """A place that keeps originals. Writing is all or nothing, flushed before it returns."""

    def save(self, run: "Run") -> None: ...

    def get(self, ref: str) -> "Original": ...


@dataclass(frozen=True, slots=True)
class Original:
    """One original: `kind` is "text" (body: the text in UTF-8, lone surrogates passed) or "drop"
    (body: raw records, one per line). `sha256` is the hex digest of the body."""

    sha256: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """What one compression leaves in the store: enough to turn the output into the input again."""

    input_sha256: str
    output_sha256: str
    output_size: int
    patch: tuple[tuple[int, int, bytes], ...]
    originals: Iterable[Original]


@dataclass(frozen=True, slots=True)
class Slot:
    """One text that may change, as a strategy sees it. `step` orders slots: small is old.

    `read()` gives its units and what each costs in tokens, None where no compressor claims the text.
    """

    key: int
    step: int
    order: int
    tokens: int
    floor: int
    read: Callable[[], tuple[Units, Sequence[int]] | None]


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands or falls together, as a strategy sees it: `tokens` is what dropping it frees.

    `slots` are the keys of its texts that may change; `rest()` gives the other text that stays while it
    stays.
    """

    key: int
    order: int
    tokens: int
    slots: tuple[int, ...]
    rest: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Move:
    """A strategy's wish: bring slot `key` to `rung`, at `target` tokens (TRIM only), or drop unit `key`.

    With `kept` set, a TRIM keeps just these units of the slot, whatever its target.
    """

    rung: Rung
    key: int
    target: int = 0
    kept: tuple[bool, ...] | None = None


class Strategy(Protocol):
    """A way to spread the budget.

    `moves` is a generator: it yields a move, is sent the tokens that still have to go (0 or less: the
    budget holds, so stop), and so on. `slots` and `units` come oldest first; `known()` gives the
    text that stays whatever the strategy does.
    """

    NAME: str

    def moves(
        self,
        slots: Sequence[Slot],
        units: Sequence[Unit],
        rungs: Sequence[Rung],
        over: int,
        known: Callable[[], str],
    ) -> Generator[Move, int, None]: ...

