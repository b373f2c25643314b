"""Counting with tiktoken's byte-pair encodings over the embedded vocabularies.

`encode_ordinary` takes every text as ordinary text (`<|endoftext|>` too) and replaces lone surrogates.
"""

import re
from array import array
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from itertools import compress, repeat
from typing import TYPE_CHECKING

from headroom_cli.tokens.pieces import split_exact

if TYPE_CHECKING:
    from tiktoken import Encoding

# Texts up to this many characters are remembered as they are, longer ones by a digest, so that the memory
# of a counter does not keep texts alive that nobody else needs.
_SHORT = 256
_LINE_END = re.compile("\n")

# The splitting expressions and special tokens as tiktoken 0.14 has them in `tiktoken_ext/openai_public.py`,
# whose functions cannot be called without a download.
_O200K = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)
_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
PATTERNS = {"o200k_base": _O200K, "cl100k_base": _CL100K}
SPECIAL_TOKENS = {
    "o200k_base": {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
    "cl100k_base": {
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    },
}


@cache
def load_encoding(name: str) -> "tuple[Encoding, bytes]":
    """Build an encoding from its embedded vocabulary, once per process, without any download.

    Returns it with a table: how many line ends the bytes of each token hold.
    """
    from tiktoken import Encoding

    from headroom_cli.tokens.vocab import load_vocabulary

    vocabulary = load_vocabulary(name)
    encoding = Encoding(
        name, pat_str=PATTERNS[name], mergeable_ranks=vocabulary.ranks, special_tokens=SPECIAL_TOKENS[name]
    )
    return encoding, vocabulary.line_ends


class BpeCounter:
    """Counts tokens with one embedded encoding, and remembers every text it has counted.

    `name` is what reports print, `exact` says whether these are the tokens of the model or encoding that was
    asked for, `factor` pads an estimate once, at the end (`tally.padded`); counts here are never padded.
    The vocabulary is loaded at the first count.
    """

    __slots__ = ("_costs", "_encoding", "_ends", "_totals", "exact", "factor", "name")

    def __init__(self, encoding: str, *, name: str = "", exact: bool = True, factor: float = 1.0) -> None:
        self.name = name or encoding
        self.exact = exact
        self.factor = factor
        self._encoding = encoding
        self._totals: dict[str | bytes, int] = {}
        self._costs: dict[str | bytes, Sequence[int]] = {}
        self._ends: dict[str | bytes, Sequence[int]] = {}

    def count(self, text: str) -> int:
        """Tokens of a text, taken as ordinary text; lone surrogates count as U+FFFD.

        A run of more than 900,000 horizontal white-space characters counts as runs of that length.
        """
        key = _key(text)
        total = self._totals.get(key)
        return self._measure(text, key) if total is None else total

    def line_costs(self, text: str) -> tuple[Sequence[int], Sequence[int]]:
        """Ends (offsets in characters, exclusive) and costs (tokens) of the lines of a text.

        Lines end at "\\n" and hold it; the last may lack it. The costs sum to `count(text)`. A token that
        spans a line end is charged to the line it begins in, so a blank line may cost 0.
        """
        if not text:
            return array("I"), array("I")
        if "\n" not in text:
            return array("I", [len(text)]), array("I", [self.count(text)])
        key = _key(text)
        if key not in self._costs:
            self._measure(text, key)
        ends = self._ends.get(key)
        if ends is None:
            ends = array("I", [match.end() for match in _LINE_END.finditer(text)])
            if not text.endswith("\n"):
                ends.append(len(text))
            self._ends[key] = ends
        return ends, self._costs[key]

    def _measure(self, text: str, key: str | bytes) -> int:
        """Tokenize a text for the first and only time: remember its total and the costs of its lines."""
        encoding, line_ends = load_encoding(self._encoding)
        if "\n" not in text:
            total = sum(len(encoding.encode_ordinary(piece)) for piece in split_exact(text))
            self._totals[key] = total
            return total
        costs = array("I")
        total = unspent = 0
        for piece in split_exact(text):
            tokens = encoding.encode_ordinary(piece)
            done = 0
            for at in compress(range(len(tokens)), map(line_ends.__getitem__, tokens)):
                costs.append(unspent + at + 1 - done)
                unspent, done = 0, at + 1
                more = line_ends[tokens[at]] - 1
                if more:
                    costs.extend(repeat(0, more))
            unspent += len(tokens) - done
            total += len(tokens)
        if not text.endswith("\n"):
            costs.append(unspent)
        self._totals[key] = total
        self._costs[key] = costs
        return total


def _key(text: str) -> str | bytes:
    if len(text) <= _SHORT:
        return text
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
