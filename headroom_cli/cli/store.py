"""`headroom store`: where originals are, what there is, and how to prune and move it."""

from pathlib import Path
from typing import Annotated

import typer

from headroom_cli.cli import light, options, streams
from headroom_cli.errors import UsageError

OlderThan = Annotated[
    float | None,
    typer.Option("--older-than", metavar="DAYS", help="Delete runs older than this.", show_default=False),
]
Everything = Annotated[bool, typer.Option("--all", help="Delete runs of any age.")]
KeepLatest = Annotated[
    int, typer.Option("--keep-latest", metavar="N", help="Keep the latest N runs whatever their age.")
]
Exported = Annotated[str, typer.Argument(metavar="FILE", help="The file to write; it must not exist yet.")]
Imported = Annotated[str, typer.Argument(metavar="FILE", help="A file that headroom store export wrote.")]


def run_path(store: options.StoreFile = None, color: options.Color = "auto") -> int:
    """Print the store's file name, whether it exists or not."""
    options.check_color(color)
    light.print_store_path(store)
    return 0


def run_list(
    store: options.StoreFile = None, json: options.Json = False, color: options.Color = "auto"
) -> int:
    """One line per original: reference, kind, bytes, runs that need it, and when it was last saved (UTC)."""
    from datetime import UTC, datetime

    options.check_color(color)
    path = options.find_store(store)
    with options.open_store(path, write=False) as opened:
        rows = tuple(opened.list_())
    if json:
        from headroom_cli.printable import print_json

        listed = [
            {
                "sha256": r.sha256,
                "kind": r.kind,
                "size": r.size,
                "runs": r.runs,
                "created": round(r.created, 3),
            }
            for r in rows
        ]
        described = {"schema": 1, "store": str(path), "originals": listed}
        streams.write_text(print_json(described))
        return 0
    lines = []
    for row in rows:
        saved = datetime.fromtimestamp(row.created, UTC).strftime("%Y-%m-%d %H:%M")
        lines.append(
            f"{row.sha256[:12]}  {row.kind:<4}  {row.size:>12,} bytes  {row.runs:>4} runs  {saved}\n"
        )
    streams.write_text("".join(lines))
    return 0


def run_purge(
    older_than: OlderThan = None,
    everything: Everything = False,
    keep_latest: KeepLatest = 0,
    store: options.StoreFile = None,
    quiet: options.Quiet = False,
    color: options.Color = "auto",
) -> int:
    """Delete runs, and the originals that no other run needs. What is deleted cannot be restored."""
    remarks = options.make_remarks(quiet, False, color)
    if (older_than is None) is not everything:
        raise UsageError("say what to delete: either --older-than DAYS or --all")
    if older_than is not None:
        options.check_at_least(older_than, 0, "--older-than")
    options.check_at_least(keep_latest, 0, "--keep-latest")
    path = options.find_store(store)
    if not path.exists():
        remarks.note(f"nothing to do: there is no store {path}")
        return 0
    with options.open_store(path, write=True) as opened:
        gone = opened.purge(older_than, keep_latest=keep_latest)
    remarks.note(f"{gone.runs:,} runs and {gone.originals:,} originals deleted ({gone.size:,} bytes)")
    return 0


def run_export(
    file: Exported,
    store: options.StoreFile = None,
    quiet: options.Quiet = False,
    color: options.Color = "auto",
) -> int:
    """Write one file that holds every run and original."""
    remarks = options.make_remarks(quiet, False, color)
    with options.open_store(options.find_store(store), write=False) as opened:
        opened.export(Path(file))
    remarks.note(f"exported to {file}")
    return 0


def run_import(
    file: Imported,
    store: options.StoreFile = None,
    quiet: options.Quiet = False,
    color: options.Color = "auto",
) -> int:
    """Add every run of an exported file; all of them, or none if any hash is wrong."""
    remarks = options.make_remarks(quiet, False, color)
    if not Path(file).exists():
        raise UsageError(f"there is no file {file} to import")
    with options.open_store(options.find_store(store), write=True) as opened:
        runs = opened.import_(Path(file))
    remarks.note(f"{runs:,} runs imported")
    return 0
