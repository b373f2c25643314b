"""Running the command line from tests: in this process where it will do, in a fresh one where it matters."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from headroom_cli import cli

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left: exit status, bytes of stdout, text of stderr."""

    status: int
    out: bytes
    err: str


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def run(*arguments: str | Path, stdin: bytes = b"", terminals: str = "") -> Ran:
    """Run in this process. `terminals` names the streams that are terminals: i, o, e."""
    raw = {name: io.BytesIO(stdin if name == "i" else b"") for name in "ioe"}
    texts = {
        name: (_Terminal if name in terminals else io.TextIOWrapper)(stream, encoding="ascii")
        for name, stream in raw.items()
    }
    with patch.object(sys, "stdin", texts["i"]), redirect_stdout(texts["o"]), redirect_stderr(texts["e"]):
        status = cli.run([str(argument) for argument in arguments])
    for text in texts.values():
        text.flush()
    return Ran(status, raw["o"].getvalue(), raw["e"].getvalue().decode("utf-8"))


def start(
    *arguments: str | Path, env: Mapping[str, str] | None = None, code: str = "", **options: object
) -> "subprocess.Popen[bytes]":
    """Start a fresh process with pipes; `code` replaces `-m headroom_cli`."""
    command = [sys.executable, *(["-c", code] if code else ["-m", "headroom_cli"])]
    streams: dict[str, object] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [*command, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        **{**streams, **options},
    )


def spawn(
    *arguments: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None, code: str = ""
) -> Ran:
    """Run in a fresh process to its end."""
    process = start(*arguments, env=env, code=code)
    out, err = process.communicate(stdin, timeout=60)
    return Ran(process.returncode, out, err.decode("utf-8"))


def make_chat(
    steps: int = 6, lines: int = 60, line: str = "INFO worker {i} finished job {n} in {n} ms"
) -> bytes:
    """An OpenAI request body: a system prompt, a task, `steps` calls with results, and a last question."""
    messages: list[dict[str, object]] = [
        {"role": "system", "content": "You are a careful engineer."},
        {"role": "user", "content": "Find out why the nightly build fails."},
    ]
    for step in range(steps):
        call = {"name": "bash", "arguments": json.dumps({"command": f"cat build-{step}.log"})}
        text = "\n".join(line.format(i=i % 7, n=i * 37 + step) for i in range(lines))
        messages += [
            {
                "role": "assistant",
                "content": f"Reading log {step}.",
                "tool_calls": [{"id": f"call_{step}", "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": f"call_{step}", "content": text},
        ]
    messages.append({"role": "user", "content": "What did you find?"})
    return json.dumps({"model": "gpt-4o", "messages": messages}).encode()


def make_rows(count: int = 3) -> bytes:
    """A fine-tuning set: one small conversation per line, each longer than the one before."""
    rows = []
    for row in range(count):
        messages = [
            {"role": "user", "content": f"Question {row}: " + "why " * (20 * (row + 1))},
            {"role": "assistant", "content": "Because."},
        ]
        rows.append(json.dumps({"messages": messages}))
    return ("\n".join(rows) + "\n").encode()
