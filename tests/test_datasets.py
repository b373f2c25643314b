"""What is odd about data sets, framework dumps and spans: twins, halves of rows, JSON results, repeats."""

import json
from typing import Any

import pytest

from headroom_cli.errors import InputError, UsageError
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.laws import find_faults
from headroom_cli.model import Kind, Message, Transcript, Voice
from tests.conformance import list_samples
from tests.plans import make_plan, rewrite
from tests.table_formats import LONG, OPENAI, PLAIN, document, lines
from tests.table_formats_datasets import (
    HF_ROW,
    LANGCHAIN,
    MODEL_MESSAGES,
    PARTS,
    SHAREGPT,
    SPANS,
    UI_MESSAGES,
    constructor,
    langchain,
    otlp,
    under_data,
)

SHORT = '[headroom lines: 1 of 40 lines]\nsrc/app.py:1: "naïve" ✓\n'


def messages(data: bytes) -> tuple[Message, ...]:
    return read_transcript(data).conversations[0].messages


def trim(data: bytes, message: int, part: int, leaf: int | None = None) -> tuple[Transcript, Any]:
    """The file with one text shortened: read again, and as JSON."""
    before = read_transcript(data)
    change = rewrite(before, message, part, SHORT, leaf=leaf)
    output, patch = write_transcript(before, [make_plan(before, change={message: (change,)})])
    assert unsplice(output, patch) == data
    return read_transcript(output, format_name=before.format), json.loads(output)


# ShareGPT


def test_a_row_has_its_system_prompt_and_tools_beside_the_turns() -> None:
    row = {"conversations": SHAREGPT, "system": "Be terse.", "tools": '[{"name": "grep"}]'}
    [conversation] = read_transcript(document(row)).conversations
    assert [(role, part.text) for role, part in conversation.preamble] == [
        ("system", "Be terse."),
        ("tools", '[{"name": "grep"}]'),
    ]
    assert conversation.training
    assert not find_faults(conversation)


def test_the_chosen_answer_is_the_target_and_the_rejected_one_is_carried() -> None:
    row = {
        "conversations": SHAREGPT[:1],
        "chosen": {"from": "gpt", "value": "yes"},
        "rejected": {"from": "gpt", "value": "no"},
    }
    transcript = read_transcript(document([row, row]))
    assert transcript.carried == 2
    said = [(message.role, message.parts[0].text) for message in transcript.conversations[1].messages]
    assert said == [("user", "Where is compute called?"), ("assistant", "yes")]
    assert transcript.conversations[1].messages[1].path == (1, "chosen")


def test_a_long_argument_is_edited_inside_the_json_text_of_a_call() -> None:
    body = "line\n" * 60
    call = json.dumps({"name": "write", "arguments": {"path": "a.py", "n": 1, "content": body}}, indent=1)
    turns = [SHAREGPT[0], {"from": "function_call", "value": call}, {"from": "observation", "value": "ok"}]
    after, value = trim(document({"conversations": turns}), 1, 0, leaf=0)
    spelled = value["conversations"][1]["value"]
    assert json.loads(spelled)["arguments"] == {"path": "a.py", "n": 1, "content": SHORT}
    assert spelled.startswith('{\n "name": "write"')
    part = after.conversations[0].messages[1].parts[0]
    assert (part.tool, part.argument, part.call_id) == ("write", "a.py", "call 1.0")


def test_calls_that_are_a_list_or_no_json_are_read() -> None:
    several = json.dumps([{"name": "a", "arguments": {}}, {"name": "b", "arguments": {"path": "x"}}])
    turns = [{"from": "function_call", "value": value} for value in (several, "a(")]
    _, calls, text = messages(document({"conversations": [SHAREGPT[0], *turns]}))
    assert [(part.tool, part.leaves) for part in calls.parts] == [("a", ()), ("b", ())]
    assert [(part.kind, part.text) for part in text.parts] == [(Kind.TEXT, "a(")]


