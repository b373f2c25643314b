"""Oddities of Codex rollouts: events that repeat items, old files, and what a resumed session needs."""

import json
from collections import Counter
from pathlib import Path

import pytest

from headroom_cli.compact import compact
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.model import Kind, Message, Policy, Transcript, Voice
from headroom_cli.tokens import pick_counter
from tests.plans import make_plan, rewrite
from tests.table_formats import LONG, Json, lines
from tests.table_formats_codex import ITEMS, OLD, record, rollout

FOLDER = Path(__file__).resolve().parents[1]
SAMPLE = FOLDER / "samples" / "codex_ferry_tests.jsonl"
REAL = sorted((FOLDER / ".." / "shared" / "transcripts" / "codex_rollout").glob("*.jsonl"))
PATCH = "*** Begin Patch\n*** Add File: app.py\n" + "+print('naïve')\n" * 40 + "*** End Patch\n"


def read(*records: Json) -> Transcript:
    return read_transcript(lines(*records))


def event(kind: str, /, **fields: Json) -> Json:
    return record("event_msg", {"type": kind, **fields})


def item(kind: str, /, **fields: Json) -> Json:
    return record("response_item", {"type": kind, **fields})


def parse(data: bytes) -> list[Json]:
    return [json.loads(line) for line in data.decode().split("\n") if line.strip()]


def messages(transcript: Transcript) -> tuple[Message, ...]:
    return transcript.conversations[0].messages


SESSION: list[Json] = [
    record("session_meta", {"id": "s1", "cwd": "/srv/app"}),
    item("message", role="user", content=[{"type": "input_text", "text": "Show app.py."}]),
    event("user_message", message="Show app.py.", kind="plain"),
    event("agent_message", message="I look."),
    item("reasoning", summary=[{"type": "summary_text", "text": "Look."}], encrypted_content="gAAA"),
    event("agent_reasoning", text="Look."),
    item("message", role="assistant", content=[{"type": "output_text", "text": "I look."}]),
    item("function_call", name="shell", arguments='{"command": ["cat", "app.py"]}', call_id="c1"),
    event("exec_command_end", call_id="c1", command=["cat", "app.py"], aggregated_output=LONG, stdout=""),
    item("function_call_output", call_id="c1", output=json.dumps({"output": LONG, "metadata": {"n": 1.50}})),
    item("custom_tool_call", name="apply_patch", input=PATCH, call_id="c2", status="completed"),
    event("patch_apply_end", call_id="c2", stdout="ok", changes={"app.py": {"add": {"content": "x" * 300}}}),
    item("custom_tool_call_output", call_id="c2", output="ok"),
    item("message", role="user", content=[{"type": "input_text", "text": "Thanks."}]),
]


def test_only_items_are_messages() -> None:
    transcript = read(*SESSION)
    assert [m.role for m in messages(transcript)] == [
        "user", "assistant", "assistant", "assistant", "tool", "assistant", "tool", "user",
    ]  # fmt: skip
    assert transcript.carried == 6
    assert [m.opens for m in messages(transcript)] == [True, False, True, False, True, False, True, True]


def test_reasoning_and_the_items_after_it_are_one_response() -> None:
    groups = [m.group for m in messages(read(*SESSION))]
    assert groups[1] == groups[2] == groups[3] != ""
    assert groups[5] not in ("", groups[1])
    assert groups[0] == groups[4] == ""


def test_events_go_with_their_items() -> None:
    transcript = read(*SESSION)
    output, patch = write_transcript(transcript, [make_plan(transcript, drop=(1, 2, 3, 4), mark=False)])
    assert parse(output) == [*SESSION[:3], *SESSION[10:]]
    assert unsplice(output, patch) == lines(*SESSION)


def test_a_placeholder_is_an_item_of_its_own() -> None:
    transcript = read(*SESSION)
    output, _ = write_transcript(transcript, [make_plan(transcript, drop=(1, 2, 3, 4))])
    mark = parse(output)[3]
    assert (mark["type"], mark["timestamp"]) == ("response_item", SESSION[4]["timestamp"])
    assert mark["payload"]["content"][0]["type"] == "input_text"
    assert messages(read_transcript(output))[1].parts[0].voice is Voice.OURS


