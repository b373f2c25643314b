"""`headroom convert`: texts, calls and results arrive, and what does not is listed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headroom_cli.convert import TARGETS, convert
from headroom_cli.errors import UsageError
from headroom_cli.formats import read_transcript
from headroom_cli.laws import find_faults
from headroom_cli.model import Kind, Transcript
from tests.conformance import list_samples
from tests.shell import run
from tests.table_formats import ANTHROPIC, OPENAI, TOOL, document, lines
from tests.table_formats_datasets import SHAREGPT, SPANS, UI_MESSAGES

SAMPLES = list_samples()
# ShareGPT has one string per turn: texts of a turn are joined, results have no ids.
EXACT = ("openai", "anthropic", "gemini", "responses")


def texts(transcript: Transcript) -> Counter[str]:
    """What people, models and tools said, however it is spread over messages."""
    return Counter(
        part.text
        for message in transcript.messages()
        for part in message.parts
        if part.kind in (Kind.TEXT, Kind.RESULT) and part.text.strip()
    )


def calls(transcript: Transcript) -> list[tuple[str, Any]]:
    found = [p for m in transcript.messages() for p in m.parts if p.kind is Kind.CALL]
    return [(part.tool, json.loads(part.text) if part.text else {}) for part in found]


@pytest.mark.parametrize("target", EXACT)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples_are_read_back_with_the_same_texts(path: Path, target: str) -> None:
    source = read_transcript(path.read_bytes())
    made = convert(source, target)
    back = read_transcript(made.data)
    assert back.format.startswith(("openai", target))
    assert len(back.conversations) == len(source.conversations)
    spoken = (m for m in source.messages() if m.role in ("system", "developer"))
    systems = Counter(p.text for m in spoken for p in m.parts if p.kind is Kind.TEXT)
    wanted = texts(source) - (systems if target in ("anthropic", "gemini") else Counter())
    if target == "gemini":  # has one string per result, whose texts are joined
        everything = "\n".join(texts(back))
        assert [text for text in wanted if text not in everything] == []
    else:
        assert texts(back) >= wanted
    beside = "\n".join(part.text for c in back.conversations for _, part in c.preamble)
    assert all(text in beside or text in texts(back) for text in systems)
    for old, new in zip(source.conversations, back.conversations, strict=True):
        added = Counter(kind for kind, _ in find_faults(new)) - Counter(kind for kind, _ in find_faults(old))
        assert not added


@pytest.mark.parametrize("target", TARGETS)
def test_calls_keep_their_arguments_and_ids(target: str) -> None:
    source = read_transcript(document(OPENAI))
    back = read_transcript(convert(source, target).data)
    if target == "sharegpt":
        assert [name for name, _ in calls(back)] == ["grep"]
    else:
        assert calls(back) == calls(source)
        ids = {p.call_id for m in back.messages() for p in m.parts if p.kind is Kind.CALL}
        assert ids == {"c1"}
    results = [p for m in back.messages() for p in m.parts if p.kind is Kind.RESULT]
    assert [(part.tool, part.argument) for part in results] == [("grep", "compute")]


def test_thinking_is_carried_or_listed() -> None:
    source = read_transcript(document({"system": "Be terse.", "tools": [TOOL], "messages": ANTHROPIC}))
    assert dict(convert(source, "anthropic").lost) == {"thinking without a signature": 1}
    assert dict(convert(source, "sharegpt").lost) == {"thinking, for which the target has no place": 1}
    made = convert(source, "openai")
    assert made.lost == ()
    chat = json.loads(made.data)
    assert chat["messages"][0] == {"role": "system", "content": "Be terse."}
    assert chat["messages"][2]["reasoning_content"] == "Search."
    assert chat["tools"][0]["function"] == {
        "name": "Grep",
        "description": "search",
        "parameters": {"type": "object"},
    }


def test_media_and_other_records_are_listed() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    chat = [{"role": "user", "content": [{"type": "text", "text": "See."}, image]}, {"title": "no message"}]
    made = convert(read_transcript(document([*chat, *OPENAI])), "anthropic")
    assert dict(made.lost) == {
        "images, documents and other media": 1,
        "records that are no messages of the conversation": 1,
        "system messages from the middle, moved to the front": 1,
    }


def test_calls_without_ids_and_arguments_that_are_no_json_get_lawful_ones() -> None:
    legacy = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "not json"}},
        {"role": "function", "name": "f", "content": "done"},
    ]
    made = convert(read_transcript(document(legacy)), "openai")
    messages = json.loads(made.data)["messages"]
    call = messages[1]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"input": "not json"}
    assert call["id"] == messages[2]["tool_call_id"]
    assert call["id"].replace("_", "").isalnum()
    assert dict(made.lost) == {"calls whose arguments are no JSON object, wrapped under the key input": 1}


def test_results_of_no_call_become_user_text() -> None:
    made = convert(read_transcript(document([OPENAI[1], {**OPENAI[3], "content": "left over"}])), "openai")
    assert json.loads(made.data)["messages"][1] == {"role": "user", "content": "left over"}
    assert dict(made.lost) == {"results of no call, carried as user text": 1}


def test_a_call_and_its_result_in_one_message_become_two_turns() -> None:
    chat = json.loads(convert(read_transcript(document(UI_MESSAGES)), "openai").data)
    assert [m["role"] for m in chat["messages"]] == ["user", "assistant", "tool", "assistant"]


def test_arguments_are_taken_out_of_a_sharegpt_call() -> None:
    chat = json.loads(convert(read_transcript(document({"conversations": SHAREGPT})), "anthropic").data)
    assert chat["messages"][1]["content"][0]["input"] == {"pattern": "compute"}


def test_several_conversations_become_rows() -> None:
    made = convert(read_transcript(lines({"messages": OPENAI}, {"messages": OPENAI})), "sharegpt")
    assert made.data.count(b"\n") == made.conversations == 2
    assert len(read_transcript(made.data).conversations) == 2


def test_lone_surrogates_stay_escapes() -> None:
    data = b'[{"role": "user", "content": "\\ud83d"}, {"role": "assistant", "content": "?"}]'
    made = convert(read_transcript(data), "openai")
    assert b"\\ud83d" in made.data
    made.data.decode()


def test_an_unknown_target_names_the_valid_ones() -> None:
    with pytest.raises(UsageError, match="valid: openai, anthropic"):
        convert(read_transcript(document(OPENAI)), "xml")
    ran = run("convert", "--to", "opnai", "-", stdin=document(OPENAI))
    assert ran.status == 2
    assert "the nearest is openai" in ran.err


def test_the_command_writes_the_chat_and_says_what_is_missing(tmp_path: Path) -> None:
    spans, out = tmp_path / "spans.json", tmp_path / "chat.json"
    spans.write_bytes(document(SPANS))
    ran = run("compress", spans, "--max-tokens", "100", "--no-store")
    assert ran.status == 2
    assert "headroom convert" in ran.err
    ran = run("convert", spans, "--to", "openai", "-o", out, "--json")
    assert ran.status == 0
    report = json.loads(ran.out)
    assert (report["from"], report["to"], report["conversations"]) == ("otel", "openai", 1)
    assert report["lost"] == {"records that are no messages of the conversation": 2}
    assert "not carried over: 2 x records" in ran.err
    assert read_transcript(out.read_bytes()).format == "openai"
    assert run("compress", out, "--max-tokens", "100", "--no-store").status in (0, 1)
    assert run("convert", spans, "--to", "openai", "--json").status == 2
