"""Rows for the logs of agents: opencode, Goose, pi, OpenClaw, ATIF, Bedrock, Aider, Cline and others."""

import json

from tests.table_formats import LONG, OPENAI, PLAIN, FormatRow, Json, document, lines

ASK, ANSWER, THANKS, BYE = "Where is compute called?", "In src/app.py.", "Thanks.", "You are welcome."
ARGUMENTS: Json = {"pattern": "compute"}


def opencode(number: int, role: str, *parts: Json, **info: Json) -> Json:
    own = {"id": f"msg_{number:03d}", "sessionID": "ses_1", "role": role, "time": {"created": number}}
    return {"info": {**own, **info}, "parts": [{"id": f"prt_{number}{i}", **p} for i, p in enumerate(parts)]}


def said(text: str) -> Json:
    return {"type": "text", "text": text}


OPENCODE: list[Json] = [
    opencode(1, "user", said(ASK), agent="build"),
    opencode(
        2,
        "assistant",
        {"type": "step-start"},
        {
            "type": "tool",
            "callID": "c1",
            "tool": "grep",
            "state": {"status": "completed", "input": ARGUMENTS, "output": LONG, "metadata": {"matches": 40}},
        },
        {"type": "step-finish", "reason": "tool-calls"},
        parentID="msg_001",
    ),
    opencode(3, "assistant", said(ANSWER), parentID="msg_001"),
    opencode(4, "user", said(THANKS)),
    opencode(5, "assistant", said(BYE), parentID="msg_004"),
]
EXPORT: Json = {"info": {"id": "ses_1", "title": "compute"}, "messages": OPENCODE}


def goose(role: str, *content: Json) -> Json:
    return {"role": role, "created": 1767340800, "content": list(content)}


GOOSE: list[Json] = [
    goose("user", said(ASK)),
    goose(
        "assistant",
        said("I search."),
        {
            "type": "toolRequest",
            "id": "g1",
            "toolCall": {"status": "success", "value": {"name": "grep", "arguments": ARGUMENTS}},
        },
    ),
    goose(
        "user",
        {"type": "toolResponse", "id": "g1", "toolResult": {"status": "success", "value": [said(LONG)]}},
    ),
    goose("assistant", said(ANSWER)),
    goose("user", said(THANKS)),
    goose("assistant", said(BYE)),
]
GOOSE_START: Json = {"working_dir": "/srv/app", "description": "compute", "message_count": 6}

PI: list[Json] = [
    {"role": "user", "content": [said(ASK)]},
    {
        "role": "assistant",
        "content": [
            said("I search."),
            {"type": "toolCall", "id": "p1", "name": "grep", "arguments": ARGUMENTS},
        ],
    },
    {"role": "toolResult", "toolCallId": "p1", "toolName": "grep", "content": [said(LONG)], "isError": False},
    {"role": "assistant", "content": [said(ANSWER)]},
    {"role": "user", "content": THANKS},
    {"role": "assistant", "content": [said(BYE)]},
]


def pi_session(messages: list[Json], tree: bool = True) -> list[Json]:
    """A session of these messages in a row; without `tree` a version 1 file, whose entries have no ids."""
    records: list[Json] = [{"type": "session", "version": 3, "id": "s", "cwd": "/srv/app"}]
    if not tree:
        return [*records, *({"type": "message", "message": message} for message in messages)]
    records.append({"type": "model_change", "id": "e0", "parentId": None, "modelId": "m"})
    for number, message in enumerate(messages, 1):
        names = {"id": f"e{number}", "parentId": f"e{number - 1}"}
        records.append({"type": "message", **names, "timestamp": f"t{number}", "message": message})
    return records


ATIF: list[Json] = [
    {"step_id": 1, "source": "user", "message": ASK},
    {
        "step_id": 2,
        "source": "agent",
        "message": "I search.",
        "tool_calls": [{"tool_call_id": "a1", "function_name": "grep", "arguments": ARGUMENTS}],
        "observation": {"results": [{"source_call_id": "a1", "content": LONG}]},
        "metrics": {"cost_usd": 1.50},
    },
    {"step_id": 3, "source": "agent", "message": ANSWER},
    {"step_id": 4, "source": "user", "message": THANKS},
    {"step_id": 5, "source": "agent", "message": BYE},
]


