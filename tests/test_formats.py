"""The contract of formats, over the rows of the table; sniffing, errors, and files of other programs."""

import contextlib
import json
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli import formats
from headroom_cli.errors import InputError, UsageError
from headroom_cli.formats import FORMATS, raw_messages, read_transcript, write_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.model import Kind, Message, Patch, Voice
from tests.plans import make_plan, rewrite
from tests.table import FORMAT_ROWS
from tests.table_formats import (
    ANTHROPIC,
    FOREIGN,
    OPENAI,
    PLAIN,
    FormatRow,
    document,
    lines,
)

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared" / "transcripts"
IN_THESE_FORMATS = (
    "openai_chat", "openai_ft_jsonl", "openai_legacy_function", "openai_multimodal", "anthropic_request",
    "claude_code", "cline_api",
)  # fmt: skip

WRITTEN = [row for row in FORMAT_ROWS if row.writes]
rows = pytest.mark.parametrize("row", FORMAT_ROWS, ids=lambda row: row.name)
written = pytest.mark.parametrize("row", WRITTEN, ids=lambda row: row.name)


def texts(messages: tuple[Message, ...]) -> list[tuple[str, ...]]:
    return [tuple(part.text for part in message.parts) for message in messages]


def test_every_module_is_in_the_roster_and_has_a_row() -> None:
    folder = Path(formats.__file__).parent
    modules = {path.stem.replace("_", "-") for path in folder.glob("[a-z]*.py")}
    assert modules == set(FORMATS) == {row.name for row in FORMAT_ROWS}
    for name, module in FORMATS.items():
        assert name == module.NAME
        assert module.READS
        assert bool(module.WRITES) == next(row.writes for row in FORMAT_ROWS if row.name == name)
        assert module.RULE
        assert isinstance(module, ModuleType)
        assert module.__doc__


@rows
def test_a_row_is_read_in_its_format(row: FormatRow) -> None:
    transcript = read_transcript(row.sample)
    assert transcript.format == row.name
    assert len(transcript.conversations) == row.conversations
    messages = transcript.conversations[0].messages
    assert [message.index for message in messages] == list(range(row.messages))
    assert any(part.voice is Voice.HUMAN for message in messages for part in message.parts)
    if row.result < 0:
        assert not any(part.kind is Kind.RESULT for message in messages for part in message.parts)
        return
    result = messages[row.result].parts[row.part]
    assert result.kind is Kind.RESULT
    assert result.tool.lower() == row.tool
    assert result.argument == row.about
    assert bool(result.call_id) == bool(row.tool)


@rows
def test_claims(row: FormatRow) -> None:
    for data in (row.sample, *row.claims):
        assert read_transcript(data).format == row.name
    for data in row.leaves:
        with contextlib.suppress(InputError):
            assert read_transcript(data).format != row.name


@rows
def test_no_edits_give_the_very_same_bytes(row: FormatRow) -> None:
    for data in (row.sample, b"\xef\xbb\xbf" + row.sample.replace(b"\n", b"\r\n"), row.sample.rstrip()):
        transcript = read_transcript(data)
        plans = [make_plan(transcript, i) for i in range(len(transcript.conversations))]
        assert write_transcript(transcript, plans) == (data, Patch())


@written
def test_a_dropped_step_leaves_one_placeholder(row: FormatRow) -> None:
    transcript = read_transcript(row.sample)
    old = transcript.conversations[0].messages
    output, patch = write_transcript(transcript, [make_plan(transcript, drop=row.step)])
    after = read_transcript(output, format_name=row.name)
    new = after.conversations[0].messages
    assert len(new) == len(old) - len(row.step) + 1
    mark = new[row.step[0]]
    assert mark.role == "user"
    assert [part.voice for part in mark.parts] == [Voice.OURS]
    assert mark.parts[0].text.startswith("[headroom drop: ")
    rest = (*new[: mark.index], *new[mark.index + 1 :])
    assert texts(rest) == [t for i, t in enumerate(texts(old)) if i not in row.step]
    assert after.conversations[1:] == transcript.conversations[1:]
    assert unsplice(output, patch) == row.sample


@written
def test_a_trimmed_result_changes_its_own_literal_only(row: FormatRow) -> None:
    transcript = read_transcript(row.sample)
    change = rewrite(transcript, row.result, row.part, '[headroom search: 1 of 40 lines]\n"naïve" ✓\n')
    output, patch = write_transcript(transcript, [make_plan(transcript, change={row.result: (change,)})])
    after = read_transcript(output)
    assert after.format == row.name
    expected = texts(transcript.conversations[0].messages)
    before = expected[row.result]
    expected[row.result] = (*before[: row.part], change.text, *before[row.part + 1 :])
    assert texts(after.conversations[0].messages) == expected
    assert len(patch.splices) == 1
    assert unsplice(output, patch) == row.sample


@written
def test_raw_messages_are_what_stands_in_the_file(row: FormatRow) -> None:
    transcript = read_transcript(row.sample)
    pieces = [raw_messages(transcript, 0, [index]) for index in row.step]
    for piece in pieces:
        assert piece.endswith(b"\n")
        assert piece[:-1] in row.sample
        assert isinstance(json.loads(piece), dict)
    assert raw_messages(transcript, 0, row.step) == b"".join(pieces)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(row=st.sampled_from(WRITTEN), data=st.data())
