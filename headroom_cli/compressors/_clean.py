"""What a terminal would not show: colour escapes and overwritten progress.

The planner cleans a tool's output before a compressor sees it; the head mark names the cleaning, and the
text counts as verbatim against the cleaned source.
"""

import re
from itertools import pairwise

# ECMA-48: control sequences, operating-system commands, device strings, two-character escapes.
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]"
    r"|\][^\x07\x1b\n]*+(?:\x07|\x1b\\)"
    r"|[PX^_][^\x1b\n]*+\x1b\\"
    r"|[ -/]++[0-~]|[=>78DEHMNOZc\\])"
)
_OVERWRITTEN = re.compile(r"^[^\r\n]*+\r(?!\n)[^\n]*", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]+")


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without terminal noise, and what was cleaned: "ansi", "progress".

    Returns the same object and () if there is nothing to clean. Of the states of a progress line that
    overwrite each other (separated by a carriage return, beginning with the same word) the last stays;
    carriage returns of any other use, CRLF among them, are left alone.
    """
    done: list[str] = []
    cleaned = text
    if "\x1b" in cleaned:
        cleaned, escapes = _ESCAPE.subn("", cleaned)
        if escapes:
            done.append("ansi")
    if cleaned.count("\r") > cleaned.count("\r\n"):
        settled = _OVERWRITTEN.sub(lambda line: _settle(line[0]), cleaned)
        if len(settled) < len(cleaned):
            cleaned = settled
            done.append("progress")
    return (cleaned, tuple(done)) if done else (text, ())


def _settle(line: str) -> str:
    """One line (without its "\\n") with every state dropped that the next one overwrites."""
    end = "\r" if line.endswith("\r") else ""
    states = [state for state in line.removesuffix("\r").split("\r") if state.strip()]
    if not states:
        return line
    kept = [state for state, after in pairwise(states) if _topic(state) != _topic(after)]
    if len(kept) == len(states) - 1:
        return line
    return "\r".join([*kept, states[-1]]) + end


def _topic(state: str) -> str:
    word = _WORD.search(state)
    return word[0] if word else ""
