"""ShareGPT data sets (`conversations` of `from` and `value`), the shape many training programs take.

A JSON list of rows, one row alone, or JSONL with a row per line; the list is called `conversations` or
`conversation`. A row may have its system prompt and its tools beside the list, both count. The last answer
of a row is what a model learns from it and never changes.

Oddities: rows for preference training keep the answer outside the list, as `chosen` and `rejected`: the
chosen one is the last turn, the rejected one is carried and not counted, since a sequence holds only one of
them. First turns may be the model's. Images stand as `<image>` in the text and as file names beside it.
Turns with both sides in one object (`human` and `assistant` as keys) are not read.
"""

from collections.abc import Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import sharegpt as dialect
from headroom_cli.formats import _edits, _gather
from headroom_cli.formats._conversations import Place, build
from headroom_cli.model import Chunk, Edit, Message, Path, Placeholder, Plan, Transcript

NAME = "sharegpt"
READS = "ShareGPT data sets: rows of from/value turns, as a JSON list, one object or JSONL"
WRITES = "the same rows"
RULE = "objects with from and value, in lists called conversations or conversation"

_PATHS: tuple[Path, ...] = (("conversations",), ("conversation",))


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen = _gather.sample(outline, _PATHS, _is_turn)
    return 1.0 if seen and sum(map(_is_turn, seen)) * 10 >= len(seen) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    found, carried = _gather.gather(chunks, values, _PATHS, _is_turn)
    conversations = []
    for row in found:
        holder = row.holder or {}
        chosen = holder.get("chosen")
        places = row.places
        if isinstance(chosen, dict) and _is_turn(chosen):
            last = places[-1]
            place = Place(chosen, last.chunk, (*_row_path(last.path), "chosen"), last.line)
            places = [*places, place]
            carried += "rejected" in holder
        training = row.holder is not None and "model" not in holder
        conversations.append(build(dialect, places, dialect.read_preamble(holder), training))
    names = {place.value.get("from") for row in found for place in row.places}
    invalid = sum(not chunk.valid for chunk in chunks)
    speaker = "user" if "user" in names and "human" not in names else "human"
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid, extra=speaker)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(_: Message, mark: Placeholder) -> bytes:
        return _edits.to_bytes({**dialect.placeholder(mark.text), "from": transcript.extra})

    return _edits.edit(transcript, plans, spell)


def _is_turn(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("from"), str)
        and value["from"].lower() in dialect.ROLES
        and "value" in value
    )


def _row_path(path: Path) -> Path:
    """From the path of a turn to that of its row."""
    return path[:-2]
