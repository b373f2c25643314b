"""The oddities of what benchmarks and agents write of their runs, and how their copies are kept in step."""

import json
from typing import Any

import pytest

from headroom_cli import laws
from headroom_cli.compact import compact
from headroom_cli.errors import UsageError
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.model import Kind, Message, Policy, Transcript, Voice
from headroom_cli.tokens import pick_counter
from tests.plans import make_plan, rewrite
from tests.table_formats import LONG, PLAIN, document, lines
from tests.table_formats_runs import ARGUMENTS, MINI, OPENHANDS, PAIRS, SAMPLE, SDK, SWE_AGENT, SWE_AGENT_0

Json = Any
SCRIPT = "print('a line of a script')\n" * 20
SHORT = "[headroom lines: 1 of 20 lines]\nprint('a line of a script')\n"


def trim(transcript: Transcript, message: int, text: str, part: int = 0, leaf: int | None = None) -> Json:
    """The values of the file after one text of the first conversation was rewritten."""
    change = rewrite(transcript, message, part, text, leaf)
    return load(write_transcript(transcript, [make_plan(transcript, change={message: (change,)})])[0])


def load(data: bytes) -> Json:
    values = [json.loads(line) for line in data.splitlines()] if data.count(b"\n{") else [json.loads(data)]
    return values[0] if len(values) == 1 else values


def find_call(message: Message) -> int:
    return next(i for i, part in enumerate(message.parts) if part.kind is Kind.CALL)


def swe_agent(answers: int) -> Json:
    """A run of version 1 whose steps repeat the history so far."""
    history: list[Json] = SWE_AGENT[:2]
    steps: list[Json] = []
    for number in range(answers):
        call_id, said = f"c{number}", f"I write script {number}."
        arguments = json.dumps({"path": "a.py", "text": SCRIPT})
        call = {"id": call_id, "type": "function", "function": {"name": "create", "arguments": arguments}}
        action = f"create a.py --text '{SCRIPT}'"
        seen = f"run {number}\n{LONG}"
        step = {
            "action": action,
            "observation": seen,
            "response": said,
            "thought": said,
            "query": list(history),
        }
        steps.append(step)
        answer = {
            "role": "assistant",
            "content": said,
            "thought": said,
            "action": action,
            "tool_calls": [call],
        }
        content = [{"type": "text", "text": f"OBSERVATION:\n{seen}"}]
        history = [*history, answer, {"role": "tool", "content": content, "tool_call_ids": [call_id]}]
    return {"trajectory": steps, "history": history, "info": {}}


def test_swe_agent_copies_follow_a_trimmed_text() -> None:
    transcript = read_transcript(document(swe_agent(3)))
    after = trim(transcript, 3, "OBSERVATION:\nshort")
    assert after["history"][3]["content"][0]["text"] == "OBSERVATION:\nshort"
    assert after["trajectory"][1]["query"][3]["content"][0]["text"] == "OBSERVATION:\nshort"
    assert after["trajectory"][2]["query"][3]["content"][0]["text"] == "OBSERVATION:\nshort"
    assert after["trajectory"][0]["observation"].startswith("[headroom stub")
    assert after["trajectory"][1]["observation"] == f"run 1\n{LONG}"


def test_swe_agent_actions_follow_a_trimmed_argument() -> None:
    transcript = read_transcript(document(swe_agent(2)))
    after = trim(transcript, 2, SHORT, find_call(transcript.conversations[0].messages[2]), 0)
    for holder in (after["history"][2], after["trajectory"][0], after["trajectory"][1]["query"][2]):
        assert holder["action"] == f"create a.py --text '{SHORT}'"
    for holder in (after["history"][2], after["trajectory"][1]["query"][2]):
        assert json.loads(holder["tool_calls"][0]["function"]["arguments"])["text"] == SHORT