def test_a_placeholder_speaks_as_the_file_does() -> None:
    names = {"human": "user", "gpt": "assistant"}
    turns = [{**turn, "from": names.get(turn["from"], turn["from"])} for turn in SHAREGPT]
    for given, speaker in ((SHAREGPT, "human"), (turns, "user")):
        transcript = read_transcript(document({"conversations": given}))
        output, _ = write_transcript(transcript, [make_plan(transcript, drop={1, 2})])
        assert json.loads(output)["conversations"][1]["from"] == speaker


def test_conversations_with_roles_are_chats() -> None:
    assert read_transcript(document({"conversations": OPENAI})).format == "openai"
    rows = read_transcript(lines({"conversations": OPENAI}, {"conversations": PLAIN}))
    assert rows.format == "openai-rows"
    assert all(conversation.training for conversation in rows.conversations)


def test_empty_values_are_messages_without_parts() -> None:
    turns = [{"from": "gpt", "value": None}, {"from": "human", "value": "hi"}, {"from": "gpt", "value": ""}]
    assert [len(message.parts) for message in messages(document({"conversations": turns}))] == [0, 1, 0]


# Rows with prompt and completion


def test_a_row_is_its_prompt_and_then_its_completion() -> None:
    [first, _] = read_transcript(lines(HF_ROW, HF_ROW)).conversations
    assert [message.path[0] for message in first.messages] == ["prompt", "prompt", *["completion"] * 3]
    assert [role for role, _ in first.preamble] == ["tools"]
    assert first.training
    call, result = first.messages[2].parts[0], first.messages[3].parts[0]
    assert (call.call_id, result.call_id) == ("c1", "c1")
    assert not call.leaves


def test_a_prompt_that_was_dropped_whole_still_reads() -> None:
    transcript = read_transcript(lines(HF_ROW, HF_ROW))
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={0, 1}, mark=False)])
    assert len(read_transcript(output, format_name="hf-rows").conversations[0].messages) == 3


# LangChain


@pytest.mark.parametrize("spell", [lambda m: m, under_data, constructor], ids=["flat", "data", "constructor"])
def test_all_three_shapes_read_alike_and_have_placeholders_of_their_own(spell: Any) -> None:
    data = document([spell(message) for message in LANGCHAIN])
    assert [m.role for m in messages(data)] == ["user", "assistant", "tool", "assistant", "user", "assistant"]
    transcript = read_transcript(data)
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={1, 2})])
    mark = json.loads(output)[1]
    assert mark.keys() == spell(LANGCHAIN[4]).keys()
    assert messages(output)[1].parts[0].voice is Voice.OURS


