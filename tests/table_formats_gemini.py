"""The rows of the formats around Gemini's contents, and of the agents' logs that are kin to them."""

from typing import Any

from tests.table_formats import ANTHROPIC, LONG, PLAIN, FormatRow, document, lines, session

Json = Any

CALL: Json = {"functionCall": {"name": "grep", "args": {"pattern": "compute"}}}
RESPONSE: Json = {"functionResponse": {"id": "grep-1", "name": "grep", "response": {"output": LONG}}}
CONTENTS: list[Json] = [
    {"role": "user", "parts": [{"text": "Where is compute called?"}]},
    {"role": "model", "parts": [{"text": "Search.", "thought": True}, {**CALL, "thoughtSignature": "c2ln"}]},
    {"role": "user", "parts": [RESPONSE]},
    {"role": "model", "parts": [{"text": "In src/app.py."}]},
    {"role": "user", "parts": [{"text": "Thanks."}]},
    {"role": "model", "parts": [{"text": "You are welcome."}]},
]
SHORT: list[Json] = [CONTENTS[4], CONTENTS[5]]
UI_MESSAGE: Json = {"id": "1", "role": "user", "parts": [{"type": "text", "text": "hi"}]}

CLI_MESSAGES: list[Json] = [
    {"id": "m0", "timestamp": "t0", "type": "user", "content": "Where is compute called?"},
    {
        "id": "m1",
        "timestamp": "t1",
        "type": "gemini",
        "content": "I search.",
        "thoughts": [{"subject": "Search", "description": "Look for the name."}],
        "toolCalls": [
            {
                "id": "grep-1",
                "name": "grep",
                "args": {"pattern": "compute"},
                "result": [RESPONSE],
                "status": "success",
            }
        ],
        "model": "gemini-2.5-pro",
    },
    {"id": "m2", "timestamp": "t2", "type": "info", "content": "Saved."},
    {"id": "m3", "timestamp": "t3", "type": "gemini", "content": "In src/app.py."},
    {"id": "m4", "timestamp": "t4", "type": "user", "content": [{"text": "Thanks."}]},
    {"id": "m5", "timestamp": "t5", "type": "model", "parts": [{"text": "You are welcome."}]},
]
CLI_HEAD: Json = {"sessionId": "s", "projectHash": "p", "startTime": "t0", "lastUpdated": "t5"}


def qwen(contents: list[Json]) -> list[Json]:
    """A Qwen Code log of these contents, a title in between."""
    records: list[Json] = []
    for number, content in enumerate(contents):
        answers = any("functionResponse" in part for part in content["parts"])
        kind = "assistant" if content["role"] == "model" else "tool_result" if answers else "user"
        records.append(_qwen(number, kind, message=content))
    title = {"customTitle": "compute"}
    records.append(_qwen(len(contents), "system", subtype="custom_title", systemPayload=title))
    return records


def _qwen(number: int, kind: str, **fields: Json) -> Json:
    parent = f"q{number - 1}" if number else None
    return {"uuid": f"q{number}", "parentUuid": parent, "sessionId": "s", "type": kind, **fields}


def _event(number: int, kind: str, **data: Json) -> Json:
    parent = f"e{number - 1}" if number else None
    return {"type": kind, "data": data, "id": f"e{number}", "timestamp": f"t{number}", "parentId": parent}


_REQUEST: Json = {"toolCallId": "c1", "name": "grep", "arguments": {"pattern": "compute"}}
COPILOT: list[Json] = [
    _event(0, "session.start", sessionId="s", version=1),
    _event(1, "user.message", content="Where is compute called?", attachments=[]),
    _event(2, "assistant.turn_start", turnId="1"),
    _event(3, "assistant.message", content="I search.", toolRequests=[_REQUEST], encryptedContent="AAAA"),
    _event(4, "tool.execution_start", toolCallId="c1", toolName="grep", arguments={"pattern": "compute"}),
    _event(5, "tool.execution_complete", toolCallId="c1", success=True, result={"content": LONG}),
    _event(6, "assistant.message", content="In src/app.py.", toolRequests=[]),
    _event(7, "user.message", content="Thanks.", attachments=[]),
    _event(8, "assistant.message", content="You are welcome.", toolRequests=[]),
]


def _said(role: str, text: str) -> Json:
    message = {"role": role, "content": [{"type": "text", "text": text}], "toolCalls": []}
    return {"type": "context.append_message", "message": {**message, "origin": {"kind": role}}, "time": 1}


def _loop(kind: str, step: str, **fields: Json) -> Json:
    event = {"type": kind, "uuid": f"{step}.{kind}", "stepUuid": step, **fields}
    return {"type": "context.append_loop_event", "event": event, "time": 2}


