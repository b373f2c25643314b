"""Commands and flags, run in this process: what they print, what they refuse, how they end."""

import json
from pathlib import Path

import pytest

from headroom_cli.cli.streams import wants_colour
from tests.shell import make_chat, make_rows, run


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "chat.json"
    path.write_bytes(make_chat())
    return path


def find_store(chat: Path) -> Path:
    return chat.parent / "data" / "headroom" / "store.sqlite3"


def compacted(chat: Path, *flags: str) -> Path:
    out = chat.parent / "out.json"
    ran = run("compress", chat, "--max-tokens", "1500", "-o", out, *flags)
    assert ran.status == 0, ran.err
    return out


class TestCompress:
    def test_within_budget_the_output_is_the_input_and_stderr_says_why(self, chat: Path) -> None:
        ran = run("compress", chat, "--max-tokens", "1M")
        assert (ran.status, ran.out) == (0, chat.read_bytes())
        assert "nothing to do: within the budget" in ran.err
        assert not find_store(chat).exists()
        assert run("compress", chat, "--max-tokens", "1M", "-q").err == ""

    def test_the_summary_is_one_line_with_the_way_back(self, chat: Path) -> None:
        ran = run("compress", chat, "--max-tokens", "1500")
        assert "tokens (o200k_base), 15 messages: " in ran.err
        assert ran.err.endswith("; undo with: headroom restore\n")
        assert ran.err.count("\n") == 1

    def test_restore_gives_the_file_back(self, chat: Path) -> None:
        out = compacted(chat)
        assert out.read_bytes() != chat.read_bytes()
        ran = run("restore", out)
        assert (ran.status, ran.out) == (0, chat.read_bytes())

    def test_restore_all_walks_back_through_every_run(self, chat: Path) -> None:
        first = run("compress", chat, "--max-tokens", "2500").out
        second = run("compress", "-", "--max-tokens", "900", stdin=first).out
        assert len({chat.read_bytes(), first, second}) == 3
        assert run("restore", "-", stdin=second).out == first
        assert run("restore", "--all", stdin=second).out == chat.read_bytes()

    def test_without_a_store_no_file_and_no_reference(self, chat: Path) -> None:
        ran = run("compress", chat, "--max-tokens", "1500", "--no-store")
        assert b"; ref " not in ran.out
        assert "cannot be undone" in ran.err
        assert [path.name for path in chat.parent.iterdir()] == ["chat.json"]

    def test_a_store_that_cannot_be_written_is_2_before_the_first_byte(self, chat: Path) -> None:
        blocked = chat.parent / "blocked"
        blocked.write_text("no folder")
        ran = run("compress", chat, "--max-tokens", "1500", "--store", blocked / "s.sqlite3")
        assert (ran.status, ran.out) == (2, b"")
        assert "--no-store" in ran.err

    def test_a_budget_that_cannot_be_met_is_1_and_names_what_holds_it(self, chat: Path) -> None:
        ran = run("compress", chat, "--max-tokens", "20")
        assert ran.status == 1
        assert json.loads(ran.out)["messages"][0]["role"] == "system"
        assert "the budget of 20 tokens cannot be met" in ran.err
        assert "message 0 (system, system text)" in ran.err

    def test_strict_writes_nothing(self, chat: Path) -> None:
        out = chat.parent / "out.json"
        ran = run("compress", chat, "--max-tokens", "20", "--strict", "-o", out, "-q")
        assert (ran.status, ran.out) == (1, b"")
        assert "cannot be met" in ran.err
        assert not out.exists()
        assert not find_store(chat).exists()

    def test_no_drop_is_named_when_it_makes_the_budget_impossible(self, chat: Path) -> None:
        assert "--no-drop forbids" in run("compress", chat, "--max-tokens", "20", "--no-drop").err

    def test_dry_run_writes_nothing_and_reports(self, chat: Path) -> None:
        out = chat.parent / "out.json"
        ran = run("compress", chat, "--max-tokens", "1500", "--dry-run", "--json", "-o", out)
        assert ran.status == 0
        assert json.loads(ran.out)["met"] is True
        assert [path.name for path in chat.parent.iterdir()] == ["chat.json"]
        assert b"action" in run("compress", chat, "--max-tokens", "1500", "--dry-run").out

    def test_check_is_1_if_the_transcript_would_change(self, chat: Path) -> None:
        would = run("compress", chat, "--max-tokens", "1500", "--check")
        assert (would.status, would.out) == (1, b"")
        assert "nothing was written" in would.err
        assert run("compress", chat, "--max-tokens", "1M", "--check").status == 0
        assert not find_store(chat).exists()

    def test_a_report_takes_the_place_of_the_transcript_unless_there_is_a_file(self, chat: Path) -> None:
        out, report = chat.parent / "out.json", chat.parent / "report.json"
        plain = run("compress", chat, "--max-tokens", "1500").out
        both = run("compress", chat, "--max-tokens", "1500", "--json", "-o", out)
        assert json.loads(both.out)["schema"] == 1
        assert out.read_bytes() == plain
        aside = run("compress", chat, "--max-tokens", "1500", "--json", "--report-file", report)
        assert aside.out == plain
        assert report.read_bytes() == both.out

    def test_telemetry_has_one_line_per_compression(self, chat: Path) -> None:
        telemetry = chat.parent / "events.jsonl"
        run("compress", chat, "--max-tokens", "1500", "--telemetry", telemetry)
        events = [json.loads(line) for line in telemetry.read_bytes().splitlines()]
        assert events
        assert any(event["accepted"] for event in events)
        for event in events:
            assert event["source"]
            assert event["timing"] >= 0
            assert event["ratio"] == pytest.approx(event["tokens_after"] / event["tokens_before"], abs=1e-5)
        assert any(event["timing"] > 0 for event in events)

    def test_the_budget_may_be_a_share(self, chat: Path) -> None:
        ran = run("compress", chat, "--max-tokens", "40%", "--json")
        report = json.loads(ran.out)
        assert report["budget"] == int(report["tokens_before"] * 0.4)
        assert report["tokens_after"] <= report["budget"]

    def test_a_model_without_a_tokenizer_is_an_estimate(self, chat: Path) -> None:
        ran = run("compress", chat, "--max-tokens", "2000", "--model", "claude-sonnet-4", "--json")
        report = json.loads(ran.out)
        assert (report["exact"], report["factor"], report["budget"]) == (False, 1.2, 2000)
        assert report["tokens_after"] <= 2000


