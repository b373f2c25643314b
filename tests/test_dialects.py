"""How messages of the chat APIs turn into parts: shapes, oddities, voices, pairing."""

from typing import Any

import pytest

from headroom_cli.dialects import anthropic, arguments, openai, voices
from headroom_cli.formats import read_transcript
from headroom_cli.model import Kind, Message, Part, Voice
from tests.table_formats import document

Json = Any


def read(*messages: Json, format_name: str = "openai") -> tuple[Message, ...]:
    return read_transcript(document(list(messages)), format_name=format_name).conversations[0].messages


def brief(parts: tuple[Part, ...]) -> list[tuple[str, str, tuple[str | int, ...]]]:
    return [(part.kind.value, part.text, part.at) for part in parts]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, []),
        ("", []),
        ("hi", [("text", "hi", ("content",))]),
        (["a", "b"], [("text", "a", ("content", 0)), ("text", "b", ("content", 1))]),
        ({"type": "text", "text": "one"}, [("text", "one", ("content", "text"))]),
        ([{"type": "text", "value": "v"}], [("text", "v", ("content", 0, "value"))]),
        ([{"type": "odd", "text": "?"}], [("opaque", "", ("content", 0))]),
        ([None, 7], [("opaque", "", ("content", 0)), ("opaque", "", ("content", 1))]),
    ],
)
def test_openai_contents(content: Json, expected: Json) -> None:
    _, parts = openai.read_message({"role": "user", "content": content})
    assert brief(parts) == expected


def test_images_and_files_have_a_flat_cost_and_no_text() -> None:
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 9_000}}
    file = {"type": "file", "file": {"file_data": "A" * 100_000, "filename": "a.pdf"}}
    _, parts = openai.read_message({"role": "user", "content": [url, file]})
    assert [(part.kind, part.text, part.flat) for part in parts] == [
        (Kind.OPAQUE, "", 765),
        (Kind.OPAQUE, "", 3_200),
    ]
    assert [part.block for part in parts] == [("content", 0), ("content", 1)]
    image = {"type": "image", "source": {"type": "base64", "data": "A" * 9_000}}
    pdf = {"type": "document", "source": {"type": "base64", "data": "A" * 100_000}}
    result = {"type": "tool_result", "tool_use_id": "1", "content": [image]}
    _, parts = anthropic.read_message({"role": "user", "content": [image, pdf, result]})
    assert [part.flat for part in parts] == [1_600, 3_200, 1_600, 0]
    assert all(not part.text for part in parts)
    assert [part.kind for part in parts[2:]] == [Kind.OPAQUE, Kind.RESULT]


def test_openai_calls_in_every_shape() -> None:
    packed = '{"id": "3", "function": {"name": "c", "arguments": "{\\"url\\": \\"u\\"}"}}'
    calls: list[Json] = [
        {"id": "1", "type": "function", "function": {"name": "a", "arguments": '{"path": "p"}'}},
        {"id": "2", "name": "b", "arguments": {"command": ["ls", "-l"]}},
        packed,
        {"id": "4", "function": {"name": "d", "arguments": "not json"}},
        {"id": "5", "function": {"name": "e", "arguments": None}},
        {"id": "6", "type": "custom", "custom": {"name": "f", "input": "x" * 300}},
    ]
    _, parts = openai.read_message({"role": "assistant", "content": None, "tool_calls": calls})
    assert [(p.call_id, p.tool, p.argument, p.encoded) for p in parts] == [
        ("1", "a", "p", True),
        ("2", "b", "ls -l", False),
        ("3", "c", "u", False),
        ("4", "d", "", True),
        ("5", "e", "", False),
        ("6", "f", "", False),
    ]
    assert [p.text for p in parts[:5]] == [
        '{"path": "p"}',
        '{"command":["ls","-l"]}',
        '{"url": "u"}',
        "not json",
        "",
    ]
    assert [len(p.leaves) for p in parts] == [0, 0, 0, 0, 0, 1]
    assert all(p.block == ("tool_calls", i) for i, p in enumerate(parts))
    foreign = {"type": "tool_call", "tool_call_id": "7", "name": "g", "arguments": "{}"}
    _, parts = openai.read_message({"role": "assistant", "content": [foreign]})
    assert (parts[0].kind, parts[0].call_id, parts[0].at) == (Kind.CALL, "7", ("content", 0, "arguments"))


