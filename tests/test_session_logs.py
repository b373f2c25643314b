"""Session logs of command line agents: doubles that follow, branches that stay, chains that hold."""

import json
from typing import Any

from headroom_cli.compact import compact
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.model import Kind, Policy, Transcript, Voice
from headroom_cli.tokens import pick_counter
from tests.plans import make_plan, rewrite
from tests.table_formats import ANTHROPIC, LONG, lines, session
from tests.table_formats_gemini import CONTENTS, COPILOT, KIMI, STREAM, qwen

Json = Any
SHORT = "[headroom search: 1 of 40 lines]\nshort\n"
BODY = "".join(f"value {n} = {n * n}\n" for n in range(40))


def change(
    records: list[Json], message: int, part: int = 0, leaf: int | None = None
) -> tuple[list[Json], Transcript]:
    """The records after one text was rewritten."""
    data = lines(*records)
    transcript = read_transcript(data)
    edit = rewrite(transcript, message, part, SHORT, leaf=leaf)
    output, patch = write_transcript(transcript, [make_plan(transcript, change={message: (edit,)})])
    assert unsplice(output, patch) == data
    return [json.loads(line) for line in output.splitlines()], transcript


def drop(records: list[Json], gone: set[int], mark: bool = True) -> list[Json]:
    data = lines(*records)
    transcript = read_transcript(data)
    output, patch = write_transcript(transcript, [make_plan(transcript, drop=gone, mark=mark)])
    assert unsplice(output, patch) == data
    return [json.loads(line) for line in output.splitlines()]


def claude(result: Json, double: Json, given: Json) -> list[Json]:
    """A session with one call: its result, the double of it, and the call's input."""
    log = session(ANTHROPIC)
    asked = next(r for r in log if r["type"] == "assistant" and "input" in r["message"]["content"][0])
    asked["message"]["content"] = [{"type": "tool_use", "id": "t1", "name": "Grep", "input": given}]
    answered = log[log.index(asked) + 1]
    answered["message"]["content"] = [{"type": "tool_result", "tool_use_id": "t1", "content": result}]
    answered["toolUseResult"] = double
    return log


def double_of(records: list[Json]) -> Json:
    return next(r["toolUseResult"] for r in records if "toolUseResult" in r)


def test_a_double_that_equals_or_contains_the_result_gets_the_same_edit() -> None:
    log = claude(LONG, {"stdout": LONG, "all": f"before\n{LONG}after", "stderr": "", "code": 1.50}, {})
    after, _ = change(log, 4)
    assert double_of(after) == {"stdout": SHORT, "all": f"before\n{SHORT}after", "stderr": "", "code": 1.50}


def test_other_large_doubles_become_stubs_with_the_result() -> None:
    double = {"file": {"filePath": "a.py", "content": BODY, "numLines": 40}, "small": "x" * 199}
    after, transcript = change(claude(LONG, double, {}), 4)
    assert double_of(after)["file"]["content"].startswith("[headroom stub: ")
    assert double_of(after)["file"]["numLines"] == 40
    assert double_of(after)["small"] == "x" * 199
    counted = [part.text for m in transcript.conversations[0].messages for part in m.parts]
    assert BODY not in counted


def test_doubles_of_arguments_follow_the_arguments() -> None:
    old, new = BODY, BODY.upper()
    given = {"file_path": "a.py", "old_string": old, "new_string": new}
    double = {"oldString": old, "newString": new, "originalFile": "head\n" + BODY * 3}
    log = claude("The file a.py has been updated.", double, given)
    after, _ = change(log, 3, 0, leaf=1)
    assert double_of(after)["oldString"] == old
    assert double_of(after)["newString"] == SHORT
    assert double_of(after)["originalFile"].startswith("[headroom stub: ")


def test_images_in_doubles_keep_their_bytes() -> None:
    double = {"type": "image", "file": {"base64": "iVBOR" * 100}, "content": BODY}
    after, _ = change(claude(LONG, double, {}), 4)
    assert double_of(after)["file"]["base64"] == "iVBOR" * 100


def say(own: str, parent: str | None, role: str, text: str) -> Json:
    content = [{"type": "text", "text": text}]
    message = {"role": role, "content": content, **({"id": own} if role == "assistant" else {})}
    return {"type": role, "uuid": own, "parentUuid": parent, "isSidechain": False, "message": message}


REWOUND = [
    say("u0", None, "user", "Find the fault."),
    say("a0", "u0", "assistant", "I look."),
    say("u1", "a0", "user", "Rather write a test."),
    say("a1", "u1", "assistant", "A test, then."),
    say("u2", "a0", "user", "Go on."),
    say("a2", "u2", "assistant", "Found."),
]


def test_a_branch_that_was_left_is_carried_and_keeps_its_bytes() -> None:
    transcript = read_transcript(lines(*REWOUND))
    assert [m.chunk for m in transcript.conversations[0].messages] == [0, 1, 4, 5]
    assert transcript.carried == 2
    after = drop(REWOUND, {1})
    assert [r["uuid"] for r in after if not r.get("isMeta")] == ["u0", "u1", "a1", "u2", "a2"]
    mark = next(r["uuid"] for r in after if r.get("isMeta"))
    parents = {r["uuid"]: r["parentUuid"] for r in after if r["uuid"] in ("u1", "u2")}
    assert parents == {"u1": mark, "u2": mark}
    again = read_transcript(lines(*after)).conversations[0].messages
    assert [m.role for m in again] == ["user", "user", "user", "assistant"]


def test_branches_without_a_prompt_belong_to_the_conversation() -> None:
    log = [*REWOUND[:2], say("a1", "u0", "assistant", "A second try."), *REWOUND[4:]]
    assert len(read_transcript(lines(*log)).conversations[0].messages) == 5


def test_a_file_of_a_sub_agent_is_its_own_main_chain() -> None:
    log = [{**record, "isSidechain": True, "agentId": "a1"} for record in REWOUND[:2]]
    transcript = read_transcript(lines(*log))
    assert (len(transcript.conversations[0].messages), transcript.carried) == (2, 0)


def test_progress_of_a_sub_agent_is_carried() -> None:
    inner = {"type": "assistant", "message": REWOUND[1]["message"], "uuid": "x"}
    progress = {"type": "progress", "data": {"type": "agent_progress", "message": inner}, "uuid": "p"}
    transcript = read_transcript(lines(*REWOUND[:2], {**progress, "parentUuid": "a0"}))
    assert (len(transcript.conversations[0].messages), transcript.carried) == (2, 1)


def test_the_last_words_of_a_stream_follow_the_answer() -> None:
    text = "The stops are these:\n" + BODY
    answer = {"role": "assistant", "id": "m9", "content": [{"type": "text", "text": text}]}
    ask = {"role": "user", "content": "Which stops were there?"}
    log = [
        *STREAM[:-1],
        {"type": "user", "message": ask, "session_id": "s"},
        {"type": "assistant", "message": answer, "session_id": "s"},
        {"type": "result", "subtype": "success", "result": text, "session_id": "s"},
    ]
    after, _ = change(log, 7)
    assert after[-1]["result"] == SHORT


def test_events_of_a_sub_agent_in_a_stream_are_carried() -> None:
    inner = {**STREAM[2], "parent_tool_use_id": "t1"}
    transcript = read_transcript(lines(*STREAM[:3], inner, *STREAM[3:]))
    assert (len(transcript.conversations[0].messages), transcript.carried) == (6, 3)


def test_a_placeholder_in_a_stream_is_an_event_of_the_session() -> None:
    mark = drop(STREAM, {1, 2})[2]
    assert (mark["type"], mark["session_id"], mark["message"]["role"]) == ("user", "s", "user")


def test_qwen_follows_the_last_prompt_back() -> None:
    log = qwen(CONTENTS)
    left = [
        {**log[4], "uuid": "x0", "parentUuid": "q3"},
        {**log[5], "uuid": "x1", "parentUuid": "x0"},
        {"uuid": "x2", "parentUuid": "q3", "type": "system", "subtype": "rewind", "systemPayload": {}},
    ]
    log = [*log[:4], *left, {**log[4], "parentUuid": "x2"}, *log[5:]]
    transcript = read_transcript(lines(*log))
    assert [m.chunk for m in transcript.conversations[0].messages] == [0, 1, 2, 3, 7, 8]
    after = drop(log, {1, 2, 3}, mark=False)
    parents = {r["uuid"]: r["parentUuid"] for r in after[:4]}
    assert parents == {"q0": None, "x0": "q0", "x1": "x0", "x2": "q0"}


def test_records_of_one_qwen_answer_are_a_group() -> None:
    log = qwen(CONTENTS)
    thought, call = (
        {**log[1], "message": {"role": "model", "parts": [part]}} for part in log[1]["message"]["parts"]
    )
    messages = read_transcript(lines(log[0], thought, call, *log[2:])).conversations[0].messages
    assert [(m.group, m.opens) for m in messages[1:3]] == [("q1", True), ("q1", False)]


def test_the_display_of_a_qwen_result_follows_it() -> None:
    log = qwen(CONTENTS)
    log[2]["toolCallResult"] = {"callId": "grep-1", "resultDisplay": LONG}
    after, _ = change(log, 2)
    assert after[2]["toolCallResult"]["resultDisplay"] == SHORT


def test_a_copilot_call_goes_with_the_event_that_starts_it() -> None:
    after = drop(COPILOT, {1, 2})
    assert "tool.execution_start" not in [record["type"] for record in after]
    names = {record["id"] for record in after}
    assert all(record["parentId"] in names for record in after[1:])
    assert (after[3]["type"], after[3]["parentId"]) == ("user.message", "e2")


def test_details_and_repeated_arguments_of_copilot_follow() -> None:
    log = json.loads(json.dumps(COPILOT))
    log[5]["data"]["result"]["detailedContent"] = f"$ grep\n{LONG}"
    after, _ = change(log, 2)
    assert after[5]["data"]["result"] == {"content": SHORT, "detailedContent": f"$ grep\n{SHORT}"}
    for given in ({"path": "a", "text": BODY}, json.dumps({"path": "a", "text": BODY})):
        log[3]["data"]["toolRequests"][0]["arguments"] = given
        log[4]["data"]["arguments"] = {"path": "a", "text": BODY}
        after, _ = change(log, 1, 1, leaf=0)
        assert after[4]["data"]["arguments"] == {"path": "a", "text": SHORT}


def test_copilot_sub_agents_are_carried() -> None:
    inner = {**COPILOT[6], "data": {**COPILOT[6]["data"], "parentToolCallId": "c1"}, "id": "x"}
    transcript = read_transcript(lines(*COPILOT[:6], inner, *COPILOT[6:]))
    assert (len(transcript.conversations[0].messages), transcript.carried) == (6, 4)


def test_a_kimi_step_goes_with_its_brackets_and_a_prompt_with_its_double() -> None:
    messages = read_transcript(lines(*KIMI)).conversations[0].messages
    assert messages[0].mirrors == ((2, ()),)
    assert [(m.group, m.opens, m.mirrors) for m in messages[1:3]] == [
        ("s1", True, ()),
        ("s1", False, ((4, ()), (8, ()))),
    ]
    after = drop(KIMI, {1, 2, 3}, mark=False)
    kinds = [record.get("event", {}).get("type") for record in after[4:]]
    assert kinds == ["content.part", None, "content.part"]


def test_kimi_counts_its_system_prompt_and_knows_reminders() -> None:
    reminder = json.loads(json.dumps(KIMI[10]))
    reminder["message"]["origin"] = {"kind": "injection"}
    conversation = read_transcript(lines(*KIMI, reminder)).conversations[0]
    assert [(role, part.text) for role, part in conversation.preamble] == [("system", "Be terse.")]
    assert conversation.messages[-1].parts[0].voice is Voice.HARNESS
    assert [part.kind for part in conversation.messages[1].parts] == [Kind.THINKING]


def test_whole_sessions_shrink_with_their_doubles() -> None:
    log = claude(LONG * 4, {"stdout": LONG * 4, "originalFile": BODY * 20}, {})
    data = lines(*log)
    outcome = compact(data, Policy(max_context_share=0.3, keep_last=0), pick_counter()[0])
    assert outcome.met
    assert len(outcome.output) < 0.45 * len(data)
