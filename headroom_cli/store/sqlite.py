"""Originals in one SQLite file.

Every body is stored once, under its SHA-256, however many runs need it. A run is one transaction: when
`save` returns, it is on disk whole; after a crash at any point, it is there whole or not at all.

The journal mode is TRUNCATE with synchronous=FULL: flushed at commit without a folder sync, and, unlike a
write-ahead log, such a file opens for reading on a read-only disk (https://www.sqlite.org/wal.html, section
"Read-Only Databases").
"""

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from headroom_cli.contracts import Original, Run
from headroom_cli.errors import MissingOriginalError, StoreError
from headroom_cli.store._contract import Purged, Row, RunKey, check_body, check_ref, choose
from headroom_cli.store._file import connect, explain

# On tool outputs and source files, level 9 saves 4 % more than level 1 and takes a third longer.
_LEVEL = 1
_DAY = 86_400.0
_LIST = """
    SELECT body.sha256, original.kind, body.size, count(run.id), max(run.created)
    FROM original JOIN body ON body.id = original.body
    JOIN needs ON needs.body = body.id JOIN run ON run.id = needs.run
    GROUP BY body.id ORDER BY max(run.turn), body.sha256
"""


class SqliteStore:
    """A store in the file `path`. Every method raises StoreError, in one sentence, if the file fails it."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self._writable = write
        self._db = connect(path, write=write)

    @property
    def place(self) -> str:
        return str(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def save(self, run: Run) -> None:
        """Keep one run and its originals, flushed to disk. A run that changed nothing is not kept."""
        self.save_all((run,))

    def save_all(self, runs: Iterable[Run]) -> None:
        """Keep several runs: all of them or, on any error, none."""
        with self._transaction():
            for run in runs:
                if run.input_sha256 != run.output_sha256:
                    self._put_run(run)

    def get(self, ref: str) -> Original:
        """The original whose SHA-256 begins with `ref` (6 to 64 hex digits).

        Raises UsageError (not a reference), MissingOriginalError, or StoreError (ambiguous, damaged).
        """
        with self._reading():
            row = self._find(check_ref(ref))
            return Original(row.sha256, row.kind, self._body(row.body))

    def find_run(self, output_sha256: str) -> Run | None:
        """The latest run that gave these output bytes."""
        query = "SELECT id FROM run WHERE output_sha256 = ? ORDER BY turn DESC LIMIT 1"
        with self._reading():
            row = self._db.execute(query, (output_sha256,)).fetchone()
            return self._load(row[0]) if row else None

    def runs(self) -> Iterator[RunKey]:
        """All runs, oldest first."""
        with self._reading():
            query = "SELECT input_sha256, output_sha256, output_size FROM run ORDER BY turn"
            keys = [RunKey(*row) for row in self._db.execute(query)]
        return iter(keys)

    def runs_of(self, ref: str) -> tuple[RunKey, ...]:
        """The runs that need this original, oldest first; raises as `get` does."""
        query = """SELECT input_sha256, output_sha256, output_size FROM run
            JOIN needs ON needs.run = run.id WHERE needs.body = ? ORDER BY run.turn"""
        with self._reading():
            row = self._find(check_ref(ref))
            return tuple(RunKey(*key) for key in self._db.execute(query, (row.body,)))

    def load(self, key: RunKey) -> Run:
        """The run of a key, its patch in memory, its originals read as they are asked for."""
        query = "SELECT id FROM run WHERE input_sha256 = ? AND output_sha256 = ?"
        with self._reading():
            row = self._db.execute(query, (key.input_sha256, key.output_sha256)).fetchone()
            if row is None:
                raise MissingOriginalError(f"the store {self.place} holds no run {key.output_sha256[:12]}")
            return self._load(row[0])

    def list_(self) -> Iterator[Row]:
        """One row per original, those of the oldest runs first."""
        with self._reading():
            rows = [Row(*row) for row in self._db.execute(_LIST)]
        return iter(rows)

    def purge(self, older_than_days: float | None = None, *, keep_latest: int = 0) -> Purged:
        """Remove runs older than this many days (None: of any age), save the latest `keep_latest`, and
        every original that no run needs any more. Their bytes are overwritten and the space given back."""
        before = float("inf") if older_than_days is None else time.time() - older_than_days * _DAY
        latest = "(SELECT id FROM run ORDER BY turn DESC LIMIT ?)"
        with self._transaction():
            gone = self._db.execute(
                f"DELETE FROM run WHERE created < ? AND id NOT IN {latest}", (before, keep_latest)
            ).rowcount
            unused = "FROM body JOIN original ON body = id WHERE id NOT IN (SELECT body FROM needs)"
            originals, size = self._db.execute(f"SELECT count(*), total(size) {unused}").fetchone()
            self._db.execute("DELETE FROM original WHERE body NOT IN (SELECT body FROM needs)")
            self._db.execute(
                """DELETE FROM body WHERE id NOT IN (SELECT body FROM original)
                AND id NOT IN (SELECT body FROM splice)"""
            )
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
        return Purged(gone, originals, int(size))

    def export(self, path: Path) -> None:
        """Copy the store, as it stands, to a new file that is a store itself (and private: 0600).

        Raises StoreError if the file exists.
        """
        if path.exists():
            raise StoreError(f"{path} exists already: name a new file to export to")
        try:
            with SqliteStore(path, write=True) as target, target._reading():
                self._db.backup(target._db)
                target.drop_journal()
        except (StoreError, sqlite3.Error) as error:
            path.unlink(missing_ok=True)
            if isinstance(error, sqlite3.Error):
                raise explain(error, self.path, write=self._writable) from error
            raise

    def drop_journal(self) -> None:
        """Remove the empty journal that stays beside the file, so that it can be carried away alone."""
        with self._reading():
            self._db.execute("PRAGMA journal_mode = DELETE")

    def import_(self, path: Path) -> int:
        """Add the runs of an exported store, every hash checked; all of them or none. Returns how many."""
        if not path.exists():
            raise StoreError(f"there is no store {path} to import")
        with SqliteStore(path, write=False) as source:
            keys = list(source.runs())
            self.save_all(source.load(key) for key in keys)
        return len(keys)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self.path, write=self._writable) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if not self._writable:
            raise StoreError(f"the store {self.place} was opened for reading only")
        with self._reading():
            # IMMEDIATE takes the write lock at once: two writers queue up instead of meeting half-way.
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _put_run(self, run: Run) -> None:
        number, known = self._put_key(run)
        for original in run.originals:
            body = self._put_body(check_body(original).body, original.sha256)
            self._db.execute("INSERT OR IGNORE INTO original VALUES (?, ?)", (body, original.kind))
            self._db.execute("INSERT OR IGNORE INTO needs VALUES (?, ?)", (number, body))
        if known:  # the same output and input: the way between them is there already
            return
        for place, (offset, length, old) in enumerate(run.patch):
            row = (number, place, offset, length, self._put_body(old, hashlib.sha256(old).hexdigest()))
            self._db.execute("INSERT INTO splice VALUES (?, ?, ?, ?, ?)", row)

    def _put_key(self, run: Run) -> tuple[int, bool]:
        """The row of a run, as the latest one, and whether it was there before."""
        pair = (run.input_sha256, run.output_sha256)
        (turn,) = self._db.execute("SELECT coalesce(max(turn), 0) + 1 FROM run").fetchone()
        row = self._db.execute(
            "SELECT id FROM run WHERE input_sha256 = ? AND output_sha256 = ?", pair
        ).fetchone()
        if row is not None:
            self._db.execute("UPDATE run SET turn = ?, created = ? WHERE id = ?", (turn, time.time(), row[0]))
            return int(row[0]), True
        cursor = self._db.execute(
            """INSERT INTO run (turn, created, input_sha256, output_sha256, output_size)
            VALUES (?, ?, ?, ?, ?)""",
            (turn, time.time(), *pair, run.output_size),
        )
        return int(cursor.lastrowid or 0), False

    def _put_body(self, body: bytes, digest: str) -> int:
        row = self._db.execute("SELECT id FROM body WHERE sha256 = ?", (digest,)).fetchone()
        if row is not None:
            return int(row[0])
        packed = zlib.compress(body, _LEVEL)
        if len(packed) >= len(body):
            packed = body
        cursor = self._db.execute(
            "INSERT INTO body (sha256, size, packed) VALUES (?, ?, ?)", (digest, len(body), packed)
        )
        return int(cursor.lastrowid or 0)

    def _find(self, ref: str) -> "_Found":
        query = """SELECT body.id, body.sha256, original.kind
            FROM body JOIN original ON original.body = body.id
            WHERE body.sha256 >= ? AND body.sha256 < ? ORDER BY body.sha256 LIMIT 6"""
        rows = [_Found(*row) for row in self._db.execute(query, (ref, ref + "g"))]
        digest = choose(ref, [row.sha256 for row in rows], self.place)
        return next(row for row in rows if row.sha256 == digest)

    def _body(self, number: int) -> bytes:
        query = "SELECT sha256, size, CAST(packed AS BLOB) FROM body WHERE id = ?"
        row = self._db.execute(query, (number,)).fetchone()
        if row is None:
            raise StoreError(f"the store {self.place} is damaged: a body is missing")
        digest, size, packed = row
        body = packed if len(packed) == size else _unpack(packed, size)
        if hashlib.sha256(body).hexdigest() != digest:
            raise StoreError(f"the store {self.place} is damaged: {digest[:12]} does not match its SHA-256")
        return bytes(body)

    def _load(self, number: int) -> Run:
        query = "SELECT input_sha256, output_sha256, output_size FROM run WHERE id = ?"
        source, output, size = self._db.execute(query, (number,)).fetchone()
        splices = self._db.execute(
            "SELECT start, length, body FROM splice WHERE run = ? ORDER BY place", (number,)
        ).fetchall()
        patch = tuple((start, length, self._body(body)) for start, length, body in splices)
        return Run(source, output, size, patch, _Originals(self, number))

    def _originals(self, number: int) -> Iterator[Original]:
        query = """SELECT original.body, body.sha256, original.kind FROM needs
            JOIN original ON original.body = needs.body JOIN body ON body.id = needs.body
            WHERE needs.run = ? ORDER BY needs.body"""
        with self._reading():
            for body, digest, kind in self._db.execute(query, (number,)).fetchall():
                yield Original(digest, kind, self._body(body))


@dataclass(frozen=True, slots=True)
class _Found:
    body: int
    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Originals:
    """The originals of a saved run, read one at a time; can be gone through more than once."""

    store: SqliteStore
    run: int

    def __iter__(self) -> Iterator[Original]:
        return self.store._originals(self.run)


def _unpack(packed: bytes, size: int) -> bytes:
    # At most `size` bytes come out, however a damaged or hostile body was packed.
    try:
        return zlib.decompressobj().decompress(packed, max(size, 1))
    except zlib.error:
        return b""
