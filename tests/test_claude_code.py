"""Claude Code logs: records of one API message, side chains, and links that survive a drop."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.model import Kind, Voice
from tests.plans import make_plan
from tests.table_formats import ANTHROPIC, lines, session

Json = Any


def record(own: str, parent: str | None, role: str = "user", text: str = "hi", **fields: Json) -> Json:
    message: Json = {"role": role, "content": [{"type": "text", "text": text}]}
    return {
        "parentUuid": parent,
        "isSidechain": False,
        "cwd": "/srv",
        "sessionId": "s",
        "version": "2.0.1",
        "type": role,
        "message": message,
        "uuid": own,
        "timestamp": "2026-01-02T03:04:05Z",
        **fields,
    }


def drop(records: list[Json], gone: set[str], mark: bool = True) -> list[Json]:
    """The records after those with these uuids were dropped."""
    data = lines(*records)
    transcript = read_transcript(data)
    spoken = [records[m.chunk]["uuid"] for m in transcript.conversations[0].messages]
    plan = make_plan(transcript, drop={i for i, own in enumerate(spoken) if own in gone}, mark=mark)
    output, patch = write_transcript(transcript, [plan])
    assert unsplice(output, patch) == data
    return [json.loads(line) for line in output.splitlines()]


def by_uuid(records: list[Json]) -> dict[str, Json]:
    return {r["uuid"]: r for r in records if "uuid" in r}


def test_records_of_one_api_message_are_a_group() -> None:
    messages = read_transcript(lines(*session(ANTHROPIC))).conversations[0].messages
    assert [(m.group, m.opens) for m in messages[:6]] == [
        ("", True),
        ("msg_1", True),
        ("msg_1", False),
        ("msg_1", False),
        ("", True),
        ("msg_3", True),
    ]
    assert [m.line for m in messages[:4]] == [2, 3, 4, 6]


def test_neither_results_nor_other_answers_end_a_group() -> None:
    def call(own: str, parent: str) -> Json:
        value = record(own, parent, "assistant")
        value["message"] = {
            "role": "assistant",
            "id": "m",
            "content": [{"type": "tool_use", "id": own, "name": "x"}],
        }
        return value

    def result(own: str, parent: str) -> Json:
        value = record(own, parent)
        value["message"]["content"] = [{"type": "tool_result", "tool_use_id": parent, "content": "ok"}]
        return value

    log = [record("u", None), call("a", "u"), result("b", "a"), call("c", "b"), result("d", "c")]
    again = [*log, record("e", "d", "assistant"), call("f", "e")]
    messages = read_transcript(lines(*again)).conversations[0].messages
    assert [(m.group, m.opens) for m in messages if m.role == "assistant"] == [
        ("m", True),
        ("m", False),
        ("", True),
        ("m", False),
    ]


def test_side_chains_and_metadata_are_carried() -> None:
    log = [record("a", None), record("s", "a", isSidechain=True), {"type": "mode", "mode": "plan"}]
    transcript = read_transcript(lines(*log))
    assert (len(transcript.conversations[0].messages), transcript.carried) == (1, 2)
    alone = read_transcript(lines(*(record(o, None, isSidechain=True) for o in "ab")))
    assert len(alone.conversations[0].messages) == 2


@pytest.mark.parametrize("flag", ["isMeta", "isCompactSummary"])
def test_flagged_records_are_harness(flag: str) -> None:
    log = [record("a", None), record("b", "a", **{flag: True})]
    parts = [m.parts[0] for m in read_transcript(lines(*log)).conversations[0].messages]
    assert [part.voice for part in parts] == [Voice.HUMAN, Voice.HARNESS]


def test_several_records_on_one_line() -> None:
    a, b, c = (json.dumps(record(own, None)).encode() for own in "abc")
    data = a + b + b"\n" + c
    transcript = read_transcript(data)
    assert [m.line for m in transcript.conversations[0].messages] == [1, 1, 2]
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={1}, mark=False)])
    assert output == a + b"\n" + c


def test_the_placeholder_stands_in_the_chain() -> None:
    log = [
        record("a", None),
        record("b", "a", "assistant"),
        record("c", "b"),
        record("d", "c", "assistant", timestamp="later"),
        record("e", "d"),
        record("f", "e", "assistant"),
    ]
    after = drop(log, {"b", "c", "e"})
    assert len(after) == 4
    mark, known = after[1], by_uuid(after)
    assert (mark["type"], mark["isMeta"], mark["parentUuid"]) == ("user", True, "a")
    assert (mark["cwd"], mark["sessionId"], mark["version"]) == ("/srv", "s", "2.0.1")
    assert mark["timestamp"] == log[1]["timestamp"]
    assert mark["message"]["content"].startswith("[headroom drop: 3 messages; ref ")
    assert known["d"]["parentUuid"] == mark["uuid"]
    assert known["f"]["parentUuid"] == "d"
    assert drop(log, {"b", "c", "e"}) == after


def test_all_fields_that_name_a_dropped_record_are_relinked() -> None:
    log = [
        record("a", None),
        record("b", "a", "assistant"),
        {"type": "file-history-snapshot", "messageId": "b", "snapshot": {"messageId": "b", "files": {}}},
        {"type": "attachment", "uuid": "x", "parentUuid": "b"},
        {"type": "system", "uuid": "y", "parentUuid": None, "logicalParentUuid": "b"},
        record("c", "x", sourceToolAssistantUUID="b"),
        {"type": "last-prompt", "leafUuid": "b", "sessionId": "s"},
        {"type": "summary", "leafUuid": "elsewhere"},
    ]
    for mark in (True, False):
        after = drop(log, {"b"}, mark)
        target = next((r["uuid"] for r in after if r.get("isMeta")), "a")
        known = by_uuid(after)
        snapshot = next(r for r in after if r["type"] == "file-history-snapshot")
        assert snapshot["messageId"] == snapshot["snapshot"]["messageId"] == target
        assert known["x"]["parentUuid"] == known["y"]["logicalParentUuid"] == target
        assert (known["c"]["parentUuid"], known["c"]["sourceToolAssistantUUID"]) == ("x", target)
        assert [r["leafUuid"] for r in after if "leafUuid" in r] == [target, "elsewhere"]


def test_a_dropped_root_leaves_null_and_a_dangling_parent_stays() -> None:
    log = [
        record("a", None),
        record("b", "a", "assistant"),
        record("c", "gone", "assistant"),
        record("d", "b"),
    ]
    known = by_uuid(drop(log, {"a"}, mark=False))
    assert known["b"]["parentUuid"] is None
    assert known["c"]["parentUuid"] == "gone"
    known = by_uuid(drop([*log, record("e", "c")], {"c"}, mark=False))
    assert known["e"]["parentUuid"] is None


def test_a_repeated_record_keeps_its_names() -> None:
    log = [
        record("a", None),
        record("b", "a"),
        record("c", "b", "assistant"),
        record("b", "a"),
        record("d", "b"),
    ]
    data = lines(*log)
    transcript = read_transcript(data)
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={1}, mark=False)])
    assert by_uuid([json.loads(line) for line in output.splitlines()])["d"]["parentUuid"] == "b"


def test_parents_in_a_circle_end_somewhere() -> None:
    log = [record("a", "b"), record("b", "a", "assistant"), record("c", "b")]
    assert by_uuid(drop(log, {"a", "b"}, mark=False))["c"]["parentUuid"] is None


def test_a_cut_before_a_kept_record_hangs_it_behind_the_placeholder() -> None:
    thinking = record("b", "a", "assistant")
    thinking["message"]["content"].insert(0, {"type": "thinking", "thinking": "hm", "signature": "s"})
    data = lines(record("a", None), thinking, record("c", "b"))
    transcript = read_transcript(data)
    output, _ = write_transcript(transcript, [make_plan(transcript, cut={1: (0,)})])
    after = [json.loads(line) for line in output.splitlines()]
    assert [r["parentUuid"] for r in after] == [None, "a", after[1]["uuid"], "b"]
    assert after[2]["message"]["content"] == thinking["message"]["content"][1:]


def test_tool_use_result_and_other_fields_stay() -> None:
    log = session(ANTHROPIC)
    log[6]["toolUseResult"] = {"content": "x" * 500, "numLines": 1.50}
    data = lines(*log)
    transcript = read_transcript(data)
    assert transcript.conversations[0].messages[4].parts[0].kind is Kind.RESULT
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={0})])
    assert lines(log[6])[:-1].split(b'"parentUuid"')[1].split(b",", 1)[1] in output


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Json], set[str]]:
    """A log whose records hang on any earlier record or on none, and the uuids to drop."""
    size = draw(st.integers(2, 12))
    log: list[Json] = []
    for number in range(size):
        parent = draw(st.sampled_from([None, "missing", *(f"u{n}" for n in range(number))]))
        kind = draw(st.sampled_from(["user", "assistant", "attachment"])) if number else "user"
        own = f"u{number}"
        log.append(
            {"type": kind, "uuid": own, "parentUuid": parent}
            if kind == "attachment"
            else record(own, parent, kind)
        )
    log.append({"type": "last-prompt", "leafUuid": draw(st.sampled_from([r["uuid"] for r in log]))})
    messages = read_transcript(lines(*log)).conversations[0].messages
    spoken = [log[m.chunk]["uuid"] for m in messages if m.chunk]
    gone = draw(st.sets(st.sampled_from(spoken))) if spoken else set()
    return log, gone


@settings(max_examples=150, deadline=None, derandomize=True)
@given(tree=trees(), mark=st.booleans())
def test_every_name_is_that_of_the_nearest_kept_ancestor(
    tree: tuple[list[Json], set[str]], mark: bool
) -> None:
    log, gone = tree
    before, after = by_uuid(log), drop(log, gone, mark)
    placeholder = next((r["uuid"] for r in after if r.get("isMeta")), None)
    first = next((r["uuid"] for r in log if r.get("uuid") in gone), None)

    def ancestor(name: str | None) -> str | None:
        passed = set()
        while name in gone and name is not None:
            passed.add(name)
            name = before[name]["parentUuid"]
        if placeholder is not None and first in passed:
            return placeholder
        return None if passed and name == "missing" else name

    for old in log:
        if old.get("uuid") in gone:
            continue
        new = by_uuid(after)[old["uuid"]] if "uuid" in old else after[-1]
        for key in ("parentUuid", "leafUuid"):
            if key in old:
                assert new[key] == ancestor(old[key])
    if placeholder is not None and first is not None:
        above = before[first]["parentUuid"]
        assert by_uuid(after)[placeholder]["parentUuid"] == (None if above == "missing" else above)