class TestOtherCommands:
    def test_count_adds_up(self, chat: Path) -> None:
        counted = json.loads(run("count", chat, "--json").out)
        keys = "schema file format counter exact tokens messages by_role by_kind by_tool conversations"
        assert set(keys.split()) <= set(counted)
        assert counted["schema"] == 1
        assert counted["messages"] == 15
        assert sum(counted["by_role"].values()) == sum(counted["by_kind"].values()) == counted["tokens"]
        assert set(counted["by_tool"]) == {"bash"}
        report = json.loads(run("compress", chat, "--json").out)
        assert report["tokens_before"] == counted["tokens"]

    def test_count_of_rows_is_the_sum_and_check_compares_the_largest(self, tmp_path: Path) -> None:
        rows = tmp_path / "rows.jsonl"
        rows.write_bytes(make_rows(3))
        counted = json.loads(run("count", rows, "--json").out)
        sizes = [conversation["tokens"] for conversation in counted["conversations"]]
        assert counted["tokens"] == sum(sizes)
        assert run("check", rows, "--max-tokens", str(max(sizes))).status == 0
        over = run("check", rows, "--max-tokens", str(max(sizes) - 1))
        assert over.status == 1
        assert b"1 over" in over.out
        assert b"conversation 2, the largest of 3" in over.out

    def test_check_reports_every_file_and_the_worst_decides(self, chat: Path) -> None:
        broken = chat.parent / "broken.json"
        broken.write_bytes(b"{")
        ran = run("check", broken, chat, "-", "--max-tokens", "50", stdin=make_rows(1))
        assert ran.status == 2
        assert ran.out.count(b"\n") == 2
        assert b"stdin: " in ran.out
        assert "broken.json" in ran.err
        listed = json.loads(run("check", broken, chat, "--max-tokens", "50", "--json").out)["files"]
        assert "error" in listed[0]
        assert listed[1]["over"] == listed[1]["tokens"] - 50

    def test_check_needs_a_number(self, chat: Path) -> None:
        assert run("check", chat).status == 2
        assert run("check", chat, "--max-tokens", "40%").status == 2

    def test_formats_lists_each_on_one_line(self) -> None:
        from headroom_cli.formats import FORMATS, ROSTER

        assert {name: known.READS for name, known in FORMATS.items()} == {n: r[1] for n, r in ROSTER.items()}
        lines = run("formats").out.decode().splitlines()
        assert [line.split()[0] for line in lines] == list(FORMATS)
        told = run("formats", "-v").out.decode()
        assert all(f"{name}\n  reads   {known.READS}\n" in told for name, known in FORMATS.items())
        assert told.count("  writes  nothing") == sum(not known.WRITES for known in FORMATS.values())
        described = json.loads(run("formats", "--json").out)["formats"]
        assert [entry["name"] for entry in described] == list(FORMATS)

    def test_version(self) -> None:
        from headroom_cli import __version__

        assert run("--version").out == f"headroom {__version__}\n".encode()

    def test_unfold_needs_no_store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        data = make_chat(line="waiting for the worker to come back and say that all is well")
        folded = run("compress", "-", "--level", "fold", "--max-tokens", "10", "--no-store", stdin=data)
        assert b"[headroom fold " in folded.out
        unfolded = run("unfold", "-", stdin=folded.out)
        assert (unfolded.status, unfolded.out) == (0, data)
        assert "6 folded texts undone" in unfolded.err
        untouched = run("unfold", "-", stdin=data)
        assert untouched.out == data
        assert "nothing to do" in untouched.err


