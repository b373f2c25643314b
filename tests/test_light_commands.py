"""Commands that only say something start about as fast as the interpreter allows."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.shell import ROOT, spawn

LIGHT = 8  # times a bare interpreter start
HELP = 16
HEAVY = ("tiktoken", "rich", "sqlite3", "pydantic", "importlib.metadata", "asyncio")

PROBE = (
    "import sys\n"
    "from headroom_cli.cli import run\n"
    "status = run(sys.argv[1:])\n"
    "loaded = [name for name in {heavy!r} if name in sys.modules]\n"
    "print(*loaded, file=sys.stderr)\n"
    "sys.exit(status)"
)


@pytest.mark.parametrize(
    "command", [["--version"], ["formats"], ["store", "path"], ["--help"], ["compress", "--help"]]
)
def test_what_a_light_command_may_not_import(command: list[str]) -> None:
    ran = spawn(*command, code=PROBE.format(heavy=HEAVY))
    assert ran.status == 0
    assert ran.out
    assert ran.err.split() == []


def measure(compiled: Path, *arguments: str, rounds: int = 7) -> float:
    """The quickest of some fresh processes, in seconds: the machine's other work only ever adds.

    Compiled modules are kept in `compiled`, as they are beside an installed package.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = str(compiled)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True, env=env)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        (["--version"], LIGHT),
        (["formats"], LIGHT),
        (["store", "path"], LIGHT),
        (["--help"], HELP),
        (["compress", "--help"], HELP),
    ],
)
def test_start_up_against_a_bare_interpreter(tmp_path: Path, command: list[str], limit: int) -> None:
    for attempt in range(3):
        bare = measure(tmp_path, "-c", "pass")
        full = measure(tmp_path, "-m", "headroom_cli", *command)
        if full <= limit * bare:
            return
        time.sleep(0.5 * attempt)
    pytest.fail(f"{' '.join(command)} takes {full / bare:.1f} times a bare start; the limit is {limit}")