def test_a_dropped_step_leaves_the_trajectory_too() -> None:
    value = swe_agent(3)
    transcript = read_transcript(document(value))
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={2, 3})])
    after = json.loads(output)
    assert [len(step["query"]) for step in after["trajectory"]] == [2, 4]
    assert after["trajectory"] == [
        {**step, "query": [m for m in step["query"] if m not in value["history"][2:4]]}
        for step in value["trajectory"][1:]
    ]
    again = read_transcript(output)
    assert [len(m.mirrors) for m in again.conversations[0].messages] == [2, 2, 0, 2, 1, 1, 0]


def test_copies_cost_one_twin_each() -> None:
    value = swe_agent(12)
    messages = read_transcript(document(value)).conversations[0].messages
    copies = sum(len(step["query"]) for step in value["trajectory"])
    assert sum(len(m.mirrors) for m in messages) == copies + 12
    assert sum(len(part.twins) for m in messages for part in m.parts) <= 4 * (copies + 24)


def test_swe_agent_before_version_1() -> None:
    step = {
        "action": "grep compute",
        "observation": LONG,
        "response": SWE_AGENT_0[3]["content"],
        "thought": "I",
    }
    value = {"environment": "swe", "trajectory": [step], "history": SWE_AGENT_0}
    transcript = read_transcript(document(value))
    voices = [message.parts[0].voice for message in transcript.conversations[0].messages]
    assert voices == [Voice.NONE, Voice.HARNESS, Voice.HUMAN, Voice.NONE, Voice.RESULT]
    assert transcript.conversations[0].messages[4].parts[0].argument == "grep compute"
    after = json.loads(write_transcript(transcript, [make_plan(transcript, drop={3, 4})])[0])
    assert after["trajectory"] == []


def mini(content: str, extra: Json) -> Json:
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "bash", "arguments": json.dumps({"command": SCRIPT})},
    }
    answer = {"role": "assistant", "content": "I run it.", "tool_calls": [call]}
    raw = {"actions": [{"command": SCRIPT}], "response": {"choices": [{"message": answer}]}}
    result = {"role": "tool", "tool_call_id": "c1", "content": content, "extra": extra}
    return {**MINI, "messages": [*PLAIN[:1], {**answer, "extra": raw}, result]}


def test_mini_swe_copies_follow() -> None:
    data = document(mini(f"<returncode>0</returncode>\n<output>\n{LONG}</output>", {"raw_output": LONG}))
    transcript = read_transcript(data)
    call = find_call(transcript.conversations[0].messages[1])
    extra = trim(transcript, 1, SHORT, call, 0)["messages"][1]["extra"]
    assert extra["actions"][0]["command"] == SHORT
    [choice] = extra["response"]["choices"]
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {"command": SHORT}
    after = trim(transcript, 2, "<returncode>0</returncode>")["messages"][2]
    assert after["extra"]["raw_output"].startswith("[headroom stub")


def test_mini_swe_complaints_are_no_person() -> None:
    complaint = {"role": "user", "content": "Please always provide EXACTLY ONE action in triple backticks."}
    value = {**MINI, "messages": [*PLAIN, complaint, {"role": "exit", "content": ""}]}
    messages = read_transcript(document(value)).conversations[0].messages
    assert [m.parts[0].voice for m in messages if m.role == "user"] == [Voice.HUMAN, Voice.HARNESS]


def test_tau2_turns_of_the_simulated_user_with_calls_are_steps() -> None:
    call = {"id": "u1", "name": "check", "arguments": ARGUMENTS, "requestor": "user"}
    messages = [
        {"role": "user", "content": "Hi.", "turn_idx": 0},
        {"role": "user", "content": None, "tool_calls": [call], "turn_idx": 1},
        {"role": "tool", "id": "u1", "content": LONG, "requestor": "user", "turn_idx": 2},
    ]
    value = {"id": "s", "task_id": "1", "messages": messages, "termination_reason": "user_stop"}
    conversation = read_transcript(document(value)).conversations[0]
    assert [message.role for message in conversation.messages] == ["user", "assistant", "tool"]
    assert not laws.find_faults(conversation)