def test_wrapped_output_is_edited_inside_and_its_copy_follows() -> None:
    transcript = read(*SESSION)
    part = messages(transcript)[4].parts[0]
    assert (part.kind, part.tool, part.argument) == (Kind.RESULT, "shell", "cat app.py")
    assert [leaf.text for leaf in part.leaves] == [LONG]
    change = rewrite(transcript, 4, 0, 'short "ø"\n', leaf=0)
    output, patch = write_transcript(transcript, [make_plan(transcript, change={4: (change,)})])
    records = parse(output)
    assert json.loads(records[9]["payload"]["output"]) == {"output": 'short "ø"\n', "metadata": {"n": 1.5}}
    assert '"metadata": {"n": 1.5' in records[9]["payload"]["output"]
    assert records[8]["payload"]["aggregated_output"] == 'short "ø"\n'
    assert unsplice(output, patch) == lines(*SESSION)


def test_another_copy_becomes_a_stub() -> None:
    transcript = read(*SESSION)
    call = messages(transcript)[5].parts[0]
    assert (call.argument, call.encoded, [leaf.path for leaf in call.leaves]) == ("app.py", False, [()])
    change = rewrite(transcript, 5, 0, "[headroom lines: 1 of 42 lines]\n", leaf=0)
    output, _ = write_transcript(transcript, [make_plan(transcript, change={5: (change,)})])
    records = parse(output)
    assert records[10]["payload"]["input"] == change.text
    stub = records[11]["payload"]["changes"]["app.py"]["add"]["content"]
    assert stub.startswith("[headroom stub: ")
    assert "a copy" in stub


def test_a_wrapped_output_and_a_free_call_go_through_the_whole_pipeline() -> None:
    data = lines(*SESSION)
    outcome = compact(data, Policy(max_context_share=0.4, keep_last=0), pick_counter()[0])
    changed = {d.message for plan in outcome.plans for d in plan.decisions if d.changes}
    assert {4, 5} <= changed
    wrapped = json.loads(parse(outcome.output)[9]["payload"]["output"])
    assert "[headroom " in wrapped["output"].split("\n")[0]


def test_reasoning_never_goes_without_its_items() -> None:
    texts = [f"step {n}. " + "why " * 60 for n in range(12)]
    session: list[Json] = [SESSION[0], SESSION[1]]
    for text in texts:
        session.append(item("reasoning", summary=[{"type": "summary_text", "text": text}]))
        session.append(item("message", role="assistant", content=[{"type": "output_text", "text": "Next."}]))
        session.append(item("message", role="user", content=[{"type": "input_text", "text": "Go on."}]))
    outcome = compact(lines(*session), Policy(max_context_share=0.3), pick_counter()[0])
    kinds = [r["payload"].get("type") for r in parse(outcome.output)]
    assert 0 < kinds.count("reasoning") < 12
    assert all(kinds[i + 1] == "message" for i, kind in enumerate(kinds) if kind == "reasoning")
    roles = [r["payload"].get("role") for r in parse(outcome.output)]
    assert all(roles[i + 1] == "assistant" for i, kind in enumerate(kinds) if kind == "reasoning")


def test_repeated_texts_keep_their_own_events() -> None:
    said = [
        record_
        for n in range(3)
        for record_ in (
            item("message", role="user", content=[{"type": "input_text", "text": "Go on."}]),
            event("user_message", message="Go on.", images=[n]),
        )
    ]
    transcript = read(SESSION[0], *said)
    assert [m.mirrors for m in messages(transcript)] == [(((2, ())),), ((4, ()),), ((6, ()),)]


def test_completed_items_are_named_by_their_id() -> None:
    done = event("item_completed", item={"type": "CommandExecution", "id": "c1", "aggregated_output": LONG})
    output = item("function_call_output", id="o1", call_id="c1", output="Exit code: 0\nOutput:\n" + LONG)
    transcript = read(*SESSION[:2], SESSION[7], done, output)
    result = messages(transcript)[2]
    assert result.mirrors == ((3, ()),)
    assert [twin.path for twin in result.parts[0].twins] == [("payload", "item", "aggregated_output")]


def test_old_rollouts_hold_bare_items() -> None:
    transcript = read(*OLD)
    assert transcript.format == "codex"
    assert transcript.carried == 2
    output, _ = write_transcript(transcript, [make_plan(transcript, drop=(2, 3, 4))])
    mark = parse(output)[4]
    assert (mark["type"], mark["role"]) == ("message", "user")


