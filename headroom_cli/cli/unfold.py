"""`headroom unfold`: undo folds, which need no store."""

from headroom_cli.cli import options, streams
from headroom_cli.contracts import Original


def run(
    file: options.File = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """Unfold every folded text of a transcript, or a file that is one folded text by itself."""
    remarks = options.make_remarks(quiet, verbose, color)
    streams.refuse_input(output, file, "-o")
    data, unfolded = _unfold(streams.read_input(file))
    streams.write_product(data, output)
    if not unfolded:
        remarks.note("nothing to do: no text is folded")
    else:
        remarks.note(f"{unfolded} folded {'text' if unfolded == 1 else 'texts'} undone")
    return 0


def _unfold(data: bytes) -> tuple[bytes, int]:
    """The data without folds, and how many were undone."""
    from headroom_cli.folds import unfold_text
    from headroom_cli.patchwork import Tally, decode_body, mend_texts

    if data.startswith(b"[headroom fold "):
        try:
            text = unfold_text(decode_body(data))
        except UnicodeDecodeError:
            text = None
        if text is not None:
            return text.encode("utf-8", "surrogatepass"), 1
    tally = Tally()
    mended = mend_texts(data, _fetch_nothing, tally)
    return mended, tally.parts


def _fetch_nothing(ref: str) -> Original | None:
    """A store that holds nothing: only what a mark itself can undo is undone."""
    del ref
    return None