def test_the_copies_of_a_call_are_kept_in_step() -> None:
    body = "line\n" * 60
    args = {"path": "a.py", "content": body}
    call = langchain(
        "ai",
        [{"type": "text", "text": "Done."}, {"type": "tool_use", "id": "c1", "name": "write", "input": args}],
        tool_calls=[{"name": "write", "args": args, "id": "c1", "type": "tool_call"}],
        additional_kwargs={
            "tool_calls": [{"id": "c1", "function": {"name": "write", "arguments": json.dumps(args)}}]
        },
    )
    data = document({"messages": [LANGCHAIN[0], call]})
    assert [part.kind for part in messages(data)[1].parts] == [Kind.TEXT, Kind.CALL]
    _, value = trim(data, 1, 1, leaf=0)
    message = value["messages"][1]
    assert message["tool_calls"][0]["args"]["content"] == SHORT
    assert message["content"][1]["input"]["content"] == SHORT
    spelled = message["additional_kwargs"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(spelled)["content"] == SHORT


def test_an_artifact_that_holds_the_result_follows_it() -> None:
    result = langchain("tool", LONG, tool_call_id="c1", artifact={"stdout": "$ grep\n" + LONG, "code": 0})
    _, value = trim(document([*LANGCHAIN[:2], result]), 2, 0)
    assert value[2]["artifact"] == {"stdout": "$ grep\n" + SHORT, "code": 0}


def test_calls_that_stand_in_one_place_only_are_found_there() -> None:
    spelled = {k: v for k, v in LANGCHAIN[1].items() if k != "tool_calls"}
    block = langchain("ai", [{"type": "tool_use", "id": "c1", "name": "grep", "input": {"pattern": "x"}}])
    for message in (spelled, block):
        [part] = messages(document([LANGCHAIN[0], message, LANGCHAIN[2]]))[1].parts
        assert (part.kind, part.tool, part.call_id) == (Kind.CALL, "grep", "c1")


# AI SDK


def test_a_call_and_its_result_are_one_message() -> None:
    _, answer = messages(document(UI_MESSAGES))
    spoken = [part for part in answer.parts if part.kind is not Kind.OPAQUE]
    assert [(part.kind, part.tool) for part in spoken] == [
        (Kind.CALL, "grep"),
        (Kind.RESULT, "grep"),
        (Kind.TEXT, ""),
    ]
    assert not find_faults(read_transcript(document(UI_MESSAGES)).conversations[0])


def test_version_4_keeps_everything_twice() -> None:
    call = {"toolCallId": "t1", "toolName": "grep", "state": "result", "args": {"p": "x"}, "result": LONG}
    answer = {
        "id": "2",
        "role": "assistant",
        "content": "In src/app.py.",
        "toolInvocations": [call],
        "parts": [
            {"type": "tool-invocation", "toolInvocation": call},
            {"type": "text", "text": "In src/app.py."},
        ],
    }
    data = document([UI_MESSAGES[0], answer])
    assert [part.kind for part in messages(data)[1].parts] == [Kind.CALL, Kind.RESULT, Kind.TEXT]
    _, value = trim(data, 1, 1)
    assert value[1]["toolInvocations"][0]["result"] == SHORT
    assert value[1]["parts"][0]["toolInvocation"]["result"] == SHORT
    older = {key: value for key, value in answer.items() if key != "parts"}
    kinds = [part.kind for part in messages(document([PLAIN[0], older]))[1].parts]
    assert kinds == [Kind.TEXT, Kind.CALL, Kind.RESULT]


def test_a_json_output_is_edited_in_its_strings_only() -> None:
    output = {"stdout": LONG, "stderr": "", "exitCode": 1.50}
    part = {**UI_MESSAGES[1]["parts"][1], "output": output}
    data = document([UI_MESSAGES[0], {**UI_MESSAGES[1], "parts": [part]}])
    parts = messages(data)[1].parts
    assert [p.kind for p in parts] == [Kind.CALL, Kind.RESULT, Kind.OPAQUE]
    assert parts[2].text == '{"stdout":"","stderr":"","exitCode":1.5}'
    after, value = trim(data, 1, 1)
    assert value[1]["parts"][0]["output"] == {**output, "stdout": SHORT}
    assert [p.kind for p in after.conversations[0].messages[1].parts] == [p.kind for p in parts]


def test_results_of_every_kind_of_output_are_read() -> None:
    for output, expected in (
        ({"type": "error-text", "value": "no such file"}, "no such file"),
        ({"type": "content", "value": [{"type": "text", "text": "a"}, {"type": "media", "data": "A"}]}, "a"),
        ({"type": "json", "value": {"n": 1}}, ""),
    ):
        block = {"type": "tool-result", "toolCallId": "t1", "toolName": "grep", "output": output}
        chat = [*MODEL_MESSAGES[:2], {"role": "tool", "content": [block]}]
        part = messages(document(chat))[2].parts[0]
        assert (part.kind, part.text, part.call_id) == (Kind.RESULT, expected, "t1")
    legacy = {"type": "tool-result", "toolCallId": "t1", "toolName": "grep", "result": LONG}
    chat = [*MODEL_MESSAGES[:2], {"role": "tool", "content": [legacy]}]
    assert messages(document(chat))[2].parts[0].text == LONG


def test_a_plain_chat_is_left_to_openai_unless_the_format_is_named() -> None:
    assert read_transcript(document(PLAIN)).format == "openai"
    assert read_transcript(document(PLAIN), format_name="ai-sdk").format == "ai-sdk"


# OpenTelemetry


@pytest.mark.parametrize("data", [document(SPANS), document(otlp(SPANS)), lines(*SPANS)])
def test_spans_that_repeat_the_history_count_once(data: bytes) -> None:
    transcript = read_transcript(data)
    [conversation] = transcript.conversations
    assert [message.role for message in conversation.messages] == ["user", "assistant", "tool", "assistant"]
    assert [(role, part.text) for role, part in conversation.preamble] == [("system", "Be terse.")]
    assert transcript.carried == len(SPANS) - 1


def span_of(**attributes: str) -> bytes:
    plain = {key.replace("__", "."): value for key, value in attributes.items()}
    return document([{"traceId": "a", "spanId": "b", "attributes": plain}])


def test_other_conventions_are_read() -> None:
    flat = {
        "gen_ai__prompt__0__role": "user",
        "gen_ai__prompt__0__content": "Where?",
        "gen_ai__completion__0__role": "assistant",
        "gen_ai__completion__0__tool_calls__0__name": "grep",
        "gen_ai__completion__0__tool_calls__0__id": "t1",
        "gen_ai__completion__0__tool_calls__0__arguments": '{"pattern": "compute"}',
    }
    inference = {
        "llm__input_messages__0__message__role": "user",
        "llm__input_messages__0__message__content": "Where?",
        "llm__output_messages__0__message__role": "assistant",
        "llm__output_messages__0__message__tool_calls__0__tool_call__id": "t1",
        "llm__output_messages__0__message__tool_calls__0__tool_call__function__name": "grep",
        "llm__output_messages__0__message__tool_calls__0__tool_call__function__arguments": '{"pattern": "x"}',
    }
    vercel = {
        "ai__prompt__messages": json.dumps(MODEL_MESSAGES[:1]),
        "ai__response__text": "In src/app.py.",
    }
    for attributes, kind in ((flat, Kind.CALL), (inference, Kind.CALL), (vercel, Kind.TEXT)):
        asked, answered = messages(span_of(**attributes))
        assert asked.parts[0].voice is Voice.HUMAN
        assert answered.parts[0].kind is kind
        assert answered.parts[0].call_id == ("t1" if kind is Kind.CALL else "")


def test_messages_in_events_are_read() -> None:
    events = [
        {"name": "gen_ai.user.message", "attributes": {"content": "Where?"}},
        {"name": "gen_ai.choice", "attributes": {"message": json.dumps({"content": "There."})}},
    ]
    span = {"trace_id": "a", "span_id": "b", "attributes": {"gen_ai.system": "x"}, "events": events}
    assert [message.parts[0].text for message in messages(document([span]))] == ["Where?", "There."]


def test_spans_without_messages_are_refused_and_spans_are_never_edited() -> None:
    bare = document([{"traceId": "a", "spanId": "b", "attributes": {"gen_ai.usage.input_tokens": 3}}])
    with pytest.raises(InputError, match="not otel"):
        read_transcript(bare)
    transcript = read_transcript(document(SPANS))
    with pytest.raises(UsageError, match="headroom convert"):
        write_transcript(transcript, [make_plan(transcript, drop={1, 2})])


def test_a_history_grows_by_reference_not_by_copy() -> None:
    """A hundred spans, each repeating all before it in one attribute, are one conversation."""
    chat = [{"role": "user", "parts": [{"type": "text", "content": str(n)}]} for n in range(100)]
    spans = [
        {"traceId": "a", "spanId": str(n), "attributes": {"gen_ai.input.messages": json.dumps(chat[: n + 1])}}
        for n in range(100)
    ]
    [conversation] = read_transcript(document(spans)).conversations
    assert len(conversation.messages) == 100


def test_other_files_are_left_alone() -> None:
    assert read_transcript(document(OPENAI)).format == "openai"
    assert read_transcript(document(PARTS)).format != "otel"


def test_the_sample_of_spans_is_read_and_not_written() -> None:
    names = [path.name for path in list_samples(written=False)]
    assert "otel_spans_tide_tables.json" in names
