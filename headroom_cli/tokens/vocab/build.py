"""Pack a tiktoken vocabulary file: `python -m headroom_cli.tokens.vocab.build IN.tiktoken OUT.bin`.

A `.tiktoken` file has one token a line: its bytes in base64, a space, its rank.
"""

import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from struct import pack


def parse_vocabulary(text: bytes) -> dict[bytes, int]:
    """Read the lines of a `.tiktoken` file."""
    pairs = (line.split() for line in text.splitlines() if line)
    return {b64decode(token): int(rank) for token, rank in pairs}


def print_vocabulary(ranks: Mapping[bytes, int]) -> bytes:
    """Print ranks as the text of a `.tiktoken` file, lowest rank first."""
    lines = (b"%s %d\n" % (b64encode(token), rank) for token, rank in sorted(ranks.items(), key=_rank))
    return b"".join(lines)


def pack_vocabulary(ranks: Mapping[bytes, int]) -> bytes:
    """Pack ranks (0, 1, 2, ... below 2**24, without gaps) into the form that `vocab.unpack` reads."""
    tokens = sorted(ranks, key=lambda token: (len(token), token))
    groups = [(length, list(group)) for length, group in groupby(tokens, key=len)]
    header = pack("<II", len(tokens), len(groups))
    sizes = b"".join(pack("<II", length, len(group)) for length, group in groups)
    columns = b"".join(bytes(column) for _, group in groups for column in zip(*group, strict=True))
    words = b"".join(pack("<I", ranks[token]) for token in tokens)
    return zlib.compress(header + sizes + columns + words[0::4] + words[1::4] + words[2::4], 9)


def _rank(item: tuple[bytes, int]) -> int:
    return item[1]


def main(arguments: list[str]) -> None:
    source, target = map(Path, arguments)
    target.write_bytes(pack_vocabulary(parse_vocabulary(source.read_bytes())))


if __name__ == "__main__":
    main(sys.argv[1:])
