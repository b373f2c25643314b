"""Rows for what benchmarks and agents write of their runs: SWE-agent, OpenHands, Inspect AI, tau-bench ..."""

from tests.table_formats import LONG, OPENAI, PLAIN, FormatRow, Json, document, lines

ASK, ANSWER, THANKS, BYE = "Where is compute called?", "In src/app.py.", "Thanks.", "You are welcome."
ARGUMENTS: Json = {"pattern": "compute"}

SWE_AGENT: list[Json] = [
    {**message, "agent": "main", **({"tool_call_ids": ["c1"]} if message["role"] == "tool" else {})}
    for message in OPENAI
]
SWE_AGENT_0: list[Json] = [
    {"role": "system", "content": "SETTING: a shell.", "agent": "primary"},
    {"role": "user", "content": "A demonstration.", "agent": "primary", "is_demo": True},
    {"role": "user", "content": ASK, "agent": "primary"},
    {"role": "assistant", "content": "I search.\n```\ngrep compute\n```", "action": "grep compute"},
    {"role": "user", "content": LONG + "(Open file: n/a)\n(Current directory: /app)\nbash-$"},
]


def simulated(messages: list[Json]) -> list[Json]:
    """OpenAI's messages as tau2 spells them."""
    found = []
    for turn, message in enumerate(messages):
        calls = [
            {"id": c["id"], "name": c["function"]["name"], "arguments": ARGUMENTS, "requestor": "assistant"}
            for c in message.get("tool_calls", ())
        ]
        own = {"id": "c1"} if message["role"] == "tool" else {"tool_calls": calls or None}
        found.append(
            {
                "role": message["role"],
                "content": message["content"],
                **own,
                "turn_idx": turn,
                "raw_data": None,
            }
        )
    return found


SIMULATION: Json = {
    "id": "s1",
    "task_id": "7",
    "messages": simulated(OPENAI),
    "termination_reason": "user_stop",
}
RUN: Json = {"task_id": 7, "reward": 1.0, "info": {}, "traj": OPENAI, "trial": 0}


def sampled(messages: list[Json]) -> list[Json]:
    """OpenAI's messages as Inspect AI spells them."""
    found = []
    for number, message in enumerate(messages):
        value = {"id": f"m{number}", **message, "content": message["content"] or ""}
        if "tool_calls" in message:
            value["tool_calls"] = [{"id": "c1", "function": "grep", "arguments": ARGUMENTS}]
        if message["role"] == "tool":
            value["function"] = "grep"
        found.append(value)
    return found


SAMPLE: Json = {
    "id": 1,
    "epoch": 1,
    "input": ASK,
    "target": "app.py",
    "messages": sampled(OPENAI),
    "scores": {},
}
LOG: Json = {"version": 2, "status": "success", "eval": {"task": "search"}, "plan": {}, "samples": [SAMPLE]}


def happened(kind: str, number: int, source: str, **fields: Json) -> Json:
    """One event of the OpenHands SDK."""
    return {
        "kind": kind,
        "id": f"e{number}",
        "timestamp": f"2026-01-02T03:04:{number:02}",
        "source": source,
        **fields,
    }


def spoken(number: int, source: str, text: str) -> Json:
    role = "user" if source == "user" else "assistant"
    message = {"role": role, "content": [{"type": "text", "text": text}]}
    return happened("MessageEvent", number, source, llm_message=message)


SDK: list[Json] = [
    happened("SystemPromptEvent", 0, "agent", system_prompt={"type": "text", "text": "Be terse."}, tools=[]),
    spoken(1, "user", ASK),
    happened(
        "ActionEvent",
        2,
        "agent",
        thought=[{"type": "text", "text": "I search."}],
        action={"kind": "GrepAction", "pattern": "compute"},
        tool_name="grep",
        tool_call_id="c1",
        tool_call={"id": "c1", "name": "grep", "arguments": '{"pattern": "compute"}'},
        llm_response_id="r1",
    ),
    happened(
        "ObservationEvent",
        3,
        "environment",
        tool_name="grep",
        tool_call_id="c1",
        observation={"kind": "GrepObservation", "content": [{"type": "text", "text": LONG}]},
        action_id="e2",
    ),
    happened("ConversationStateUpdateEvent", 4, "environment", key="status", value="running"),
    spoken(5, "agent", ANSWER),
    spoken(6, "user", THANKS),
    spoken(7, "agent", BYE),
]


