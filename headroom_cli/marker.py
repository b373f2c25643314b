r"""The one grammar of headroom's marks: print, find, parse.

A *head mark* is the first line of a text from which something went; a *gap mark* stands where it went.

    [headroom log: 40 of 512 lines; ref 1a2b3c4d5e6f]              a trimmed text
    [headroom log: 40 of 512 lines; cleaned ansi; ref 1a2b3c4d5e6f]  trimmed after a cleaning
    [headroom fold json 2; ref 1a2b3c4d5e6f]                       an invertible rewrite and its parameter
    [headroom stub: 0 of 512 lines; Read src/app.py; 4012 tokens; ref 1a2b3c4d5e6f]
    [headroom drop: 12 assistant, 20 tool, 3 thinking; ref 1a2b3c4d5e6f]   a whole placeholder message
    [... 12 lines ...]                                             a gap

`; ref ...` is absent where no store was used. A mark may wear a dress (a comment sign before it, quotes
around it); `MARK` is searched for in decoded text, never anchored:

    \[headroom (?P<kind>[a-z]+)(?P<fold>(?: [a-z0-9=]+)*)(?:: (?P<body>[^\[\]\n]*?))?
      (?:; ref (?P<ref>[0-9a-f]{12}))?\]
    | \[\.\.\. (?P<count>\d+) (?P<noun>[a-z]+) \.\.\.\]
"""

import re
from dataclasses import dataclass

MARK = re.compile(
    r"\[headroom (?P<kind>[a-z]+)(?P<fold>(?: [a-z0-9=]+)*)(?:: (?P<body>[^\[\]\n]*?))?"
    r"(?:; ref (?P<ref>[0-9a-f]{12}))?\]"
    r"|\[\.\.\. (?P<count>\d+) (?P<noun>[a-z]+) \.\.\.\]"
)
_KEPT = re.compile(r"(?P<kept>\d+) of (?P<total>\d+) (?P<noun>[a-z]+)")
_COUNT = re.compile(r"(\d+) ([a-z_-]+)")
_UNPRINTABLE = re.compile(r"[\[\]\x00-\x1f\x7f-\x9f;\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Head:
    """A parsed head mark. `fold` names the fold and its parameters; `kept`/`total`/`noun` are 0/""
    where the mark has none; `counts` are those of a placeholder."""

    kind: str
    body: str
    ref: str
    fold: tuple[str, ...] = ()
    kept: int = 0
    total: int = 0
    noun: str = ""

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        return tuple((name, int(number)) for number, name in _COUNT.findall(self.body))


def print_gap(count: int, noun: str) -> str:
    """The mark for `count` units that went from here."""
    return f"[... {count} {noun} ...]"


def print_head(
    kind: str, kept: int, total: int, noun: str, ref: str, *, cleaned: tuple[str, ...] = (), about: str = ""
) -> str:
    """The first line of a trimmed text, or the whole of a stubbed one (`kind` "stub").

    `ref` "" prints none.
    """
    body = f"{kept} of {total} {noun}"
    if cleaned:
        body += f"; cleaned {' '.join(cleaned)}"
    if about:
        body += f"; {plain(about)}"
    return f"[headroom {kind}: {body}{_ref(ref)}]"


def print_fold(name: str, parameter: str, ref: str) -> str:
    """The first line of a folded text; `parameter` is what `unfold` needs to know ("" for nothing)."""
    return f"[headroom fold {name}{' ' + parameter if parameter else ''}{_ref(ref)}]"


def print_drop(counts: tuple[tuple[str, int], ...], ref: str) -> str:
    """The whole content of a placeholder: dropped messages (and lone blocks) by kind."""
    return f"[headroom drop: {', '.join(f'{number} {name}' for name, number in counts)}{_ref(ref)}]"


def parse_head(text: str) -> Head | None:
    """The head mark on the first line of a text, whatever its dress, or None."""
    first = text.lstrip("\n").split("\n", 1)[0] if text[:1] == "\n" else text.split("\n", 1)[0]
    if "[headroom " not in first:
        return None
    match = MARK.search(first)
    if match is None or match["kind"] is None:
        return None
    body = match["body"] or ""
    kept = _KEPT.match(body)
    return Head(
        kind=match["kind"],
        body=body,
        ref=match["ref"] or "",
        fold=tuple(match["fold"].split()),
        kept=int(kept["kept"]) if kept else 0,
        total=int(kept["total"]) if kept else 0,
        noun=kept["noun"] if kept else "",
    )


def sole_head(text: str) -> Head | None:
    """The head mark that is the whole of a text (a stub or a placeholder), or None."""
    match = MARK.fullmatch(text.strip())
    return parse_head(text.strip()) if match and match["kind"] else None


def has_mark(text: str) -> bool:
    """Whether any line of a text holds a mark."""
    return ("[headroom " in text or "[... " in text) and MARK.search(text) is not None


def removed(text: str) -> int:
    """Units that the gap marks of a text say are gone."""
    return sum(int(m["count"]) for m in MARK.finditer(text) if m["count"])


def plain(about: str, limit: int = 60) -> str:
    """A name fit to stand inside a mark: one line, no brackets, no `;`, at most `limit` characters."""
    line = " ".join(_UNPRINTABLE.sub(" ", about).split())
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."


def _ref(ref: str) -> str:
    return f"; ref {ref}" if ref else ""
