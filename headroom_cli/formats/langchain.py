"""Messages that LangChain and LangGraph dump: flat, under `data`, or as constructors.

Found as a bare list, under `messages`, in a thread's state (`values.messages`, `channel_values.messages`),
under `history.messages`, as JSONL with a message or a thread per line, and in the files of
FileChatMessageHistory. All three shapes may be mixed; a placeholder is spelled as its neighbour is.

Oddities: calls and the large texts in them are stored two or three times, and kept in step; types may be
class names (`AIMessageChunk`); `RemoveMessage` and unknown types are carried.
"""

from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import langchain as dialect
from headroom_cli.formats import _edits, _gather
from headroom_cli.formats._conversations import build
from headroom_cli.model import Chunk, Edit, Message, Path, Placeholder, Plan, Transcript

NAME = "langchain"
READS = "LangChain and LangGraph message dumps: flat, under data or as constructors; thread states"
WRITES = "the same document or lines"
RULE = "messages with a LangChain type (human, ai, ...) and content, or constructors (lc) of messages"

_PATHS: tuple[Path, ...] = (
    ("messages",),
    ("values", "messages"),
    ("channel_values", "messages"),
    ("history", "messages"),
)
_OWN_KEYS = frozenset({"additional_kwargs", "response_metadata", "lc", "data"})


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen = _gather.sample(outline, _PATHS, _is_message)
    messages = [value for value in seen if isinstance(value, dict) and _is_message(value)]
    if not messages or len(messages) * 10 < len(seen) * 9:
        return 0.0
    return 1.0 if any(not _OWN_KEYS.isdisjoint(value) for value in messages) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    found, carried = _gather.gather(chunks, values, _PATHS, _is_message)
    conversations = tuple(build(dialect, row.places) for row in found)
    invalid = sum(not chunk.valid for chunk in chunks)
    spellings = {(place.chunk, place.path): _spelling(place.value) for row in found for place in row.places}
    return Transcript(NAME, data, chunks, conversations, carried, invalid, extra=spellings)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    spellings = transcript.extra if isinstance(transcript.extra, dict) else {}

    def spell(place: Message, mark: Placeholder) -> bytes:
        return _edits.to_bytes(_spell(mark.text, spellings.get((place.chunk, place.path))))

    return _edits.edit(transcript, plans, spell)


def _is_message(value: object) -> bool:
    return isinstance(value, dict) and dialect.find_body(value)[0] in dialect.ROLES


def _spelling(value: Mapping[str, object]) -> str:
    """How a message is dumped: "" for flat, the key of its body, or the path of its constructor as JSON."""
    _, _, path = dialect.find_body(value)
    return arguments.compact(value.get("id")) if path == ("kwargs",) else "data" if path else ""


def _spell(text: str, spelling: str | None) -> dict[str, object]:
    flat = dialect.placeholder(text)
    if spelling == "data":
        return {"type": flat.pop("type"), "data": flat}
    if spelling:
        names = arguments.parse(spelling)
        names = [*names[:-1], "HumanMessage"] if isinstance(names, list) else []
        flat.pop("type")
        return {"lc": 1, "type": "constructor", "id": names, "kwargs": flat}
    return flat
