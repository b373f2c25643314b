"""`headroom check`: a token budget for transcripts that are kept in a repository."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headroom_cli.cli import options, streams
from headroom_cli.errors import HeadroomError, UsageError

if TYPE_CHECKING:
    from headroom_cli.contracts import Counter

SCHEMA = 1

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE...", help="The transcripts; - or nothing for stdin.", show_default=False),
]


@dataclass(frozen=True, slots=True)
class Checked:
    """One file. `tokens` (padded) are those of its largest conversation, at position `largest`; `error`
    says why there is no count."""

    file: str
    tokens: int = 0
    largest: int = 0
    conversations: int = 0
    format: str = ""
    error: str = ""


def run(
    files: Files = None,
    max_tokens: options.MaxTokens = None,
    model: options.Model = None,
    encoding: options.Encoding = None,
    json: options.Json = False,
    format_name: options.Format = None,
    keep_invalid: options.KeepInvalid = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """Exit status 1 if any file is over, 2 if any cannot be read; every file is reported all the same."""
    remarks = options.make_remarks(quiet, verbose, color)
    options.check_format(format_name)
    if max_tokens is None:
        raise UsageError("check needs a budget: --max-tokens N")
    budget, share = options.parse_budget(max_tokens)
    if budget is None or share is not None:
        raise UsageError(f"--max-tokens {max_tokens} is a share of each file itself; check needs a number")
    counter = options.pick_counter(model, encoding, remarks)
    names = files or [streams.STDIN]
    if names.count(streams.STDIN) > 1:
        raise UsageError("- is given twice; stdin can be read once")
    checked = []
    for name in names:
        one = _check(name, counter, format_name, keep_invalid)
        checked.append(one)
        if one.error:
            streams.complain(f"{one.file}: {one.error}")
        elif not json:
            streams.write_text(_print_line(one, budget))
    if json:
        from headroom_cli.printable import print_json

        streams.write_text(print_json(_describe(checked, budget, counter)))
    if any(one.error for one in checked):
        return 2
    return 1 if any(one.tokens > budget for one in checked) else 0


def _check(name: str, counter: "Counter", format_name: str | None, keep_invalid: bool) -> Checked:
    from headroom_cli.formats import read_transcript
    from headroom_cli.tally import count_conversation, padded

    shown = streams.name_input(name)
    try:
        data = streams.read_input(name)
        transcript = read_transcript(data, format_name=format_name, keep_invalid=keep_invalid)
    except HeadroomError as error:
        return Checked(shown, error=str(error))
    sizes = [padded(count_conversation(c, counter), counter) for c in transcript.conversations] or [0]
    largest = max(range(len(sizes)), key=sizes.__getitem__)
    return Checked(shown, sizes[largest], largest, len(transcript.conversations), transcript.format)


def _print_line(one: Checked, budget: int) -> str:
    from headroom_cli.printable import escape_line
    from headroom_cli.verdict import compare

    which = (
        f" (conversation {one.largest}, the largest of {one.conversations:,})"
        if one.conversations > 1
        else ""
    )
    return f"{escape_line(one.file)}: {compare(one.tokens, budget)}{which}\n"


def _describe(checked: list[Checked], budget: int, counter: "Counter") -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "max_tokens": budget,
        "counter": counter.name,
        "exact": counter.exact,
        "files": [
            {"file": one.file, "error": one.error}
            if one.error
            else {
                "file": one.file,
                "format": one.format,
                "tokens": one.tokens,
                "over": max(0, one.tokens - budget),
                "conversations": one.conversations,
                "largest": one.largest,
            }
            for one in checked
        ],
    }
