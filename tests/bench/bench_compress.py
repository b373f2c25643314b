"""What `compress` takes: time against tiktoken alone, growth of time with size, and peak memory.

Run it from the project root: `python -m tests.bench.bench_compress [--repeat N] [--small]`. Exits with 1 if a
figure is over its limit. The transcripts are generated into a folder that goes away at the end.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.processes import Finished, find_headroom, print_row, run, take_medians
from tests.bench.sessions import gather_text, generate_session, print_document, print_lines

MEGABYTE = 1_000_000
AGAINST_TIKTOKEN = 2.0
TEN_TIMES_THE_SIZE = 11.0
MEMORY_FACTOR = 8
MEMORY_EXTRA = 150 * MEGABYTE

_TIKTOKEN_ALONE = """
import sys
from headroom_cli.tokens.bpe import load_encoding
with open(sys.argv[1], encoding="utf-8") as file:
    print(len(load_encoding("o200k_base")[0].encode_ordinary(file.read())))
"""


@dataclass(frozen=True, slots=True)
class Files:
    """One session: as JSON lines, as one JSON document, and its bare text."""

    lines: Path
    document: Path
    text: Path


def write_session(folder: Path, megabytes: int) -> Files:
    """Generate a session of about that many megabytes."""
    messages = generate_session(megabytes * MEGABYTE)
    files = Files(*(folder / f"{megabytes}{suffix}" for suffix in (".jsonl", ".json", ".txt")))
    files.lines.write_text(print_lines(messages), encoding="utf-8")
    files.document.write_text(print_document(messages), encoding="utf-8")
    files.text.write_text(gather_text(messages), encoding="utf-8")
    return files


def compress(folder: Path, transcript: Path) -> list[str]:
    """The command that is measured: to 40 % of the tokens, with a store."""
    store, output = folder / "originals.db", folder / "output"
    return [
        *(*find_headroom(), "compress", str(transcript), "--max-tokens", "40%"),
        *("--store", str(store), "-o", str(output), "-q"),
    ]


def compare_with_tiktoken(folder: Path, repeat: int) -> bool:
    files = write_session(folder, 1)
    alone = [sys.executable, "-c", _TIKTOKEN_ALONE, str(files.text)]
    bare, ours = take_medians([alone, compress(folder, files.lines)], repeat)
    ratio = ours.seconds / bare.seconds
    kept = ratio <= AGAINST_TIKTOKEN and ours.status == 0
    print_row("1 MB, tiktoken alone", f"{bare.seconds:.2f} s", "1.0", "", True)
    print_row("1 MB, compress", f"{ours.seconds:.2f} s", f"{ratio:.1f}", f"{AGAINST_TIKTOKEN:.0f}", kept)
    return kept


def compare_sizes(folder: Path) -> bool:
    small, large = write_session(folder, 5), write_session(folder, 50)
    first = run(compress(folder, small.lines))
    second = run(compress(folder, large.lines))
    ratio = second.seconds / first.seconds
    kept = ratio <= TEN_TIMES_THE_SIZE and first.status == second.status == 0
    print_row("5 MB, compress", f"{first.seconds:.2f} s", "1.0", "", True)
    print_row("50 MB, compress", f"{second.seconds:.2f} s", f"{ratio:.1f}", f"{TEN_TIMES_THE_SIZE:.0f}", kept)
    document = run(compress(folder, large.document))
    fits = check_memory("50 MB of JSON lines, peak memory", large.lines, second)
    return check_memory("50 MB of JSON, peak memory", large.document, document) and fits and kept


def check_memory(name: str, transcript: Path, finished: Finished) -> bool:
    """Print a peak and its ratio to the file's size, the fixed allowance taken off."""
    size = transcript.stat().st_size
    ratio = (finished.peak - MEMORY_EXTRA) / size
    kept = ratio <= MEMORY_FACTOR and finished.status == 0
    print_row(name, f"{finished.peak / MEGABYTE:.0f} MB", f"{ratio:.1f}", f"{MEMORY_FACTOR}", kept)
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="runs at 1 MB; medians are compared")
    parser.add_argument("--small", action="store_true", help="only the comparison at 1 MB")
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        good = compare_with_tiktoken(Path(name), arguments.repeat)
        if not arguments.small:
            good = compare_sizes(Path(name)) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
