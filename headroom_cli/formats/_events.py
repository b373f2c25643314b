"""The events of a Codex rollout that repeat its items: what goes with an item, what follows its edits.

An event names the call it tells of (`call_id`), the item (`item.id`), or says the same text as a message or
reasoning that stands near it. Such an event is a mirror: it goes when the item goes. Long strings in the
events of a call are twins of the call's arguments or of its result, by the key they stand under.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.model import Chunk, Kind, Message, Part, Path, Twin

_NEAR = 24  # records between an event and the item whose text it says
_LONG = 100  # characters; below that no text is ever edited
_OF_CALL = frozenset(
    {"command", "parsed_cmd", "invocation", "arguments", "changes", "action", "query", "input", "prompt"}
)
_OF_RESULT = frozenset(
    {
        "stdout", "stderr", "aggregated_output", "formatted_output", "interaction_output", "result", "output",
        "content_items", "results", "error",
    }
)  # fmt: skip
_BLOBS = frozenset({"data", "image_url", "encrypted_content", "saved_path", "chunk"})
# Event type -> role of the item it repeats, and the key of its text.
_SPOKEN = {
    "user_message": ("user", "message"),
    "agent_message": ("assistant", "message"),
    "agent_reasoning": ("assistant", "text"),
    "agent_reasoning_raw_content": ("assistant", "text"),
}

Said = tuple[str, str]


def follow(messages: Sequence[Message], chunks: Sequence[Chunk], values: Sequence[object]) -> list[Message]:
    """The messages of a rollout, whole records each, with the events that repeat them attached."""
    named = _Names(messages, values)
    mirrors: dict[int, list[tuple[int, Path]]] = defaultdict(list)
    twins: dict[tuple[int, int], list[Twin]] = defaultdict(list)
    said = _Echoes(messages)
    for at, (chunk, record) in enumerate(zip(chunks, values, strict=True)):
        said.hear_items(at)
        if not chunk.valid or not isinstance(record, dict) or record.get("type") != "event_msg":
            continue
        payload = record.get("payload")
        if not isinstance(payload, dict):
            continue
        found = named.find(payload, at)
        if not found:
            said.hear_event(at, payload)
            continue
        mirrors[found[-1]].append((at, ()))
        for index in found:
            for position, twin in _find_twins(messages[index], payload, at):
                twins[index, position].append(twin)
    for index, at in said.matched:
        mirrors[index].append((at, ()))
    return [_attach(message, mirrors[message.index], twins) for message in messages]


class _Names:
    """Which messages a call id or an item id stands for."""

    def __init__(self, messages: Sequence[Message], values: Sequence[object]) -> None:
        self._chunks = [message.chunk for message in messages]
        self._calls: dict[str, list[int]] = defaultdict(list)
        self._results: dict[str, list[int]] = defaultdict(list)
        self._items: dict[str, list[int]] = defaultdict(list)
        for message in messages:
            for part in message.parts:
                if part.kind is Kind.CALL and part.call_id:
                    self._calls[part.call_id].append(message.index)
                elif part.kind is Kind.RESULT and part.call_id:
                    self._results[part.call_id].append(message.index)
            record = values[message.chunk]
            payload = record.get("payload") if isinstance(record, dict) else None
            identity = payload.get("id") if isinstance(payload, dict) else None
            if isinstance(identity, str):
                self._items[identity].append(message.index)

    def find(self, payload: Mapping[str, object], at: int) -> list[int]:
        """The messages that an event at chunk `at` names: call before result, or one item."""
        item = payload.get("item")
        names = [payload.get("call_id"), payload.get("callId"), payload.get("target_item_id")]
        if isinstance(item, dict):
            names.append(item.get("id"))
        for name in names:
            if not isinstance(name, str):
                continue
            found = [self._nearest(kind[name], at) for kind in (self._calls, self._results) if name in kind]
            if not found and name in self._items:
                found = [self._nearest(self._items[name], at)]
            if found:
                return sorted(set(found))
        return []

    def _nearest(self, indexes: Sequence[int], at: int) -> int:
        """Forks repeat ids: of several messages the one that stands nearest is meant."""
        after = bisect(indexes, at, key=self._chunks.__getitem__)
        near = indexes[max(0, after - 1) : after + 1]
        return min(near, key=lambda index: abs(self._chunks[index] - at))


class _Echoes:
    """Matches events and items that say the same, whichever comes first. `matched`: (message, chunk)."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.matched: list[tuple[int, int]] = []
        self._messages = {message.chunk: message for message in messages}
        self._items: dict[Said, list[tuple[int, int]]] = defaultdict(list)
        self._events: dict[Said, list[int]] = defaultdict(list)

    def hear_items(self, at: int) -> None:
        message = self._messages.get(at)
        if message is None or message.role not in ("user", "assistant"):
            return
        for part in message.parts:
            if part.kind not in (Kind.TEXT, Kind.THINKING) or not part.text.strip():
                continue
            said = (message.role, part.text.strip())
            events = self._events[said]
            if events and at - events[-1] <= _NEAR:
                self.matched.append((message.index, events.pop()))
            else:
                self._items[said].append((message.index, at))

    def hear_event(self, at: int, payload: Mapping[str, object]) -> None:
        for said in _tell_said(payload):
            items = self._items[said]
            if items and at - items[-1][1] <= _NEAR:
                self.matched.append((items.pop()[0], at))
            else:
                self._events[said].append(at)


