"""The store: what both kinds of store keep, and what only the file has to bear."""

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_cli.contracts import Original, Run
from headroom_cli.errors import MissingOriginalError, StoreError, UsageError
from headroom_cli.store import RunKey, default_path, open_store
from headroom_cli.store.memory import MemoryStore
from headroom_cli.store.sqlite import SqliteStore

ROOT = Path(__file__).resolve().parents[1]
AnyStore = SqliteStore | MemoryStore
Make = Callable[[], AnyStore]


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def text(body: bytes) -> Original:
    return Original(digest(body), "text", body)


def make_run(source: bytes, output: bytes, *originals: Original) -> Run:
    return Run(digest(source), digest(output), len(output), ((0, len(output), source),), originals)


@pytest.fixture(params=["file", "memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    paths = (tmp_path / f"{number}.sqlite3" for number in range(100))
    if request.param == "memory":
        return MemoryStore
    return lambda: open_store(next(paths), write=True)


def test_a_saved_original_is_found_by_any_unique_prefix(make: Make) -> None:
    store = make()
    drop = Original(digest(b"{}\n"), "drop", b"{}\n")
    store.save(make_run(b"in", b"out", text(b"hello"), drop))
    for length in (6, 12, 64):
        assert store.get(digest(b"hello")[:length]) == text(b"hello")
        assert store.get(drop.sha256[:length].upper()) == drop


def test_a_miss_names_the_reference_and_the_store(make: Make) -> None:
    store = make()
    with pytest.raises(MissingOriginalError) as caught:
        store.get("abcdef123456")
    assert "abcdef123456" in str(caught.value)
    assert store.place in str(caught.value)


@pytest.mark.parametrize("ref", ["", "abcde", "xyzxyz", "12345%", "a" * 65, "../../etc"])
def test_what_is_no_reference_is_a_usage_error(make: Make, ref: str) -> None:
    with pytest.raises(UsageError):
        make().get(ref)


def test_an_ambiguous_reference_lists_its_candidates(make: Make) -> None:
    found: dict[str, bytes] = {}
    for number in range(20_000):
        body = str(number).encode()
        twin = found.setdefault(digest(body)[:6], body)
        if twin != body:
            break
    store = make()
    store.save(make_run(b"in", b"out", text(body), text(twin)))
    with pytest.raises(StoreError, match="ambiguous") as caught:
        store.get(digest(body)[:6])
    assert digest(body)[:12] in str(caught.value)
    assert digest(twin)[:12] in str(caught.value)
    assert store.get(digest(body)[:12]).body == body


def test_the_latest_run_with_an_output_wins(make: Make) -> None:
    store = make()
    first, second = make_run(b"one", b"same"), make_run(b"two", b"same")
    store.save(first)
    store.save(second)
    found = store.find_run(digest(b"same"))
    assert found is not None
    assert found.input_sha256 == second.input_sha256
    store.save(first)
    found = store.find_run(digest(b"same"))
    assert found is not None
    assert found.input_sha256 == first.input_sha256
    assert found.patch == ((0, 4, b"one"),)
    assert [key.input_sha256 for key in store.runs()] == [second.input_sha256, first.input_sha256]
    assert store.find_run(digest(b"other")) is None


def test_a_run_made_again_keeps_what_it_needed_before(make: Make) -> None:
    store = make()
    store.save(make_run(b"in", b"out", text(b"first")))
    store.save(make_run(b"in", b"out", text(b"second")))
    assert len(list(store.runs())) == 1
    assert store.get(digest(b"first")).body == b"first"
    assert {row.sha256 for row in store.list_()} == {digest(b"first"), digest(b"second")}
    assert store.purge().originals == 2


def test_a_run_that_changed_nothing_is_not_kept(make: Make) -> None:
    store = make()
    store.save(make_run(b"same", b"same", text(b"hello")))
    assert list(store.runs()) == []
    assert list(store.list_()) == []


def test_runs_of_an_original_and_its_row(make: Make) -> None:
    store = make()
    store.save(make_run(b"one", b"1", text(b"shared"), text(b"own")))
    store.save(make_run(b"two", b"22", text(b"shared"), text(b"shared")))
    keys = (RunKey(digest(b"one"), digest(b"1"), 1), RunKey(digest(b"two"), digest(b"22"), 2))
    assert store.runs_of(digest(b"shared")[:12]) == keys
    assert store.runs_of(digest(b"own")[:12]) == keys[:1]
    rows = {row.sha256: (row.kind, row.size, row.runs) for row in store.list_()}
    assert rows == {digest(b"shared"): ("text", 6, 2), digest(b"own"): ("text", 3, 1)}
    assert [original.body for original in store.load(keys[0]).originals] == [b"shared", b"own"]
    with pytest.raises(MissingOriginalError):
        store.load(RunKey("0" * 64, "1" * 64, 1))


def test_originals_are_taken_as_they_come(make: Make) -> None:
    store = make()
    bodies = (f"body {number}".encode() for number in range(300))
    run = make_run(b"in", b"out")
    store.save(Run(run.input_sha256, run.output_sha256, 3, run.patch, (text(body) for body in bodies)))
    assert sum(1 for _ in store.list_()) == 300


def test_a_wrong_hash_is_refused_and_nothing_is_kept(make: Make) -> None:
    store = make()
    wrong = Original(digest(b"other"), "text", b"hello")
    with pytest.raises(StoreError):
        store.save(make_run(b"in", b"out", text(b"good"), wrong))
    assert list(store.runs()) == []
    with pytest.raises(MissingOriginalError):
        store.get(digest(b"good"))


def test_an_interrupted_save_leaves_nothing(make: Make) -> None:
    def torn() -> object:
        yield text(b"first")
        raise KeyboardInterrupt

    store = make()
    with pytest.raises(KeyboardInterrupt):
        store.save(Run("0" * 64, "1" * 64, 1, (), torn()))  # type: ignore[arg-type]  # a generator of objects
    assert list(store.runs()) == []
    store.save(make_run(b"in", b"out", text(b"hello")))
    assert store.get(digest(b"hello")).body == b"hello"


def test_purge_removes_runs_and_what_only_they_need(make: Make) -> None:
    store = make()
    store.save(make_run(b"one", b"1", text(b"shared"), text(b"own")))
    store.save(make_run(b"two", b"2", text(b"shared")))
    assert store.purge(1.0).runs == 0
    gone = store.purge(keep_latest=1)
    assert (gone.runs, gone.originals, gone.size) == (1, 1, 3)
    assert store.get(digest(b"shared")).body == b"shared"
    with pytest.raises(MissingOriginalError):
        store.get(digest(b"own"))
    assert store.find_run(digest(b"1")) is None
    gone = store.purge()
    assert (gone.runs, gone.originals) == (1, 1)
    assert list(store.list_()) == []


def test_export_and_import_carry_everything(make: Make, tmp_path: Path) -> None:
    store = make()
    store.save(make_run(b"one", b"1", text(b"shared"), Original(digest(b"{}"), "drop", b"{}")))
    store.save(make_run(b"two", b"2", text(b"shared")))
    exported = tmp_path / "exported"
    store.export(exported)
    with pytest.raises(StoreError, match="exists"):
        store.export(exported)
    other = make()
    other.save(make_run(b"three", b"3", text(b"kept")))
    assert other.import_(exported) == 2
    assert [key.input_sha256 for key in other.runs()] == [digest(b"three"), digest(b"one"), digest(b"two")]
    assert other.get(digest(b"{}")).kind == "drop"
    run = other.find_run(digest(b"1"))
    assert run is not None
    assert run.patch == ((0, 1, b"one"),)
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600 or os.name == "nt"
    assert not (tmp_path / "exported-journal").exists()


def test_import_is_all_or_nothing(make: Make, tmp_path: Path) -> None:
    source = open_store(tmp_path / "source", write=True)
    source.save(make_run(b"one", b"1", text(b"good")))
    source.save(make_run(b"two", b"2", text(b"bad!")))
    source.close()
    with sqlite3.connect(tmp_path / "source") as db:
        db.execute("UPDATE body SET packed = 'evil' WHERE sha256 = ?", (digest(b"bad!"),))
    db.close()
    store = make()
    with pytest.raises(StoreError, match="SHA-256"):
        store.import_(tmp_path / "source")
    assert list(store.runs()) == []
    with pytest.raises(StoreError, match="no store"):
        store.import_(tmp_path / "absent")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.binary(max_size=40), st.lists(st.binary(max_size=300), max_size=4)), max_size=4)
)
def test_every_body_comes_back(make: Make, runs: list[tuple[bytes, list[bytes]]]) -> None:
    store = make()
    for output, bodies in runs:
        store.save(make_run(b"input " + output, output, *map(text, bodies)))
    for output, bodies in runs:
        for body in bodies:
            assert store.get(digest(body)).body == body
        found = store.find_run(digest(output))
        assert found is not None
        assert found.patch == ((0, len(output), b"input " + output),)
    assert {row.sha256 for row in store.list_()} == {digest(body) for _, own in runs for body in own}
    if isinstance(store, SqliteStore):
        store.close()


