"""The units most kinds of text are made of: runs of whole lines, or pieces of an over-long line.

A compressor splits its text (`split`), decides which lines belong together and what each unit is worth,
and hands both to `build`. What it gets back keeps `contracts.Units`.

Lines end at "\\n" only and carry their terminator, so a CRLF survives and the pieces together are the
source. Offsets are in characters.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from headroom_cli.marker import MARK, has_mark


@dataclass(frozen=True, slots=True)
class Lines:
    """A text cut into atoms: atom i is `text[ends[i - 1]:ends[i]]` (from 0 for the first).

    `noun` is "lines" if every atom is a whole line, "spans" if any line was cut.
    """

    text: str
    ends: list[int]
    noun: str

    def __len__(self) -> int:
        return len(self.ends)

    def texts(self) -> list[str]:
        """The atoms in order, terminators included."""
        return _slices(self.text, self.ends)


@dataclass(frozen=True, slots=True)
class Dress:
    """What marks wear so that the text around them stays what it is.

    `prefix` and `suffix` go around a mark ("# " for Python, "<!-- " and " -->" for HTML). With `indent`
    a gap mark takes the indentation of the next kept line.
    """

    prefix: str = ""
    suffix: str = ""
    indent: bool = False


PLAIN = Dress()


@dataclass(slots=True, eq=False)
class LineUnits:
    """Units made of lines; keeps `contracts.Units`. Treat as read-only; make it with `build`.

    Unit i is `source[ends[i - 1]:ends[i]]`. `sections`, if not empty, numbers the units ascending: a gap
    mark never stands between two kept units of one section but after the last of them, merged with what
    went behind it.
    """

    kind: str
    noun: str
    source: str
    ends: Sequence[int]
    sizes: Sequence[int]
    ranks: Sequence[float]
    needs: Sequence[int]
    dress: Dress = PLAIN
    sections: Sequence[int] = ()

    def pieces(self) -> Sequence[str]:
        """The texts of the units in order; together they are the source."""
        return _slices(self.source, self.ends)

    def render(self, kept: Sequence[bool], head: str, gap: Callable[[int], str]) -> str:
        """The kept units verbatim, `head` on the first line, a gap mark on its own line wherever units
        went. Marks end their line the way the first line of the source does; a mark that comes last ends
        in a terminator only if the source does.
        """
        newline = _newline(self.source)
        out: list[str] = [self._dressed(head, "") + newline] if head else []
        for start, stop, gone in self._runs(bytes(kept)):
            if gone:
                if out and not out[-1].endswith("\n"):
                    out.append(newline)
                out.append(self._dressed(gap(gone), self._indent(start) if start < stop else "") + newline)
            if start < stop:
                out.append(self.source[self._offset(start) : self._offset(stop)])
        text = "".join(out)
        last_is_mark = bool(out) and not (len(kept) and kept[-1])
        return text.removesuffix(newline) if last_is_mark and not self.source.endswith("\n") else text

    def _runs(self, flags: bytes) -> list[tuple[int, int, int]]:
        """Runs of kept units `start:stop`, each with the nouns whose mark stands right before it.

        The last run may be empty: what went at the end.
        """
        runs: list[tuple[int, int, int]] = []
        total, position, gone, last = len(flags), 0, 0, -1
        while position < total:
            if not flags[position]:
                stop = flags.find(b"\x01", position)
                stop = total if stop < 0 else stop
                gone += sum(self.sizes[position:stop])
                position = stop
                continue
            stop = flags.find(b"\x00", position)
            stop = total if stop < 0 else stop
            if gone and self.sections and last >= 0 and self.sections[last] == self.sections[position]:
                stop = min(stop, bisect_right(self.sections, self.sections[last]))
                runs.append((position, stop, 0))
            else:
                runs.append((position, stop, gone))
                gone = 0
            position, last = stop, stop - 1
        if gone:
            runs.append((total, total, gone))
        return runs

    def _offset(self, unit: int) -> int:
        return self.ends[unit - 1] if unit else 0

    def _dressed(self, mark: str, indent: str) -> str:
        return f"{indent}{self.dress.prefix}{mark}{self.dress.suffix}"

    def _indent(self, unit: int) -> str:
        if not self.dress.indent:
            return ""
        start = self._offset(unit)
        end = self.source.find("\n", start)
        line = self.source[start : end if end >= 0 else len(self.source)]
        return line[: len(line) - len(line.lstrip(" \t"))]


def split(text: str, cuts: Sequence[int] = ()) -> Lines:
    """A text as lines; `cuts` are offsets inside lines at which those are cut into pieces (Hints.cuts)."""
    if not text:
        return Lines(text, [], "lines")
    ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
    ends[-1] -= 1
    if len(ends) > 1 and ends[-1] == ends[-2]:
        ends.pop()
    inside = {cut for cut in cuts if 0 < cut < len(text)}.difference(ends)
    if not inside:
        return Lines(text, ends, "lines")
    return Lines(text, sorted(inside.union(ends)), "spans")


def build(
    kind: str,
    lines: Lines,
    ranks: Sequence[float],
    *,
    starts: Sequence[int] | None = None,
    needs: Sequence[int] | None = None,
    dress: Dress = PLAIN,
    sections: Sequence[int] = (),
) -> LineUnits:
    """Units from atoms.

    `starts` lists the first atom of every unit, ascending and beginning with 0 (None: every atom is a
    unit). `ranks`, `needs` and `sections` have one entry per unit. A unit that holds something like a
    mark gets rank 1: it is text of this input, and the last to go.
    """
    ends, sizes = lines.ends, [1] * len(lines.ends)
    if starts is not None:
        bounds = [*starts, len(lines.ends)]
        ends = [lines.ends[stop - 1] for stop in bounds[1:]] if lines.ends else []
        sizes = [stop - start for start, stop in pairwise(bounds)] if lines.ends else []
    levels = list(ranks)
    if has_mark(lines.text):
        for mark in MARK.finditer(lines.text):
            first, last = bisect_right(ends, mark.start()), bisect_right(ends, mark.end() - 1)
            levels[first : last + 1] = [1.0] * (last + 1 - first)
    return LineUnits(
        kind=kind,
        noun=lines.noun,
        source=lines.text,
        ends=ends,
        sizes=sizes,
        ranks=levels,
        needs=needs if needs is not None else [-1] * len(ends),
        dress=dress,
        sections=sections,
    )


def _slices(text: str, ends: Sequence[int]) -> list[str]:
    return [text[start:stop] for start, stop in pairwise((0, *ends))]


def _newline(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
