"""Hypothesis strategies for whole transcript files in the shapes of real ones.

`openai_files`, `anthropic_files` and `claude_code_files` each draw the bytes of one file. Texts are drawn
from the kinds that compressors know, short and long, clean and dirty; histories have parallel calls,
thinking, harness text, human turns in between and, now and then, faults of their own.
"""

import json
from typing import Any

from hypothesis import strategies as st

Json = Any

WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "error",
    "failed",
    "not",
    "never",
    "404",
    "src/app.py",
    "build_index",
    "3.14",
    "naïve",
    "漢字",
    "🙂",
]


def _log(lines: int) -> str:
    levels = ["INFO", "DEBUG", "WARN", "ERROR"]
    return "".join(
        f"2026-01-02 03:{i % 60:02d}:00 {levels[(i * 7 + lines) % 4]} worker {i % 9} took {i * 37} ms\n"
        for i in range(lines)
    )


def _grep(lines: int) -> str:
    return "".join(f"src/mod_{i % 5}.py:{i + 1}:    value_{i} = compute({i})\n" for i in range(lines))


def _code(lines: int) -> str:
    return "import os\n\n" + "".join(
        f"def func_{i}(x):\n    y = x + {i}\n    return y\n\n" for i in range(max(1, lines // 4))
    )


def _json(lines: int) -> str:
    rows = [{"id": i, "name": f"row {i}", "price": 1.5 * i, "tags": ["a"]} for i in range(lines // 2 + 1)]
    return json.dumps({"total": len(rows), "rows": rows}, indent=2 if lines % 2 else None)


def _diff(lines: int) -> str:
    hunks = "".join(
        f"@@ -{i * 10 + 1},3 +{i * 10 + 1},3 @@\n context {i}\n-old line {i}\n+new line {i}\n context\n"
        for i in range(lines // 5 + 1)
    )
    return f"diff --git a/f.py b/f.py\n--- a/f.py\n+++ b/f.py\n{hunks}"


def _prose(lines: int) -> str:
    return " ".join(f"Sentence {i} says that item {i * 13} is not in src/part_{i}.py." for i in range(lines))


def _repeat(lines: int) -> str:
    return "same line again\n" * lines + "end\n"


def _marked(lines: int) -> str:
    return f"[headroom log: 3 of {lines} lines; ref 0123456789ab]\n[... {lines} lines ...]\n" + _log(lines)


MAKERS = (_log, _grep, _code, _json, _diff, _prose, _repeat, _marked)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text of a tool or an assistant: now short words, now up to a few thousand tokens of one kind."""
    if draw(st.integers(0, 3)) == 0:
        return " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)))
    return draw(st.sampled_from(MAKERS))(draw(st.integers(1, 90)))


@st.composite
def turns(draw: st.DrawFn) -> list[dict[str, Json]]:
    """A history in no dialect: human, harness and step turns, ending where it will."""
    history: list[dict[str, Json]] = [{"turn": "human", "text": draw(texts())}]
    for number in range(draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(["step", "step", "step", "text", "human", "harness"]))
        if kind == "step":
            calls = draw(st.integers(1, 3))
            history.append(
                {
                    "turn": "step",
                    "text": draw(st.one_of(st.just(""), texts())),
                    "thinking": draw(st.one_of(st.just(""), texts())),
                    "calls": [
                        {
                            "id": f"call_{number}_{i}",
                            "name": draw(st.sampled_from(["Read", "bash", "write_file"])),
                            "input": {"path": f"src/f{i}.py", "content": draw(texts()), "n": 1.10},
                            "result": draw(texts()),
                        }
                        for i in range(calls)
                    ],
                    "answered": draw(st.sampled_from([calls, calls, calls, calls - 1])),
                }
            )
        elif kind == "text":
            history.append({"turn": "text", "text": draw(texts())})
        elif kind == "human":
            history.append({"turn": "human", "text": draw(texts())})
        else:
            history.append({"turn": "harness", "text": f"<system-reminder>{draw(texts())}</system-reminder>"})
    return history


def as_openai(history: list[dict[str, Json]]) -> list[Json]:
    messages: list[Json] = [{"role": "system", "content": "You are a careful agent."}]
    for turn in history:
        if turn["turn"] in ("human", "harness"):
            messages.append({"role": "user", "content": turn["text"]})
        elif turn["turn"] == "text":
            messages.append({"role": "assistant", "content": turn["text"]})
        else:
            calls = [
                {
                    "id": c["id"],
                    "type": "function",
                    "function": {"name": c["name"], "arguments": json.dumps(c["input"])},
                }
                for c in turn["calls"]
            ]
            messages.append({"role": "assistant", "content": turn["text"] or None, "tool_calls": calls})
            messages.extend(
                {"role": "tool", "tool_call_id": c["id"], "content": c["result"]}
                for c in turn["calls"][: turn["answered"]]
            )
    return messages


def _anthropic_step(turn: dict[str, Json]) -> tuple[list[Json], list[Json]]:
    blocks: list[Json] = []
    if turn["thinking"]:
        blocks.append({"type": "thinking", "thinking": turn["thinking"], "signature": "c2lnbmF0dXJl"})
    if turn["text"]:
        blocks.append({"type": "text", "text": turn["text"]})
    blocks.extend(
        {"type": "tool_use", "id": c["id"], "name": c["name"], "input": c["input"]} for c in turn["calls"]
    )
    results = [
        {
            "type": "tool_result",
            "tool_use_id": c["id"],
            "content": c["result"] if i % 2 else [{"type": "text", "text": c["result"]}],
        }
        for i, c in enumerate(turn["calls"][: turn["answered"]])
    ]
    return blocks, results


def as_anthropic(history: list[dict[str, Json]]) -> list[Json]:
    messages: list[Json] = []
    for turn in history:
        if turn["turn"] in ("human", "harness"):
            block = {"type": "text", "text": turn["text"]}
            last = messages[-1] if messages else None
            if last and last["role"] == "user" and isinstance(last["content"], list):
                last["content"].append(block)
            else:
                messages.append({"role": "user", "content": turn["text"]})
        elif turn["turn"] == "text":
            messages.append({"role": "assistant", "content": turn["text"]})
        else:
            blocks, results = _anthropic_step(turn)
            messages.append({"role": "assistant", "content": blocks})
            if results:
                messages.append({"role": "user", "content": results})
    return messages


def as_claude_code(history: list[dict[str, Json]]) -> list[Json]:
    records: list[Json] = [{"type": "summary", "summary": "Earlier work", "leafUuid": "u-1"}]
    parent: str | None = None

    def add(role: str, content: Json, **extra: Json) -> None:
        nonlocal parent
        uuid = f"u-{len(records)}"
        message = {"role": role, "content": content, **extra.pop("message", {})}
        records.append(
            {"parentUuid": parent, "isSidechain": False, "type": role, "uuid": uuid, "sessionId": "s-1",
             "timestamp": "2026-01-02T03:04:05.000Z", "message": message, **extra}
        )  # fmt: skip
        parent = uuid

    for number, turn in enumerate(history):
        if turn["turn"] in ("human", "harness"):
            add("user", turn["text"])
        elif turn["turn"] == "text":
            add("assistant", [{"type": "text", "text": turn["text"]}], message={"id": f"msg_{number}"})
        else:
            blocks, results = _anthropic_step(turn)
            for block in blocks:
                add("assistant", [block], message={"id": f"msg_{number}"})
            for result in results:
                add("user", [result], toolUseResult={"stdout": "x"})
        if number % 3 == 2:
            records.append({"type": "file-history-snapshot", "messageId": parent, "snapshot": {}})
    return records


@st.composite
def openai_files(draw: st.DrawFn) -> bytes:
    messages = as_openai(draw(turns()))
    shape = draw(st.sampled_from(["array", "body", "lines", "pretty", "rows"]))
    if shape == "lines":
        return b"".join(json.dumps(m).encode() + b"\n" for m in messages)
    if shape == "rows":
        rows = [messages, as_openai(draw(turns()))]
        return b"".join(json.dumps({"messages": row}, ensure_ascii=False).encode() + b"\n" for row in rows)
    value: Json = messages if shape == "array" else {"model": "m", "messages": messages, "n": 1}
    return json.dumps(value, ensure_ascii=shape == "body", indent=2 if shape == "pretty" else None).encode()


@st.composite
def anthropic_files(draw: st.DrawFn) -> bytes:
    body = {
        "model": "claude-x",
        "max_tokens": 1024,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": as_anthropic(draw(turns())),
    }
    return json.dumps(body, indent=draw(st.sampled_from([None, 2])), ensure_ascii=False).encode()


@st.composite
def claude_code_files(draw: st.DrawFn) -> bytes:
    records = as_claude_code(draw(turns()))
    newline = draw(st.sampled_from([b"\n", b"\r\n"]))
    return newline.join(json.dumps(r, ensure_ascii=False).encode() for r in records) + newline


def files() -> st.SearchStrategy[bytes]:
    """A file in any of the formats."""
    return st.one_of(openai_files(), anthropic_files(), claude_code_files())
