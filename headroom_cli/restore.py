"""The way back: from compacted bytes to the bytes they were made from.

Three ways, the surest first:

    exact      the bytes are the output of a saved run: its patch is undone, the hash of the result checked
    continued  they begin with the output of one: the same for that stretch, the rest follows unchanged
    parts      every marked text and record that the store holds is put back in its place (`patchwork`)
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from headroom_cli.contracts import Original, Run
from headroom_cli.errors import MissingOriginalError, StoreError
from headroom_cli.patchwork import Tally, mend_drops, mend_texts
from headroom_cli.store import Reader, RunKey


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: `runs` undone as a whole, `parts` put back one by one.

    `whole` is False if any mark is left that should have been undone; `missing` are the references that
    the store does not hold; `note` is one line for the user, "" if there is nothing to say.
    """

    data: bytes
    whole: bool
    runs: int
    parts: int
    missing: tuple[str, ...]
    note: str


def restore(data: bytes, store: Reader | None, *, format_name: str | None = None) -> Restored:
    """Undo one run. The bytes decide how; no format needs to be known, so `format_name` changes nothing.

    Raises MissingOriginalError if there are marks and nothing could be restored, StoreError if the store
    is damaged or gives back other bytes than those that were compacted.
    """
    undone = _undo_run(data, store)
    return undone if undone is not None else _restore_parts(data, store)


def restore_all(data: bytes, store: Reader | None, *, format_name: str | None = None) -> Restored:
    """Undo run after run until nothing is left to undo. Raises as `restore` does.

    After a run was undone as a whole its input is proven, so from there on only whole runs are undone:
    a text in it that looks like a mark is the user's own. Texts restored one by one are looked at again.
    """
    result = restore(data, store, format_name=format_name)
    seen = {hashlib.sha256(data).digest()}
    proven = result.runs > 0
    while (digest := hashlib.sha256(result.data).digest()) not in seen:
        seen.add(digest)
        step = _undo_run(result.data, store)
        if step is None and not proven:
            step = _look_again(result.data, store)
        if step is None:
            break
        proven = proven or step.runs > 0
        result = _join(result, step)
    return result


def retrieve(ref: str, store: Reader) -> bytes:
    """One original: the text in UTF-8 (lone surrogates passed through), or the raw records of a drop.

    `ref` is a unique prefix of its SHA-256, 6 digits or more. Raises UsageError, MissingOriginalError
    or StoreError.
    """
    return store.get(ref).body


def undo_patch(output: bytes, run: Run) -> bytes:
    """The input of a run from its output. Raises StoreError if the result is not what was compacted."""
    pieces: list[bytes] = []
    done = 0
    for start, length, old in run.patch:
        pieces += [output[done:start], old]
        done = start + length
    original = b"".join([*pieces, output[done:]])
    if hashlib.sha256(original).hexdigest() != run.input_sha256:
        raise StoreError(
            f"the saved run {run.output_sha256[:12]} does not give back the file it was made from; "
            "its originals can still be had one by one with headroom retrieve"
        )
    return original


def _undo_run(data: bytes, store: Reader | None) -> Restored | None:
    """The data with the run undone that it is the output of, or that it begins with the output of."""
    if store is None:
        return None
    run = store.find_run(hashlib.sha256(data).hexdigest())
    if run is not None:
        return Restored(undo_patch(data, run), True, 1, 0, (), "")
    key = _find_beginning(data, store.runs())
    if key is None:
        return None
    start = undo_patch(data[: key.output_size], store.load(key))
    added = len(data) - key.output_size
    note = f"the file went on after it was compacted: {added:,} bytes follow unchanged"
    return Restored(start + data[key.output_size :], True, 1, 0, (), note)


def _find_beginning(data: bytes, keys: Iterable[RunKey]) -> RunKey | None:
    """The latest run with the longest output that the data begins with and goes on after, on a new line."""
    sizes: dict[int, dict[str, RunKey]] = {}
    for key in keys:
        size = key.output_size
        if 0 < size < len(data) and (data[size - 1] == 0x0A or data[size] in b"\r\n"):
            sizes.setdefault(size, {})[key.output_sha256] = key
    found: RunKey | None = None
    digest = hashlib.sha256()
    view = memoryview(data)
    done = 0
    for size in sorted(sizes):
        digest.update(view[done:size])
        done = size
        found = sizes[size].get(digest.hexdigest(), found)
    return found


def _restore_parts(data: bytes, store: Reader | None) -> Restored:
    place = store.place if store is not None else "(none was opened)"
    tally = Tally()
    mended = _mend(data, store, tally)
    if not tally.marks:
        return Restored(data, True, 0, 0, (), "nothing to restore: no marks, and no saved run gave this file")
    missing = tuple(tally.missing)
    if missing and not tally.parts:
        raise MissingOriginalError(f"the store {place} does not hold {', '.join(missing[:5])}")
    whole = not missing and not tally.bare and not tally.loose
    return Restored(mended, whole, 0, tally.parts, missing, _describe(tally))


def _look_again(data: bytes, store: Reader | None) -> Restored | None:
    """A further round over texts that were restored; None if it restores nothing."""
    tally = Tally()
    mended = _mend(data, store, tally)
    if not tally.parts:
        return None
    whole = not tally.missing and not tally.bare and not tally.loose
    return Restored(mended, whole, 0, tally.parts, tuple(tally.missing), _describe(tally))


def _mend(data: bytes, store: Reader | None, tally: Tally) -> bytes:
    """Texts first: a record that lost blocks is recognised by the texts it has left."""

    def fetch(ref: str) -> Original | None:
        if store is None:
            return None
        try:
            return store.get(ref)
        except MissingOriginalError:
            return None

    return mend_drops(mend_texts(data, fetch, tally), fetch, tally)


def _describe(tally: Tally) -> str:
    words = [f"no saved run gave this file: {tally.parts:,} parts restored one by one"]
    if tally.drops:
        words.append("dropped messages stand together where their placeholder stood")
    if tally.missing:
        words.append(f"{len(tally.missing):,} not in the store")
    if tally.bare:
        words.append(f"{tally.bare:,} marks carry no reference")
    if tally.loose:
        words.append(f"{tally.loose:,} drops hold no records (see headroom retrieve)")
    return "; ".join(words)


def _join(first: Restored, then: Restored) -> Restored:
    """Two steps back as one. What the first could not find is still there for the second to miss."""
    return replace(
        then,
        runs=first.runs + then.runs,
        parts=first.parts + then.parts,
        note=then.note or first.note,
    )
