"""Rows of data sets with a prompt and a completion, both lists of messages in OpenAI's dialect, as JSONL.

What evaluation harnesses (verifiers) and trainers (TRL) write and the Hugging Face viewer shows. A row is
one conversation: its prompt, then its completion. Preference rows have `chosen` and `rejected` in place of
the completion: the chosen one is read, the other carried. Tool definitions stand under `tools`,
`info.oai_tools` or `oai_tools`, and count. The last answer of a row is its target and never changes.

Oddities: `tool_calls` whose elements are JSON strings, which are read and never edited; results without the
id of their call, which belong to the oldest open call; prompts that are plain texts, with completions that
are plain texts: such rows have nothing to compact and are carried.
"""

from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai as dialect
from headroom_cli.formats import _edits, _evidence
from headroom_cli.formats._conversations import Place, build
from headroom_cli.model import Chunk, Edit, Part, Path, Plan, Transcript

NAME = "hf-rows"
READS = "Rows of a data set with prompt and completion as lists of messages, JSONL or a JSON list"
WRITES = "the same rows"
RULE = "objects with prompt and completion (or chosen), both lists of messages with roles"

_ANSWERS = ("completion", "chosen")
_TOOLS: tuple[Path, ...] = (("tools",), ("oai_tools",), ("info", "oai_tools"))


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    rows = _list_roots(outline.root) if outline.document else outline.records
    return 1.0 if rows and sum(map(_is_row, rows)) * 10 >= len(rows) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, chunk in enumerate(chunks):
        if not chunk.valid:
            continue
        value = values[at]
        for position, row in enumerate(_list_roots(value)):
            if not _is_row(row) or not isinstance(row, dict):
                carried += 1
                continue
            path: Path = (position,) if isinstance(value, list) else ()
            places = [
                Place(message, at, (*path, key, i), chunk.line if len(chunks) > 1 else 0)
                for key, message, i in _list_messages(row)
            ]
            carried += "rejected" in row
            conversations.append(build(dialect, places, _read_tools(row), training=True))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _list_roots(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _is_row(value: object) -> bool:
    """Whether a value is a row; one of its lists may be empty."""
    if not isinstance(value, dict) or not _is_list(value.get("prompt")):
        return False
    answer = _find_answer(value)
    return answer is not None and bool(value["prompt"] or value[answer])


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(_evidence.is_message(item) for item in value)


def _find_answer(row: Mapping[str, object]) -> str | None:
    return next((key for key in _ANSWERS if _is_list(row.get(key))), None)


def _list_messages(row: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object], int]]:
    """(key of the list, message, position in it) of a row's prompt and answer."""
    for key in ("prompt", _find_answer(row) or ""):
        elements = row.get(key)
        for i, message in enumerate(elements if isinstance(elements, list) else ()):
            yield key, message, i


def _read_tools(row: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    for path in _TOOLS:
        found: object = row
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list) and found:
            return dialect.read_preamble({"tools": found})
    return ()