def test_odd_outputs_are_read() -> None:
    outputs: list[Json] = [
        "text",
        {"content": "text", "success": True},
        [
            {"type": "input_text", "text": "text"},
            {"type": "input_image", "image_url": "data:image/png;base64,AA"},
        ],
        {"type": "input_text", "text": "text"},
        None,
        {"Ok": {"n": 1}},
    ]
    session = [SESSION[1]]
    for n, output in enumerate(outputs):
        session.append(item("function_call", name="f", arguments=None, call_id=f"c{n}"))
        session.append(item("function_call_output", call_id=f"c{n}", output=output))
    results = [m for m in messages(read(*session)) if m.role == "tool"]
    first = [next(p for p in m.parts if p.kind is Kind.RESULT) for m in results]
    assert [p.text for p in first] == ["text"] * 4 + ["", ""]
    assert [p.call_id for p in first] == [f"c{n}" for n in range(6)]
    assert sum(p.flat for m in results for p in m.parts) == 765


def test_harness_texts_are_not_the_task() -> None:
    opening = ["# AGENTS.md instructions for /srv\n\nx", "<recommended_plugins>\nx\n</recommended_plugins>"]
    said = [item("message", role="user", content=[{"type": "input_text", "text": t}]) for t in opening]
    voices = [m.parts[0].voice for m in messages(read(*said, SESSION[1]))]
    assert voices == [Voice.HARNESS, Voice.HARNESS, Voice.HUMAN]


def test_several_records_on_a_line() -> None:
    data = lines(*rollout(ITEMS))
    joined = data.replace(b"}\n{", b"}{")
    transcript = read_transcript(joined)
    assert len(messages(transcript)) == len(ITEMS)
    output, patch = write_transcript(transcript, [make_plan(transcript, drop=(2, 3, 4))])
    assert len(messages(read_transcript(output))) == len(ITEMS) - 2
    assert unsplice(output, patch) == joined


def _check_chain(before: bytes, after: bytes) -> None:
    """What `codex resume` goes by is intact: metadata, order, calls with their outputs, reasoning."""
    old, new = (
        [json.loads(data[c.start : c.end]) for c in read_transcript(data).chunks] for data in (before, after)
    )

    def rest(records: list[Json]) -> list[Json]:
        return [r for r in records if r.get("type") not in ("response_item", "event_msg")]

    def ids(records: list[Json], output: bool) -> Counter[str]:
        items = (r["payload"] for r in records if r.get("type") == "response_item")
        return Counter(
            i["call_id"] for i in items if i.get("call_id") and i["type"].endswith("_output") is output
        )

    assert rest(new) == rest(old)
    orphans = ids(new, output=True) - ids(new, output=False)
    assert not orphans - (ids(old, output=True) - ids(old, output=False))
    open_calls = ids(new, output=False) - ids(new, output=True)
    assert not open_calls - (ids(old, output=False) - ids(old, output=True))
    keys = [(r.get("timestamp"), r.get("type"), r.get("payload", {}).get("call_id")) for r in old]
    left = iter(keys)
    marks = 0
    for r in new:
        if r.get("type") == "response_item" and "[headroom drop: " in json.dumps(r["payload"]):
            marks += 1
            continue
        key = (r.get("timestamp"), r.get("type"), r.get("payload", {}).get("call_id"))
        assert any(key == other for other in left), key
    assert marks <= 1
    gone = ids(old, output=False) - ids(new, output=False)
    told = {r["payload"].get("call_id") for r in new if r.get("type") == "event_msg"}
    assert not told & gone.keys()


@pytest.mark.parametrize("share", [0.6, 0.25, 0.1])
def test_a_resumed_chain_is_intact(share: float) -> None:
    data = SAMPLE.read_bytes()
    _check_chain(data, compact(data, Policy(max_context_share=share), pick_counter()[0]).output)


@pytest.mark.skipif(not REAL, reason="the folder shared/transcripts is not beside the project")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name[-34:])
def test_real_chains_are_intact(path: Path) -> None:
    data = path.read_bytes()
    _check_chain(data, compact(data, Policy(max_context_share=0.1), pick_counter()[0]).output)
