"""`headroom compress`: the main job."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headroom_cli.cli import flags, options, streams
from headroom_cli.errors import UsageError

if TYPE_CHECKING:
    from headroom_cli.compact import Outcome
    from headroom_cli.contracts import Counter
    from headroom_cli.model import Policy
    from headroom_cli.telemetry import JsonLines

LEVELS = ("fold", "trim", "stub", "drop")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where things go. `report` is the name of a report; `shown` says that stdout carries no transcript;
    `idle` that nothing but reports is written at all."""

    source: str | None
    output: str | None
    report: str | None
    report_file: str | None
    diff: bool
    idle: bool
    check: bool
    strict: bool
    telemetry: str | None
    store: str | None
    no_store: bool
    color: str

    @property
    def shown(self) -> bool:
        return self.diff or self.idle or (self.report is not None and self.report_file is None)

    @property
    def writes(self) -> bool:
        return not self.idle and (self.output is not None or not self.shown)


def run(
    file: options.File = None,
    max_tokens: options.MaxTokens = None,
    min_ratio: flags.MinRatio = 1.25,
    min_tokens: flags.MinTokens = 100,
    model: options.Model = None,
    encoding: options.Encoding = None,
    strict: flags.Strict = False,
    keep_last: flags.KeepLast = 4,
    pin: flags.Pin = None,
    no_drop: flags.NoDrop = False,
    level: flags.Level = None,
    strategy: flags.Strategy = "oldest",
    only: flags.Only = None,
    skip: flags.Skip = None,
    output: options.Output = None,
    report: flags.Report = False,
    report_format: flags.ReportFormat = None,
    report_file: flags.ReportFile = None,
    json: flags.Json = False,
    diff: flags.Diff = False,
    dry_run: flags.DryRun = False,
    check: flags.Check = False,
    telemetry: flags.TelemetryFile = None,
    format_name: options.Format = None,
    keep_invalid: options.KeepInvalid = False,
    store: options.StoreFile = None,
    no_store: flags.NoStore = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.Color = "auto",
) -> int:
    """Compact one transcript. The store is written before the first byte of output."""
    remarks = options.make_remarks(quiet, verbose, color)
    output = streams.name_target(output)
    report, report_file = report or report_file == streams.STDOUT, streams.name_target(report_file)
    name = _choose_report(report, report_format, json, report_file, diff, dry_run)
    wanted = Wanted(
        file,
        output,
        name,
        report_file,
        diff,
        dry_run or check,
        check,
        strict,
        telemetry,
        store,
        no_store,
        color,
    )
    _check_wanted(wanted, dry_run)
    policy = _make_policy(
        max_tokens, min_ratio, min_tokens, keep_last, pin, no_drop, level, strategy, only, skip, not no_store
    )
    options.check_format(format_name)
    counter = options.pick_counter(model, encoding, remarks)
    data = streams.read_input(file)
    outcome, events = _compact(data, policy, counter, format_name, keep_invalid, telemetry is not None)
    return _deliver(outcome, events, policy, wanted, remarks)


def _choose_report(
    report: bool, name: str | None, json: bool, report_file: str | None, diff: bool, dry_run: bool
) -> str | None:
    from headroom_cli.reports import NAMES

    options.check_name(name, NAMES, "--report-format")
    if json and name not in (None, "json"):
        raise UsageError(f"--json and --report-format {name} contradict each other; give one of them")
    wanted = report or name is not None or json or report_file is not None
    if wanted and diff and report_file is None:
        raise UsageError("--diff and a report both want stdout; send the report to a file with --report-file")
    if not wanted and not (dry_run and not diff):
        return None
    return "json" if json else name or "terminal"


def _check_wanted(wanted: Wanted, dry_run: bool) -> None:
    if wanted.no_store and wanted.store is not None:
        raise UsageError("--no-store and --store contradict each other; give one of them")
    written = [
        ("-o", wanted.output),
        ("--report-file", wanted.report_file),
        ("--telemetry", wanted.telemetry),
    ]
    if wanted.telemetry == streams.STDOUT:
        raise UsageError("--telemetry - is no file, and stdout carries the product; name a file")
    if dry_run:
        for flag, target in written[1:]:
            if target is not None:
                raise UsageError(f"--dry-run writes nothing, so it contradicts {flag}; leave one of them out")
    for flag, target in [*written, ("--store", wanted.store)]:
        streams.refuse_input(target, wanted.source, flag)
    named = [(flag, target) for flag, target in [*written, ("--store", wanted.store)] if target is not None]
    for number, (flag, target) in enumerate(named):
        for other, same in named[:number]:
            if streams.is_same(target, same):
                raise UsageError(f"{other} and {flag} name the same file; give each its own")


def _make_policy(
    max_tokens: str | None,
    min_ratio: float,
    min_tokens: int,
    keep_last: int,
    pins: list[str] | None,
    no_drop: bool,
    level: str | None,
    strategy: str,
    only: list[str] | None,
    skip: list[str] | None,
    refs: bool,
) -> "Policy":
    from headroom_cli.compressors import NAMES
    from headroom_cli.model import Policy, Rung
    from headroom_cli.strategies import NAMES as STRATEGIES
    from headroom_cli.window import read_pin

    tokens, share = (None, None) if max_tokens is None else options.parse_budget(max_tokens)
    if not 1 < min_ratio < float("inf"):
        raise UsageError(f"--min-ratio {min_ratio:g} is out of range; it takes a number above 1")
    options.check_at_least(min_tokens, 0, "--min-tokens")
    options.check_at_least(keep_last, 0, "--keep-last")
    options.check_name(level, LEVELS, "--level")
    options.check_name(strategy, STRATEGIES, "--strategy")
    if no_drop and level == "drop":
        raise UsageError("--no-drop and --level drop contradict each other; give one of them")
    for flag, names in (("--only", only or []), ("--skip", skip or [])):
        for name in names:
            options.check_name(name, NAMES, flag)
    if both := sorted(set(only or []) & set(skip or [])):
        raise UsageError(f"--only {both[0]} and --skip {both[0]} contradict each other; give one of them")
    for pin in pins or []:
        read_pin(pin)
    return Policy(
        max_context_tokens=tokens,
        max_context_share=share,
        min_compression_ratio_for_ccr=min_ratio,
        min_tokens=min_tokens,
        keep_last=keep_last,
        pins=tuple(pins or ()),
        no_drop=no_drop,
        level=Rung(level or "drop"),
        strategy=strategy,
        only=tuple(only or ()),
        skip=tuple(skip or ()),
        refs=refs,
    )