def test_tau2_raw_data_follows() -> None:
    said = {"role": "assistant", "content": LONG}
    raw = {"choices": [{"message": said}]}
    messages = [{"role": "user", "content": "Hi.", "turn_idx": 0}, {**said, "turn_idx": 1, "raw_data": raw}]
    transcript = read_transcript(document({"simulations": [{"task_id": "1", "messages": messages}]}))
    after = trim(transcript, 1, "short")["simulations"][0]["messages"][1]
    assert (after["content"], after["raw_data"]["choices"][0]["message"]["content"]) == ("short", "short")


def logged() -> Json:
    """A sample of Inspect AI with a model event and an attachment, its messages without ids."""
    messages = [{key: value for key, value in m.items() if key != "id"} for m in SAMPLE["messages"]]
    attached = {**messages[3], "content": "attachment://abc"}
    event = {"event": "model", "input": [*messages[:3], attached], "tools": [{"name": "grep"}]}
    return {**SAMPLE, "messages": messages, "events": [event], "attachments": {"abc": LONG, "def": "x"}}


def test_inspect_attachments_follow_and_inputs_lose_what_is_dropped() -> None:
    transcript = read_transcript(lines(logged(), logged()))
    assert transcript.conversations[0].preamble[0][1].text == '[{"name":"grep"}]'
    first, second = trim(transcript, 3, "short")
    assert first["attachments"] == {"abc": "short", "def": "x"}
    assert second == logged()
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={2, 3})])
    assert [m["role"] for m in load(output)[0]["events"][0]["input"]] == ["system", "user"]


def test_inspect_reasoning_and_errors() -> None:
    reasoning = {"type": "reasoning", "reasoning": "Think.", "signature": "c2ln"}
    messages = [
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": [reasoning, {"type": "text", "text": "I look."}]},
        {
            "role": "tool",
            "tool_call_id": "x",
            "function": "grep",
            "content": "",
            "error": {"message": "late"},
        },
    ]
    found = read_transcript(document({**SAMPLE, "messages": messages})).conversations[0].messages
    assert [(part.kind, part.text) for part in found[1].parts] == [
        (Kind.THINKING, "Think."),
        (Kind.TEXT, "I look."),
    ]
    assert found[2].parts[0].text == "late"
    redacted = {**SAMPLE, "messages": [{"role": "assistant", "content": [{**reasoning, "redacted": True}]}]}
    assert read_transcript(document(redacted)).conversations[0].messages[0].parts[0].text == ""


def written(number: int, call_id: str) -> list[Json]:
    """An action of the SDK that writes a script, and its observation."""
    action = {
        **SDK[2],
        "id": f"a{number}",
        "tool_call_id": call_id,
        "action": {"kind": "Edit", "text": SCRIPT},
    }
    action["tool_call"] = {"id": call_id, "name": "edit", "arguments": json.dumps({"text": SCRIPT})}
    result = {**SDK[3], "id": f"o{number}", "tool_call_id": call_id}
    result["observation"] = {"kind": "EditObservation", "output": LONG, "old_content": SCRIPT, "error": None}
    return [action, result]


def test_sdk_calls_of_one_answer_stay_together() -> None:
    (one, first), (two, second) = written(1, "c1"), written(2, "c2")
    messages = read_transcript(lines(*SDK[:2], one, two, first, second)).conversations[0].messages
    assert [(m.group, m.opens) for m in messages[2:]] == [("r1", True), ("r1", False), ("", True), ("", True)]


def test_sdk_copies_follow() -> None:
    transcript = read_transcript(lines(*SDK[:2], *written(1, "c1")))
    call = find_call(transcript.conversations[0].messages[2])
    assert trim(transcript, 2, SHORT, call, 0)[2]["action"]["text"] == SHORT
    observation = trim(transcript, 3, "short")[3]["observation"]
    assert observation["output"] == "short"
    assert observation["old_content"].startswith("[headroom stub")


def test_sdk_placeholder_is_an_event() -> None:
    transcript = read_transcript(document(SDK))
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={2, 3})])
    event = json.loads(output)[2]
    assert (event["kind"], event["source"], event["timestamp"]) == (
        "MessageEvent",
        "user",
        SDK[2]["timestamp"],
    )
    assert len(event["id"]) == 36


