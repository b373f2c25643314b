"""Rows for data sets, frameworks and spans."""

import json

from tests.table_formats import FUNCTION, LONG, OPENAI, PLAIN, FormatRow, Json, document, lines

SHAREGPT: list[Json] = [
    {"from": "human", "value": "Where is compute called?"},
    {
        "from": "function_call",
        "value": json.dumps({"name": "grep", "arguments": {"pattern": "compute"}}),
    },
    {"from": "observation", "value": LONG},
    {"from": "gpt", "value": "In src/app.py."},
    {"from": "human", "value": "Thanks."},
    {"from": "gpt", "value": "You are welcome."},
]

PACKED = json.dumps(OPENAI[2]["tool_calls"][0])
COMPLETION: list[Json] = [
    {"role": "assistant", "content": "", "tool_calls": [PACKED]},
    {"role": "tool", "content": LONG, "tool_calls": None},
    {"role": "assistant", "content": "In src/app.py.", "tool_calls": None},
]
HF_ROW: Json = {
    "id": 0,
    "prompt": [{"role": "system", "content": "Be terse."}, {"role": "user", "content": "Where?"}],
    "completion": COMPLETION,
    "info": {"oai_tools": [FUNCTION]},
    "reward": 1.50,
}


def langchain(kind: str, content: Json, **fields: Json) -> Json:
    return {"content": content, "additional_kwargs": {}, "response_metadata": {}, "type": kind, **fields}


LANGCHAIN: list[Json] = [
    langchain("human", [{"type": "text", "text": "Where is compute called?"}]),
    langchain(
        "ai",
        "",
        tool_calls=[{"name": "grep", "args": {"pattern": "compute"}, "id": "c1", "type": "tool_call"}],
        additional_kwargs={"tool_calls": OPENAI[2]["tool_calls"], "refusal": None},
    ),
    langchain("tool", LONG, tool_call_id="c1", name="grep", status="success"),
    langchain("ai", "In src/app.py.", tool_calls=[], invalid_tool_calls=[]),
    langchain("human", "Thanks."),
    langchain("ai", "You are welcome."),
]


def under_data(message: Json) -> Json:
    return {"type": message["type"], "data": {k: v for k, v in message.items() if k != "type"}}


def constructor(message: Json) -> Json:
    name = {"human": "HumanMessage", "ai": "AIMessage", "tool": "ToolMessage"}[message["type"]]
    kwargs = {k: v for k, v in message.items() if k != "type"}
    return {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", "schema", "messages", name],
        "kwargs": kwargs,
    }


MODEL_MESSAGES: list[Json] = [
    {"role": "user", "content": "Where is compute called?"},
    {
        "role": "assistant",
        "content": [
            {"type": "reasoning", "text": "Search."},
            {"type": "tool-call", "toolCallId": "t1", "toolName": "grep", "input": {"pattern": "compute"}},
        ],
    },
    {
        "role": "tool",
        "content": [
            {
                "type": "tool-result",
                "toolCallId": "t1",
                "toolName": "grep",
                "output": {"type": "text", "value": LONG},
            }
        ],
    },
    {"role": "assistant", "content": [{"type": "text", "text": "In src/app.py."}]},
    {"role": "user", "content": "Thanks."},
    {"role": "assistant", "content": "You are welcome."},
]
UI_MESSAGES: list[Json] = [
    {"id": "1", "role": "user", "parts": [{"type": "text", "text": "Where is compute called?"}]},
    {
        "id": "2",
        "role": "assistant",
        "parts": [
            {"type": "step-start"},
            {
                "type": "tool-grep",
                "toolCallId": "t1",
                "state": "output-available",
                "input": {"pattern": "compute"},
                "output": LONG,
            },
            {"type": "text", "text": "In src/app.py.", "state": "done"},
        ],
    },
]

