"""What the README shows is what happens."""

from pathlib import Path

import pytest

from headroom_cli.cli.app import COMMANDS, STORE_COMMANDS
from headroom_cli.marker import MARK
from tests.shell import ROOT, run

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [line.removeprefix("    ") for line in README.split("\n") if line.startswith("    ")]


def test_the_example_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    sample = ROOT / "samples" / "openai_chat_failing_tests.json"
    ran = run("compress", sample, "--max-tokens", "8000")
    assert ran.err.strip() in BLOCKS
    compacted = tmp_path / "compacted.json"
    compacted.write_bytes(ran.out)
    assert run("restore", compacted).out == sample.read_bytes()
    asked = next(line for line in BLOCKS if line.startswith("$ headroom retrieve "))
    original = run("retrieve", asked.split()[3]).out.decode().split("\n")
    at = BLOCKS.index(asked)
    assert BLOCKS[at + 1 : at + 4] == original[:3]
    first = next(n for n, line in enumerate(BLOCKS) if line.startswith("[headroom diffs: "))
    assert r"\n".join(BLOCKS[first : first + 3]) in ran.out.decode().replace(r"\"", '"')


def test_the_grammar_of_marks_is_the_one_in_use() -> None:
    assert MARK.pattern in "".join(BLOCKS)


@pytest.mark.parametrize("command", [*COMMANDS, *(f"store {name}" for name in STORE_COMMANDS)])
def test_every_command_is_named(command: str) -> None:
    assert f"`headroom {command}" in README or f"`{command.removeprefix('store ')}`" in README
