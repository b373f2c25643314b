"""The store under stress: killed while it writes, many writers at once, a full disk, a read-only folder."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_cli.errors import StoreError
from headroom_cli.store import open_store

ROOT = Path(__file__).resolve().parents[1]
PRELUDE = """
    import hashlib, os, random, sys
    from pathlib import Path
    from headroom_cli.contracts import Original, Run
    from headroom_cli.errors import HeadroomError
    from headroom_cli.store import open_store

    def make_run(name, size=3000, count=10):
        chance = random.Random(name)
        bodies = [chance.randbytes(size) for _ in range(count)]
        originals = [Original(hashlib.sha256(body).hexdigest(), "text", body) for body in bodies]
        ends = [hashlib.sha256(f"{name} {end}".encode()).hexdigest() for end in ("in", "out")]
        return Run(*ends, 5, tuple((i, 1, body[:500]) for i, body in enumerate(bodies)), originals)
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    script = textwrap.dedent(PRELUDE) + textwrap.dedent(code)
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, errors = process.communicate(timeout=60)
    return process.returncode, output + errors


def assert_holds(path: Path, outputs: set[str], *, write: bool) -> None:
    """Every run that was reported as saved is there whole, and so is every other run that is there."""
    with open_store(path, write=write) as store:
        runs = list(store.runs())
        assert outputs <= {run.output_sha256 for run in runs}
        for key in runs:
            run = store.load(key)
            bodies = [original.body for original in run.originals]
            assert len(bodies) == len(run.patch) == 10
            assert all(store.get(hashlib.sha256(body).hexdigest()).body == body for body in bodies)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user could reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_at_any_point_everything_committed_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "headroom" / "store"
    loop = """
        name, path = sys.argv[1], Path(sys.argv[2])
        print("ready", flush=True)
        store = open_store(path, write=True)
        for number in range(10_000):
            run = make_run(f"{name} {number}")
            store.save(run)
            print(run.output_sha256, flush=True)
    """
    chance = random.Random(7)
    saved: set[str] = set()
    for attempt in range(8):
        process = start(loop, attempt, path)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.15))
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate(timeout=60)
        saved.update(line for line in output.splitlines() if len(line) == 64)
        # Reading alone has to cope with the half-written transaction of the process that was killed.
        assert_holds(path, saved, write=attempt % 2 == 1)
    assert saved


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_of_a_transaction_that_reached_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "store"
    spill = """
        path = Path(sys.argv[1])
        store = open_store(path, write=True)
        store.save(make_run("first"))
        store._db.execute("PRAGMA cache_size = 2")
        def torn():
            yield from make_run("second", 30_000, 200).originals
            print("half-way", flush=True)
            os.kill(os.getpid(), 9)
        run = make_run("second")
        store.save(Run(run.input_sha256, run.output_sha256, 5, run.patch, torn()))
    """
    code, output = finish(start(spill, path))
    assert (code, output) == (-signal.SIGKILL, "half-way\n")
    assert path.with_name("store-journal").stat().st_size > 0
    first = hashlib.sha256(b"first out").hexdigest()
    assert_holds(path, {first}, write=False)
    with open_store(path, write=True) as store:
        assert [key.output_sha256 for key in store.runs()] == [first]


def test_ten_processes_save_at_once(tmp_path: Path) -> None:
    path = tmp_path / "headroom" / "store"
    code = """
        name, path = sys.argv[1], Path(sys.argv[2])
        for number in range(3):
            with open_store(path, write=True) as store:
                store.save(make_run("shared"))
                store.save(make_run(f"{name} {number}"))
                print(make_run(f"{name} {number}").output_sha256)
    """
    processes = [start(code, name, path) for name in range(10)]
    saved: set[str] = set()
    for process in processes:
        code_, output = finish(process)
        assert code_ == 0, output
        saved.update(output.split())
    assert len(saved) == 30
    assert_holds(path, saved, write=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file size limit per process")
def test_a_full_disk_is_one_sentence_and_harms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store"
    code = """
        import resource
        path = Path(sys.argv[1])
        with open_store(path, write=True) as store:
            store.save(make_run("first"))
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20_000,) * 2)
            try:
                store.save(Run("0" * 64, "1" * 64, 5, (), make_big()))
            except HeadroomError as error:
                print(type(error).__name__, error)
            print(len(list(store.runs())))
    """
    big = """
        def make_big():
            for i in range(100):
                body = os.urandom(50_000)
                yield Original(hashlib.sha256(body).hexdigest(), "text", body)
    """
    code_, output = finish(start(textwrap.dedent(big) + textwrap.dedent(code), path))
    assert code_ == 0, output
    lines = output.splitlines()
    assert lines[0].startswith("StoreError ")
    assert str(path) in lines[0]
    assert lines[1:] == ["1"]
    assert_holds(path, {hashlib.sha256(b"first out").hexdigest()}, write=False)


def test_no_room_left_in_the_file_is_the_same_sentence(tmp_path: Path) -> None:
    code = """
        path = Path(sys.argv[1])
        with open_store(path, write=True) as store:
            store.save(make_run("first"))
            store._db.execute("PRAGMA max_page_count = 40")
            try:
                store.save(make_run("second", 60_000, 50))
            except HeadroomError as error:
                print(type(error).__name__, error)
    """
    path = tmp_path / "store"
    code_, output = finish(start(code, path))
    assert code_ == 0, output
    assert output.startswith("StoreError no room left on the disk"), output
    assert_holds(path, {hashlib.sha256(b"first out").hexdigest()}, write=False)


READ_ONLY = """
    path, write = Path(sys.argv[1]), sys.argv[2] == "write"
    import sqlite3, zlib, headroom_cli.store.sqlite
    if os.getuid() == 0:
        os.setuid(65534)
    try:
        with open_store(path, write=write) as store:
            if write:
                store.save(make_run("second"))
            ref = make_run("first").originals[0].sha256
            print(len(list(store.runs())), len(store.get(ref).body))
    except HeadroomError as error:
        print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o444), (0o755, 0o444), (0o555, 0o666)])
def test_a_read_only_store_reads_and_says_so_when_written(
    open_folder: Path, folder_mode: int, file_mode: int
) -> None:
    path = open_folder / "headroom" / "store"
    code, output = finish(start('open_store(Path(sys.argv[1]), write=True).save(make_run("first"))', path))
    assert code == 0, output
    path.with_name("store-journal").unlink(missing_ok=True)
    path.chmod(file_mode)
    path.parent.chmod(folder_mode)
    try:
        code, output = finish(start(READ_ONLY, path, "read"))
        assert (code, output) == (0, "1 3000\n")
        code, output = finish(start(READ_ONLY, path, "write"))
        assert code == 0
        assert output.startswith("StoreError cannot write to the store"), output
        assert "--no-store" in output
        code, output = finish(start(READ_ONLY, path, "read"))
        assert (code, output) == (0, "1 3000\n")
    finally:
        path.parent.chmod(0o755)


def test_a_busy_store_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store"
    monkeypatch.setattr("headroom_cli.store._file._BUSY_SECONDS", 0.1)
    with open_store(path, write=True) as store, open_store(path, write=True) as other:
        store._db.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="busy"):
            other.purge()
        store._db.execute("ROLLBACK")
        assert other.purge().runs == 0