KIMI: list[Json] = [
    {"type": "metadata", "protocol_version": "1.4"},
    {"type": "config.update", "systemPrompt": "Be terse."},
    {"type": "turn.prompt", "input": [{"type": "text", "text": "Where is compute called?"}]},
    _said("user", "Where is compute called?"),
    _loop("step.begin", "", uuid="s1"),
    _loop("content.part", "s1", part={"type": "think", "think": "Search."}),
    _loop("tool.call", "s1", toolCallId="grep_0", name="grep", args={"pattern": "compute"}),
    _loop("tool.result", "", toolCallId="grep_0", result={"output": LONG}),
    _loop("step.end", "", uuid="s1"),
    _loop("content.part", "s2", part={"type": "text", "text": "In src/app.py."}),
    _said("user", "Thanks."),
    _loop("content.part", "s3", part={"type": "text", "text": "You are welcome."}),
]

EVENTS: list[Json] = [
    {"id": f"v{number}", "author": "user" if content["role"] == "user" else "agent", "content": content}
    for number, content in enumerate(CONTENTS)
]
CASE: Json = {
    "eval_id": "1",
    "conversation": [
        {
            "user_content": CONTENTS[0],
            "final_response": CONTENTS[3],
            "intermediate_data": {
                "tool_uses": [CALL["functionCall"]],
                "tool_responses": [RESPONSE["functionResponse"]],
            },
        },
        {"user_content": CONTENTS[4], "final_response": CONTENTS[5], "intermediate_data": None},
    ],
}

STREAM: list[Json] = [
    {"type": "system", "subtype": "init", "session_id": "s", "tools": ["Grep"]},
    *(
        {"type": message["role"], "message": message, "session_id": "s", "parent_tool_use_id": None}
        for message in ANTHROPIC
    ),
    {"type": "result", "subtype": "success", "result": "You are welcome.", "session_id": "s"},
]

GEMINI_ROWS: tuple[FormatRow, ...] = (
    FormatRow(
        "gemini",
        document({"contents": CONTENTS, "systemInstruction": {"parts": [{"text": "Be terse."}]}}),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(
            document(CONTENTS, indent=2),
            document({"scenarioId": "x", "history": CONTENTS, "questions": []}),
            document({"error": {"message": "terminated"}, "context": [*CONTENTS, "Go on."]}),
            document({"contents": [{"parts": [{"text": "no role"}]}]}),
            lines(*CONTENTS),
            lines({"contents": SHORT}, {"contents": SHORT}),
        ),
        leaves=(document([UI_MESSAGE]), document([{"role": "user", "parts": []}]), lines(*qwen(CONTENTS))),
    ),
    FormatRow(
        "gemini-cli",
        document({**CLI_HEAD, "messages": CLI_MESSAGES}, indent=2),
        messages=5,
        step=(1,),
        result=1,
        part=3,
        claims=(lines(CLI_HEAD, *CLI_MESSAGES),),
        leaves=(document(CONTENTS), document({"messages": PLAIN})),
    ),
    FormatRow(
        "qwen",
        lines(*qwen(CONTENTS)),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(lines(*qwen(SHORT)),),
        leaves=(lines(*session(ANTHROPIC)), lines(*CONTENTS)),
    ),
    FormatRow(
        "adk",
        document({"id": "s", "events": EVENTS, "event_logs": [{"event_id": "v1", "model_request": {}}]}),
        messages=6,
        step=(1, 2),
        result=2,
        leaves=(document({"events": [{"kind": "MessageEvent"}]}), document({"eval_cases": [CASE]})),
    ),
    FormatRow(
        "adk-evalset",
        document({"eval_set_id": "s", "eval_cases": [CASE]}),
        messages=6,
        step=(1, 2),
        result=2,
        leaves=(document({"events": EVENTS}),),
        writes=False,
    ),
    FormatRow(
        "kimi",
        lines(*KIMI),
        messages=7,
        step=(1, 2, 3),
        result=3,
        leaves=(lines(*STREAM),),
    ),
    FormatRow(
        "copilot-cli",
        lines(*COPILOT),
        messages=6,
        step=(1, 2),
        result=2,
        leaves=(lines(*KIMI), lines(*session(PLAIN))),
    ),
    FormatRow(
        "claude-stream",
        lines(*STREAM),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(
            lines(*({"type": message["role"], "message": message, "timestamp": "t"} for message in PLAIN)),
        ),
        leaves=(lines(*session(ANTHROPIC)), lines(*KIMI)),
    ),
)
