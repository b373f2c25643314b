"""How long light commands take to start, as a ratio to a bare interpreter.

Processor time is compared: on an idle machine it is the time by the clock, and on a busy one it still holds.
Run it from the project root: `python -m tests.bench.bench_startup [--repeat N]`. Exits with 1 if a ratio is
over its limit.
"""

import argparse
import sys

from tests.bench.processes import find_headroom, print_row, take_medians

LIMITS = {
    ("--version",): 8.0,
    ("formats",): 8.0,
    ("store", "path"): 8.0,
    ("--help",): 16.0,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=15, help="runs of each command; medians are compared")
    repeat = parser.parse_args().repeat
    commands = [[sys.executable, "-c", "pass"], *([*find_headroom(), *light] for light in LIMITS)]
    bare, *light = take_medians(commands, repeat)
    print_row("bare interpreter", f"{bare.processor * 1000:.0f} ms", "1.0", "", True)
    good = True
    for (arguments, limit), finished in zip(LIMITS.items(), light, strict=True):
        ratio = finished.processor / bare.processor
        kept = ratio <= limit and finished.status == 0
        good = good and kept
        name = " ".join(("headroom", *arguments))
        print_row(name, f"{finished.processor * 1000:.0f} ms", f"{ratio:.1f}", f"{limit:.0f}", kept)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
