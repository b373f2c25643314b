"""Gemini's contents: who answers which call, what counts of a response, and the files they stand in."""

import json
from typing import Any

import pytest

from headroom_cli.dialects import gemini
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.model import Kind, Message, Voice
from tests.plans import make_plan, rewrite
from tests.table_formats import LONG, document, lines
from tests.table_formats_gemini import CLI_HEAD, CLI_MESSAGES, CONTENTS, EVENTS, RESPONSE

Json = Any


def read(*contents: Json) -> tuple[Message, ...]:
    return read_transcript(document(list(contents))).conversations[0].messages


def call(name: str, **args: Json) -> Json:
    return {"functionCall": {"name": name, "args": args}}


def answer(name: str, response: Json, **fields: Json) -> Json:
    return {"functionResponse": {"name": name, "response": response, **fields}}


ASK: Json = {"role": "user", "parts": [{"text": "go"}]}


def test_parallel_calls_without_ids_are_answered_by_name_and_order() -> None:
    calls = {"role": "model", "parts": [call("read", path="a"), call("list"), call("read", path="b")]}
    answers = {
        "role": "user",
        "parts": [
            answer("read", {"output": "A"}, id="r1"),
            answer("list", {"output": "L"}, id="l1"),
            answer("read", {"output": "B"}, id="r2"),
        ],
    }
    messages = read(ASK, calls, answers)
    asked = {part.call_id: (part.tool, part.argument) for part in messages[1].parts}
    assert [asked[part.call_id] for part in messages[2].parts] == [("read", "a"), ("list", ""), ("read", "b")]
    assert [part.argument for part in messages[2].parts] == ["a", "", "b"]


def test_ids_win_over_order() -> None:
    calls = {
        "role": "model",
        "parts": [
            {"functionCall": {"name": "read", "id": "1", "args": {"path": "a"}}},
            {"functionCall": {"name": "read", "id": "2", "args": {"path": "b"}}},
        ],
    }
    answers = {"role": "user", "parts": [answer("read", {"output": "B"}, id="2"), answer("read", {}, id="1")]}
    assert [part.argument for part in read(ASK, calls, answers)[2].parts] == ["b", "a"]


@pytest.mark.parametrize("key", ["output", "error", "content", "result", "return_value"])
def test_the_one_string_of_a_response_is_its_text(key: str) -> None:
    message = read(
        ASK, {"role": "model", "parts": [call("x")]}, {"role": "user", "parts": [answer("x", {key: LONG})]}
    )[2]
    (part,) = message.parts
    assert (part.kind, part.text, part.at[-1]) == (Kind.RESULT, LONG, key)


def test_all_strings_of_a_response_are_texts_and_the_rest_counts() -> None:
    response = {"files": [{"name": "a", "size": 3}, {"name": "b", "size": 4}], "ok": True}
    message = read(
        ASK, {"role": "model", "parts": [call("x")]}, {"role": "user", "parts": [answer("x", response)]}
    )[2]
    assert [(part.kind, part.text) for part in message.parts] == [
        (Kind.RESULT, "a"),
        (Kind.RESULT, "b"),
        (Kind.OPAQUE, '{"files":[{"name":"","size":3},{"name":"","size":4}],"ok":true}'),
    ]
    assert len({part.call_id for part in message.parts}) == 1


def test_a_response_of_very_many_strings_is_data() -> None:
    parts = list(gemini.read_response({"name": "x", "response": {"rows": ["a"] * 100}}, ("f",), ()))
    assert [(part.kind, bool(part.text)) for part in parts] == [(Kind.RESULT, False), (Kind.OPAQUE, True)]


def test_responses_in_a_content_of_the_model_are_results() -> None:
    asked = {"role": "model", "parts": [call("x")]}
    message = read(ASK, asked, {"role": "model", "parts": [answer("x", {"output": "A"})]})[2]
    assert (message.role, message.parts[0].tool) == ("tool", "x")


def test_snake_case_with_unset_fields_reads_the_same() -> None:
    unset = {"inline_data": None, "file_data": None, "thought": None}
    spelled = [
        {
            "role": "user",
            "parts": [{**unset, "function_call": None, "function_response": None, "text": "go"}],
        },
        {
            "role": "model",
            "parts": [{**unset, "text": None, "function_call": {"id": None, "name": "x", "args": {}}}],
        },
        {
            "role": "user",
            "parts": [{**unset, "function_response": {"name": "x", "response": {"result": "A"}}}],
        },
    ]
    messages = read(*spelled)
    assert [[(part.kind, part.text, part.tool) for part in m.parts] for m in messages] == [
        [(Kind.TEXT, "go", "")],
        [(Kind.CALL, "{}", "x")],
        [(Kind.RESULT, "A", "x")],
    ]


def test_signatures_and_inline_data_are_no_text() -> None:
    image = {"inlineData": {"mimeType": "image/png", "data": "iVBOR" * 100}}
    signed = {"text": "Look.", "thoughtSignature": "c2ln" * 100}
    messages = read(
        {"role": "user", "parts": [image, {"text": "What is it?"}]}, {"role": "model", "parts": [signed]}
    )
    assert [(part.text, part.flat) for part in messages[0].parts] == [
        ("", gemini.MEDIA_TOKENS),
        ("What is it?", 0),
    ]
    assert [part.text for part in messages[1].parts] == ["Look."]