def test_reasoning_counts_once_and_never_goes_alone() -> None:
    value = {
        "role": "assistant",
        "content": "x",
        "reasoning": "why",
        "reasoning_content": "why",
        "refusal": "no",
    }
    _, parts = openai.read_message(value)
    assert brief(parts) == [
        ("thinking", "why", ("reasoning_content",)),
        ("text", "x", ("content",)),
        ("text", "no", ("refusal",)),
    ]
    assert parts[0].block is None


def test_legacy_functions_pair_by_name_and_order() -> None:
    def call(name: str, path: str) -> Json:
        return {"role": "assistant", "function_call": {"name": name, "arguments": f'{{"path": "{path}"}}'}}

    def result(name: str) -> Json:
        return {"role": "function", "name": name, "content": "out"}

    messages = read(
        {"role": "user", "content": "go"}, call("f", "1"), call("g", "2"), result("g"), result("f")
    )
    f, g, of_g, of_f = (message.parts[0] for message in messages[1:])
    assert f.call_id
    assert f.call_id != g.call_id
    assert (of_g.call_id, of_g.argument) == (g.call_id, "2")
    assert (of_f.call_id, of_f.argument) == (f.call_id, "1")
    assert of_f.kind is Kind.RESULT
    assert of_f.block is None


def test_results_without_an_id_take_the_oldest_open_call() -> None:
    calls = [{"id": str(n), "function": {"name": "f", "arguments": f'{{"n": "{n}"}}'}} for n in range(2)]
    tool = {"role": "tool", "name": "f", "content": ""}
    messages = read(
        {"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": calls}, tool, tool, tool
    )
    assert [message.parts[0].call_id for message in messages[2:]] == ["0", "1", ""]
    assert [message.parts[0].text for message in messages[2:]] == ["", "", ""]


def test_anthropic_results_share_their_block() -> None:
    content: list[Json] = [
        {"type": "text", "text": "one"},
        {"type": "image", "source": {}},
        {"type": "text", "text": "two"},
        {"query": "q", "result": "three", "success": True},
    ]
    block = {"type": "tool_result", "tool_use_id": "t", "content": content}
    use = {"type": "tool_use", "id": "t", "name": "Read", "input": {"file_path": "a.py", "limit": 3}}
    call, result = read(
        {"role": "assistant", "content": [use]}, {"role": "user", "content": [block]}, format_name="anthropic"
    )
    assert (call.parts[0].text, call.parts[0].at) == (
        '{"file_path":"a.py","limit":3}',
        ("content", 0, "input"),
    )
    assert [part.text for part in result.parts if part.kind is Kind.RESULT] == ["one", "two", "three"]
    for part in result.parts:
        assert (part.call_id, part.tool, part.argument) == ("t", "Read", "a.py")
        assert (part.block, part.voice) == (("content", 0), Voice.RESULT)
    assert result.parts[3].at == ("content", 0, "content", 3, "result")


