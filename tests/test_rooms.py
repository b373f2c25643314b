"""ARCHITECTURE kept true: sizes, names, rosters, rows, who may import whom, and what a start costs."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from headroom_cli.compressors import COMPRESSORS
from headroom_cli.folds import FOLDS
from headroom_cli.formats import FORMATS
from headroom_cli.strategies import STRATEGIES
from tests.table import COMPRESSOR_ROWS, FORMAT_ROWS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "headroom_cli"
SOURCES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
FILE_LINES = 400
FUNCTION_LINES = 60
EMPTY_NAMES = {"utils", "helpers", "common", "base", "core"}
STRANGERS = ("formats", "compressors", "folds", "strategies", "reports")
ROSTERS = {
    "formats": tuple(FORMATS.values()),
    "compressors": COMPRESSORS,
    "folds": FOLDS,
    "strategies": tuple(STRATEGIES.values()),
}
# Spelled so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:roo[t]|wor[k]|tm[p]/(?:venv|gen|bash_jobs|briefs))\b/?")
REGISTRY = re.compile(r"pyp[i]\.org|pythonhoste[d]|npmj[s]\.org|crate[s]\.io|rubygem[s]\.org|proxy\.golan[g]")
HEAVY = ("rich", "tiktoken", "orjson", "sqlite3")


def _label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules(folder: str) -> list[str]:
    return sorted(p.stem for p in (PACKAGE / folder).glob("*.py") if not p.stem.startswith("_"))


def _imported(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, relative ones spelled out."""
    package = ("headroom_cli", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def test_no_file_is_long() -> None:
    sizes = {_label(path): len(path.read_text(encoding="utf-8").split("\n")) - 1 for path in SOURCES}
    long = {name: lines for name, lines in sizes.items() if lines > FILE_LINES}
    assert not long, f"files over {FILE_LINES} lines: {long}"


def test_no_function_is_long() -> None:
    long = [
        f"{_label(path)}:{node.lineno} {node.name} ({(node.end_lineno or 0) - node.lineno + 1} lines)"
        for path in SOURCES
        for node in ast.walk(_parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert not long, f"functions over {FUNCTION_LINES} lines: {long}"


def test_every_module_has_a_telling_name() -> None:
    empty = [
        _label(path)
        for path in SOURCES
        if {path.stem.strip("_"), *(part.strip("_") for part in path.relative_to(ROOT).parts)} & EMPTY_NAMES
    ]
    assert not empty, f"names that say nothing: {empty}"


@pytest.mark.parametrize("folder", sorted(ROSTERS))
def test_the_roster_is_the_folder(folder: str) -> None:
    listed = sorted(str(getattr(module, "__name__", "")).rpartition(".")[2] for module in ROSTERS[folder])
    present = _modules(folder)
    for name in present:
        assert name in listed, f"headroom_cli/{folder}/{name}.py is in the folder but not in the roster"
    for name in listed:
        assert name in present, f"the roster of {folder} names {name}, which is no module of the folder"
    assert len(set(listed)) == len(listed), f"the roster of {folder} names a module twice"


def test_every_format_has_a_row() -> None:
    rows = {row.name for row in FORMAT_ROWS}
    for name in FORMATS:
        assert name in rows, f"the format {name} has no row in tests/table.py"
    assert rows <= set(FORMATS), f"rows of tests/table.py without a format: {sorted(rows - set(FORMATS))}"


def test_every_compressor_has_a_row() -> None:
    rows, names = {row.name for row in COMPRESSOR_ROWS}, {module.NAME for module in COMPRESSORS}
    for name in names:
        assert name in rows, f"the compressor {name} has no row in tests/table.py"
    assert rows <= names, f"rows of tests/table.py without a compressor: {sorted(rows - names)}"


@pytest.mark.parametrize("folder", STRANGERS)
def test_neighbours_never_import_each_other(folder: str) -> None:
    names = set(_modules(folder))
    for path in sorted((PACKAGE / folder).glob("*.py")):
        if path.stem == "__init__":
            continue
        prefix = f"headroom_cli.{folder}."
        met = {name.removeprefix(prefix).split(".")[0] for name in _imported(path) if name.startswith(prefix)}
        met &= names - {path.stem}
        assert not met, f"{_label(path)} imports its neighbour {', '.join(sorted(met))}"


def test_no_text_names_a_machine_or_a_registry() -> None:
    texts = [*SOURCES, *ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
    texts += [path for path in (ROOT / "samples").iterdir() if path.is_file()]
    texts += [path for path in (ROOT / "tests" / "cases").rglob("*") if path.is_file()]
    for path in texts:
        text = path.read_text(encoding="utf-8", errors="replace")
        found = MACHINE_PATH.search(text) or REGISTRY.search(text)
        assert found is None, f"{_label(path)} names {found and found[0]!r}"


@pytest.mark.parametrize("arguments", [["--version"], ["formats"], ["store", "path"]], ids=" ".join)
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    heavy = sorted({*HEAVY})
    code = (
        "import sys\n"
        "from headroom_cli.cli import run\n"
        f"status = run({arguments!r})\n"
        f"heavy = [name for name in {heavy!r} if name in sys.modules]\n"
        "sys.exit('imports ' + ', '.join(heavy) if heavy else status)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"headroom {' '.join(arguments)}: {run.stderr}"


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys; before = set(sys.modules); import headroom_cli; print(len(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(run.stdout) <= 2