def acted(number: int, source: str, action: str, **args: Json) -> Json:
    """One action of OpenHands 0."""
    return {"id": number, "timestamp": "t", "source": source, "message": "", "action": action, "args": args}


OPENHANDS: list[Json] = [
    acted(0, "agent", "system", content="Be terse.", tools=[]),
    acted(1, "user", "message", content=ASK),
    {"id": 2, "source": "environment", "observation": "agent_state_changed", "content": "", "extras": {}},
    acted(3, "agent", "grep", pattern="compute", thought="I search."),
    {"id": 4, "source": "agent", "cause": 3, "observation": "grep", "content": LONG, "extras": {}},
    acted(5, "agent", "message", content=ANSWER),
    acted(6, "user", "message", content=THANKS),
    acted(7, "agent", "finish", final_thought=BYE, outputs={}),
]
PAIRS: list[Json] = [
    [OPENHANDS[1], {"observation": "null", "content": "", "extras": {}}],
    [OPENHANDS[3], OPENHANDS[4]],
]

MOATLESS: Json = {
    "agent": {"system_prompt": "Be terse."},
    "nodes": [
        {"node_id": 0, "message": ASK, "parent_id": None},
        {
            "node_id": 1,
            "action": {**ARGUMENTS, "action_args_class": "moatless.actions.grep.GrepArgs"},
            "observation": {"message": LONG},
            "completions": {"build_action": {"input": PLAIN, "response": {}}},
            "parent_id": 0,
        },
    ],
}
MINI: Json = {"info": {}, "messages": OPENAI, "trajectory_format": "mini-swe-agent-1.1"}

RUN_ROWS: tuple[FormatRow, ...] = (
    FormatRow(
        "swe-agent",
        document({"trajectory": [], "history": SWE_AGENT, "info": {}, "environment": "shop"}, indent=2),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(document({"environment": "x", "trajectory": [{"action": "ls"}], "history": SWE_AGENT_0}),),
        leaves=(document(MINI), document(OPENAI)),
    ),
    FormatRow(
        "mini-swe",
        document(MINI),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(document({**MINI, "messages": PLAIN}),),
        leaves=(document(OPENAI), document({"messages": OPENAI, "info": {}})),
    ),
    FormatRow(
        "tau-bench",
        document([RUN, {**RUN, "traj": PLAIN}, {**RUN, "traj": []}], indent=2),
        messages=7,
        step=(2, 3),
        result=3,
        conversations=2,
        claims=(document([RUN]), lines(RUN, RUN)),
        leaves=(document({"info": {}, "traj": OPENAI}), document(OPENAI)),
    ),
    FormatRow(
        "tau2",
        document({"info": {}, "tasks": [], "simulations": [SIMULATION]}),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(document([SIMULATION, SIMULATION]), document(SIMULATION), lines(SIMULATION, SIMULATION)),
        leaves=(document([{"task_id": "7", "messages": OPENAI}]), lines({"messages": OPENAI})),
    ),
    FormatRow(
        "inspect-ai",
        document(LOG, indent=2),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(document({**LOG, "samples": [SAMPLE, {**SAMPLE, "messages": []}]}), lines(SAMPLE, SAMPLE)),
        leaves=(lines({"messages": OPENAI, "epoch": 1}), document({"samples": [], "messages": OPENAI})),
    ),
    FormatRow(
        "openhands-sdk",
        lines(*SDK),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(document(SDK), lines(*SDK[1:])),
        leaves=(lines(*OPENHANDS), lines(*OPENAI)),
    ),
    FormatRow(
        "openhands",
        document(OPENHANDS, indent=1),
        messages=7,
        step=(2, 3),
        result=3,
        claims=(
            lines(*OPENHANDS),
            lines({"instance_id": "a", "history": OPENHANDS}, {"instance_id": "b", "history": OPENHANDS}),
            lines({"instance_id": "a", "history": PAIRS}, {"instance_id": "b", "history": PAIRS}),
        ),
        leaves=(lines(*SDK), document(OPENAI)),
    ),
    FormatRow(
        "moatless",
        document(MOATLESS),
        messages=2,
        step=(1,),
        result=1,
        part=1,
        writes=False,
        claims=(
            document(
                {"initial_message": ASK, "transitions": [{"name": "Search", "actions": [{"action": {}}]}]}
            ),
            document(
                {"input": {"problem_statement": ASK}, "steps": [{"name": "x", "actions": [{"name": "y"}]}]}
            ),
        ),
        leaves=(document({"nodes": [], "messages": OPENAI}),),
    ),
)
