"""`headroom convert`: any transcript that can be read, as a chat in another dialect."""

from typing import Annotated, Any

import typer

from headroom_cli.cli import options, streams

SCHEMA = 1

To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="DIALECT",
        show_default=False,
        help="openai, anthropic, sharegpt, gemini or responses.",
    ),
]


def run(
    to: To,
    file: options.File = None,
    output: options.Output = None,
    json: options.Json = False,
    format_name: options.Format = None,
    keep_invalid: options.KeepInvalid = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """Write the chat: one document, or JSON Lines if there are several conversations.

    What cannot be carried over is listed on stderr by kind, and with --json (which needs -o) on stdout.
    """
    from headroom_cli.convert import TARGETS, convert
    from headroom_cli.errors import UsageError
    from headroom_cli.formats import read_transcript

    remarks = options.make_remarks(quiet, verbose, color)
    options.check_name(to, TARGETS, "--to")
    options.check_format(format_name)
    streams.refuse_input(output, file, "-o")
    if json and streams.name_target(output) is None:
        raise UsageError("--json prints a report on stdout; name a file for the chat with -o")
    data = streams.read_input(file)
    transcript = read_transcript(data, format_name=format_name, keep_invalid=keep_invalid)
    made = convert(transcript, to)
    streams.write_product(made.data, output)
    if json:
        from headroom_cli.printable import print_json

        report: dict[str, Any] = {
            "schema": SCHEMA,
            "file": streams.name_input(file),
            "from": transcript.format,
            "to": made.target,
            "conversations": made.conversations,
            "turns": made.messages,
            "lost": dict(made.lost),
        }
        streams.write_text(print_json(report))
    rows = f"{made.conversations:,} {'conversation' if made.conversations == 1 else 'conversations'}"
    remarks.note(f"{transcript.format} -> {to}: {made.messages:,} turns in {rows}")
    for kind, number in made.lost:
        remarks.note(f"not carried over: {number:,} x {kind}")
    return 0