def trajectory(steps: list[Json]) -> Json:
    return {"schema_version": "ATIF-v1.6", "session_id": "s", "agent": {"name": "a"}, "steps": steps}


BEDROCK: list[Json] = [
    {"role": "user", "content": [{"text": ASK}]},
    {
        "role": "assistant",
        "content": [
            {"text": "I search."},
            {"toolUse": {"toolUseId": "b1", "name": "grep", "input": ARGUMENTS}},
        ],
    },
    {
        "role": "user",
        "content": [{"toolResult": {"toolUseId": "b1", "content": [{"text": LONG}], "status": "success"}}],
    },
    {"role": "assistant", "content": [{"text": ANSWER}]},
    {"role": "user", "content": [{"text": THANKS}]},
    {"role": "assistant", "content": [{"text": BYE}]},
]

SESSION = "agent:main:main"
TELEMETRY: list[Json] = [
    {"type": "message.in", "channel": "web", "content": ASK},
    {"type": "agent.start", "sessionKey": SESSION, "prompt": ASK, "messages": []},
    {"type": "tool.start", "toolName": "grep", "params": ARGUMENTS, "sessionKey": SESSION},
    {"type": "agent.end", "sessionKey": SESSION, "messages": PI},
]

AGENTS: Json = {
    "question": ASK,
    "ground_truth": "src/app.py",
    "history": [
        {"role": "human", "content": ASK},
        {"role": "Orchestrator (thought)", "content": "The terminal can search."},
        {"role": "ComputerTerminal", "content": LONG},
        {"role": "Orchestrator (final)", "content": ANSWER},
    ],
}

END = "  "  # what Aider writes at the end of a line that is not the model's
AIDER = f"""
# aider chat started at 2026-01-02 03:04:05

> Aider v0.85.1{END}
> Main model: m with diff edit format{END}

#### {ASK}{END}
#### And who calls it?{END}

In src/app.py:

```
#### not the user
> nor a tool
```

> Tokens: 1k sent, 10 received.{END}

#### {THANKS}{END}

{BYE}
""".encode()


def node(own: str, parent: str | None, role: str, content: Json) -> Json:
    message = {"author": {"role": role}, "content": content} if role else None
    return {"id": own, "parent": parent, "children": [], "message": message}


def spoken(text: str) -> Json:
    return {"content_type": "text", "parts": [text]}


NODES: list[Json] = [
    node("root", None, "", None),
    node("n1", "root", "user", spoken(ASK)),
    node("n2", "n1", "assistant", {"content_type": "code", "text": "grep('compute')"}),
    node("n3", "n2", "tool", {"content_type": "execution_output", "text": LONG}),
    node("other", "n3", "assistant", spoken("Nowhere.")),
    node("n4", "n3", "assistant", spoken(ANSWER)),
]
TALK: Json = {"title": "compute", "mapping": {n["id"]: n for n in NODES}, "current_node": "n4"}

WINDOW: list[Json] = [
    {"ts": 1, "type": "say", "say": "text", "text": ASK},
    {"ts": 2, "type": "ask", "ask": "command", "text": "grep -n compute -r src"},
    {"ts": 3, "type": "say", "say": "command_output", "text": LONG},
    {"ts": 4, "type": "say", "say": "completion_result", "text": ANSWER},
]

TASKS: Json = {
    "0": {
        "environment": "ic_bash",
        "query": ASK,
        "turn_history": {"actions": ["grep compute"], "observations": [LONG], "rewards": [1.0]},
    }
}


def observed(kind: str, sent: Json, answer: Json) -> Json:
    return {"type": kind, "traceId": "t", "startTime": str(len(str(sent))), "input": sent, "output": answer}


TRACE: Json = {
    "trace": {"id": "t"},
    "observations": [
        observed("SPAN", None, None),
        observed("GENERATION", OPENAI[:2], OPENAI[2]),
        observed("TOOL", ARGUMENTS, LONG),
        observed("GENERATION", json.dumps(OPENAI[:4]), OPENAI[4]),
    ],
}