@pytest.mark.parametrize("field", ["output", "error", "message"])
def test_sdk_results_say_what_they_found_in_many_places(field: str) -> None:
    result = {**SDK[3], "observation": {"kind": "X", "content": [], "error": False, field: LONG}}
    messages = read_transcript(lines(*SDK[:3], result)).conversations[0].messages
    assert messages[3].parts[0].text == LONG


def test_openhands_answers_of_the_api_follow() -> None:
    action, result = dict(OPENHANDS[3]), dict(OPENHANDS[4])
    action["args"] = {"command": SCRIPT, "thought": LONG}
    call = {"id": "t1", "function": {"name": "bash", "arguments": json.dumps({"command": SCRIPT})}}
    answer = {"choices": [{"message": {"role": "assistant", "content": LONG, "tool_calls": [call]}}]}
    metadata = {"function_name": "bash", "tool_call_id": "t1", "model_response": answer}
    action |= {"message": f"Running command: {SCRIPT}", "tool_call_metadata": metadata}
    result |= {"extras": {"command": SCRIPT}, "tool_call_metadata": metadata}
    transcript = read_transcript(document([*OPENHANDS[:3], action, result]))
    after = trim(transcript, 2, SHORT, 0, 0)
    assert after[3]["message"] == f"Running command: {SHORT}"
    assert after[4]["extras"]["command"] == SHORT
    for event in after[3:]:
        [choice] = event["tool_call_metadata"]["model_response"]["choices"]
        assert choice["message"]["content"] == LONG
        assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {"command": SHORT}
    after = trim(transcript, 2, "thought", 0, 1)
    for event in after[3:]:
        assert event["tool_call_metadata"]["model_response"]["choices"][0]["message"]["content"] == "thought"


def test_openhands_actions_of_one_answer_stay_together() -> None:
    def of_answer(event: Json, number: int) -> Json:
        return {**event, "id": number, "tool_call_metadata": {"model_response": {"id": "r1"}}}

    one, two = of_answer(OPENHANDS[3], 3), of_answer(OPENHANDS[3], 5)
    events = [*OPENHANDS[:3], one, OPENHANDS[4], two, {**OPENHANDS[4], "cause": 5}]
    messages = read_transcript(document(events)).conversations[0].messages
    assert [(m.group, m.opens) for m in messages[2:]] == [("r1", True), ("", True), ("r1", False), ("", True)]


def test_openhands_pairs_are_one_message() -> None:
    row = {"instance_id": "a", "history": PAIRS}
    transcript = read_transcript(lines(row, row))
    messages = transcript.conversations[0].messages
    assert [[part.kind for part in m.parts] for m in messages] == [[Kind.TEXT], [Kind.CALL, Kind.RESULT]]
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={1})])
    pair = load(output)[0]["history"][1]
    assert pair[0]["args"]["content"].startswith("[headroom drop")
    assert len(read_transcript(output).conversations[0].messages) == 2


def test_moatless_reads_the_last_branch_only() -> None:
    nodes = [
        {"node_id": 0, "message": "Fix it.", "parent_id": None},
        {"node_id": 1, "action": {"query": "a"}, "observation": {"message": "left"}, "parent_id": 0},
        {"node_id": 2, "action": {"query": "b"}, "observation": {"message": "right"}, "parent_id": 0},
    ]
    messages = read_transcript(document({"nodes": nodes})).conversations[0].messages
    assert [message.parts[-1].text for message in messages] == ["Fix it.", "right"]
    nested = [{**nodes[0], "children": [nodes[1], {**nodes[2], "children": [{**nodes[1], "node_id": 3}]}]}]
    messages = read_transcript(document({"nodes": nested})).conversations[0].messages
    assert [message.parts[-1].text for message in messages] == ["Fix it.", "right", "left"]


def test_moatless_is_not_compacted() -> None:
    data = document(
        {"initial_message": "Fix it.", "transitions": [{"name": "a", "actions": [{"action": {}}]}]}
    )
    with pytest.raises(UsageError, match="headroom convert"):
        compact(data, Policy(max_context_tokens=10), pick_counter()[0])
