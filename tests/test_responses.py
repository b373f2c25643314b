"""Oddities of the Responses API: hosted calls, other tools, requests and responses in one document."""

import json

import pytest

from headroom_cli.compact import compact
from headroom_cli.dialects import responses
from headroom_cli.errors import InputError
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.model import Kind, Policy
from headroom_cli.tokens import pick_counter
from tests.plans import make_plan, rewrite
from tests.table_formats import LONG, Json, document, lines
from tests.table_formats_codex import ITEMS, TOOL

ASKED: Json = {"role": "user", "content": "Where is compute?"}


def kinds(value: Json) -> list[tuple[Kind, str, str]]:
    return [(p.kind, p.tool, p.text) for p in responses.read_message(value)[1]]


def test_input_and_output_are_one_talk() -> None:
    request = {"model": "m", "instructions": "Help.", "tools": [TOOL], "input": ITEMS[:2]}
    response = {"object": "response", "instructions": "Help.", "tools": [TOOL], "output": ITEMS[2:6]}
    data = document({**request, "response": response})
    transcript = read_transcript(data)
    (conversation,) = transcript.conversations
    assert [m.path for m in conversation.messages][1:3] == [("input", 1), ("response", "output", 0)]
    assert [role for role, _ in conversation.preamble] == ["system", "tools"]
    output, patch = write_transcript(transcript, [make_plan(transcript, drop=(2, 3, 4))])
    found = json.loads(output)["response"]["output"]
    assert len(found) == 2
    assert found[0]["content"].startswith("[headroom drop: ")
    assert unsplice(output, patch) == data


def test_input_may_be_a_string() -> None:
    rows = [
        {"responses_create_params": {"input": "Where is compute?"}, "response": {"output": ITEMS[2:6]}},
        {"responses_create_params": {"input": []}, "response": {"output": [ASKED, *ITEMS[2:6]]}},
    ]
    transcript = read_transcript(lines(*rows))
    assert transcript.format == "responses"
    assert [len(c.messages) for c in transcript.conversations] == [5, 5]
    first = transcript.conversations[0].messages[0]
    assert (first.role, first.path, first.parts[0].text) == (
        "user", ("responses_create_params", "input"), "Where is compute?",
    )  # fmt: skip
    outcome = compact(lines(*rows), Policy(max_context_share=0.3), pick_counter()[0])
    assert outcome.changed
    again = json.loads(outcome.output.split(b"\n")[0])
    assert again["responses_create_params"]["input"] == "Where is compute?"


def test_hosted_calls_hold_their_results() -> None:
    value = {"type": "code_interpreter_call", "id": "ci_1", "code": "print(1)"}
    assert kinds({**value, "outputs": [{"type": "logs", "logs": "1\n"}]}) == [
        (Kind.CALL, "code_interpreter", "print(1)"),
        (Kind.RESULT, "", "1\n"),
    ]
    assert [kind for kind, _, _ in kinds({**value, "outputs": None})] == [Kind.CALL, Kind.RESULT]
    search = {"type": "file_search_call", "id": "fs_1", "queries": ["q"], "results": [{"text": "found"}]}
    assert kinds(search) == [(Kind.CALL, "file_search", '["q"]'), (Kind.RESULT, "", "found")]
    mcp = {"type": "mcp_call", "id": "mcp_1", "name": "ask", "arguments": "{}", "output": "yes"}
    assert kinds(mcp) == [(Kind.CALL, "ask", "{}"), (Kind.RESULT, "", "yes")]
    web = {"type": "web_search_call", "id": "ws_1", "action": {"type": "search", "query": "q"}}
    assert kinds(web) == [(Kind.OPAQUE, "", '{"type":"search","query":"q"}')]


def test_a_hosted_result_may_be_trimmed_and_dropped() -> None:
    call = {"type": "mcp_call", "id": "mcp_1", "name": "ask", "arguments": "{}", "output": LONG}
    data = document({"model": "m", "input": [ASKED, call, ASKED]})
    transcript = read_transcript(data)
    output, _ = write_transcript(
        transcript, [make_plan(transcript, change={1: (rewrite(transcript, 1, 1, "short"),)})]
    )
    assert json.loads(output)["input"][1]["output"] == "short"
    outcome = compact(data, Policy(max_context_share=0.3), pick_counter()[0])
    assert outcome.met


def test_shells_and_computers() -> None:
    shell = {"type": "local_shell_call", "call_id": "c1", "action": {"command": ["ls", "-l"]}}
    talk = [
        ASKED,
        shell,
        {"type": "local_shell_call_output", "id": "c1", "output": "a\n"},
        {"type": "computer_call", "call_id": "c2", "action": {"type": "click", "x": 1}},
        {"type": "computer_call_output", "call_id": "c2", "output": {"type": "computer_screenshot"}},
        {"type": "shell_call", "call_id": "c3", "action": {"commands": ["ls"]}},
        {"type": "shell_call_output", "call_id": "c3", "output": [{"stdout": "b", "stderr": "c"}]},
    ]
    messages = read_transcript(document({"input": talk})).conversations[0].messages
    results = [(p.tool, p.argument, p.text) for m in messages for p in m.parts if p.kind is Kind.RESULT]
    assert results == [
        ("local_shell", "ls -l", "a\n"),
        ("computer", "click", ""),
        ("shell", "", "b"),
        ("shell", "", "c"),
    ]


def test_what_is_no_message_is_carried() -> None:
    others = [{"type": "item_reference", "id": "x"}, {"type": "compaction", "encrypted_content": "g"}, "?"]
    transcript = read_transcript(document({"model": "m", "input": [*ITEMS, *others[:1]], "store": True}))
    assert transcript.carried == 1
    assert not any(responses.is_item(value) for value in others)


def test_encrypted_reasoning_counts_nothing() -> None:
    role, parts = responses.read_message({"type": "reasoning", "encrypted_content": "g" * 999})
    assert (role, [(p.kind, p.text, p.flat) for p in parts]) == ("assistant", [(Kind.THINKING, "", 0)])


@pytest.mark.parametrize(
    "value",
    [
        {"model": "m", "input": "embed me"},
        {"model": "m", "input": ["embed me"]},
        {"input": [ASKED]},
        {"traceId": "1", "model": "m", "input": [ASKED], "output": [ASKED]},
    ],
)
def test_other_inputs_are_left_alone(value: Json) -> None:
    with pytest.raises(InputError):
        read_transcript(document(value))
