"""Runs of identical lines: the line once, and under it how often it stood there.

    waiting for lock
    (line above: 212 times)

A text that already holds such a count line is not folded.
"""

import re
from itertools import groupby, islice
from operator import eq

from headroom_cli.errors import InputError

NAME = "runs"

_COUNT_LINE = re.compile(r"\(line above: (\d{1,9}) times\)(\r?\n?)")
_LOOKALIKE = "(line above: "
_LARGEST = 2**30  # characters; no count may blow a text up beyond this


def fold(text: str) -> tuple[str, str] | None:
    """The text with every run that is longer than its count line folded; None if there is none."""
    if _LOOKALIKE in text:
        return None
    lines = _lines(text)
    if not any(map(eq, lines, islice(lines, 1, None))):
        return None
    out: list[str] = []
    folded = False
    for line, group in groupby(lines):
        times = sum(1 for _ in group)
        count = f"{_LOOKALIKE}{times} times)" + ("\r\n" if line.endswith("\r\n") else "\n")
        # Tokenizers make one token of many blank lines already.
        if line.strip() and (times - 1) * len(line) > len(count):
            out += (line, count)
            folded = True
        else:
            out.append(line * times)
    return ("".join(out), "") if folded else None


def unfold(text: str, parameter: str) -> str:
    """The text before `fold`. InputError if a count has no line above it or is out of all proportion."""
    out: list[str] = []
    size = 0
    for line in _lines(text):
        match = _COUNT_LINE.fullmatch(line) if line.startswith(_LOOKALIKE) else None
        if match is None:
            out.append(line)
            size += len(line)
            continue
        times = int(match[1])
        if not out or times < 2:
            raise InputError("a folded text counts a line that is not there")
        size += len(out[-1]) * (times - 1)
        if size > _LARGEST:
            raise InputError(f"a folded text claims to be larger than {_LARGEST} characters")
        out.append(out[-1] * (times - 1))
    return "".join(out)


def _lines(text: str) -> list[str]:
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines
