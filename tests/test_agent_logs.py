"""Oddities of the logs of agents: what each keeps twice, out of sight, or out of order."""

import json
from typing import Any

import pytest

from headroom_cli.errors import InputError
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.model import Kind, Message, Voice
from tests.plans import make_plan, rewrite
from tests.table_formats import LONG, document, lines
from tests.table_formats_agents import (
    ARGUMENTS,
    ATIF,
    BEDROCK,
    EXPORT,
    GOOSE,
    OPENCODE,
    PI,
    SESSION,
    TELEMETRY,
    THANKS,
    goose,
    opencode,
    pi_session,
    said,
    trajectory,
)

Json = Any


def read(data: bytes) -> tuple[Message, ...]:
    return read_transcript(data).conversations[0].messages


def first_texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.parts[0].text for message in messages]


def drop(data: bytes, *messages: int, mark: bool = True) -> Json:
    """The file without these messages, as JSON: the document, or a list of the lines."""
    transcript = read_transcript(data)
    output, patch = write_transcript(transcript, [make_plan(transcript, drop=messages, mark=mark)])
    assert unsplice(output, patch) == data
    if transcript.chunks[-1].line == 1 or len(transcript.chunks) == 1:
        return json.loads(output[output.index(b"{") if b"{" in output[:200] else 0 :])
    return [json.loads(line) for line in output.splitlines()]


def trim(data: bytes, message: int, part: int, text: str, leaf: int | None = None) -> Json:
    transcript = read_transcript(data)
    change = rewrite(transcript, message, part, text, leaf)
    output, patch = write_transcript(transcript, [make_plan(transcript, change={message: (change,)})])
    assert unsplice(output, patch) == data
    values = [json.loads(line) for line in output.splitlines()] if output.count(b"\n") > 1 else None
    return values or json.loads(output)


# opencode


def tool_part(output: str = LONG, **state: Json) -> Json:
    return {
        "type": "tool",
        "callID": "c1",
        "tool": "write",
        "state": {"status": "completed", "input": ARGUMENTS, "output": output, **state},
    }


def test_opencode_keeps_its_copies_in_step() -> None:
    body = "x = 1\n" * 60
    part = tool_part(
        input={"path": "a.py", "content": body},
        metadata={"output": LONG, "preview": LONG[:300], "filediff": {"before": "y\n" * 200, "after": body}},
    )
    data = document([OPENCODE[0], opencode(2, "assistant", part)])
    state = trim(data, 1, 1, "[headroom lines: 1 of 40 lines]\nshort")[1]["parts"][0]["state"]
    assert state["output"] == state["metadata"]["output"] == "[headroom lines: 1 of 40 lines]\nshort"
    assert state["metadata"]["preview"].startswith("[headroom stub: ")
    assert state["metadata"]["filediff"]["after"] == body
    state = trim(data, 1, 0, "[headroom lines: 1 of 60 lines]\nx", leaf=0)[1]["parts"][0]["state"]
    assert state["input"]["content"] == state["metadata"]["filediff"]["after"]
    assert state["metadata"]["filediff"]["before"] == "y\n" * 200


def test_opencode_reads_failed_cleared_and_open_calls() -> None:
    data = document(
        [
            OPENCODE[0],
            opencode(
                2,
                "assistant",
                tool_part(status="error", error="File not found"),
                tool_part(time={"compacted": 9}),
                tool_part(status="running"),
                {"type": "snapshot"},
            ),
        ]
    )
    parts = read(data)[1].parts
    results = [part.text for part in parts if part.kind is Kind.RESULT]
    assert results == ["File not found", "", LONG]
    assert len(parts) == 6


def test_opencode_counts_nothing_from_before_a_compaction() -> None:
    asked = opencode(6, "user", {"type": "compaction", "auto": True})
    summary = opencode(7, "assistant", said("They asked about compute."), parentID="msg_006", summary=True)
    after = [opencode(8, "user", said("And now?")), opencode(9, "assistant", said("Done."))]
    transcript = read_transcript(document([*OPENCODE, asked, summary, *after]))
    messages = transcript.conversations[0].messages
    assert [message.role for message in messages] == ["user", "system", "user", "assistant"]
    assert transcript.carried == len(OPENCODE)
    unanswered = read_transcript(document([*OPENCODE, asked, *after]))
    assert len(unanswered.conversations[0].messages) == len(OPENCODE) + 3


def test_opencode_answers_name_the_placeholder() -> None:
    messages = drop(document(EXPORT), 2, 3)["messages"]
    assert [m["info"]["id"] for m in messages] == ["msg_001", "msg_002", "msg_0020", "msg_005"]
    assert [m["info"].get("parentID") for m in messages] == [None, "msg_001", None, "msg_0020"]
    assert messages[2]["info"]["agent"] == "build"
    assert messages[2]["parts"][0]["messageID"] == "msg_0020"


def test_opencode_synthetic_texts_are_the_harness() -> None:
    data = document([opencode(1, "user", said("Look."), {**said("Called the Read tool"), "synthetic": True})])
    assert [part.voice for part in read(data)[0].parts] == [Voice.HUMAN, Voice.HARNESS]


def test_a_log_line_before_the_json_stays() -> None:
    for line in (b"Exporting session: ses_1\n", b"Exporting session: ses_1"):
        data = line + document(EXPORT)
        transcript = read_transcript(data)
        output, _ = write_transcript(transcript, [make_plan(transcript, drop=(1,))])
        assert output.startswith(line + b"{")
    with pytest.raises(InputError, match="not JSON"):
        read_transcript(b"Exporting session: ses_1\n")


# Goose


def response(value: Json) -> Json:
    return {"type": "toolResponse", "id": "g1", "toolResult": value}


def test_goose_results_in_all_their_shapes() -> None:
    for value in (
        {"status": "success", "value": [said(LONG)]},
        {"status": "success", "value": {"content": [said(LONG)], "isError": False}},
        {"Ok": [said(LONG)]},
        {"status": "error", "error": LONG},
        {"status": "success", "value": [{"type": "resource", "resource": {"uri": "f", "text": LONG}}]},
    ):
        messages = read(lines(*GOOSE[:2], goose("user", response(value)), *GOOSE[3:]))
        part = messages[2].parts[0]
        assert (part.kind, part.text, part.tool, part.voice) == (Kind.RESULT, LONG, "grep", Voice.RESULT)


def test_goose_text_for_the_user_alone_follows_the_text_for_the_model() -> None:
    audience = [{**said(LONG), "annotations": {"audience": [name]}} for name in ("user", "assistant")]
    data = lines(*GOOSE[:2], goose("user", response({"status": "success", "value": audience})), *GOOSE[3:])
    assert [part.text for part in read(data)[2].parts] == [LONG]
    both = trim(data, 2, 0, "[headroom lines: 1 of 40 lines]\nx")[2]["content"][0]["toolResult"]["value"]
    assert {block["text"] for block in both} == {"[headroom lines: 1 of 40 lines]\nx"}


def test_goose_messages_that_the_agent_no_longer_sees_are_carried() -> None:
    hidden = {**goose("user", said("old")), "metadata": {"userVisible": True, "agentVisible": False}}
    transcript = read_transcript(lines({"working_dir": "/srv"}, hidden, *GOOSE))
    assert (len(transcript.conversations[0].messages), transcript.carried) == (6, 2)


# pi and OpenClaw


def test_pi_reads_the_branch_of_the_last_entry() -> None:
    records = pi_session(PI)
    side = {
        "type": "message",
        "id": "x",
        "parentId": "e1",
        "message": {"role": "user", "content": "Or else?"},
    }
    transcript = read_transcript(lines(*records[:4], side, *records[4:]))
    assert "Or else?" not in first_texts(transcript.conversations[0].messages)
    assert transcript.carried == 3
    last = read_transcript(lines(*records, side))
    assert first_texts(last.conversations[0].messages)[-1] == "Or else?"


def test_pi_relinks_what_it_keeps() -> None:
    entries = {entry["id"]: entry for entry in drop(lines(*pi_session(PI)), 1, 2)}
    mark = next(key for key, e in entries.items() if "headroom drop" in json.dumps(e))
    assert entries[mark]["parentId"] == "e1"
    assert entries["e4"]["parentId"] == mark
    bare = drop(lines(*pi_session(PI)), 1, 2, mark=False)
    assert bare[3]["parentId"] == "e1"


def compacted(first: str) -> bytes:
    records = pi_session(PI)
    fold = {
        "type": "compaction",
        "id": "c",
        "parentId": "e6",
        "summary": "All is well.",
        "firstKeptEntryId": first,
    }
    after = {"type": "message", "id": "z", "parentId": "c", "message": {"role": "user", "content": "Go on."}}
    return lines(*records, fold, after)


def test_pi_counts_a_summary_and_what_it_kept() -> None:
    conversation = read_transcript(compacted("e4")).conversations[0]
    assert first_texts(conversation.messages) == ["In src/app.py.", THANKS, "You are welcome.", "Go on."]
    assert [part.text for _, part in conversation.preamble] == ["All is well."]


