"""What the command line refuses: one sentence that names what is valid, exit status 2, nothing written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_cli.cli.options import nearest, parse_budget
from headroom_cli.errors import UsageError
from tests.shell import make_chat, run


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "chat.json"
    path.write_bytes(make_chat())
    return path


class TestBudget:
    @pytest.mark.parametrize(
        ("text", "parsed"),
        [
            ("8000", (8000, None)),
            ("8k", (8000, None)),
            ("8K", (8000, None)),
            ("1.5M", (1_500_000, None)),
            ("0.001k", (1, None)),
            ("40%", (None, 0.4)),
            ("100%", (None, 1.0)),
            ("0.5%", (None, 0.005)),
        ],
    )
    def test_what_is_a_budget(self, text: str, parsed: tuple[int | None, float | None]) -> None:
        assert parse_budget(text) == parsed

    @pytest.mark.parametrize(
        "text", ["", "0", "-5", "1.5", "0k", "101%", "0%", "8kk", "k", "1e3", "nan", "inf", "8 000", "٣"]
    )
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(UsageError, match="--max-tokens"):
            parse_budget(text)

    @given(st.integers(1, 10**12))
    def test_a_plain_number_is_itself(self, number: int) -> None:
        assert parse_budget(str(number)) == (number, None)

    @given(st.integers(1, 10**6))
    def test_k_is_a_thousand(self, number: int) -> None:
        assert parse_budget(f"{number / 1000}k") == (number, None)


def test_nearest_always_names_one() -> None:
    assert nearest("--max-token", ["--max-tokens", "--model"]) == "--max-tokens"
    assert nearest("zzz", ["alpha"]) == "alpha"


class TestUsage:
    @pytest.mark.parametrize(
        ("flags", "named"),
        [
            (["--max-token", "8"], "--max-tokens"),
            (["--keep-lst", "1"], "--keep-last"),
            (["-Z"], "no such flag"),
            (["--max-tokens", "many"], "8000, 8k, 1.5M or 40%"),
            (["--max-tokens"], "--max-tokens"),
            (["--min-ratio", "1"], "--min-ratio"),
            (["--min-ratio", "nan"], "--min-ratio"),
            (["--min-tokens", "-1"], "--min-tokens"),
            (["--keep-last", "-1"], "--keep-last"),
            (["--keep-last", "x"], "--keep-last"),
            (["--level", "trimm"], "nearest is trim"),
            (["--strategy", "oldes"], "oldest"),
            (["--only", "log"], "valid: "),
            (["--skip", "serch"], "search"),
            (["--only", "lines", "--skip", "lines"], "contradict"),
            (["--no-drop", "--level", "drop"], "contradict"),
            (["--no-store", "--store", "s.sqlite3"], "contradict"),
            (["--json", "--report-format", "terminal"], "contradict"),
            (["--report", "--diff"], "--report-file"),
            (["--json", "--diff"], "--report-file"),
            (["-q", "-v"], "contradict"),
            (["--dry-run", "--report-file", "r.txt"], "--dry-run"),
            (["--dry-run", "--telemetry", "t.jsonl"], "--dry-run"),
            (["--telemetry", "-"], "name a file"),
            (["-o", "x.json", "--report-file", "x.json"], "same file"),
            (["--report-format", "jsn"], "nearest is json"),
            (["--color", "sometimes"], "auto, always, never"),
            (["--format", "opnai"], "nearest is openai"),
            (["--encoding", "o200k"], "o200k_base"),
            (["--pin", "rle:user"], "--pin"),
            (["--pin", "/(/"], "--pin"),
            (["second.json"], "second.json"),
        ],
    )
    def test_what_cannot_be_obeyed_is_2_with_one_sentence(
        self, chat: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], named: str
    ) -> None:
        monkeypatch.chdir(chat.parent)
        ran = run("compress", chat, *flags)
        assert ran.status == 2
        assert ran.out == b""
        assert named in ran.err
        assert ran.err.startswith("headroom: ")
        assert ran.err.count("\n") == 1
        assert sorted(path.name for path in chat.parent.iterdir()) == ["chat.json"]

    @pytest.mark.parametrize("pin", ["999", "900-999", "role:nobody", "tool:nothing", "/never said/"])
    def test_a_pin_that_pins_nothing_is_said(self, chat: Path, pin: str) -> None:
        ran = run("compress", chat, "--max-tokens", "1500", "--pin", pin)
        assert ran.status == 0
        assert f"--pin {pin} matches no message" in ran.err
        assert "matches no" not in run("compress", chat, "--max-tokens", "1500", "--pin", "tool:bash").err

    def test_a_sentence_is_one_line_whatever_the_name(self) -> None:
        ran = run("count", "no\nsuch\x1b[31m\x9bfile")
        assert ran.err.count("\n") == 1
        assert "\\n" in ran.err
        assert not {"\x1b", "\x9b"} & set(ran.err)

    def test_an_unknown_command_names_the_nearest(self) -> None:
        ran = run("comprss")
        assert (ran.status, ran.out) == (2, b"")
        assert "the nearest is compress" in ran.err
        assert "the nearest is list" in run("store", "lst").err

    def test_no_argument_is_help_on_stderr(self) -> None:
        ran = run(terminals="io")
        assert (ran.status, ran.out) == (2, b"")
        assert "compress" in ran.err

    def test_a_terminal_is_not_read_from(self) -> None:
        for arguments in (["compress"], ["compress", "-"], ["count"], ["restore", "-"]):
            ran = run(*arguments, terminals="i")
            assert (ran.status, ran.out) == (2, b"")
            assert "stdin is a terminal" in ran.err

    @pytest.mark.parametrize("data", [b"", b"\x00\x00", b"{", b"[]x", b'{"a": 1}', b"\xff\xfe{\x00"])
    def test_bad_input_is_2_and_nothing_is_written(self, chat: Path, data: bytes) -> None:
        out = chat.parent / "out.json"
        telemetry = chat.parent / "events.jsonl"
        ran = run("compress", "-", "-o", out, "--telemetry", telemetry, stdin=data)
        assert (ran.status, ran.out) == (2, b"")
        assert ran.err.startswith("headroom: ")
        assert ran.err.count("\n") == 1
        assert not out.exists()
        assert not telemetry.exists()
        assert not (chat.parent / "data").exists()

    def test_help_has_its_panels_and_says_what_the_budget_is(self) -> None:
        text = run("compress", "--help").out.decode()
        for panel in ("Budget", "Window", "Compression", "Output"):
            assert f"─ {panel} ─" in text
        assert "input budget" in text
