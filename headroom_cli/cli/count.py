"""`headroom count`: tokens by role, kind and tool."""

from collections import Counter as Tallies
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from headroom_cli.cli import options, streams

if TYPE_CHECKING:
    from headroom_cli.contracts import Counter
    from headroom_cli.model import Transcript

SCHEMA = 1


def run(
    file: options.File = None,
    model: options.Model = None,
    encoding: options.Encoding = None,
    output: options.Output = None,
    json: options.Json = False,
    format_name: options.Format = None,
    keep_invalid: options.KeepInvalid = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """Print the count; the sums by role and by kind add up to `raw_tokens`."""
    from headroom_cli.formats import read_transcript

    remarks = options.make_remarks(quiet, verbose, color)
    options.check_format(format_name)
    streams.refuse_input(output, file, "-o")
    counter = options.pick_counter(model, encoding, remarks)
    data = streams.read_input(file)
    transcript = read_transcript(data, format_name=format_name, keep_invalid=keep_invalid)
    counted = count(transcript, counter, streams.name_input(file))
    if json:
        from headroom_cli.printable import print_json

        streams.write_text(print_json(counted), output)
    else:
        streams.write_text(_print_table(counted), output)
    return 0


def count(transcript: "Transcript", counter: "Counter", name: str) -> dict[str, Any]:
    """The count as plain values.

    `tokens` (of the file and of each conversation) are padded if the counter estimates; `raw_tokens` and
    everything by role, kind and tool are not. The part "reply" is what each answer begins with, "overhead"
    that and what every message and call costs besides its text.
    """
    from headroom_cli import tally

    by_role: Tallies[str] = Tallies()
    by_kind: Tallies[str] = Tallies()
    by_tool: Tallies[str] = Tallies()
    conversations = []
    raw_total = 0
    for conversation in transcript.conversations:
        raw = tally.PER_REPLY
        by_role["reply"] += tally.PER_REPLY
        by_kind["overhead"] += tally.PER_REPLY
        owned = [(role, part) for role, part in conversation.preamble]
        for message in conversation.messages:
            overhead = tally.count_overhead(message, counter)
            raw += overhead
            by_role[message.role] += overhead
            by_kind["overhead"] += overhead
            owned += [(message.role, part) for part in message.parts]
        for role, part in owned:
            tokens = tally.count_part(part, counter)
            raw += tokens
            by_role[role] += tokens
            by_kind[part.kind.value] += tokens
            if part.tool:
                by_tool[part.tool] += tokens
        raw_total += raw
        conversations.append({"tokens": tally.padded(raw, counter), "messages": len(conversation.messages)})
    return {
        "schema": SCHEMA,
        "file": name,
        "format": transcript.format,
        "counter": counter.name,
        "exact": counter.exact,
        "tokens": sum(entry["tokens"] for entry in conversations),
        "raw_tokens": raw_total,
        "messages": sum(entry["messages"] for entry in conversations),
        "by_role": _sort(by_role),
        "by_kind": _sort(by_kind),
        "by_tool": _sort(by_tool),
        "conversations": conversations,
    }


def _sort(tallies: Mapping[str, int]) -> dict[str, int]:
    """The largest first; what costs nothing is left out."""
    return {name: n for name, n in sorted(tallies.items(), key=lambda item: (-item[1], item[0])) if n}


def _print_table(counted: dict[str, Any]) -> str:
    from headroom_cli.printable import escape_line

    exactness = "exact" if counted["exact"] else "an estimate"
    rows = len(counted["conversations"])
    lines = [
        f"{escape_line(counted['file'])}: {counted['tokens']:,} tokens in {counted['messages']:,} messages, "
        f"{rows:,} {'conversation' if rows == 1 else 'conversations'}",
        f"format {counted['format']}; counted by {counted['counter']} ({exactness})",
    ]
    if counted["raw_tokens"] != counted["tokens"]:
        lines.append(f"raw tokens, as listed below: {counted['raw_tokens']:,}")
    total = counted["raw_tokens"] or 1
    for title in ("role", "kind", "tool"):
        entries = counted[f"by_{title}"]
        if entries:
            lines += ["", f"by {title}"]
        wide = max((len(escape_line(name)) for name in entries), default=0)
        lines += [
            f"  {escape_line(name):<{wide}}  {n:>12,}  {n / total:>6.1%}" for name, n in entries.items()
        ]
    return "\n".join(lines) + "\n"
