"""`headroom formats`: what can be read."""

from headroom_cli.cli import light, options, streams


def run(json: options.Json = False, color: options.Color = "auto") -> int:
    """One line per format, or the same and how it is told from others as JSON."""
    options.check_color(color)
    if not json:
        light.print_formats()
        return 0
    from json import dumps

    from headroom_cli.formats import FORMATS

    known = [{"name": f.NAME, "reads": f.READS, "writes": f.WRITES, "rule": f.RULE} for f in FORMATS.values()]
    streams.write_text(dumps({"schema": 1, "formats": known}, ensure_ascii=False, indent=2) + "\n")
    return 0
