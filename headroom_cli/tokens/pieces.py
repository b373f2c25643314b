"""Where a text may be cut so that its token counts add up exactly.

Both vocabularies first split a text by a regular expression and then merge bytes inside each stretch, so a
cut is exact wherever that expression always ends one stretch and begins another, and no look-ahead sees
across. These places are certain in both expressions:

- before a space or tab that follows a character that is not white space;
- between a digit and a letter;
- after a letter or digit, before a line end or one of the common punctuation marks (not the apostrophe:
  contractions cross it).

Letters are those of scripts whose character classes no Unicode version has changed.
"""

import re
from collections.abc import Iterator

MAX_PIECE = 65_536
"""Characters after which a piece ends at the next exact place, so that no list of tokens grows large."""

MAX_BLANK = 900_000
"""The longest run of horizontal white space, in characters, that is counted whole.

A longer run counts as runs of this length: at about a million the splitting expression of o200k_base runs
out of backtracking steps, and tiktoken panics.
"""

_WORD = "0-9A-Za-z\u0410-\u044f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
_EXACT = re.compile(
    rf"(?<=[{_WORD}])(?=[\r\n\",.;:()\[\]{{}}<>=+/\u3001\u3002\uff0c\uff1b\uff1a])"
    r"|(?<=\S)(?=[ \t])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])"
)
_BLANK = re.compile(r"[^\S\r\n]+")


def split_exact(text: str) -> Iterator[str]:
    """Yield the pieces of a text whose counts sum to that of the text (save in a run over MAX_BLANK).

    A piece ends at the first exact place after MAX_PIECE characters; a text without one stays whole.
    """
    start = 0
    for end in (*_blank_cuts(text), len(text)):
        while end - start > MAX_PIECE:
            match = _EXACT.search(text, start + MAX_PIECE, end)
            if match is None:
                break
            yield text[start : match.start()]
            start = match.start()
        if start < end:
            yield text[start:end]
        start = end


def _blank_cuts(text: str) -> list[int]:
    """Offsets that cut the runs of horizontal white space that are too long to be counted whole."""
    # A run over MAX_BLANK covers at least one window of half its length: most texts need no closer look.
    window = MAX_BLANK // 2
    if len(text) <= MAX_BLANK or not any(
        text[at : at + window].isspace() for at in range(0, len(text), window)
    ):
        return []
    runs = (match.span() for match in _BLANK.finditer(text))
    return [cut for start, end in runs for cut in range(start + MAX_BLANK, end, MAX_BLANK)]
