"""Gemini CLI sessions (`~/.gemini/tmp/<project>/chats/session-*.json`, in later versions `.jsonl`).

One JSON document with `messages`, or JSONL whose first line is the document without them and every further
line a message: `user` with its text or parts, `gemini` with `content`, `thoughts` and `toolCalls`. Messages
of type `info`, `error` and `warning` are for the screen and carried. Some tools write `model` with parts.

Oddities: the result stands inside its call (`toolCalls[].result`), so that call and result are one message
and go together; `resultDisplay` repeats the result, or the file it changed, and follows it. In JSONL a
message that is written again under its id replaces the earlier one, which goes with it, and `$rewindTo`
takes back that message and all after it; what was taken back is carried.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.dialects import gemini as dialect
from headroom_cli.formats import _doubles, _edits
from headroom_cli.formats._conversations import Place, finish, place_twins
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Placeholder, Plan, Transcript, Twin

NAME = "gemini-cli"
READS = "Gemini CLI sessions, one JSON document or JSONL"
WRITES = "the same document or lines"
RULE = "an object with sessionId and projectHash, alone or before lines whose type is user or gemini"

_ROLES = {"user": "user", "gemini": "assistant", "model": "assistant"}
_COPIED = ("timestamp", "sessionId")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:headroom:placeholder")
_DISPLAYS = ("resultDisplay", "error", "description")


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    return 1.0 if isinstance(root, dict) and "projectHash" in root and "sessionId" in root else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a session. A document is read like lines, each message standing inside it."""
    places, carried = _list_places(chunks, values)
    found: dict[str, list[Place]] = {}
    for number, place in enumerate(places):
        rewound = place.value.get("$rewindTo")
        if isinstance(rewound, str):
            names = list(found)
            gone = names[names.index(rewound) :] if rewound in found else []
            carried += 1 + sum(len(found.pop(name)) for name in gone)
            continue
        own = place.value.get("id")
        name = own if isinstance(own, str) else f"#{number}"
        found[name] = [*found.pop(name, ()), place]  # it stands where it was written last
    messages = [_read_place(index, same) for index, same in enumerate(found.values())]
    carried += sum(len(same) - 1 for same in found.values())
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, (finish(messages),), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(place: Message, mark: Placeholder) -> bytes:
        span = transcript.chunks[place.chunk]
        found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
        for key in place.path:
            found = found[key]  # type: ignore[index]
        template = found if isinstance(found, dict) else {}
        record: dict[str, object] = {"id": str(uuid.uuid5(_NAMESPACE, mark.ref or mark.text))}
        record.update({key: template[key] for key in _COPIED if key in template})
        return _edits.to_bytes({**record, "type": "user", "content": mark.text})

    return _edits.edit(transcript, plans, spell)


def _list_places(chunks: Sequence[Chunk], values: Sequence[object]) -> tuple[list[Place], int]:
    """The messages, and the lines that take some back; and how many records are neither."""
    places: list[Place] = []
    carried = 0
    for at, (chunk, value) in enumerate(zip(chunks, values, strict=True)):
        listed = value.get("messages") if isinstance(value, dict) else None
        if isinstance(listed, list):
            own = [Place(v, at, ("messages", i)) for i, v in enumerate(listed) if _is_message(v)]
            carried += len(listed) - len(own)
            places += own
        elif _is_message(value) or (isinstance(value, dict) and "$rewindTo" in value):
            places.append(Place(value, at, (), chunk.line))  # type: ignore[arg-type]
        else:
            carried += chunk.valid
    return places, carried


def _is_message(value: object) -> bool:
    return (
        isinstance(value, dict)
        and str(value.get("type")) in _ROLES
        and ("content" in value or "parts" in value)
    )


def _read_place(index: int, same: Sequence[Place]) -> Message:
    """One message: its last record counts, earlier ones under the same id go with it."""
    place = same[-1]
    role = _ROLES[str(place.value.get("type"))]
    parts = list(_read_parts(place.value, role))
    parts = [place_twins(part, place.chunk, place.path) for part in parts]
    message = Message(
        index,
        role,
        tuple(parts),
        place.chunk,
        place.path,
        line=place.line,
        mirrors=tuple((older.chunk, older.path) for older in same[:-1]),
    )
    for older in same[:-1]:
        message = _tie(message, older)
    return message


def _tie(message: Message, older: Place) -> Message:
    """The message with the large strings of an earlier record of it as twins."""
    strings = ((path, text) for path, text in _doubles.find_strings(older.value, older.path))
    owned = [((0, i), part) for i, part in enumerate(message.parts)]
    results = [(owner, part) for owner, part in owned if part.kind is Kind.RESULT]
    calls = [(owner, part) for owner, part in owned if part.kind is Kind.CALL]
    twins: dict[_doubles.Owner, list[Twin]] = {}
    for owner, twin in _doubles.assign(strings, older.chunk, results, calls):
        twins.setdefault(owner, []).append(twin)
    return replace(_doubles.attach([replace(message, index=0)], twins)[0], index=message.index)


def _read_parts(value: Mapping[str, object], role: str) -> Iterator[Part]:
    if role == "user":
        key = "content" if "content" in value else "parts"
        yield from dialect.label(list(dialect.read_parts(value.get(key), (key,))))
        return
    for i, thought in enumerate(_as_list(value.get("thoughts"))):
        text = thought.get("description") if isinstance(thought, dict) else None
        if isinstance(text, str):
            here: Path = ("thoughts", i)
            yield Part(Kind.THINKING, text, (*here, "description"), block=here)
    for key in ("content", "parts"):
        yield from dialect.read_parts(value.get(key), (key,))
    for i, call in enumerate(_as_list(value.get("toolCalls"))):
        if isinstance(call, dict):
            yield from _read_call(call, ("toolCalls", i))


def _read_call(call: Mapping[str, object], at: Path) -> Iterator[Part]:
    """A call and its result, one element of the list: they go together."""
    given, named, call_id = call.get("args"), call.get("name"), call.get("id")
    asked = Part(
        Kind.CALL,
        "" if given is None else arguments.compact(given),
        (*at, "args"),
        block=at,
        tool=named if isinstance(named, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(given),
        leaves=arguments.find_leaves(given),
    )
    own = [asked, *(replace(part, call_id=asked.call_id) for part in _read_results(call, at))]
    message = Message(0, "assistant", tuple(own))
    results = [((0, i), part) for i, part in enumerate(own) if part.kind is Kind.RESULT]
    twins: dict[_doubles.Owner, list[Twin]] = {}
    for key in _DISPLAYS:
        strings = _doubles.find_strings(call.get(key), (*at, key))
        for owner, twin in _doubles.assign(strings, 0, results, [((0, 0), asked)]):
            twins.setdefault(owner, []).append(twin)
    yield from _doubles.attach([message], twins)[0].parts


def _read_results(call: Mapping[str, object], at: Path) -> Iterator[Part]:
    """The texts of a call's result: function responses, other parts, or one string."""
    found, here = call.get("result"), (*at, "result")
    if isinstance(found, str):
        yield Part(Kind.RESULT, found, here, block=at)
    for i, value in enumerate(_as_list(found)):
        answer = value.get("functionResponse") if isinstance(value, dict) else None
        if isinstance(answer, dict):
            yield from dialect.read_response(answer, (*here, i, "functionResponse"), at)
        else:
            for part in dialect.read_parts([value], here):
                place = (*here, i, *part.at[len(here) + 1 :])
                kind = Kind.RESULT if part.kind is Kind.TEXT else part.kind
                yield replace(part, kind=kind, at=place, block=at)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
