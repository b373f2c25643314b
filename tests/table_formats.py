"""One row per format: a small file in it, what it must claim, and what it must leave to others."""

import json
from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class FormatRow:
    """`sample` holds `conversations` with `messages` messages each; the contract tests drop and trim in it.

    `step` are the positions of one whole step in the first conversation, `result` is the position of a
    result in it. `claims` are more files the format must be chosen for, `leaves` such as it must not be.
    `part` is the position of the result among its message's parts, `tool` and `about` what it answers ("": no
    call); `result` is -1 for files that hold none.
    `writes` is False where files of the kind cannot be edited in place.
    """

    name: str
    sample: bytes
    messages: int
    step: tuple[int, ...]
    result: int
    conversations: int = 1
    claims: tuple[bytes, ...] = ()
    leaves: tuple[bytes, ...] = ()
    part: int = 0
    tool: str = "grep"
    about: str = "compute"
    writes: bool = True


LONG = "".join(f"src/app.py:{n}: value = compute({n})  # naïve ✓\n" for n in range(1, 41))

OPENAI: list[Json] = [
    {"role": "system", "content": "You are terse."},
    {"role": "user", "content": "Where is compute called?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "c1",
                "type": "function",
                "function": {"name": "grep", "arguments": '{"pattern": "compute"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": LONG},
    {"role": "assistant", "content": "In src/app.py."},
    {"role": "user", "content": "Thanks."},
    {"role": "assistant", "content": "You are welcome."},
]

ANTHROPIC: list[Json] = [
    {"role": "user", "content": "Where is compute called?"},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Search.", "signature": "c2ln"},
            {"type": "text", "text": "I search."},
            {"type": "tool_use", "id": "t1", "name": "Grep", "input": {"pattern": "compute"}},
        ],
    },
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": LONG}]},
    {"role": "assistant", "content": [{"type": "text", "text": "In src/app.py."}]},
    {"role": "user", "content": "Thanks."},
    {"role": "assistant", "content": "You are welcome."},
]
PLAIN: list[Json] = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}]
TOOL: Json = {"name": "Grep", "description": "search", "input_schema": {"type": "object"}}
FUNCTION: Json = {"type": "function", "function": {"name": "grep", "parameters": {"type": "object"}}}


def document(value: Json, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def lines(*values: Json) -> bytes:
    return b"".join(document(value) + b"\n" for value in values)


def session(messages: list[Json]) -> list[Json]:
    """A session log: one record per block of an assistant message, metadata in between."""
    records: list[Json] = [{"type": "summary", "summary": "compute", "leafUuid": "u0"}]
    parent = None
    for number, message in enumerate(messages):
        blocks = message["content"]
        several = message["role"] == "assistant" and isinstance(blocks, list)
        for part, block in enumerate(blocks if several else [None]):
            own = f"u{number}" if part == 0 else f"u{number}.{part}"
            value = dict(message)
            if several:
                value = {"id": f"msg_{number}", "type": "message", **message, "content": [block]}
            records.append(
                {
                    "parentUuid": parent,
                    "isSidechain": False,
                    "userType": "external",
                    "cwd": "/srv/app",
                    "sessionId": "s1",
                    "version": "2.0.1",
                    "type": message["role"],
                    "message": value,
                    "uuid": own,
                    "timestamp": f"2026-01-02T03:04:{len(records):02d}.000Z",
                }
            )
            parent = own
    records.insert(4, {"type": "file-history-snapshot", "messageId": "u0", "snapshot": {"messageId": "u0"}})
    return records


FORMAT_ROWS: tuple[FormatRow, ...] = (
    FormatRow(
        "openai",
        document({"model": "gpt-4o", "messages": OPENAI, "tools": [FUNCTION], "seed": 1.10}, indent=2),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(
            document(OPENAI),
            document(PLAIN),
            document({"messages": PLAIN, "cost": 0.1}),
            document({"kwargs": {"messages": OPENAI}, "result": {}}),
            document({"info": {}, "traj": OPENAI}),
            document({"answer_generation": {"train_messages": [PLAIN, OPENAI]}}),
            document({"messages": [{"role": "user", "content": ["a", "b"]}]}),
        ),
        leaves=(
            document({"messages": ANTHROPIC}),
            lines(*OPENAI),
            lines({"messages": OPENAI}, {"messages": PLAIN}),
        ),
    ),
    FormatRow(
        "openai-lines",
        lines(*OPENAI),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(lines(*PLAIN), lines(PLAIN[0]), lines({"title": "a chat"}, *PLAIN)),
        leaves=(document(OPENAI), lines(*ANTHROPIC), lines({"messages": PLAIN}, {"messages": PLAIN})),
    ),
    FormatRow(
        "openai-rows",
        lines({"messages": OPENAI, "tools": [FUNCTION]}, {"messages": PLAIN}),
        messages=7,
        step=(2, 3),
        result=3,
        conversations=2,
        claims=(lines({"request": {"messages": OPENAI}}, {"request": {"messages": PLAIN}}),),
        leaves=(lines(*OPENAI), lines({"messages": ANTHROPIC}, {"messages": ANTHROPIC})),
    ),
    FormatRow(
        "anthropic",
        document(
            {
                "model": "claude",
                "max_tokens": 9,
                "system": "Be terse.",
                "tools": [TOOL],
                "messages": ANTHROPIC,
            }
        ),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(
            document(ANTHROPIC, indent=1),
            document([{"role": "user", "content": [{"type": "image", "source": {}}]}]),
            document({"system": [{"type": "text", "text": "Be terse."}], "messages": PLAIN}),
            document({"max_tokens": 9, "tools": [TOOL], "messages": PLAIN}),
        ),
        leaves=(document(OPENAI), document(PLAIN)),
    ),
    FormatRow(
        "anthropic-lines",
        lines(*ANTHROPIC),
        messages=6,
        step=(1, 2),
        result=2,
        leaves=(lines(*PLAIN), document(ANTHROPIC)),
    ),
    FormatRow(
        "anthropic-rows",
        lines({"system": "Be terse.", "messages": ANTHROPIC}, {"system": "Be terse.", "messages": PLAIN}),
        messages=6,
        step=(1, 2),
        result=2,
        conversations=2,
        claims=(
            lines(
                {"custom_id": "1", "params": {"system": "x", "messages": PLAIN}},
                {"params": {"messages": PLAIN}},
            ),
        ),
        leaves=(lines({"messages": PLAIN}, {"messages": PLAIN}),),
    ),
    FormatRow(
        "claude-code",
        lines(*session(ANTHROPIC)),
        messages=8,
        step=(1, 2, 3, 4),
        result=4,
        claims=(lines(*session(PLAIN)), lines({"type": "mode", "mode": "plan"}, *session(PLAIN))),
        leaves=(
            lines(*ANTHROPIC),
            lines(
                {"type": "user", "message": PLAIN[0], "session_id": "s"}, {"type": "result", "result": "x"}
            ),
        ),
    ),
)

# Files of other programs, and the words an error must name them with.
FOREIGN: tuple[tuple[str, bytes], ...] = (
    ("empty JSON array", b"[]"),
    ("empty list of messages", document({"messages": []})),
    ("'a', 'b'", document({"a": 1, "b": 2})),
    ("JSON without messages", b"17"),
)