def test_any_drop_leaves_the_others_as_they_were(row: FormatRow, data: st.DataObject) -> None:
    transcript = read_transcript(row.sample)
    old = transcript.conversations[0].messages
    drop = data.draw(st.sets(st.sampled_from(range(len(old))), max_size=len(old) - 1))
    mark = data.draw(st.booleans())
    output, patch = write_transcript(transcript, [make_plan(transcript, drop=drop, mark=mark)])
    new = read_transcript(output, format_name=row.name).conversations[0].messages
    kept = [t for t in texts(new) if not t or not t[0].startswith("[headroom drop")]
    assert kept == [t for i, t in enumerate(texts(old)) if i not in drop]
    assert len(new) - len(kept) == bool(drop and mark)
    assert unsplice(output, patch) == row.sample


def test_thinking_is_cut_as_a_block() -> None:
    data = document(ANTHROPIC)
    transcript = read_transcript(data)
    output, _ = write_transcript(transcript, [make_plan(transcript, cut={1: (0,)}, mark=False)])
    assert json.loads(output)[1]["content"] == ANTHROPIC[1]["content"][1:]


def test_leaves_of_encoded_and_of_object_arguments() -> None:
    body = "line\n" * 60
    call = {"name": "write", "arguments": json.dumps({"path": "a.py", "n": 1.50, "content": body})}
    encoded = document(
        [
            {"role": "user", "content": "go"},
            {"role": "assistant", "tool_calls": [{"id": "1", "function": call}]},
        ]
    )
    plain = document(
        [
            {"role": "user", "content": "go"},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "1", "name": "write", "input": {"content": body}}],
            },
        ]
    )
    for data in (encoded, plain):
        transcript = read_transcript(data)
        part = transcript.conversations[0].messages[1].parts[0]
        assert [leaf.text for leaf in part.leaves] == [body]
        change = rewrite(transcript, 1, 0, 'short "one"\n', leaf=0)
        output, patch = write_transcript(transcript, [make_plan(transcript, change={1: (change,)})])
        again = read_transcript(output).conversations[0].messages[1].parts[0]
        assert json.loads(again.text)["content"] == 'short "one"\n'
        assert unsplice(output, patch) == data
    assert "1.5" in read_transcript(encoded).conversations[0].messages[1].parts[0].text


def test_training_rows_and_preambles() -> None:
    row, plain = read_transcript(
        lines({"messages": OPENAI, "tools": [{"a": 1}]}, {"messages": PLAIN})
    ).conversations
    assert row.training
    assert [(role, part.text) for role, part in row.preamble] == [("tools", '[{"a":1}]')]
    assert not plain.preamble
    logged = read_transcript(lines({"model": "m", "messages": OPENAI}, {"model": "m", "messages": PLAIN}))
    assert not any(conversation.training for conversation in logged.conversations)
    assert read_transcript(document({"messages": OPENAI})).conversations[0].training
    assert not read_transcript(document({"messages": OPENAI, "model": "m"})).conversations[0].training
    request = read_transcript(document({"system": "Be terse.", "tools": [{"b": 2}], "messages": ANTHROPIC}))
    assert [(role, part.text) for role, part in request.conversations[0].preamble] == [
        ("system", "Be terse."),
        ("tools", '[{"b":2}]'),
    ]


def test_lines_that_are_no_message_are_carried() -> None:
    data = lines({"title": "a chat"}, *OPENAI, *OPENAI)
    transcript = read_transcript(data)
    assert (transcript.format, transcript.carried) == ("openai-lines", 1)
    output, _ = write_transcript(transcript, [make_plan(transcript, drop={2, 3})])
    assert output.startswith(lines({"title": "a chat"}))


def test_invalid_lines_are_an_error_or_carried() -> None:
    data = lines(*OPENAI) + b'{"role": "user", "con\n'
    with pytest.raises(InputError, match="line 8"):
        read_transcript(data)
    transcript = read_transcript(data, keep_invalid=True)
    assert transcript.invalid == 1
    assert write_transcript(transcript, [])[0] == data


@pytest.mark.parametrize(("name", "data"), FOREIGN)
def test_files_of_other_programs_are_refused_by_name(name: str, data: bytes) -> None:
    with pytest.raises(InputError, match=name):
        read_transcript(data)


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"nearest is openai-rows.*valid names are claude-code, openai,"):
        read_transcript(b"[]", format_name="openai-row")


def test_a_wrong_format_quotes_the_first_record() -> None:
    for name, data in (
        ("anthropic", document(OPENAI)),
        ("openai", document(ANTHROPIC)),
        ("claude-code", document(PLAIN)),
    ):
        with pytest.raises(InputError, match=f"not {name}.*role"):
            read_transcript(data, format_name=name)


def test_two_equally_sure_formats_are_named() -> None:
    mixed = [
        PLAIN[0],
        {"role": "tool", "content": "x"},
        {"role": "assistant", "content": [{"type": "thinking"}]},
    ]
    with pytest.raises(InputError, match="openai or anthropic: name one with --format"):
        read_transcript(document(mixed))
    assert read_transcript(document(mixed), format_name="anthropic").format == "anthropic"


def test_a_plain_chat_is_read_in_the_named_dialect() -> None:
    assert read_transcript(document(PLAIN), format_name="anthropic").format == "anthropic"
    assert read_transcript(lines({"messages": PLAIN}), format_name="openai-rows").conversations[0].training


def test_real_files_are_read_and_written_as_they_are() -> None:
    if not SHARED.is_dir():
        pytest.skip("the folder of real transcripts is not there")
    for folder in IN_THESE_FORMATS:
        for path in sorted((SHARED / folder).iterdir()):
            data = path.read_bytes()
            transcript = read_transcript(data)
            plans = [make_plan(transcript, i) for i in range(len(transcript.conversations))]
            assert write_transcript(transcript, plans)[0] == data, path.name
