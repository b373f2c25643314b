"""What Cline, Roo, Aider, ChatGPT, Langfuse and VS Code keep beside the talk, and that reading is all."""

import json

import pytest

from headroom_cli.compact import compact
from headroom_cli.errors import InputError, UsageError
from headroom_cli.formats import read_transcript
from headroom_cli.model import Message, Policy
from headroom_cli.tokens import pick_counter
from tests.table_formats import LONG, document
from tests.table_formats_agents import AIDER, COPILOT, NODES, TALK, TRACE, said


def read(data: bytes) -> tuple[Message, ...]:
    return read_transcript(data).conversations[0].messages


def first_texts(messages: tuple[Message, ...]) -> list[str]:
    return [message.parts[0].text for message in messages]


# Cline and Roo


def test_roo_messages_that_were_condensed_are_carried() -> None:
    old = {"role": "user", "content": "Long ago.", "ts": 1, "condenseParent": "s1"}
    summary = {"role": "user", "content": "Summary.", "isSummary": True, "condenseId": "s1", "ts": 2}
    tail = [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "x", "input": {}}]}]
    transcript = read_transcript(document([old, summary, *tail]))
    assert first_texts(transcript.conversations[0].messages) == ["Summary.", "{}"]
    assert transcript.carried == 1


def test_cline_documents_have_a_prompt_and_files() -> None:
    attached = {"type": "file", "path": "a.py", "content": LONG}
    call = {"type": "tool_use", "id": "t", "name": "search", "input": {}}
    result = {
        "type": "tool_result",
        "tool_use_id": "t",
        "content": [{"query": "q", "result": LONG, "success": True}],
    }
    data = document(
        {
            "version": 1,
            "sessionId": "s",
            "system_prompt": "Be terse.",
            "messages": [
                {"role": "user", "content": [said("Go."), attached]},
                {"role": "assistant", "content": [call]},
                {"role": "user", "content": [result]},
            ],
        }
    )
    conversation = read_transcript(data).conversations[0]
    assert [part.text for _, part in conversation.preamble] == ["Be terse."]
    assert conversation.messages[0].parts[1].text == LONG
    assert conversation.messages[2].parts[0].text == LONG


# Read only


def test_aider_tells_speakers_by_their_line_ends() -> None:
    for data in (AIDER, AIDER.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + AIDER.lstrip()):
        messages = read(data)
        assert [message.role for message in messages] == ["user", "assistant", "user", "assistant"]
        assert "And who calls it?" in messages[0].parts[0].text
        assert "#### not the user" in messages[1].parts[0].text
    assert len(read_transcript(AIDER * 2).conversations) == 2
    with pytest.raises(InputError, match="not JSON"):
        read_transcript(AIDER, format_name="openai")


def test_chatgpt_follows_the_current_branch() -> None:
    transcript = read_transcript(document(TALK))
    assert "Nowhere." not in first_texts(transcript.conversations[0].messages)
    assert transcript.carried == 2
    circle = {**TALK, "mapping": {**TALK["mapping"], "n1": {**NODES[1], "parent": "n4"}}}
    assert len(read(document(circle))) == 4


def test_langfuse_takes_the_longest_history() -> None:
    transcript = read_transcript(document(TRACE))
    assert len(transcript.conversations) == 1
    assert transcript.carried == 3


def test_copilot_results_are_trees_of_text() -> None:
    leaf = {"type": 2, "text": "one"}
    tree = {
        "node": {
            "type": 1,
            "children": [leaf, {"children": [{**leaf, "text": "two", "lineBreakBefore": True}]}],
        }
    }
    chat = json.loads(document(COPILOT))
    chat["requests"][0]["result"]["metadata"]["toolCallResults"]["v1"]["content"] = [{"value": tree}]
    assert read(document(chat))[2].parts[0].text == "one\ntwo"
    chat["requests"][0]["result"] = {}
    assert first_texts(read(document(chat)))[1:] == ["In src/app.py."]


@pytest.mark.parametrize("data", [AIDER, document(TALK), document(TRACE), document(COPILOT)])
def test_what_cannot_be_edited_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="headroom convert"):
        compact(data, Policy(max_context_share=0.5), pick_counter()[0])
