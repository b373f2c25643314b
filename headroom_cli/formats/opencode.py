"""Sessions that `opencode export` writes: one JSON document of `info` and `messages`.

A message is `{"info": {...}, "parts": [...]}` (see the dialect); a bare list of messages is read too. When
the output was redirected together with the log, the line `Exporting session: ...` stands before the JSON
and is carried.

Oddities: call and result are one part; outputs stand twice (`state.metadata.output`), whole files in
`metadata` and in `info.summary.diffs`, which is never sent and left alone. What stands before the last
compaction (a user message with a `compaction` part, answered by a message with `info.summary`) is no longer
sent: it is carried and not counted. An answer names its question (`parentID`): where that was dropped it
names the placeholder. Ids sort by time, so that the placeholder's id is made to sort in its place.
"""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.dialects import opencode as dialect
from headroom_cli.formats import _edits, _gather
from headroom_cli.formats._conversations import Place, build
from headroom_cli.model import Chunk, Edit, Message, Path, Placeholder, Plan, Rung, Transcript

NAME = "opencode"
READS = "opencode session exports: a document of info and messages, or the bare messages"
WRITES = "the same document, answers relinked where their question was dropped"
RULE = "messages that are objects with info (with a role) and parts"

_PATHS: tuple[Path, ...] = (("messages",),)
_COPIED = frozenset({"sessionID", "time", "agent", "model"})
Infos = Mapping[tuple[int, Path], Mapping[str, object]]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen = _gather.sample(outline, _PATHS, _is_message)
    return 1.0 if seen and sum(map(_is_message, seen)) * 10 >= len(seen) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    found, carried = _gather.gather(chunks, values, _PATHS, _is_message)
    conversations = []
    infos: dict[tuple[int, Path], Mapping[str, object]] = {}
    for row in found:
        start = _find_compaction(row.places)
        carried += start
        conversations.append(build(dialect, row.places[start:]))
        infos.update({(place.chunk, place.path): _info(place.value) for place in row.places})
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid, extra=infos)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans, the names of dropped questions included."""
    infos: Infos = transcript.extra if isinstance(transcript.extra, dict) else {}
    standing: dict[int, str] = {}

    def spell(place: Message, mark: Placeholder) -> bytes:
        record = _spell(infos, place, mark.text)
        standing[place.chunk] = str(_info(record)["id"])
        return _edits.to_bytes(record)

    changes = _edits.edit(transcript, plans, spell)
    return changes + _relink(transcript, plans, infos, standing)


def _is_message(value: object) -> TypeGuard[Mapping[str, object]]:
    return (
        isinstance(value, dict)
        and isinstance(value.get("parts"), list)
        and isinstance(value.get("info"), dict)
        and str(value["info"].get("role")) in dialect.ROLES
    )


def _info(value: Mapping[str, object]) -> Mapping[str, object]:
    info = value.get("info")
    return info if isinstance(info, dict) else {}


def _find_compaction(places: Sequence[Place]) -> int:
    """Where the messages begin that are still sent: at the question of the last finished compaction."""
    infos = [_info(place.value) for place in places]
    answered = {str(info.get("parentID")) for info in infos if info.get("summary") is True}
    for i in range(len(places) - 1, -1, -1):
        parts = places[i].value.get("parts")
        listed = parts if isinstance(parts, list) else []
        asks = any(isinstance(part, dict) and part.get("type") == "compaction" for part in listed)
        if asks and infos[i].get("role") == "user" and str(infos[i].get("id")) in answered:
            return i
    return 0


def _spell(infos: Infos, place: Message, text: str) -> dict[str, object]:
    """The placeholder's message: like the user message before it, with an id that sorts there."""
    keys = [key for key in infos if key[0] == place.chunk and key[1][:-1] == place.path[:-1]]
    at = keys.index((place.chunk, place.path))
    nearest = (infos[key] for key in (*reversed(keys[: at + 1]), *keys[at:]))
    user = next((info for info in nearest if info.get("role") == "user"), {})
    before = infos[keys[at - 1]].get("id") if at else str(infos[keys[0]].get("id"))[:-1]
    info: dict[str, object] = {"id": f"{before}0", "role": "user"}
    info.update({key: value for key, value in user.items() if key in _COPIED})
    own = {"id": f"prt_{before}0", "messageID": info["id"], "sessionID": info.get("sessionID", "")}
    return {"info": info, "parts": [{**part, **own} for part in dialect.placeholder_parts(text)]}


def _relink(
    transcript: Transcript, plans: Sequence[Plan], infos: Infos, standing: Mapping[int, str]
) -> list[Edit]:
    """Edits that make every kept answer to a dropped question name the placeholder."""
    links: list[Edit] = []
    for plan in plans:
        messages = transcript.conversations[plan.conversation].messages
        gone = {d.message for d in plan.decisions if d.rung is Rung.DROP}
        names = {str(infos[m.chunk, m.path].get("id")) for m in messages if m.index in gone}
        for message in messages:
            stand = standing.get(message.chunk)
            asked = infos[message.chunk, message.path].get("parentID")
            if stand and message.index not in gone and isinstance(asked, str) and asked in names:
                links.append(Edit(message.chunk, (*message.path, "info", "parentID"), link=stand))
    return links