def test_code_that_ran_on_the_server_is_a_call_with_its_result() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "print(1)"}}
    outcome = {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}
    asked, result = read(ASK, {"role": "model", "parts": [code, outcome]})[1].parts
    assert (asked.kind, result.kind, result.text) == (Kind.CALL, Kind.RESULT, "1\n")
    assert asked.call_id == result.call_id


def test_what_the_cli_says_first_is_no_human_text() -> None:
    context = {"role": "user", "parts": [{"text": "<session_context>\nThis is the Gemini CLI."}]}
    messages = read(context, ASK, CONTENTS[3])
    assert [m.parts[0].voice for m in messages[:2]] == [Voice.HARNESS, Voice.HUMAN]


def test_a_string_in_an_error_report_is_the_prompt_that_failed() -> None:
    data = document({"error": {"message": "terminated"}, "context": [*CONTENTS, "Go on, please."]})
    transcript = read_transcript(data)
    last = transcript.conversations[0].messages[-1]
    assert (last.role, last.parts[0].text, last.parts[0].voice) == ("user", "Go on, please.", Voice.HUMAN)
    output, patch = write_transcript(transcript, [make_plan(transcript, drop={1, 2})])
    assert json.loads(output)["context"][-1] == "Go on, please."
    assert unsplice(output, patch) == data


def test_a_request_counts_its_instruction_and_tools() -> None:
    tools = [{"functionDeclarations": [{"name": "x"}]}]
    for key in ("systemInstruction", "system_instruction"):
        body = {"contents": CONTENTS, key: {"parts": [{"text": "Be terse."}]}, "tools": tools}
        conversation = read_transcript(document(body)).conversations[0]
        assert [(role, part.text) for role, part in conversation.preamble] == [
            ("system", "Be terse."),
            ("tools", '[{"functionDeclarations":[{"name":"x"}]}]'),
        ]


def test_rows_that_end_with_the_model_are_training_data() -> None:
    short = {"contents": [ASK, CONTENTS[3]]}
    rows = read_transcript(lines(short, {"contents": [ASK]}, {**short, "generationConfig": {}}))
    assert [conversation.training for conversation in rows.conversations] == [True, False, False]
    assert not read_transcript(document(short)).conversations[0].training


def test_a_response_takes_its_display_along() -> None:
    message = dict(CLI_MESSAGES[1])
    tool: Json = dict(message["toolCalls"][0], resultDisplay=f"Output:\n{LONG}", description="x" * 300)
    message["toolCalls"] = [tool]
    data = document({**CLI_HEAD, "messages": [CLI_MESSAGES[0], message]})
    transcript = read_transcript(data)
    change = rewrite(transcript, 1, 3, "[headroom search: 1 of 40 lines]\nshort\n")
    output, patch = write_transcript(transcript, [make_plan(transcript, change={1: (change,)})])
    after = json.loads(output)["messages"][1]["toolCalls"][0]
    assert after["result"][0]["functionResponse"]["response"]["output"] == change.text
    assert after["resultDisplay"] == f"Output:\n{change.text}"
    assert after["description"].startswith("[headroom stub: ")
    assert unsplice(output, patch) == data


def test_the_last_record_of_a_message_counts_and_takes_the_others_along() -> None:
    first = {**CLI_MESSAGES[1], "toolCalls": []}
    data = lines(CLI_HEAD, CLI_MESSAGES[0], first, CLI_MESSAGES[1], CLI_MESSAGES[3])
    transcript = read_transcript(data)
    messages = transcript.conversations[0].messages
    assert [(m.chunk, m.mirrors) for m in messages] == [(1, ()), (3, ((2, ()),)), (4, ())]
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={1}, mark=False)])
    assert output == lines(CLI_HEAD, CLI_MESSAGES[0], CLI_MESSAGES[3])


def test_what_a_rewind_takes_back_is_carried() -> None:
    again = {"id": "m9", "type": "user", "content": "Rather look for total."}
    data = lines(CLI_HEAD, *CLI_MESSAGES[:2], {"$rewindTo": "m1"}, again)
    transcript = read_transcript(data)
    assert [m.chunk for m in transcript.conversations[0].messages] == [1, 4]
    assert transcript.carried == 3


def test_the_log_of_a_dropped_event_goes_with_it() -> None:
    logs = [{"event_id": "v1", "model_request": {"contents": CONTENTS[:1]}}, {"event_id": "v3", "n": 1}]
    data = document({"id": "s", "events": EVENTS, "event_logs": logs})
    transcript = read_transcript(data)
    output, patch = write_transcript(transcript, [make_plan(transcript, drop={1, 2}, mark=False)])
    after = json.loads(output)
    assert [event["id"] for event in after["events"]] == ["v0", "v3", "v4", "v5"]
    assert after["event_logs"] == logs[1:]
    assert unsplice(output, patch) == data


def test_an_empty_response_is_still_an_answer() -> None:
    messages = read(
        ASK, {"role": "model", "parts": [call("x")]}, {"role": "user", "parts": [answer("x", {})]}
    )
    assert messages[2].parts[0].call_id == messages[1].parts[0].call_id
    assert RESPONSE["functionResponse"]["id"] != messages[2].parts[0].call_id
