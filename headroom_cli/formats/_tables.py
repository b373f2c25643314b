"""Tables whose rows are conversations: Parquet files, Arrow files and Arrow streams, by their magic.

A table is read as JSON lines, a row each, with the columns that hold conversations and those that belong to
them (`messages`, `conversations`, `prompt` and `completion`, `tools`, ...), chosen by name; any row format
may then claim it. A column may hold lists of structs, or texts that are JSON. With edits the file is written
again, always the same way, with its schema, metadata, compression and row groups; other columns keep their
values, and so do the rows that did not change.

This needs pyarrow (`pip install headroom-cli[parquet]`), which is imported when such a file is met.
"""

import json
from importlib import import_module
from typing import Any, Final

from headroom_cli.errors import InputError, LawBrokenError

_PARQUET: Final = b"PAR1"
_ARROW_FILE: Final = b"ARROW1"
_TALKS: Final = (
    "messages", "conversations", "conversation", "prompt", "completion", "chosen", "rejected", "traj",
    "contents", "history", "trajectory",
)  # fmt: skip
_SEEN: Final = 50  # rows of a text column that are looked at
_BESIDE: Final = ("system", "system_prompt", "tools", "functions", "oai_tools", "info", "model")


def unwrap(data: bytes) -> bytes:
    """The rows as JSON lines. Raises InputError for a table that cannot be read or holds no conversation."""
    table = _read(data)
    talks = _list_talks(table)
    if not talks:
        raise InputError(
            f"the table has no column of conversations ({', '.join(_TALKS)}); its columns are "
            f"{', '.join(table.column_names)}"
        )
    rows = _list_rows(table, talks)
    return b"".join(_dump(row).encode("utf-8", "surrogatepass") + b"\n" for row in rows)


def wrap(data: bytes, inner: bytes) -> bytes:
    """A table like that of `data` with the conversations of the lines `inner`."""
    table = _read(data)
    talks = _list_talks(table)
    before = [json.loads(_dump(row)) for row in _list_rows(table, talks)]
    after = [json.loads(line) for line in inner.split(b"\n") if line.strip()]
    if len(before) != len(after):
        raise LawBrokenError("a table lost a row: this is a bug in headroom")
    for name in talks:
        changed = [row for row, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        changed = [row for row in changed if before[row].get(name) != after[row].get(name)]
        if changed:
            table = _replace(table, name, {row: after[row][name] for row in changed})
    return _write(data, table)


def _arrow(name: str = "pyarrow") -> Any:
    """pyarrow or a part of it, which has no types."""
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            "the file is a Parquet or Arrow table; install headroom-cli[parquet] to read it"
        ) from error


def _read(data: bytes) -> Any:
    arrow = _arrow()
    try:
        if data.startswith(_PARQUET):
            return _arrow("pyarrow.parquet").read_table(arrow.BufferReader(data))
        ipc = _arrow("pyarrow.ipc")
        opened = ipc.open_file if data.startswith(_ARROW_FILE) else ipc.open_stream
        return opened(arrow.BufferReader(data)).read_all()
    except (arrow.ArrowException, OSError) as error:
        said = str(error).partition("\n")[0]
        raise InputError(f"the file begins like a table (Parquet, Arrow), but is damaged: {said}") from error


def _list_talks(table: Any) -> list[str]:
    """The columns that hold conversations: nested ones, and texts of which one is JSON."""
    types = _arrow().types
    found = []
    for name in _TALKS:
        if name not in table.column_names:
            continue
        kind = table.schema.field(name).type
        is_nested = types.is_list(kind) or types.is_large_list(kind) or types.is_struct(kind)
        if is_nested or (_is_text(kind) and _holds_json(table.column(name))):
            found.append(name)
    return found


def _holds_json(column: Any) -> bool:
    return any(_load(value) is not value for value in column.slice(0, _SEEN).to_pylist())


def _list_rows(table: Any, talks: list[str]) -> list[dict[str, Any]]:
    """The rows with what belongs to a conversation; nothing is said of null values."""
    names = [*talks, *(name for name in _BESIDE if name in table.column_names)]
    columns = {name: table.column(name).to_pylist() for name in names}
    texts = {name for name in names if _is_text(table.schema.field(name).type)}
    return [
        {
            name: _load(values[row]) if name in texts and name in talks else values[row]
            for name, values in columns.items()
            if values[row] is not None
        }
        for row in range(table.num_rows)
    ]


def _is_text(kind: Any) -> bool:
    types = _arrow().types
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _load(value: Any) -> Any:
    """The list or object that a text holds as JSON, else the value itself."""
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, list | dict) else value


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _replace(table: Any, name: str, changed: dict[int, Any]) -> Any:
    """The table with other values in some rows of one column."""
    arrow = _arrow()
    position = table.column_names.index(name)
    field = table.schema.field(position)
    values = table.column(position).to_pylist()
    for row, value in changed.items():
        is_packed = isinstance(values[row], str) and not isinstance(value, str)
        values[row] = _dump(value) if is_packed else _fit(value, field.type)
    column = arrow.chunked_array([arrow.array(values, type=field.type)], type=field.type)
    return table.set_column(position, field, column)


def _fit(value: Any, kind: Any) -> Any:
    """A value as the type of its column wants it: a text where only lists of blocks fit becomes one block."""
    types = _arrow().types
    if types.is_struct(kind) and isinstance(value, dict):
        return {
            kind.field(i).name: _fit(value.get(kind.field(i).name), kind.field(i).type)
            for i in range(kind.num_fields)
        }
    if types.is_list(kind) or types.is_large_list(kind):
        inner = kind.value_type
        if isinstance(value, str) and types.is_struct(inner):
            return [_fit({"type": "text", "text": value}, inner)]
        return [_fit(item, inner) for item in value] if isinstance(value, list) else value
    return value


def _write(data: bytes, table: Any) -> bytes:
    """A table in the container of `data`, with the same compression and sizes of groups."""
    arrow = _arrow()
    sink = arrow.BufferOutputStream()
    if data.startswith(_PARQUET):
        parquet = _arrow("pyarrow.parquet")
        old = parquet.ParquetFile(arrow.BufferReader(data)).metadata
        group = old.row_group(0) if old.num_row_groups else None
        codec = group.column(0).compression.lower() if group and group.num_columns else "snappy"
        codec = "none" if codec == "uncompressed" else codec
        rows = max(1, group.num_rows) if group else None
        parquet.write_table(table, sink, compression=codec, row_group_size=rows)
    else:
        ipc = _arrow("pyarrow.ipc")
        made = ipc.new_file if data.startswith(_ARROW_FILE) else ipc.new_stream
        with made(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=1_000)
    return bytes(sink.getvalue())
