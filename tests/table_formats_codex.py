"""Rows of the formats made of items of the Responses API: the API's own files and Codex rollouts."""

import json

from tests.table_formats import ANTHROPIC, LONG, OPENAI, PLAIN, FormatRow, Json, document, lines

TOOL: Json = {"type": "function", "name": "grep", "parameters": {"type": "object"}}

ITEMS: list[Json] = [
    {"role": "developer", "content": "Be terse."},
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Where is compute?"}]},
    {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"},
    {"type": "function_call", "call_id": "c1", "name": "grep", "arguments": '{"pattern": "compute"}'},
    {"type": "function_call_output", "call_id": "c1", "output": LONG},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "In app.py."}]},
    {"role": "user", "content": "Thanks."},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Welcome."}]},
]


def record(kind: str, payload: Json) -> Json:
    return {"timestamp": "2026-01-02T03:04:05.006Z", "type": kind, "payload": payload}


def rollout(items: list[Json]) -> list[Json]:
    """A rollout: metadata, one record per item."""
    meta = record("session_meta", {"id": "s1", "cwd": "/srv/app", "cli_version": "0.98.0"})
    turn = record("turn_context", {"cwd": "/srv/app", "model": "gpt-5-codex"})
    return [meta, turn, *(record("response_item", {"type": "message", **item}) for item in items)]


OLD: list[Json] = [
    {"id": "s1", "timestamp": "2025-05-01T10:00:00.000Z", "instructions": None},
    {"record_type": "state"},
    *({"type": "message", **item} for item in ITEMS),
]

ITEM_ROWS: tuple[FormatRow, ...] = (
    FormatRow(
        "responses",
        document({"model": "gpt-5", "instructions": "Help.", "tools": [TOOL], "input": ITEMS}, indent=2),
        messages=8,
        step=(2, 3, 4),
        result=4,
        claims=(
            document(ITEMS),
            document({"model": "m", "input": [{"role": "user", "content": "hi"}]}),
            document({"model": "m", "instructions": "Help.", "input": "hi"}),
            document({"object": "response", "model": "m", "output": ITEMS[2:6]}),
            document({"input": ITEMS[:2], "response": {"output": ITEMS[2:6]}}),
            lines(
                {"responses_create_params": {"input": ITEMS[:2]}, "response": {"output": ITEMS[2:6]}},
                {"responses_create_params": {"input": "hi"}, "response": {"output": ITEMS[2:6]}},
            ),
            lines(*ITEMS),
        ),
        leaves=(
            document({"messages": OPENAI}),
            document({"model": "embedding", "input": "some text"}),
            document({"model": "embedding", "input": ["some", "texts"]}),
            document({"trace_id": "1", "model": "m", "input": PLAIN, "output": PLAIN}),
            document([{"type": "tool_call", "call_id": "1", "name": "x"}]),
            lines(*rollout(ITEMS)),
            lines(*OLD),
        ),
    ),
    FormatRow(
        "codex",
        lines(*rollout(ITEMS)),
        messages=8,
        step=(2, 3, 4),
        result=4,
        claims=(
            lines(*OLD),
            lines(record("event_msg", {"type": "task_started"}), *rollout(ITEMS)),
            lines(*rollout(ITEMS)).replace(b"}\n", b"}", 1),
        ),
        leaves=(
            document({"input": ITEMS}),
            lines(*ITEMS),
            lines(*ANTHROPIC),
            json.dumps({"payload": {}, "type": "webhook"}).encode(),
        ),
    ),
)
