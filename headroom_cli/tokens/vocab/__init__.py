"""The embedded vocabularies: byte-pair ranks of o200k_base and cl100k_base, read without a network.

A packed file is zlib over, little-endian: the number of tokens (u32), the number of groups (u32), one
(length in bytes, number of tokens) pair of u32 per group, the tokens group by group, and last the ranks of
the tokens in that same order as three byte planes (low, middle, high).

Within a group the tokens are sorted and stored column by column (all first bytes, then all second bytes):
neighbours then repeat each other, which zlib finds, and undoing it is one slice assignment per column.
"""

import re
import struct
import sys
import zlib
from array import array
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

NAMES = ("o200k_base", "cl100k_base")

_LINE_END = re.compile(b"\n")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`ranks`: token bytes to rank. `line_ends[rank]`: how many line ends (`\\n`) that token holds."""

    ranks: dict[bytes, int]
    line_ends: bytes


def load_vocabulary(name: str) -> Vocabulary:
    """Read an embedded vocabulary, one of NAMES."""
    return unpack(Path(__file__).with_name(f"{name}.bin").read_bytes())


def unpack(packed: bytes) -> Vocabulary:
    """Read a packed vocabulary. Its ranks are 0, 1, 2, ... without gaps, in any order."""
    data = zlib.decompress(packed)
    total, groups = struct.unpack_from("<II", data)
    ranks = _read_planes(data[len(data) - 3 * total :], total)
    at, first = 8 + 8 * groups, 0
    tokens, line_ends = [], bytearray(total)
    for length, number in struct.iter_unpack("<II", data[8:at]):
        rows = bytearray(length * number)
        for column in range(length):
            rows[column::length] = data[at : at + number]
            at += number
        # Found here in one sweep over the bytes: a look at each of the tokens would take a tenth of the load.
        for match in _LINE_END.finditer(rows):
            line_ends[ranks[first + match.start() // length]] += 1
        tokens.append(struct.iter_unpack(f"{length}s", rows))
        first += number
    flat = chain.from_iterable(chain.from_iterable(tokens))
    return Vocabulary(dict(zip(flat, ranks, strict=True)), bytes(line_ends))


def _read_planes(planes: bytes, total: int) -> "array[int]":
    words = bytearray(4 * total)
    for plane in range(3):
        words[plane::4] = planes[plane * total : (plane + 1) * total]
    ranks = array("I", bytes(words))
    if sys.byteorder == "big":
        ranks.byteswap()
    return ranks