def test_a_damaged_body_is_never_handed_out(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with open_store(path, write=True) as store:
        store.save(make_run(b"in", b"out", text(b"hello" * 100)))
    for damage in ("zeroblob(20)", "substr(packed, 2)", "'text'", "zeroblob(500)"):
        with sqlite3.connect(path) as db:
            db.execute(f"UPDATE body SET packed = {damage} WHERE size = 500")
        db.close()
        with open_store(path, write=False) as store, pytest.raises(StoreError, match="damaged"):
            store.get(digest(b"hello" * 100))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_folder_and_files_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "data" / "headroom" / "store.sqlite3"
    before = os.umask(umask)
    try:
        with open_store(path, write=True) as store:
            store.save(make_run(b"in", b"out", text(b"hello")))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_reading_a_missing_store_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "store.sqlite3"
    with open_store(path, write=False) as store:
        assert list(store.list_()) == []
        with pytest.raises(MissingOriginalError):
            store.get("abcdef")
        with pytest.raises(StoreError, match="reading only"):
            store.save(make_run(b"in", b"out"))
    assert not path.parent.exists()


def test_a_file_that_was_created_and_no_more_is_an_empty_store(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.touch()
    with open_store(path, write=False) as store:
        assert list(store.runs()) == []
    with open_store(path, write=True) as store:
        store.save(make_run(b"in", b"out", text(b"hello")))
        assert store.get(digest(b"hello")).body == b"hello"


@pytest.mark.parametrize("write", [True, False])
def test_other_files_are_refused_and_left_alone(tmp_path: Path, write: bool) -> None:
    plain, other, later = tmp_path / "plain", tmp_path / "other", tmp_path / "later"
    plain.write_bytes(b"no database at all\n" * 100)
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    open_store(later, write=True).close()
    with sqlite3.connect(later) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    for path, sentence in ((plain, "not a headroom store"), (other, "not a headroom store"), (later, "99")):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=sentence):
            open_store(path, write=write)
        assert path.read_bytes() == before


def test_a_store_where_none_can_be_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(StoreError, match="--no-store"):
        open_store(file / "store", write=True)
    with pytest.raises(StoreError, match="--no-store"):
        open_store(tmp_path, write=True)
    with pytest.raises(StoreError):
        open_store(tmp_path, write=False)


def test_odd_file_names_are_taken_literally(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=memory#x%20é.db"
    with open_store(path, write=True) as store:
        store.save(make_run(b"in", b"out", text(b"hello")))
    assert path.stat().st_size > 0
    with open_store(path, write=False) as store:
        assert store.get(digest(b"hello")).body == b"hello"


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/h"}, "/h/.local/share/headroom/store.sqlite3"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/headroom/store.sqlite3"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "relative"}, "/h/.local/share/headroom/store.sqlite3"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": ""}, "/h/.local/share/headroom/store.sqlite3"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Application Support/headroom/store.sqlite3"),
        ("darwin", {"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/headroom/store.sqlite3"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/headroom/store.sqlite3"),
        ("win32", {"USERPROFILE": "/u"}, "/u/AppData/Local/headroom/store.sqlite3"),
    ],
)
def test_the_default_path(platform: str, environ: dict[str, str], expected: str) -> None:
    assert default_path(environ, platform) == Path(expected)


def test_naming_the_path_does_not_load_the_driver() -> None:
    code = textwrap.dedent("""
        import sys
        from headroom_cli.store import default_path
        default_path({"HOME": "/h"})
        sys.exit("sqlite3" in sys.modules)
    """)
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
