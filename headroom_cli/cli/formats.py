"""`headroom formats`: what can be read."""

from headroom_cli.cli import light, options, streams


def run(json: options.Json = False, color: options.Color = "auto") -> int:
    """One line per format, or the same and how it is told from others as JSON."""
    options.check_color(color)
    if not json:
        light.print_formats()
        return 0
    from headroom_cli.formats import FORMATS
    from headroom_cli.printable import print_json

    known = [{"name": f.NAME, "reads": f.READS, "writes": f.WRITES, "rule": f.RULE} for f in FORMATS.values()]
    streams.write_text(print_json({"schema": 1, "formats": known}))
    return 0