class TestStore:
    def test_retrieve_by_prefix(self, chat: Path) -> None:
        from headroom_cli.marker import MARK

        text = compacted(chat).read_text()
        ref = next(match["ref"] for match in MARK.finditer(text) if match["ref"])
        whole = run("retrieve", ref)
        assert whole.status == 0
        assert b"INFO worker" in whole.out
        assert run("retrieve", ref[:8]).out == whole.out
        assert run("retrieve", "ab").status == 2
        missing = run("retrieve", "0123456789ab")
        assert missing.status == 2
        assert "0123456789ab" in missing.err

    def test_what_is_missing_is_2_and_names_it(self, chat: Path) -> None:
        out = compacted(chat)
        ran = run("restore", out, "--store", chat.parent / "other.sqlite3")
        assert (ran.status, ran.out) == (2, b"")
        assert "other.sqlite3" in ran.err

    def test_list_export_purge_import(self, chat: Path) -> None:
        out = compacted(chat)
        assert run("store", "path").out.decode().strip() == str(find_store(chat))
        listed = json.loads(run("store", "list", "--json").out)["originals"]
        assert len(run("store", "list").out.splitlines()) == len(listed) > 0
        copy = chat.parent / "copy.sqlite3"
        assert run("store", "export", copy).status == 0
        assert run("store", "purge").status == 2
        assert run("store", "purge", "--all").status == 0
        assert run("store", "list").out == b""
        assert run("restore", out).status == 2
        assert run("store", "import", copy).status == 0
        assert run("restore", out).out == chat.read_bytes()

    def test_reading_makes_no_store(self, chat: Path) -> None:
        ran = run("restore", chat)
        assert (ran.status, ran.out) == (0, chat.read_bytes())
        assert "nothing to restore" in ran.err
        assert run("store", "list").out == b""
        assert run("store", "purge", "--all").status == 0
        assert not find_store(chat).exists()


class TestColour:
    @pytest.mark.parametrize(
        ("choice", "env", "expected"),
        [
            ("never", {"FORCE_COLOR": "1"}, False),
            ("always", {"NO_COLOR": "1", "TERM": "dumb"}, True),
            ("auto", {}, False),
            ("auto", {"FORCE_COLOR": "1"}, True),
            ("auto", {"FORCE_COLOR": "0"}, False),
            ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ],
    )
    def test_the_order_of_wishes(
        self, monkeypatch: pytest.MonkeyPatch, choice: str, env: dict[str, str], expected: bool
    ) -> None:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        assert wants_colour(None, choice) is expected

    def test_a_terminal_gets_colour_and_a_dumb_one_does_not(
        self, chat: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm")
        command = ("compress", chat, "--max-tokens", "1500", "--report")
        assert b"\x1b[" in run(*command, terminals="o").out
        assert b"\x1b" not in run(*command, "--color", "never", terminals="o").out
        assert b"\x1b[" in run(*command, "--color", "always").out
        monkeypatch.setenv("TERM", "dumb")
        assert b"\x1b" not in run(*command, terminals="o").out
