"""The flags that only `compress` has, by panel of its help. Shared ones stand in `options`."""

from typing import Annotated

import typer

from headroom_cli.cli.options import BUDGET, COMPRESSION, OUTPUT, WINDOW

MinRatio = Annotated[
    float,
    typer.Option(
        "--min-ratio",
        metavar="R",
        rich_help_panel=BUDGET,
        help="Take a trimmed text only if it shrinks below 1/R; above 1.",
    ),
]
MinTokens = Annotated[
    int,
    typer.Option("--min-tokens", metavar="N", rich_help_panel=BUDGET, help="Leave smaller texts alone."),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", rich_help_panel=BUDGET, help="Write nothing if the budget cannot be met."),
]
KeepLast = Annotated[
    int,
    typer.Option(
        "--keep-last",
        metavar="K",
        rich_help_panel=WINDOW,
        help="Touch the last K steps only when every older one is spent.",
    ),
]
Pin = Annotated[
    list[str] | None,
    typer.Option(
        "--pin",
        metavar="SELECTOR",
        rich_help_panel=WINDOW,
        show_default=False,
        help="Never touch these messages: role:NAME, tool:NAME, 3, 2-5 or /regex/; may be repeated.",
    ),
]
NoDrop = Annotated[bool, typer.Option("--no-drop", rich_help_panel=WINDOW, help="Never drop a message.")]
Level = Annotated[
    str | None,
    typer.Option(
        "--level",
        metavar="RUNG",
        rich_help_panel=COMPRESSION,
        show_default=False,
        help="The heaviest rung allowed: fold, trim, stub or drop (the default).",
    ),
]
Strategy = Annotated[
    str,
    typer.Option(
        "--strategy",
        metavar="NAME",
        rich_help_panel=COMPRESSION,
        help="How the budget is spread: oldest (the default) or coverage.",
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="NAME",
        rich_help_panel=COMPRESSION,
        show_default=False,
        help="Use this compressor only; may be repeated.",
    ),
]
Skip = Annotated[
    list[str] | None,
    typer.Option(
        "--skip",
        metavar="NAME",
        rich_help_panel=COMPRESSION,
        show_default=False,
        help="Do not use this compressor; may be repeated.",
    ),
]
Report = Annotated[
    bool,
    typer.Option("--report", rich_help_panel=OUTPUT, help="Print a report instead of the transcript."),
]
ReportFormat = Annotated[
    str | None,
    typer.Option(
        "--report-format",
        metavar="NAME",
        rich_help_panel=OUTPUT,
        show_default=False,
        help="The report as terminal or json; implies --report.",
    ),
]
ReportFile = Annotated[
    str | None,
    typer.Option(
        "--report-file",
        metavar="FILE",
        rich_help_panel=OUTPUT,
        show_default=False,
        help="Write the report to this file; the transcript still goes to stdout.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", rich_help_panel=OUTPUT, help="The same as --report-format json.")
]
Diff = Annotated[
    bool,
    typer.Option(
        "--diff",
        rich_help_panel=OUTPUT,
        help="Print what was removed and why instead of the transcript.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", rich_help_panel=OUTPUT, help="Write nothing; print the report (or --diff)."),
]
Check = Annotated[
    bool,
    typer.Option(
        "--check",
        rich_help_panel=OUTPUT,
        help="Write no transcript; exit 1 if it would change.",
    ),
]
TelemetryFile = Annotated[
    str | None,
    typer.Option(
        "--telemetry",
        metavar="FILE",
        rich_help_panel=OUTPUT,
        show_default=False,
        help="Append one JSON line per compression to this file.",
    ),
]
NoStore = Annotated[
    bool,
    typer.Option("--no-store", rich_help_panel=OUTPUT, help="Keep no originals: nothing can be restored."),
]
