"""OpenAI Responses API: requests, stored responses, and logs of both.

One JSON document or JSONL. A request holds its talk in `input` (a list of items or one string) beside
`instructions` and `tools`; a stored response in `output`; a log in both, and the talk is the one followed
by the other: `input` + `response.output` (OpenHands), `responses_create_params.input` + `response.output`
(NeMo Gym), `request` or `body` around the request (batch files). A bare list of items is read, and JSONL
with an item per line. Each document or row is a conversation with its own budget; the lines of a file of
items are one together. Lines and elements that are no items are carried.

Oddities: a request of plain messages looks like a chat but for its key; a string under `input` may as well
be a text to embed, so it takes more than a model beside it; instructions and tools stand in the request and
once more in the response, and count once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headroom_cli.contracts import Outline
from headroom_cli.dialects import responses as dialect
from headroom_cli.dialects import voices
from headroom_cli.formats import _edits, _items
from headroom_cli.model import Chunk, Conversation, Edit, Kind, Message, Part, Path, Plan, Transcript

NAME = "responses"
READS = "OpenAI Responses API, JSON or JSONL: requests, stored responses, logs of both, items"
WRITES = "the same document or lines"
RULE = "`input` or `output` lists of items (function_call with call_id, reasoning, input_text blocks)"

_INPUTS: tuple[Path, ...] = (
    ("input",),
    ("responses_create_params", "input"),
    ("request", "input"),
    ("body", "input"),
)
_OUTPUTS: tuple[Path, ...] = (("response", "output"), ("response", "body", "output"), ("output",))
# Keys of a request for a response; one of them must stand beside an input without typed items.
_ASKED = frozenset(
    {
        "instructions", "previous_response_id", "max_output_tokens", "reasoning", "include", "store",
        "truncation", "text",
    }
)  # fmt: skip
_FOREIGN = frozenset({"messages", "observations", "traceId", "trace_id", "spanId", "span_id", "steps"})
_BLOCKS = ("input_text", "output_text", "input_image", "input_file")
_HOSTED_IDS = ("ws_", "fs_", "ci_", "mcp_", "ig_")
_SEEN = 40  # elements of a list that sniffing looks at


@dataclass(frozen=True, slots=True)
class _Talk:
    """Where the items of one document or row stand: (path, elements) of its lists, the string of its
    `input` if it is one, and the objects that may hold instructions and tools, the surest first."""

    lists: tuple[tuple[Path, list[object]], ...]
    said: tuple[Path, str] | None
    holders: tuple[Mapping[str, object], ...]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    if outline.document and isinstance(outline.root, list):
        return 1.0 if _is_talk(outline.root[:_SEEN]) else 0.0
    rows = (outline.root,) if outline.document else outline.records
    talks = [talk for row in rows if isinstance(row, dict) and (talk := _find_talk(row)) is not None]
    if len(talks) * 10 >= len(rows) * 9 and rows:
        return 1.0 if any(_is_sure(talk) for talk in talks) else 0.0
    return 1.0 if not talks and dialect.is_item(outline.root) and _is_talk(rows) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations: list[Conversation] = []
    loose: list[_items.Item] = []
    carried = 0
    alone = len(chunks) == 1
    for at, (chunk, value) in enumerate(zip(chunks, values, strict=True)):
        if not chunk.valid:
            continue
        line = 0 if alone else chunk.line
        talk = _Talk((((), value),), None, ()) if isinstance(value, list) else _find_talk(value)
        if talk is not None:
            conversation, left = _read_talk(talk, at, line)
            conversations.append(conversation)
            carried += left
        elif dialect.is_item(value):
            loose.append(_items.Item(value, at, line=line))
        else:
            carried += 1
    if loose:
        conversations.insert(0, _items.build(loose))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _read_talk(talk: _Talk, chunk: int, line: int) -> tuple[Conversation, int]:
    """The conversation of one document or row, and how many of its elements are no items."""
    opening = None
    if talk.said is not None:
        path, text = talk.said
        opening = Message(0, "user", voices.label((Part(Kind.TEXT, text),)), chunk, path, line=line)
    items = [
        _items.Item(element, chunk, (*path, i), line=line)
        for path, elements in talk.lists
        for i, element in enumerate(elements)
        if dialect.is_item(element)
    ]
    preamble: dict[str, Part] = {}
    for holder in talk.holders:
        for role, part in dialect.read_preamble(holder):
            preamble.setdefault(role, part)
    left = sum(len(elements) for _, elements in talk.lists) - len(items)
    return _items.build(items, tuple(preamble.items()), opening), left


def _find_talk(value: object) -> _Talk | None:
    """The lists of a request, a response, or a log of both; None if there are none."""
    if not isinstance(value, dict) or not _FOREIGN.isdisjoint(value):
        return None
    lists: list[tuple[Path, list[object]]] = []
    said: tuple[Path, str] | None = None
    holders: list[Mapping[str, object]] = []
    for path, holder, found in _follow(value, _INPUTS):
        if isinstance(found, str) and found:
            said = (path, found)
        elif isinstance(found, list):
            lists.append((path, found))
        else:
            continue
        holders.append(holder)
        break
    for path, holder, found in _follow(value, _OUTPUTS):
        if isinstance(found, list) and _is_talk(found[:_SEEN]):
            lists.append((path, found))
            holders.append(holder)
            break
    return _Talk(tuple(lists), said, tuple(holders)) if lists or said else None


def _follow(
    value: Mapping[str, object], paths: Sequence[Path]
) -> Iterator[tuple[Path, Mapping[str, object], object]]:
    """What stands at the paths that lead somewhere, each with the object that holds it."""
    for path in paths:
        holder: object = value
        for key in path[:-1]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and path[-1] in holder:
            yield path, holder, holder[path[-1]]


def _is_sure(talk: _Talk) -> bool:
    """Whether the lists of a talk can be nothing else: typed items, or the keys of a request around them."""
    if any(_is_talk(elements[:_SEEN]) for _, elements in talk.lists):
        return True
    asked = any(not _ASKED.isdisjoint(holder) for holder in talk.holders)
    if talk.said is not None:
        return asked
    plain = [element for _, elements in talk.lists for element in elements]
    named = asked or any("model" in holder for holder in talk.holders)
    return named and bool(plain) and all(dialect.is_item(element) for element in plain)


def _is_talk(elements: Sequence[object]) -> bool:
    """Whether elements are items, at least one of them of a shape that no other API has."""
    known = [element for element in elements if dialect.is_item(element)]
    odd = len(elements) - len(known)
    return odd <= max(1, len(known) // 10) and any(_is_typed(element) for element in known)


def _is_typed(item: Mapping[str, object]) -> bool:
    kind = item.get("type")
    if kind is None or kind == "message":
        content = item.get("content")
        blocks = content if isinstance(content, list) else ()
        return any(isinstance(b, dict) and b.get("type") in _BLOCKS for b in blocks)
    if kind == "reasoning":
        return "summary" in item
    return isinstance(item.get("call_id"), str) or str(item.get("id")).startswith(_HOSTED_IDS)
