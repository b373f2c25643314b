"""`headroom restore`: the way back."""

from typing import Annotated

import typer

from headroom_cli.cli import options, streams

All = Annotated[
    bool,
    typer.Option("--all", help="Go back through every earlier run too.", rich_help_panel=options.OUTPUT),
]


def run(
    file: options.File = None,
    all_runs: All = False,
    output: options.Output = None,
    store: options.StoreFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """Exit status 1: parts are missing in the store, what could be restored was written."""
    from headroom_cli.restore import restore, restore_all

    remarks = options.make_remarks(quiet, verbose, color)
    streams.refuse_input(output, file, "-o")
    data = streams.read_input(file)
    path = options.find_store(store)
    with options.open_store(path, write=False) as opened:
        restored = (restore_all if all_runs else restore)(data, opened)
    streams.write_product(restored.data, output)
    if restored.whole:
        if restored.note:
            remarks.note(restored.note)
    else:
        lost = f"; missing in {path}: {', '.join(restored.missing)}" if restored.missing else ""
        streams.complain(f"not everything was restored: {restored.note}{lost}")
    remarks.detail(
        f"runs undone: {restored.runs}; parts restored one by one: {restored.parts}; store: {path}"
    )
    return 0 if restored.whole else 1
