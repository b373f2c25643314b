"""Parquet and Arrow: rows that are conversations, compacted inside a table that is written anew."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from headroom_cli.compact import compact
from headroom_cli.errors import InputError
from headroom_cli.formats import read_transcript, write_transcript
from headroom_cli.model import Patch, Policy
from headroom_cli.tokens import pick_counter
from tests.conformance import FOLDER, judge
from tests.plans import make_plan
from tests.table_formats import OPENAI, PLAIN
from tests.table_formats_datasets import HF_ROW, SHAREGPT

Build = Any


def parquet(rows: list[dict[str, Any]], **options: Any) -> bytes:
    import pyarrow as arrow
    import pyarrow.parquet

    sink = io.BytesIO()
    pyarrow.parquet.write_table(arrow.Table.from_pylist(rows), sink, **options)
    return sink.getvalue()


def arrow_stream(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as arrow
    import pyarrow.ipc

    table, sink = arrow.Table.from_pylist(rows), io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def arrow_file(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as arrow
    import pyarrow.ipc

    table, sink = arrow.Table.from_pylist(rows), io.BytesIO()
    with pyarrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def rows_of(data: bytes) -> list[dict[str, Any]]:
    import pyarrow.parquet

    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    return rows


@pytest.fixture(autouse=True)
def _needs_pyarrow(request: pytest.FixtureRequest) -> None:
    if "without" not in request.node.name:
        pytest.importorskip("pyarrow", reason="pyarrow is not installed (the extra [parquet])")


@pytest.mark.parametrize("build", [parquet, arrow_stream, arrow_file])
@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([{"id": 1, "messages": OPENAI}, {"id": 2, "messages": PLAIN}], "openai-rows"),
        ([{"conversations": SHAREGPT, "score": 1.5}, {"conversations": SHAREGPT}], "sharegpt"),
        ([{"messages": json.dumps(OPENAI)}, {"messages": json.dumps(PLAIN)}], "openai-rows"),
        ([HF_ROW, HF_ROW], "hf-rows"),
    ],
)
def test_rows_are_read_and_unedited_files_keep_their_bytes(
    build: Build, rows: list[dict[str, Any]], name: str
) -> None:
    data = build(rows)
    transcript = read_transcript(data)
    assert (transcript.format, len(transcript.conversations)) == (name, 2)
    assert write_transcript(transcript, [make_plan(transcript)]) == (data, Patch())


@pytest.mark.parametrize("build", [parquet, arrow_stream, arrow_file])
@pytest.mark.parametrize("name", ["sharegpt_tide_tables.jsonl", "hf_rows_tide_tables.jsonl"])
def test_laws_hold(build: Build, name: str, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
    path = tmp_path / "rows"
    path.write_bytes(build(rows))
    counter = pick_counter()[0]
    for share in (0.6, 0.25, 0.1):
        verdict = judge(path, share, counter)
        assert not verdict.problem
        assert verdict.met


def test_other_columns_rows_and_settings_stay() -> None:
    rows = [{"id": n, "when": b"\x00", "messages": OPENAI if n % 2 else PLAIN} for n in range(6)]
    data = parquet(rows, compression="gzip", row_group_size=2)
    done = compact(data, Policy(max_context_tokens=300), pick_counter()[0])
    assert done.output != data
    assert done.output == compact(data, Policy(max_context_tokens=300), pick_counter()[0]).output
    before, after = rows_of(data), rows_of(done.output)
    assert [(row["id"], row["when"]) for row in after] == [(row["id"], row["when"]) for row in before]
    assert [after[n] == before[n] for n in range(6)] == [True, False] * 3

    import pyarrow.parquet

    old, new = (pyarrow.parquet.ParquetFile(io.BytesIO(blob)) for blob in (data, done.output))
    assert new.schema_arrow == old.schema_arrow
    assert new.metadata.num_row_groups == old.metadata.num_row_groups == 3
    assert new.metadata.row_group(0).column(0).compression == "GZIP"


def test_a_placeholder_fits_a_column_of_blocks() -> None:
    blocks = [
        {**message, "content": [{"type": "text", "text": message["content"] or "-"}], "tool_calls": None}
        for message in OPENAI
    ]
    for message, old in zip(blocks, OPENAI, strict=True):
        message["tool_calls"] = old.get("tool_calls")
    data = parquet([{"messages": blocks}, {"messages": blocks}])
    transcript = read_transcript(data)
    output, patch = write_transcript(transcript, [make_plan(transcript, drop={2, 3})])
    assert patch.splices == ((0, len(output), data),)
    content = rows_of(output)[0]["messages"][2]["content"]
    assert content[0]["text"].startswith("[headroom drop: ")
    assert read_transcript(output).format == transcript.format


def test_a_table_without_conversations_or_cut_short_is_an_error() -> None:
    with pytest.raises(InputError, match=r"no column of conversations.*its columns are id, text"):
        read_transcript(parquet([{"id": 1, "text": "hi"}]))
    with pytest.raises(InputError, match="damaged"):
        read_transcript(parquet([{"messages": PLAIN}])[:-20])
    with pytest.raises(InputError, match="damaged"):
        read_transcript(b"ARROW1\0\0rubbish")


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"headroom-cli\[parquet\]"):
        read_transcript(b"PAR1" + b"\0" * 20)