COPILOT: Json = {
    "responderUsername": "GitHub Copilot",
    "requests": [
        {
            "message": {"text": ASK},
            "response": [{"value": ANSWER}],
            "result": {
                "metadata": {
                    "toolCallRounds": [
                        {
                            "response": "I search.",
                            "toolCalls": [{"id": "v1", "name": "grep", "arguments": json.dumps(ARGUMENTS)}],
                        },
                        {"response": ANSWER, "toolCalls": []},
                    ],
                    "toolCallResults": {"v1": {"content": [{"value": LONG}]}},
                }
            },
        }
    ],
}

AGENT_ROWS: tuple[FormatRow, ...] = (
    FormatRow(
        "opencode",
        document(EXPORT, indent=2),
        messages=5,
        step=(1,),
        result=1,
        part=1,
        claims=(document(OPENCODE), b"Exporting session: ses_1\n" + document(EXPORT)),
        leaves=(document({"info": {}, "messages": PLAIN}), document([{"role": "user", "parts": []}])),
    ),
    FormatRow(
        "goose",
        lines(GOOSE_START, *GOOSE),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(
            lines(*GOOSE),
            lines(GOOSE_START, GOOSE[0]),
            document({"id": "1", "working_dir": "/srv", "conversation": GOOSE}),
        ),
        leaves=(lines(*OPENAI), lines(*PLAIN)),
    ),
    FormatRow(
        "pi",
        lines(*pi_session(PI)),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(lines(*pi_session(PI, tree=False)), lines(*pi_session(PI[:1]))),
        leaves=(lines(*pi_session(PI)[2:]), lines(pi_session(PI)[0])),
    ),
    FormatRow(
        "openclaw",
        lines(*TELEMETRY),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(lines(*TELEMETRY, TELEMETRY[0]),),
        leaves=(lines(*TELEMETRY[:3]), lines(*pi_session(PI))),
    ),
    FormatRow(
        "atif",
        document(trajectory(ATIF), indent=1),
        messages=5,
        step=(1,),
        result=1,
        part=2,
        claims=(document(trajectory(ATIF[:1])),),
        leaves=(document({"schema_version": "1.0", "steps": ATIF}), document({"steps": ATIF})),
    ),
    FormatRow(
        "bedrock",
        document({"modelId": "m", "system": [{"text": "Be terse."}], "messages": BEDROCK}),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(
            document(BEDROCK),
            lines(*BEDROCK),
            document([{"role": "user", "content": [{"text": "A block without a type"}]}]),
            document({"good": {"messages": BEDROCK}, "bad": {"messages": BEDROCK[:1]}}),
        ),
        leaves=(document(PLAIN), document(OPENAI)),
    ),
    FormatRow(
        "multiagent",
        document(AGENTS, indent=4),
        messages=4,
        step=(1, 2),
        result=2,
        tool="",
        about="",
        leaves=(document({"history": AGENTS["history"]}), document({"question": ASK, "messages": PLAIN})),
    ),
    FormatRow("aider", AIDER, messages=4, step=(1,), result=-1, writes=False, leaves=(document(PLAIN),)),
    FormatRow(
        "chatgpt",
        document(TALK),
        messages=4,
        step=(1, 2),
        result=2,
        tool="",
        about="",
        writes=False,
        claims=(document([TALK, TALK]),),
        leaves=(document({"mapping": {}}),),
    ),
    FormatRow(
        "cline-ui",
        document(WINDOW),
        messages=4,
        step=(1, 2),
        result=2,
        tool="",
        about="",
        writes=False,
        leaves=(document([{"ts": 1, **message} for message in PLAIN]),),
    ),
    FormatRow(
        "intercode",
        document(TASKS),
        messages=3,
        step=(1, 2),
        result=2,
        tool="bash",
        about="grep compute",
        writes=False,
        leaves=(document({"0": {"query": ASK}}),),
    ),
    FormatRow(
        "langfuse",
        document(TRACE),
        messages=5,
        step=(2, 3),
        result=3,
        writes=False,
        claims=(document({"trace": {"observations": TRACE["observations"]}}),),
        leaves=(document({"observations": TRACE["observations"]}),),
    ),
    FormatRow(
        "vscode-copilot",
        document(COPILOT),
        messages=4,
        step=(1, 2),
        result=2,
        writes=False,
        leaves=(document({"requests": COPILOT["requests"]}),),
    ),
)
