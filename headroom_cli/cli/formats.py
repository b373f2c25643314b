"""`headroom formats`: what can be read."""

from headroom_cli.cli import light, options, streams


def run(json: options.Json = False, verbose: options.Verbose = False, color: options.Color = "auto") -> int:
    """One line per format; with -v or as JSON also what can be written and how a file is recognised."""
    options.check_color(color)
    if not json and not verbose:
        light.print_formats()
        return 0
    from headroom_cli.formats import FORMATS
    from headroom_cli.printable import print_json

    known = [{"name": f.NAME, "reads": f.READS, "writes": f.WRITES, "rule": f.RULE} for f in FORMATS.values()]
    if not json:
        streams.write_text("".join(map(_describe, known)))
        return 0
    streams.write_text(print_json({"schema": 1, "formats": known}))
    return 0


def _describe(known: dict[str, str]) -> str:
    writes = known["writes"] or "nothing: read only; see `headroom convert`"
    return f"{known['name']}\n  reads   {known['reads']}\n  writes  {writes}\n  told by {known['rule']}\n"