PARTS: list[Json] = [
    {"role": "user", "parts": [{"type": "text", "content": "Where is compute called?"}]},
    {
        "role": "assistant",
        "parts": [{"type": "tool_call", "id": "t1", "name": "grep", "arguments": {"pattern": "compute"}}],
    },
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": LONG}]},
]
ANSWER: Json = {"role": "assistant", "parts": [{"type": "text", "content": "In src/app.py."}]}


def span(number: int, sent: list[Json], got: Json) -> Json:
    """One span: all that was said before, and the answer."""
    return {
        "trace_id": "a1",
        "span_id": f"b{number}",
        "name": "chat gpt-4o",
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be terse."}]),
            "gen_ai.input.messages": json.dumps(sent),
            "gen_ai.output.messages": json.dumps([got]),
        },
    }


def otlp(spans: list[Json]) -> Json:
    """The same spans as exporters send them."""
    typed = [
        {
            "traceId": one["trace_id"],
            "spanId": one["span_id"],
            "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in one["attributes"].items()],
        }
        for one in spans
    ]
    return {"resourceSpans": [{"scopeSpans": [{"spans": typed}]}]}


SPANS: list[Json] = [
    span(1, PARTS[:1], PARTS[1]),
    span(2, PARTS, ANSWER),
    {"trace_id": "a1", "span_id": "b3", "name": "execute_tool", "attributes": {"gen_ai.tool.name": "grep"}},
]

DATASET_ROWS: tuple[FormatRow, ...] = (
    FormatRow(
        "sharegpt",
        document([{"system": "Be terse.", "conversations": SHAREGPT}, {"conversations": SHAREGPT}]),
        messages=6,
        step=(1, 2),
        result=2,
        conversations=2,
        claims=(
            document({"conversations": SHAREGPT}),
            lines({"conversations": SHAREGPT}, {"conversations": SHAREGPT[3:]}),
            document([{"conversation": [{"from": "user", "value": "hi"}, {"from": "bing", "value": ""}]}]),
            document(
                [
                    {
                        "conversations": SHAREGPT[:1],
                        "chosen": {"from": "gpt", "value": "a"},
                        "rejected": {"from": "gpt", "value": "b"},
                    }
                ]
            ),
        ),
        leaves=(document({"conversations": OPENAI}), document([{"from": "a@b.c", "value": "x"}] * 3)),
    ),
    FormatRow(
        "hf-rows",
        lines(HF_ROW, {**HF_ROW, "id": 1}),
        messages=5,
        step=(2, 3),
        result=3,
        conversations=2,
        claims=(
            document([HF_ROW, HF_ROW]),
            lines({"prompt": PLAIN[:1], "chosen": PLAIN[1:], "rejected": PLAIN[1:]}),
        ),
        leaves=(lines({"prompt": "a", "completion": "b"}), lines({"messages": PLAIN, "completion": "b"})),
    ),
    FormatRow(
        "langchain",
        document({"values": {"messages": LANGCHAIN, "title": "compute"}, "next": []}),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(
            document({"messages": LANGCHAIN}),
            document([under_data(message) for message in LANGCHAIN]),
            document([constructor(message) for message in LANGCHAIN]),
            lines(*LANGCHAIN),
        ),
        leaves=(document(OPENAI), document({"data": OPENAI})),
    ),
    FormatRow(
        "ai-sdk",
        document({"messages": MODEL_MESSAGES, "model": "gpt-4o"}),
        messages=6,
        step=(1, 2),
        result=2,
        claims=(document(UI_MESSAGES), document({"messages": UI_MESSAGES}), lines(*UI_MESSAGES)),
        leaves=(document(PLAIN), document([{"role": "user", "parts": [{"text": "Gemini"}]}])),
    ),
    FormatRow(
        "otel",
        document(SPANS, indent=1),
        messages=4,
        step=(1, 2),
        result=2,
        claims=(document(otlp(SPANS[:2])), lines(*SPANS)),
        leaves=(document([{"trace_id": "1", "span_id": "2", "attributes": {"http.method": "GET"}}]),),
        writes=False,
    ),
)
