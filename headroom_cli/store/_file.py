"""The store's file: made private, opened for what the disk allows, its schema checked, its failures told."""

import os
import sqlite3
from pathlib import Path

from headroom_cli.errors import StoreError

VERSION = 1
_APPLICATION = 0x68647273  # "hdrs", SQLite's mark of the program a file belongs to
_BUSY_SECONDS = 60.0
_SCHEMA = """
CREATE TABLE body (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE, -- hex, of the bytes as they were
    size INTEGER NOT NULL,       -- bytes, unpacked
    packed BLOB NOT NULL         -- zlib, or the bytes themselves where that is no longer
);
CREATE TABLE original (
    body INTEGER PRIMARY KEY REFERENCES body,
    kind TEXT NOT NULL           -- text or drop
);
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    turn INTEGER NOT NULL UNIQUE, -- the order of saving; a run that is made again moves to the end
    input_sha256 TEXT NOT NULL,
    output_sha256 TEXT NOT NULL,
    output_size INTEGER NOT NULL, -- bytes
    created REAL NOT NULL,        -- seconds since the epoch, for purge alone
    UNIQUE (output_sha256, input_sha256)
);
CREATE TABLE needs (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    body INTEGER NOT NULL REFERENCES original,
    PRIMARY KEY (run, body)
) WITHOUT ROWID;
CREATE INDEX needs_body ON needs (body);
CREATE TABLE splice (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    place INTEGER NOT NULL,
    start INTEGER NOT NULL,      -- offset in the output, bytes
    length INTEGER NOT NULL,     -- bytes of the output that go
    body INTEGER NOT NULL REFERENCES body,
    PRIMARY KEY (run, place)
) WITHOUT ROWID;
CREATE INDEX splice_body ON splice (body);
"""


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to the store in `path`, its schema there and known.

    For reading, a file that is missing or still empty gives an empty store in memory.
    Raises StoreError.
    """
    try:
        if write:
            _create(path)
        elif not path.exists():
            return _empty()
        return _open(path, write=write)
    except sqlite3.Error as error:
        raise explain(error, path, write=write) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(f"cannot use the store {path}: {reason}{_hint(write)}") from error


def explain(error: sqlite3.Error, path: Path, *, write: bool) -> StoreError:
    """The sentence for a failure of SQLite while the store was written or read."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return StoreError(f"no room left on the disk of the store {path}; nothing was stored")
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")) and write:
        return StoreError(f"cannot write to the store {path}{_hint(write)}")
    if name == "SQLITE_READONLY_ROLLBACK":
        return StoreError(f"the store {path} holds an unfinished write: open it once where it can be written")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(f"the store {path} was busy for {_BUSY_SECONDS:.0f} seconds; try again")
    if name.startswith("SQLITE_NOTADB"):
        return StoreError(f"{path} is not a headroom store")
    if name.startswith("SQLITE_CORRUPT"):
        return StoreError(f"the store {path} is damaged: {error}")
    return StoreError(f"the store {path} failed: {error}")


def _open(path: Path, *, write: bool) -> sqlite3.Connection:
    try:
        # SQLite itself falls back to reading where the file is write-protected; a store opened for
        # reading still has to undo the half-written transaction of a process that was killed.
        return _checked(path, "mode=rw", write=write)
    except sqlite3.OperationalError:
        if write or _unfinished(path):
            raise
    # No journal can be made or locked here, and nobody can be writing: read the file as it stands.
    return _checked(path, "mode=ro&immutable=1", write=False)


def _checked(path: Path, mode: str, *, write: bool) -> sqlite3.Connection:
    db = _connection(f"{path.absolute().as_uri()}?{mode}")
    try:
        if not write:
            db.execute("PRAGMA query_only = ON")
        version = _version(db, path)
        if version == 0 and not write:
            db.close()
            return _empty()
        if version == 0:
            _make_schema(db, path)
        if write:
            db.execute("PRAGMA journal_mode = TRUNCATE")
    except (sqlite3.Error, StoreError):
        db.close()
        raise
    return db


def _connection(name: str) -> sqlite3.Connection:
    db = sqlite3.connect(name, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")  # purged text does not linger in free pages
    db.execute("PRAGMA temp_store = MEMORY")  # no file anywhere but the store's own
    return db


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The schema's version; 0 for a file in which nothing was made yet."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != _APPLICATION and (application or version or tables):
        raise StoreError(f"{path} is an SQLite file but not a headroom store")
    if version > VERSION:
        raise StoreError(
            f"the store {path} has schema {version}, made by a later headroom; this one knows up to {VERSION}"
        )
    return int(version)


def _make_schema(db: sqlite3.Connection, path: Path) -> None:
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # a purge gives space back in place, without a copy
    db.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have made it between the look and the lock.
        if _version(db, path) == 0:
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {_APPLICATION}")
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _empty() -> sqlite3.Connection:
    db = _connection("file::memory:")
    _make_schema(db, Path(":memory:"))
    db.execute("PRAGMA query_only = ON")
    return db


def _create(path: Path) -> None:
    """Make the folder and the file where missing, readable by nobody else whatever the umask."""
    missing = [folder for folder in path.absolute().parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        _flush(folder.parent)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        return
    os.close(descriptor)
    path.chmod(0o600)


def _flush(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unfinished(path: Path) -> bool:
    journal = path.with_name(path.name + "-journal")
    return journal.exists() and journal.stat().st_size > 0


def _hint(write: bool) -> str:
    return "; give another with --store FILE, or run with --no-store" if write else ""
