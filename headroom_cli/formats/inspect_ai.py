"""Logs of Inspect AI: one JSON object with `eval`, `plan`, `results` and `samples`, or an `.eval` archive.

Each sample is a conversation. In an archive every sample is a file of its own; it is read as lines, the
header first (`_envelopes`). The tool definitions of a sample's first model call count.

Oddities: `events` tell the run once more, each model call with the whole history so far (`input`), and
`attachments` hold their long texts, which the events name as `attachment://<hash>`. Copies that equal a text
of a message get its edit, and a dropped message leaves the inputs of all events; an attachment keeps its
name. Where a message itself names an attachment (images mostly), that is left alone. Cancelled samples may
have no messages: they are carried.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import inspect_ai as dialect
from headroom_cli.formats import _copies, _edits
from headroom_cli.formats._conversations import finish, has_role
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Plan, Transcript, Twin, Voice

NAME = "inspect-ai"
READS = "Inspect AI logs: JSON, or .eval archives"
WRITES = "the same log, events and attachments in step"
RULE = "an object with eval and samples, or samples with epoch, target and messages"

_ATTACHED = "attachment://"
_LARGE = 100  # characters; Inspect attaches what is longer, and shorter copies are no burden
_OWN = frozenset({"messages", "input", "target"})


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    if (
        isinstance(root, dict)
        and isinstance(root.get("eval"), dict)
        and ("samples" in root or "plan" in root)
    ):
        return 1.0
    return 1.0 if outline.records and all(map(_is_sample, outline.records)) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        if not chunks[at].valid:
            continue
        found = list(_list_samples(value))
        carried += not found
        for path, sample in found:
            messages = list(_read_messages(sample, at, path))
            carried += not messages
            if messages:
                preamble = _read_tools(sample, path)
                conversations.append(finish(_match_copies(messages, sample, at, path), preamble))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _is_sample(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("messages"), list)
        and "epoch" in value
        and "target" in value
    )


def _list_samples(value: object) -> Iterator[tuple[Path, Mapping[str, object]]]:
    inner = value.get("samples") if isinstance(value, dict) else None
    for i, sample in enumerate(inner if isinstance(inner, list) else ()):
        if isinstance(sample, dict) and isinstance(sample.get("messages"), list):
            yield ("samples", i), sample
    if isinstance(value, dict) and _is_sample(value):
        yield (), value


def _read_messages(sample: Mapping[str, object], chunk: int, path: Path) -> Iterator[Message]:
    elements = sample["messages"]
    index = 0
    for i, element in enumerate(elements if isinstance(elements, list) else ()):
        if has_role(element):
            role, parts = dialect.read_message(element)
            yield Message(index, role, parts, chunk, (*path, "messages", i))
            index += 1


def _read_tools(sample: Mapping[str, object], path: Path) -> tuple[tuple[str, Part], ...]:
    for event in _list_events(sample):
        if event.get("event") == "model" and event.get("tools"):
            return dialect.read_preamble(event)
    return ()


def _list_events(sample: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    events = sample.get("events")
    for event in events if isinstance(events, list) else ():
        yield event if isinstance(event, dict) else {}


def _match_copies(
    messages: Sequence[Message], sample: Mapping[str, object], chunk: int, path: Path
) -> list[Message]:
    """The messages with the copies of their texts as twins, and those in the events' inputs as mirrors."""
    texts: dict[str, tuple[int, int, int | None]] = {}
    for message in messages:
        texts.update({text: (message.index, *place) for text, place in _list_texts(message)})
    twins: dict[int, list[_copies.Found]] = defaultdict(list)
    if texts:
        for where, text in _find_strings({k: v for k, v in sample.items() if k not in _OWN}, texts):
            index, position, leaf = texts[text]
            twins[index].append((position, Twin(chunk, (*path, *where), text, None, leaf)))
    mirrors = _match_inputs(messages, sample, chunk, path)
    return [_copies.add_twins(m, twins.get(m.index, ()), mirrors.get(m.index, ())) for m in messages]


def _list_texts(message: Message) -> Iterator[tuple[str, tuple[int, int | None]]]:
    for position, part in enumerate(message.parts):
        if part.kind is Kind.CALL:
            yield from ((leaf.text, (position, number)) for number, leaf in enumerate(part.leaves))
            continue
        edited = part.kind in (Kind.TEXT, Kind.RESULT) and part.voice is not Voice.HUMAN
        if edited and len(part.text) >= _LARGE and message.role != "system":
            yield part.text, (position, None)


def _find_strings(value: object, wanted: Mapping[str, object]) -> Iterator[tuple[Path, str]]:
    stack: list[tuple[Path, object]] = [((), value)]
    while stack:
        path, here = stack.pop()
        members = (
            here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        )
        for key, member in members:
            if isinstance(member, str):
                if member in wanted:
                    yield (*path, key), member
            elif isinstance(member, dict | list):
                stack.append(((*path, key), member))


def _match_inputs(
    messages: Sequence[Message], sample: Mapping[str, object], chunk: int, path: Path
) -> dict[int, list[tuple[int, Path]]]:
    """Where the events' inputs repeat a message: told by its id, or else by all it says."""
    found = sample.get("attachments")
    attachments: Mapping[str, object] = found if isinstance(found, dict) else {}
    elements = sample["messages"]
    indexes: dict[str, int] = {}
    for message in messages:
        value = elements[message.path[-1]] if isinstance(elements, list) else None  # type: ignore[index]
        indexes[_identify(value, attachments)] = message.index
    mirrors: dict[int, list[tuple[int, Path]]] = defaultdict(list)
    for number, event in enumerate(_list_events(sample)):
        copies = event.get("input")
        for i, copy in enumerate(copies if isinstance(copies, list) else ()):
            index = indexes.get(_identify(copy, attachments)) if isinstance(copy, dict) else None
            if index is not None:
                mirrors[index].append((chunk, (*path, "events", number, "input", i)))
    return mirrors


def _identify(message: object, attachments: Mapping[str, object]) -> str:
    """What tells a message from the others of its sample."""
    if not isinstance(message, dict):
        return ""
    if isinstance(message.get("id"), str):
        return str(message["id"])
    content = message.get("content")
    if isinstance(content, str) and content.startswith(_ATTACHED):
        content = attachments.get(content.removeprefix(_ATTACHED), content)
    return arguments.compact(
        [message.get("role"), content, message.get("tool_calls"), message.get("tool_call_id")]
    )
