"""Originals in memory, for the life of one process: the same contract as the SQLite store, no file."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from headroom_cli.contracts import Original, Run
from headroom_cli.errors import MissingOriginalError, StoreError
from headroom_cli.store import open_store
from headroom_cli.store._contract import Purged, Row, RunKey, check_body, check_ref, choose

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class _Saved:
    run: Run
    needs: tuple[str, ...]
    created: float


class MemoryStore:
    """A store without a file; see `SqliteStore` for what each method does and raises."""

    place = "in memory"

    def __init__(self) -> None:
        self._originals: dict[str, Original] = {}
        self._runs: dict[RunKey, _Saved] = {}  # oldest first

    def save(self, run: Run) -> None:
        self.save_all((run,))

    def save_all(self, runs: Iterable[Run]) -> None:
        originals = dict(self._originals)
        saved = dict(self._runs)
        for run in runs:
            if run.input_sha256 == run.output_sha256:
                continue
            key = RunKey(run.input_sha256, run.output_sha256, run.output_size)
            before = saved.pop(key, None)
            own = {digest: originals[digest] for digest in before.needs} if before else {}
            for original in run.originals:
                own[original.sha256] = originals.setdefault(original.sha256, check_body(original))
            saved[key] = _Saved(replace(run, originals=tuple(own.values())), tuple(own), time.time())
        self._originals, self._runs = originals, saved

    def get(self, ref: str) -> Original:
        return self._originals[self._find(ref)]

    def find_run(self, output_sha256: str) -> Run | None:
        found = [saved.run for key, saved in self._runs.items() if key.output_sha256 == output_sha256]
        return found[-1] if found else None

    def runs(self) -> Iterator[RunKey]:
        return iter(list(self._runs))

    def runs_of(self, ref: str) -> tuple[RunKey, ...]:
        digest = self._find(ref)
        return tuple(key for key, saved in self._runs.items() if digest in saved.needs)

    def load(self, key: RunKey) -> Run:
        if key not in self._runs:
            raise MissingOriginalError(f"the store {self.place} holds no run {key.output_sha256[:12]}")
        return self._runs[key].run

    def list_(self) -> Iterator[Row]:
        latest = {digest: place for place, saved in enumerate(self._runs.values()) for digest in saved.needs}
        for digest in sorted(self._originals, key=lambda digest: (latest[digest], digest)):
            original = self._originals[digest]
            created = [saved.created for saved in self._runs.values() if digest in saved.needs]
            yield Row(digest, original.kind, len(original.body), len(created), max(created))

    def purge(self, older_than_days: float | None = None, *, keep_latest: int = 0) -> Purged:
        before = float("inf") if older_than_days is None else time.time() - older_than_days * _DAY
        old = list(self._runs)[: max(0, len(self._runs) - keep_latest)]
        gone = [key for key in old if self._runs[key].created < before]
        for key in gone:
            del self._runs[key]
        needed = {digest for saved in self._runs.values() for digest in saved.needs}
        unused = [original for digest, original in self._originals.items() if digest not in needed]
        for original in unused:
            del self._originals[original.sha256]
        return Purged(len(gone), len(unused), sum(len(original.body) for original in unused))

    def export(self, path: Path) -> None:
        if path.exists():
            raise StoreError(f"{path} exists already: name a new file to export to")
        with open_store(path, write=True) as target:
            target.save_all(saved.run for saved in self._runs.values())
            target.drop_journal()

    def import_(self, path: Path) -> int:
        if not path.exists():
            raise StoreError(f"there is no store {path} to import")
        with open_store(path, write=False) as source:
            keys = list(source.runs())
            self.save_all(source.load(key) for key in keys)
        return len(keys)

    def _find(self, ref: str) -> str:
        prefix = check_ref(ref)
        found = sorted(digest for digest in self._originals if digest.startswith(prefix))
        return choose(prefix, found[:6], self.place)
