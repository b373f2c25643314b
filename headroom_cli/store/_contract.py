"""What every store lets its readers see, and the checks on references that all stores share."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from headroom_cli.contracts import Original, Run
from headroom_cli.errors import MissingOriginalError, StoreError, UsageError

_REF = re.compile(r"[0-9a-f]{6,64}")
_LISTED = 5


@dataclass(frozen=True, slots=True)
class RunKey:
    """A saved run without its contents: hex SHA-256 of its input and output, `output_size` in bytes."""

    input_sha256: str
    output_sha256: str
    output_size: int


@dataclass(frozen=True, slots=True)
class Row:
    """One original in a listing: `size` in bytes, `runs` that need it, `created` by the latest of them
    (seconds since the epoch)."""

    sha256: str
    kind: str
    size: int
    runs: int
    created: float


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed: runs, originals, and `size`, the bytes of those originals."""

    runs: int
    originals: int
    size: int


class Reader(Protocol):
    """A store as `restore` and the listings see it. `place` names it in messages.

    `get` takes a unique prefix of 6 to 64 hex digits. `find_run` is the latest run with this output;
    `runs` are all runs, oldest first; `runs_of` those that need an original; `load` is the run of a key.
    """

    @property
    def place(self) -> str: ...

    def get(self, ref: str) -> Original: ...

    def find_run(self, output_sha256: str) -> Run | None: ...

    def runs(self) -> Iterator[RunKey]: ...

    def runs_of(self, ref: str) -> tuple[RunKey, ...]: ...

    def load(self, key: RunKey) -> Run: ...

    def list_(self) -> Iterable[Row]: ...


def check_ref(ref: str) -> str:
    """The reference in lower case; UsageError unless it is 6 to 64 hex digits."""
    lower = ref.strip().lower()
    if _REF.fullmatch(lower) is None:
        raise UsageError(f"{ref!r} is no reference: give 6 to 64 hex digits, as in 1a2b3c4d5e6f")
    return lower


def check_body(original: Original) -> Original:
    """The original; StoreError if its body does not have the hash it comes with."""
    if hashlib.sha256(original.body).hexdigest() != original.sha256:
        raise StoreError(f"an original does not match its hash {original.sha256[:12]}; nothing was stored")
    return original


def choose(ref: str, found: Sequence[str], place: str) -> str:
    """The one hash that `ref` is a prefix of; `found` are all candidates, or the first few."""
    if not found:
        raise MissingOriginalError(f"the store {place} holds no original {ref}")
    if len(found) > 1:
        names = ", ".join(digest[: max(12, len(ref) + 2)] for digest in found[:_LISTED])
        more = ", ..." if len(found) > _LISTED else ""
        raise StoreError(f"{ref} is ambiguous in the store {place}: {names}{more}")
    return found[0]