def _compact(
    data: bytes,
    policy: "Policy",
    counter: "Counter",
    format_name: str | None,
    keep_invalid: bool,
    timed: bool,
) -> "tuple[Outcome, JsonLines]":
    from headroom_cli.compact import compact
    from headroom_cli.telemetry import JsonLines, observe_with

    events = JsonLines()
    if not timed:
        return compact(data, policy, counter, format_name=format_name, keep_invalid=keep_invalid), events
    from time import perf_counter

    outcome = compact(
        data,
        policy,
        counter,
        format_name=format_name,
        keep_invalid=keep_invalid,
        observe=observe_with(events),
        clock=perf_counter,
    )
    return outcome, events


def _deliver(
    outcome: "Outcome", events: "JsonLines", policy: "Policy", wanted: Wanted, remarks: streams.Remarks
) -> int:
    """Store first, then the products, then the verdict."""
    from headroom_cli.verdict import exit_status, judge

    findings = judge(outcome.transcript, outcome.plans, policy, outcome.counter)
    writes = wanted.writes and not (wanted.strict and findings)
    saved = None
    if writes and outcome.changed and not wanted.no_store:
        saved = _save(outcome, wanted.store)
    if wanted.telemetry is not None:
        streams.append(events.dump(), wanted.telemetry)
    if writes:
        streams.write_product(outcome.output, wanted.output)
    _show(outcome, wanted)
    for note in (*outcome.notes, *_find_idle_pins(outcome, policy)):
        remarks.note(note)
    if saved is not None:
        remarks.detail(f"the originals are in {saved}")
    for plan in outcome.plans:
        if plan.slack:
            remarks.detail(f"conversation {plan.conversation}: {plan.slack}")
    _summarize(outcome, wanted, saved is not None, writes, remarks)
    for finding in findings:
        streams.complain(finding.sentence)
    if wanted.check and outcome.changed:
        return 1
    return exit_status(findings)


def _find_idle_pins(outcome: "Outcome", policy: "Policy") -> list[str]:
    """One remark per pin that pins nothing: a wrong name would go unseen otherwise."""
    from headroom_cli.window import read_pin

    messages = [m for conversation in outcome.transcript.conversations for m in conversation.messages]
    return [f"--pin {pin} matches no message" for pin in policy.pins if not any(map(read_pin(pin), messages))]


def _save(outcome: "Outcome", named: str | None) -> str:
    """Put the run in the store; returns where that is. Raises StoreError with the way around it."""
    from headroom_cli.compact import make_run
    from headroom_cli.errors import StoreError

    path = options.find_store(named)
    try:
        with options.open_store(path, write=True) as store:
            store.save(make_run(outcome))
    except StoreError as error:
        hint = "" if "--no-store" in str(error) else "; --no-store does without"
        raise StoreError(f"{str(error).rstrip('.')}{hint}") from error
    return str(path)


def _show(outcome: "Outcome", wanted: Wanted) -> None:
    """The report and the diff, where they are wanted."""
    if wanted.report is None and not wanted.diff:
        return
    import sys
    from shutil import get_terminal_size

    from headroom_cli.reports import Account, diff, render

    account = Account(
        streams.name_input(wanted.source),
        outcome.transcript,
        outcome.plans,
        outcome.counter,
        outcome.tokens_before,
        outcome.tokens_after,
        outcome.met,
        outcome.notes,
    )
    width = get_terminal_size().columns
    if wanted.report is not None:
        stream = sys.stdout if wanted.report_file is None else None
        colour = streams.wants_colour(stream, wanted.color)
        streams.write_text(render(wanted.report, account, width=width, colour=colour), wanted.report_file)
    if wanted.diff:
        streams.write_text(diff.render(account, colour=streams.wants_colour(sys.stdout, wanted.color)))


def _summarize(
    outcome: "Outcome", wanted: Wanted, saved: bool, written: bool, remarks: streams.Remarks
) -> None:
    """One line on stderr."""
    from headroom_cli.verdict import explain_unchanged, summarize

    if not outcome.changed:
        if outcome.met:
            remarks.note(explain_unchanged(outcome.plans, outcome.counter))
        return
    line = summarize(outcome.plans, outcome.tokens_before, outcome.tokens_after, outcome.counter)
    if wanted.idle:
        line += "; nothing was written"
    elif not written and wanted.strict and not outcome.met:
        line += "; nothing was written (--strict)"
    elif saved:
        from shlex import join

        where = ["--store", wanted.store] if wanted.store else []
        name = ["--", wanted.output] if (wanted.output or "").startswith("-") else [wanted.output or ""]
        line += f"; undo with: {join(['headroom', 'restore', *where, *filter(None, name)])}"
    elif wanted.no_store:
        line += "; cannot be undone (--no-store)"
    remarks.note(line)