def _tell_said(payload: Mapping[str, object]) -> Iterator[Said]:
    """Role and text of a user or agent message, or of reasoning; nothing for other events."""
    role, key = _SPOKEN.get(str(payload.get("type")), ("", ""))
    text = payload.get(key)
    if isinstance(text, str) and text.strip():
        yield role, text.strip()


def _find_twins(message: Message, payload: Mapping[str, object], chunk: int) -> Iterator[tuple[int, Twin]]:
    """The long strings of an event that copy a text of this message, each with the part it belongs to."""
    calls = message.role == "assistant"
    keys = _OF_CALL if calls else _OF_RESULT
    texts = list(_list_texts(message, Kind.CALL if calls else Kind.RESULT))
    if not texts:
        return
    item = payload.get("item")
    root: tuple[Path, Mapping[str, object]] = (("payload",), payload)
    if isinstance(item, dict):
        root = (("payload", "item"), item)
    for key, value in root[1].items():
        for path, text in _list_strings(value, (*root[0], key)) if key in keys else ():
            position, leaf, _ = next(
                ((p, n, own) for p, n, own in texts if own in text or text in own), texts[0]
            )
            yield position, Twin(chunk, path, text, leaf=leaf)


def _list_texts(message: Message, kind: Kind) -> Iterator[tuple[int, int | None, str]]:
    """The texts of a message that may be edited: position of the part, of its leaf, and the text."""
    for position, part in enumerate(message.parts):
        if part.kind is not kind:
            continue
        if part.leaves:
            yield from ((position, number, leaf.text) for number, leaf in enumerate(part.leaves))
        elif kind is Kind.RESULT and len(part.text) >= _LONG:
            yield position, None, part.text


def _list_strings(value: object, at: Path) -> Iterator[tuple[Path, str]]:
    """The long strings below a value; images and other blobs are left out."""
    stack: list[tuple[Path, object]] = [(at, value)]
    while stack:
        path, here = stack.pop()
        if isinstance(here, str):
            if len(here) >= _LONG:
                yield path, here
        elif isinstance(here, dict):
            stack += [((*path, key), member) for key, member in here.items() if key not in _BLOBS]
        elif isinstance(here, list):
            stack += [((*path, i), member) for i, member in enumerate(here)]


def _attach(
    message: Message, mirrors: Sequence[tuple[int, Path]], twins: Mapping[tuple[int, int], Sequence[Twin]]
) -> Message:
    parts: tuple[Part, ...] = message.parts
    if any((message.index, position) in twins for position in range(len(parts))):
        parts = tuple(
            replace(part, twins=tuple(twins.get((message.index, position), ())))
            for position, part in enumerate(parts)
        )
    if parts is message.parts and not mirrors:
        return message
    return replace(message, parts=parts, mirrors=tuple(dict.fromkeys(mirrors)))
