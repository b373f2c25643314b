"""Reports tell the plan: figures that add up, text that cannot steer a terminal, diffs that rebuild."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.model import (
    Change,
    Conversation,
    Decision,
    Guard,
    Kind,
    Message,
    Part,
    Placeholder,
    Plan,
    Policy,
    Rung,
    Transcript,
)
from headroom_cli.printable import escape, escape_line
from headroom_cli.reports import NAMES, Account, diff, render
from headroom_cli.reports.diff import match_lines, unify
from headroom_cli.reports.machine import describe
from headroom_cli.telemetry import JsonLines, observe_with
from headroom_cli.verdict import compare, exit_status, explain_unchanged, judge, summarize
from tests.shell import make_chat, make_rows, run

STEERING = "\x1b[2J\x9b31m\r\x07\u202eevil\ud800"


class WordCounter:
    """A stand-in: one token per word."""

    name = "words"

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor
        self.exact = factor == 1.0

    def count(self, text: str) -> int:
        return len(text.split())

    def line_costs(self, text: str) -> tuple[list[int], list[int]]:
        raise AssertionError("a report never asks for line costs")


def make_account(factor: float = 1.0, budget: int | None = 20, met: bool = True) -> Account:
    """A conversation with every action in it, and hostile bytes wherever text may come from a file."""
    counter = WordCounter(factor)
    original = "\n".join(f"line {n} {STEERING}" for n in range(12))
    trimmed = "[headroom log: 2 of 12 lines]\n" + "\n".join(
        [f"line 0 {STEERING}", "[... 10 lines ...]", f"line 11 {STEERING}"]
    )
    result = Part(Kind.RESULT, original, tool=f"bash{STEERING}", argument=STEERING)
    messages = (
        Message(0, "system", (Part(Kind.TEXT, "be brief"),)),
        Message(1, f"user{STEERING}", (Part(Kind.TEXT, "the task"),)),
        Message(2, "assistant", (Part(Kind.TEXT, f"gone {STEERING}"), Part(Kind.OPAQUE, flat=7))),
        Message(3, "tool", (result,)),
        Message(4, "assistant", (Part(Kind.THINKING, "hm\nhm"), Part(Kind.TEXT, "done"))),
    )
    change = Change(0, None, Rung.TRIM, original, trimmed, "a" * 12, "log", 36, 12, 2, 12, "lines")
    decisions = (
        Decision(0, Rung.KEEP, "system text", 6, 6, Guard.HARD),
        Decision(1, Rung.KEEP, f"pinned by {STEERING}", 6, 6, Guard.HARD),
        Decision(2, Rung.DROP, "oldest first", 13, 0, step=1),
        Decision(3, Rung.TRIM, "older", 40, 16, step=1, changes=(change,)),
        Decision(4, Rung.KEEP, "its thinking went", 8, 5, step=2, cut=(0,)),
    )
    placeholder = Placeholder(
        2, "[headroom drop: 1 assistant, 1 thinking]", "b" * 12, 10, (("assistant", 1),)
    )
    preamble = (("system", Part(Kind.TEXT, "one two three")),)
    before, after = 3 + 3 + 73, 3 + 3 + 33 + 10
    plan = Plan(0, decisions, budget, before, after, met, placeholder, "4 tokens unused")
    transcript = Transcript("openai", b"", (), (Conversation(messages, preamble),))
    return Account(f"f{STEERING}.json", transcript, (plan,), counter, before, after, met, (STEERING,))


class TestMachine:
    @pytest.mark.parametrize("factor", [1.0, 1.2])
    def test_the_sums_add_up(self, factor: float) -> None:
        report = describe(make_account(factor))
        for entry in report["conversations"]:
            fixed = entry["preamble"] + entry["reply"]
            assert entry["raw_before"] == fixed + sum(m["tokens_before"] for m in entry["messages"])
            after = fixed + sum(m["tokens_after"] for m in entry["messages"]) + entry["placeholder"]["tokens"]
            assert entry["raw_after"] == after
            assert entry["tokens_after"] >= entry["raw_after"]

    def test_it_has_every_action_and_no_content(self) -> None:
        text = render("json", make_account())
        report = json.loads(text)
        assert report["schema"] == 1
        actions = [message["action"] for message in report["conversations"][0]["messages"]]
        assert actions == ["keep", "keep", "drop", "trim", "cut"]
        assert "line 11" not in text
        assert "the task" not in text

    @pytest.mark.parametrize("model", [(), ("--model", "claude-sonnet-4")])
    def test_a_real_run_adds_up_to_its_own_totals(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: tuple[str, ...]
    ) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        for data, budget in ((make_chat(), "900"), (make_rows(4), "40"), (make_chat(3, 200), "2k")):
            ran = run(
                "compress", "-", "--max-tokens", budget, "--keep-last", "1", "--json", *model, stdin=data
            )
            report = json.loads(ran.out)
            for when in ("before", "after"):
                parts = [entry[f"tokens_{when}"] for entry in report["conversations"]]
                assert report[f"tokens_{when}"] == sum(parts)
            out = run("compress", "-", "--max-tokens", budget, "--keep-last", "1", *model, stdin=data)
            counted = json.loads(run("count", "-", "--json", *model, stdin=out.out).out)
            assert counted["tokens"] == report["tokens_after"]


class TestTerminal:
    @pytest.mark.parametrize("width", [80, 200])
    def test_no_line_is_wider_than_the_terminal(self, width: int) -> None:
        text = render("terminal", make_account(), width=width)
        assert max(map(len, text.splitlines())) <= width
        assert "trim" in text
        assert "budget met" in text
        assert "words (exact)" in text
        assert "BUDGET NOT MET" in render("terminal", make_account(met=False), width=width)

    def test_an_estimate_is_called_one(self) -> None:
        assert "an estimate" in render("terminal", make_account(1.2))

    @pytest.mark.parametrize("colour", [False, True])
    def test_the_bars_are_as_long_as_their_shares(self, colour: bool) -> None:
        text = render("terminal", make_account(), width=120, colour=colour)
        before = next(line for line in text.splitlines() if line.startswith("before "))
        after = next(line for line in text.splitlines() if line.startswith("after  "))
        assert before.count("\u2588") > after.count("\u2588") > 0


@pytest.mark.parametrize("name", [*NAMES, "diff"])
def test_nothing_from_a_transcript_steers_the_terminal(name: str) -> None:
    account = make_account()
    text = diff.render(account) if name == "diff" else render(name, account)
    if name == "json":
        # A program reads it: escaped by JSON, but for characters that only a screen obeys.
        assert "\x1b" not in text
        return
    assert text == escape(text)


class TestEscape:
    @given(st.text())
    def test_what_comes_out_is_harmless_and_stays_so(self, text: str) -> None:
        safe = escape(text)
        assert escape(safe) == safe
        assert not any(c < " " and c not in "\n\t" for c in safe)
        assert "\n" not in escape_line(text)

    @given(st.text(st.sampled_from("ab ,.漢é\n\t🙂")))
    def test_ordinary_text_is_left_alone(self, text: str) -> None:
        assert escape(text) == text

    def test_how_it_looks(self) -> None:
        assert escape("\x1b[31m\u202e\ud800") == "\\x1b[31m\\u202e\\ud800"


def apply_hunks(before: list[str], hunks: list[str]) -> list[str]:
    """What a plain reading of a unified diff makes of a text; asserts that context and ranges hold."""
    result: list[str] = []
    at = 0
    for line in hunks:
        if line.startswith("@@"):
            start, count = map(int, line.split()[1][1:].split(","))
            first = start - 1 if count else start
            result += before[at:first]
            at = first
        elif line[0] == "+":
            result.append(line[1:])
        else:
            assert before[at] == line[1:]
            at += 1
            if line[0] == " ":
                result.append(line[1:])
    return result + before[at:]


class TestDiff:
    @settings(max_examples=200)
    @given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcdx")))
    def test_it_rebuilds_any_text_from_any_other(self, before: list[str], after: list[str]) -> None:
        assert apply_hunks(before, list(unify(before, after))) == after

    @given(st.lists(st.sampled_from(["x", "y", "z"]), min_size=1), st.data())
    def test_kept_lines_are_context_and_only_marks_are_added(
        self, before: list[str], data: st.DataObject
    ) -> None:
        kept = data.draw(st.lists(st.booleans(), min_size=len(before), max_size=len(before)))
        after: list[str] = []
        gap = 0
        for line, keep in zip(before, kept, strict=True):
            if keep:
                after += [f"[... {gap} lines ...]", line] if gap else [line]
            gap = 0 if keep else gap + 1
        after += [f"[... {gap} lines ...]"] if gap else []
        steps = match_lines(before, after)
        assert all(line.startswith("[... ") for sign, line in steps if sign == "+")
        assert [line for sign, line in steps if sign == " "] == [
            line for line, keep in zip(before, kept, strict=True) if keep
        ]
        assert [line for sign, line in steps if sign != "+"] == before

    def test_it_says_what_went_and_why(self) -> None:
        text = diff.render(make_account())
        assert "message 2 (assistant, text+opaque) drop: oldest first; 13 -> 0 tokens" in text
        assert "-(opaque without text, 7 tokens)" in text
        assert "trim by log, 36 -> 12 tokens, 2 of 12 lines kept" in text
        assert "placeholder before message 2" in text
        assert "\n-hm\n-hm\n" in text
        assert "message 0" not in text.replace("message 0,", "")

    def test_colour_is_only_there_when_asked_for(self) -> None:
        assert "\x1b[31m-" in diff.render(make_account(), colour=True)
        assert "\x1b" not in diff.render(make_account())

    def test_large_texts_take_linear_time(self) -> None:
        before = [str(n % 50) for n in range(200_000)]
        after = [line for n, line in enumerate(before) if n % 3]
        assert sum(1 for _ in unify(before, after)) > 0


class TestVerdict:
    def test_a_met_budget_is_no_finding(self) -> None:
        account = make_account()
        assert judge(account.transcript, account.plans, Policy(), account.counter) == ()
        assert exit_status(()) == 0

    def test_an_unmet_one_names_the_holders_largest_first(self) -> None:
        account = make_account(met=False)
        policy = Policy(max_context_tokens=20, no_drop=True)
        (finding,) = judge(account.transcript, account.plans, policy, account.counter)
        assert exit_status((finding,)) == 1
        assert "budget of 20 tokens cannot be met: 49 tokens remain, held by message 0" in finding.sentence
        assert "the system prompt and tool definitions of the request: 3" in finding.sentence
        assert "; 2 other messages: 21" in finding.sentence
        assert finding.sentence.endswith("--no-drop forbids dropping messages")

    def test_a_summary_counts_every_rung(self) -> None:
        account = make_account()
        line = summarize(account.plans, 79, 49, account.counter)
        assert line == "79 -> 49 tokens (words), 5 messages: 1 trimmed, 1 dropped, 1 with blocks removed"

    def test_nothing_to_do_has_a_reason(self) -> None:
        account = make_account()
        assert "within the budget (79 of 20 tokens)" in explain_unchanged(account.plans, account.counter)

    def test_compare(self) -> None:
        assert compare(12, 10) == "12 tokens, 2 over 10"
        assert compare(10, 10) == "10 tokens, 0 under 10"


def test_telemetry_takes_any_event_and_keeps_no_content() -> None:
    from headroom_cli.model import Event

    lines = JsonLines()
    observe_with(lines)(Event("log", "bash", 100, 40, True, 0.25))
    assert json.loads(lines.dump()) == {
        "event": "compression",
        "source": "log",
        "tool": "bash",
        "ratio": 0.4,
        "timing": 0.25,
        "tokens_before": 100,
        "tokens_after": 40,
        "accepted": True,
    }