@pytest.mark.parametrize("mark", [True, False])
def test_pi_names_the_first_entry_that_is_still_sent(mark: bool) -> None:
    data = compacted("e4")
    entries = {entry["id"]: entry for entry in drop(data, 0, mark=mark)}
    kept = entries["c"]["firstKeptEntryId"]
    assert kept in entries
    assert ("headroom drop" in json.dumps(entries[kept])) is mark
    assert mark or kept == "e5"


def test_pi_commands_of_the_person_and_copies_of_results() -> None:
    ran = {"role": "bashExecution", "command": "make", "output": LONG, "exitCode": 0}
    unseen = {**ran, "excludeFromContext": True}
    result = {**PI[2], "details": {"aggregated": LONG + "\nexit 0"}}
    data = lines(*pi_session([PI[0], ran, unseen, PI[1], result, *PI[3:]]))
    messages = read(data)
    assert [part.voice for part in messages[1].parts] == [Voice.HARNESS, Voice.RESULT]
    assert messages[2].role == "assistant"
    records = trim(data, 3, 0, "short")
    message = next(r["message"] for r in records if r.get("message", {}).get("role") == "toolResult")
    assert message["details"]["aggregated"] == "short\nexit 0"


def test_openclaw_keeps_earlier_histories_in_step() -> None:
    start = {"type": "agent.start", "sessionKey": SESSION, "messages": PI[:4]}
    data = lines(start, *TELEMETRY)
    transcript = read_transcript(data)
    assert len(transcript.conversations) == 1
    records = drop(data, 1, 2)
    assert [m["role"] for m in records[0]["messages"]] == ["user", "assistant"]
    assert [m["role"] for m in records[4]["messages"]] == ["user", "user", "assistant", "user", "assistant"]
    records = trim(data, 2, 0, "short")
    assert {r["messages"][2]["content"][0]["text"] for r in (records[0], records[4])} == {"short"}


# ATIF and Bedrock


def test_atif_steps_are_counted_off_again() -> None:
    steps = drop(document(trajectory(ATIF)), 1, 2)["steps"]
    assert [step["step_id"] for step in steps] == [1, 2, 3, 4]
    steps = drop(document(trajectory([{**step, "step_id": 7} for step in ATIF])), 1)["steps"]
    assert [step["step_id"] for step in steps] == [7] * 5
    transcript = read_transcript(document(trajectory(ATIF)))
    output, _ = write_transcript(transcript, [make_plan(transcript, drop=(1,))])
    assert b'"cost_usd"' not in output
    assert output.count(b'"step_id": 3') == 1


def test_atif_prompts_that_are_sent_again_count_once() -> None:
    system = {"step_id": 0, "source": "system", "message": "Be terse."}
    data = document(trajectory([system, *ATIF[:3], system, ATIF[0], *ATIF[3:]]))
    messages = read(data)
    assert [message.role for message in messages] == [
        "system",
        "user",
        "assistant",
        "assistant",
        "user",
        "assistant",
    ]
    assert messages[0].mirrors == ((0, ("steps", 4)),)
    assert messages[1].mirrors == ((0, ("steps", 5)),)
    left = drop(data, 1)["steps"]
    assert [step["source"] for step in left] == [
        "system",
        "user",
        "agent",
        "agent",
        "system",
        "user",
        "agent",
    ]
    twice = read(document(trajectory([ATIF[0], ATIF[2], ATIF[0], ATIF[4]])))
    assert len(twice) == 4


def test_bedrock_values_and_reasoning() -> None:
    value = {"toolResult": {"toolUseId": "b1", "content": [{"json": {"n": 1}}, {"image": {"format": "png"}}]}}
    thought = {"reasoningContent": {"reasoningText": {"text": "Search.", "signature": "c2ln"}}}
    asked = {"role": "assistant", "content": [thought, *BEDROCK[1]["content"], {"cachePoint": {}}]}
    messages = read(document([BEDROCK[0], asked, {"role": "user", "content": [value]}, *BEDROCK[3:]]))
    assert [part.kind for part in messages[1].parts] == [Kind.THINKING, Kind.TEXT, Kind.CALL, Kind.OPAQUE]
    assert [(p.kind, p.text) for p in messages[2].parts][:1] == [(Kind.OPAQUE, '{"n":1}')]
    assert messages[2].parts[-1].kind is Kind.RESULT


def test_bedrock_conversations_by_name() -> None:
    named = {key: {"system_prompt": [{"text": key}], "messages": BEDROCK} for key in ("one", "two")}
    found = read_transcript(document(named)).conversations
    assert [c.preamble[0][1].text for c in found] == ["one", "two"]
    assert found[1].messages[0].path == ("two", "messages", 0)
