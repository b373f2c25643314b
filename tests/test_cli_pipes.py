"""Streams, files and exit statuses, seen from outside: every process here is a real one."""

import json
import os
import re
import shlex
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.shell import make_chat, run, spawn, start

posix = pytest.mark.skipif(os.name == "nt", reason="signals and file modes are those of POSIX")


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "a chat.json"
    path.write_bytes(make_chat())
    return path


def test_file_and_stdin_give_the_same_bytes_and_only_the_product_is_on_stdout(chat: Path) -> None:
    by_name = spawn("compress", chat, "--max-tokens", "1500")
    by_pipe = spawn("compress", "--max-tokens", "1500", "-", stdin=chat.read_bytes())
    assert by_name.status == by_pipe.status == 0
    assert by_name.out == by_pipe.out
    assert by_name.out != chat.read_bytes()
    json.loads(by_name.out)
    assert by_name.err.count("\n") == 1
    assert by_name.err.startswith("headroom: ")


def test_the_input_is_not_touched(chat: Path) -> None:
    before = chat.read_bytes(), chat.stat().st_mtime_ns
    spawn("compress", chat, "--max-tokens", "1500")
    assert (chat.read_bytes(), chat.stat().st_mtime_ns) == before


@posix
@pytest.mark.parametrize(
    "command", [["compress", "--max-tokens", "1000000"], ["count", "--json"], ["--help"]]
)
def test_a_closed_pipe_is_141_without_a_word(chat: Path, command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    arguments = command if command == ["--help"] else [command[0], str(chat), *command[1:], "-q"]
    try:
        process = start(*arguments, stdout=writer)
        _, err = process.communicate(timeout=60)
    finally:
        os.close(writer)
    assert process.returncode == 141
    assert err == b""


@posix
def test_an_interrupt_is_130_without_a_word(tmp_path: Path) -> None:
    process = start("count", "-", env={"XDG_DATA_HOME": str(tmp_path)})
    assert process.stdin is not None
    time.sleep(0.8)  # long enough to stand at the read from stdin
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err) == (b"", b"")


def test_a_good_and_a_bad_verdict_and_none(chat: Path) -> None:
    assert spawn("check", chat, "--max-tokens", "1M").status == 0
    assert spawn("check", chat, "--max-tokens", "10").status == 1
    assert spawn("check", chat.parent / "missing.json", "--max-tokens", "10").status == 2


