"""`headroom retrieve`: one original, by its reference."""

from typing import Annotated

import typer

from headroom_cli.cli import options, streams

Ref = Annotated[
    str, typer.Argument(metavar="REF", help="The reference in a mark, or at least 6 digits of it.")
]


def run(
    ref: Ref,
    output: options.Output = None,
    store: options.StoreFile = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """The decoded text of a text, the raw records of a drop."""
    from headroom_cli.restore import retrieve

    options.make_remarks(quiet, verbose, color)
    with options.open_store(options.find_store(store), write=False) as opened:
        data = retrieve(ref, opened)
    streams.write_product(data, output)
    return 0