def test_anthropic_thinking_and_server_tools() -> None:
    content: list[Json] = [
        {"type": "thinking", "thinking": "hm", "signature": "A" * 4_000},
        {"type": "redacted_thinking", "data": "A" * 4_000},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "s",
            "content": [{"type": "web_search_result", "title": "T", "encrypted_content": "A" * 4_000}],
        },
        {"type": "container_upload", "file_id": "f"},
    ]
    _, parts = anthropic.read_message({"role": "assistant", "content": content})
    assert [(part.kind, part.text) for part in parts] == [
        (Kind.THINKING, "hm"),
        (Kind.THINKING, ""),
        (Kind.OPAQUE, '{"query":"x"}'),
        (Kind.OPAQUE, "T"),
        (Kind.OPAQUE, ""),
    ]
    assert [part.block for part in parts] == [("content", 0), ("content", 1), None, None, ("content", 4)]


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("Fix the bug.", Voice.HUMAN),
        ("What does <system-reminder> mean?", Voice.HUMAN),
        ("<system-reminder>x</system-reminder>\nFix the bug.", Voice.HUMAN),
        ("<div>hello</div>", Voice.HUMAN),
        ("<task>\nFix.\n</task>", Voice.HUMAN),
        ("Why does it print [headroom log: 1 of 9 lines] here?", Voice.HUMAN),
        ("<system-reminder>x</system-reminder>", Voice.HARNESS),
        ("\n<system-reminder>x\n</system-reminder>\n<system-reminder>unclosed", Voice.HARNESS),
        ("<command-name>/clear</command-name>\n  <command-args></command-args>", Voice.HARNESS),
        ("<local-command-stdout>ok</local-command-stdout>", Voice.HARNESS),
        ("<task-notification>\n<task-id>1</task-id>\n</task-notification>", Voice.HARNESS),
        ("<environment_context>\n  <cwd>/x</cwd>\n</environment_context>", Voice.HARNESS),
        ("# AGENTS.md instructions for /x\n\n<INSTRUCTIONS>", Voice.HARNESS),
        (
            "Caveat: The messages below were generated by the user while running local commands.",
            Voice.HARNESS,
        ),
        ("[Request interrupted by user for tool use]", Voice.HARNESS),
        ("<returncode>0</returncode>\n<output>\nx</output>", Voice.RESULT),
        ("OBSERVATION:\nx", Voice.RESULT),
        ("[read_file for 'a.py'] Result:", Voice.RESULT),
        ("[execute_command for 'echo \"a\"\nls'] Result:\nok", Voice.RESULT),
        ("x\n(Open file: n/a)\n(Current directory: /r)\nbash-$", Voice.RESULT),
        ("[headroom drop: 3 tool; ref 0123456789ab]", Voice.OURS),
        ("[headroom drop: 3 tool]\nand this?", Voice.HUMAN),
        ("[headroom log: 1 of 9 lines; ref 0123456789ab]\nline", Voice.HUMAN),
        ("[headroom log: 1 of 9 lines; result; ref 0123456789ab]\nline", Voice.RESULT),
        ("# [headroom stub: 0 of 9 lines; 80 tokens; result]", Voice.RESULT),
        ("[headroom lines: 1 of 9 lines; harness]\nx", Voice.HARNESS),
        ("[headroom fold runs]\nOBSERVATION: x", Voice.RESULT),
    ],
)
def test_voices(text: str, voice: Voice) -> None:
    assert voices.tell_voice(text) is voice


def test_blocks_after_a_cline_result_are_its_body() -> None:
    def spoken(*texts: str) -> list[Voice]:
        content = [{"type": "text", "text": text} for text in texts]
        return [part.voice for part in openai.read_message({"role": "user", "content": content})[1]]

    details = "<environment_details>\nx\n</environment_details>"
    assert spoken("[ls] Result:", "a\nb", details) == [Voice.RESULT, Voice.RESULT, Voice.HARNESS]
    assert spoken("[ls] Result:", "<feedback>No!</feedback>") == [Voice.RESULT, Voice.HUMAN]
    assert spoken("Look:", "a\nb", details) == [Voice.HUMAN, Voice.HUMAN, Voice.HARNESS]


def test_somebody_is_human() -> None:
    mark = {"role": "user", "content": "[headroom drop: 3 tool]"}
    messages = read(
        mark, {"role": "user", "content": "OBSERVATION: x"}, {"role": "user", "content": "OBSERVATION: y"}
    )
    assert [message.parts[0].voice for message in messages] == [Voice.OURS, Voice.HUMAN, Voice.RESULT]
    assert not any(
        part.voice for message in read({"role": "assistant", "content": "x"}) for part in message.parts
    )


def test_arguments() -> None:
    long = "x" * 200
    found = arguments.find_leaves({"a": long, "b": [{"c": long}, "short", 3], "d": {"e": None}})
    assert [(leaf.path, leaf.text) for leaf in found] == [(("a",), long), (("b", 0, "c"), long)]
    assert arguments.find_leaves(long) == ()
    assert arguments.main_argument({"limit": 3, "note": "n", "command": "ls"}) == "ls"
    assert arguments.main_argument({"limit": 3, "body": long + "x", "note": "n"}) == "n"
    assert arguments.main_argument(["ls"]) == ""
    assert arguments.parse("[" * 5_000) is None
    assert arguments.parse('"\\ud83d"') == "\ud83d"
    assert arguments.compact({"a": "\ud83d", "b": 2**70}) == '{"a":"\ud83d","b":1180591620717411303424}'