def test_a_bug_is_one_sentence_and_the_traceback_waits_for_verbose(chat: Path) -> None:
    code = (
        "import sys, headroom_cli.compact as room\n"
        "def broken(*a, **k): raise KeyError('text of the transcript')\n"
        "room.compact = broken\n"
        "from headroom_cli.cli import run\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    short = spawn("compress", chat, code=code)
    assert short.status == 2
    assert short.out == b""
    assert "this is a bug in headroom: KeyError in broken" in short.err
    assert "text of the transcript" not in short.err
    assert short.err.count("\n") == 1
    assert "Traceback" in spawn("compress", chat, "-v", code=code).err


def test_a_panic_that_is_no_exception_is_a_bug_too(chat: Path) -> None:
    code = (
        "import sys, headroom_cli.compact as room\n"
        "class Panic(BaseException): pass\n"
        "def broken(*a, **k): raise Panic('x')\n"
        "room.compact = broken\n"
        "from headroom_cli.cli import run\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    ran = spawn("compress", chat, code=code)
    assert (ran.status, ran.err.count("\n")) == (2, 1)


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_no_verdict(chat: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start("compress", chat, "--no-store", "-q", stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith(b"headroom: cannot write to stdout")


@posix
def test_a_closed_stdout_is_an_error_and_not_a_silent_loss(chat: Path, tmp_path: Path) -> None:
    command = f"exec '{os.sys.executable}' -m headroom_cli compress '{chat}' --max-tokens 1500 >&-"  # type: ignore[attr-defined]
    ran = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert b"stdout is closed" in ran.stderr


class TestOutputFile:
    def test_it_gets_the_same_bytes_as_stdout(self, chat: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.json"
        assert run("compress", chat, "--max-tokens", "1500", "-o", out).out == b""
        assert out.read_bytes() == run("compress", chat, "--max-tokens", "1500").out

    @posix
    def test_it_keeps_its_mode_and_leaves_no_other_file(self, chat: Path, tmp_path: Path) -> None:
        folder = tmp_path / "results"
        folder.mkdir()
        out = folder / "out.json"
        out.write_bytes(b"old")
        out.chmod(0o640)
        run("compress", chat, "--max-tokens", "1500", "-o", out)
        assert stat.S_IMODE(out.stat().st_mode) == 0o640
        assert out.read_bytes() != b"old"
        assert [path.name for path in folder.iterdir()] == ["out.json"]

    @posix
    @pytest.mark.skipif(not Path("/dev/fd/1").exists(), reason="needs /dev/fd")
    def test_an_open_pipe_is_written_to(self, chat: Path) -> None:
        expected = run("compress", chat, "--max-tokens", "1500")
        ran = spawn("compress", chat, "--max-tokens", "1500", "-o", "/dev/fd/1")
        assert (ran.status, ran.out) == (0, expected.out)

    def test_the_way_back_can_be_pasted_into_a_shell(self, chat: Path, tmp_path: Path) -> None:
        out = tmp_path / "it's out.json"
        ran = run("compress", chat, "--max-tokens", "1500", "-o", out)
        command = ran.err.strip().partition("undo with: headroom ")[2]
        assert run(*shlex.split(command)).out == chat.read_bytes()

    @posix
    def test_a_link_stays_a_link(self, chat: Path, tmp_path: Path) -> None:
        target, link = tmp_path / "target.json", tmp_path / "link.json"
        target.write_bytes(b"old")
        link.symlink_to(target)
        run("compress", chat, "--max-tokens", "1500", "-o", link)
        assert link.is_symlink()
        assert target.read_bytes() != b"old"

    @pytest.mark.parametrize("way", ["itself", "symlink", "hardlink"])
    def test_the_input_is_refused(self, chat: Path, tmp_path: Path, way: str) -> None:
        other = tmp_path / "other.json"
        if way == "symlink":
            other.symlink_to(chat)
        elif way == "hardlink":
            other.hardlink_to(chat)
        before = chat.read_bytes()
        ran = run("compress", chat, "--max-tokens", "1500", "-o", chat if way == "itself" else other)
        assert ran.status == 2
        assert "is the input itself" in ran.err
        assert chat.read_bytes() == before

    @posix
    def test_the_input_is_refused_when_it_comes_through_stdin(self, chat: Path) -> None:
        with chat.open("rb") as source:
            process = start("compress", "-", "--max-tokens", "1500", "-o", chat, stdin=source)
            _, err = process.communicate(timeout=60)
        assert process.returncode == 2
        assert b"is the input itself" in err

    def test_a_folder_is_refused(self, chat: Path, tmp_path: Path) -> None:
        assert run("compress", chat, "-o", tmp_path).status == 2


STEERING = "title \x1b]52;c;aGk=\x07 \x9b31m \u202e \x7f"


@pytest.fixture
def steering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A transcript with control characters in its texts and names, some of which JSON lets stand."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    chat = json.loads(make_chat(line=STEERING + " {i} {n}"))
    for message in chat["messages"]:
        for call in message.get("tool_calls", ()):
            call["function"]["name"] = STEERING
    path = tmp_path / "steering.json"
    path.write_text(json.dumps(chat, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "command",
    [
        ["compress", "--max-tokens", "1500"],
        ["compress", "--max-tokens", "1500", "--report"],
        ["compress", "--max-tokens", "1500", "--json"],
        ["compress", "--max-tokens", "1500", "--diff"],
        ["compress", "--strict", "--max-tokens", "1"],
        ["count"],
        ["count", "--json"],
        ["check", "--max-tokens", "9", "--json"],
    ],
)
def test_a_transcript_cannot_steer_the_terminal(steering: Path, command: list[str]) -> None:
    ran = run(*command, steering, "--color", "never", terminals="oe")
    assert not set("\x1b\x07\x9b\x7f\u202e") & set(ran.out.decode() + ran.err)
    if "--json" in command:
        assert json.loads(ran.out)["schema"] == 1


def test_an_original_is_shown_with_escapes_on_a_terminal_and_as_it_is_in_a_pipe(steering: Path) -> None:
    ran = run("compress", steering, "--max-tokens", "50%", "--level", "trim")
    ref = re.findall(rb"ref ([0-9a-f]{12})", ran.out)[0].decode()
    assert STEERING.encode() in run("retrieve", ref).out
    assert rb"\x1b]52;" in run("retrieve", ref, terminals="o").out


HOSTILE = {"LC_ALL": "C", "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_every_stream_is_utf8_whatever_the_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / "chat.json"
    data = make_chat(line="漢字 → naïve 🙂 {i} {n}")
    path.write_bytes(json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8"))
    plain = run("compress", path, "--max-tokens", "1500")
    hostile = spawn("compress", path, "--max-tokens", "1500", env=HOSTILE)
    assert hostile == plain
    assert plain.status == 0
    diff = spawn("compress", path, "--max-tokens", "1500", "--diff", env=HOSTILE)
    assert "漢字 → naïve 🙂" in diff.out.decode("utf-8")


def test_the_same_bytes_under_every_hash_seed(chat: Path) -> None:
    ran = [
        spawn("compress", chat, "--max-tokens", "900", env={"PYTHONHASHSEED": seed}).out
        for seed in ("1", "2")
    ]
    assert ran[0] == ran[1]


@pytest.mark.parametrize(
    "env", [{"GITHUB_ACTIONS": "true", "FORCE_COLOR": "0"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}]
)
def test_no_escape_leaves_headroom_off_a_terminal(chat: Path, env: dict[str, str]) -> None:
    for command in (["compress", "--help"], ["compress", str(chat), "--report"]):
        ran = spawn(*command, env=env)
        assert b"\x1b" not in ran.out
        assert "\x1b" not in ran.err
