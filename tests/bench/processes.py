"""Running child processes and measuring what they took."""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Finished:
    """What a child took: seconds by the clock and of the processor, peak memory in bytes, exit status."""

    seconds: float
    processor: float
    peak: int
    status: int


def find_headroom() -> list[str]:
    """The installed command if this interpreter has one, else the package run as a module."""
    installed = Path(sys.executable).with_name("headroom")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "headroom_cli"]


# Installed packages come with compiled bytecode; a source tree, or a setting that forbids to write it, must
# not be measured instead.
_BYTECODE = TemporaryDirectory()
_ENVIRONMENT = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _BYTECODE.name}


def run(command: Sequence[str]) -> Finished:
    """Run a command to its end, its output thrown away; only stderr of a failure is shown."""
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
    )
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stderr.close()
    if child.returncode not in (0, 1):
        print(said.decode("utf-8", "replace").strip()[-500:], file=sys.stderr)
    return Finished(seconds, usage.ru_utime + usage.ru_stime, _peak_bytes(usage), child.returncode)


def take_medians(commands: Sequence[Sequence[str]], repeat: int) -> list[Finished]:
    """Run each command `repeat` times and take medians.

    The commands take turns, so that a busy moment hits all of them, after one round that only warms up.
    """
    for command in commands:
        run(command)
    rounds = [[run(command) for command in commands] for _ in range(repeat)]
    return [
        Finished(
            statistics.median(finished.seconds for finished in column),
            statistics.median(finished.processor for finished in column),
            max(finished.peak for finished in column),
            max(finished.status for finished in column),
        )
        for column in zip(*rounds, strict=True)
    ]


def _peak_bytes(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def print_row(name: str, measured: str, ratio: str, limit: str, kept: bool) -> None:
    """One line of a table of ratios."""
    print(f"{name:<34} {measured:>12} {ratio:>9} {limit:>9}  {'ok' if kept else 'OVER'}")
