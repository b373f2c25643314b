"""Kimi CLI sessions (`~/.kimi/sessions/<project>/<session>/agents/<agent>/wire.jsonl`).

One record per line. `context.append_message` holds a message; the model's answers come in pieces, each in
a `context.append_loop_event`: `content.part` (text or thinking) and `tool.call`, and after it `tool.result`,
all between `step.begin` and `step.end`. The pieces of a step are one message of the API; the brackets go
with them. The system prompt stands in `config.update` and counts. All other records are carried.

Oddities: reminders come as user messages whose `origin` is not the user; `turn.prompt` repeats a prompt and
goes with it; a compaction (`context.apply_compaction`) leaves the earlier records where they are, and they
count as in other logs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments, openai, voices
from headroom_cli.formats import _doubles, _edits
from headroom_cli.formats._conversations import finish
from headroom_cli.model import (
    Chunk,
    Edit,
    Kind,
    Message,
    Part,
    Path,
    Placeholder,
    Plan,
    Transcript,
    Twin,
    Voice,
)

NAME = "kimi"
READS = "Kimi CLI sessions (wire.jsonl)"
WRITES = "the same records"
RULE = "lines whose type is context.append_message or context.append_loop_event"

_MESSAGE = "context.append_message"
_EVENT = "context.append_loop_event"
_PIECES = frozenset({"content.part", "tool.call"})


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    kinds = {str(record.get("type")) for record in outline.records if isinstance(record, dict)}
    return 1.0 if _MESSAGE in kinds or _EVENT in kinds else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a session; its messages are whole records."""
    reader = _Reader()
    for at, (chunk, value) in enumerate(zip(chunks, values, strict=True)):
        if chunk.valid and isinstance(value, dict):
            reader.take(at, chunk.line, value)
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(reader.messages)
    conversation = finish(reader.finished(), reader.preamble)
    return Transcript(NAME, data, chunks, (conversation,), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(place: Message, mark: Placeholder) -> bytes:
        span = transcript.chunks[place.chunk]
        found = arguments.parse(transcript.body[span.start : span.end].decode("utf-8", "surrogatepass"))
        message = {"role": "user", "content": [{"type": "text", "text": mark.text}], "toolCalls": []}
        record: dict[str, object] = {"type": _MESSAGE, "message": message}
        if isinstance(found, dict) and "time" in found:
            record["time"] = found["time"]
        return _edits.to_bytes(record)

    return _edits.edit(transcript, plans, spell)


class _Reader:
    """Takes records one after another; `preamble` is the system prompt that was set last."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.preamble: tuple[tuple[str, Part], ...] = ()
        self._brackets: dict[str, list[int]] = {}  # step -> chunks of its begin and end
        self._prompt = -1
        self._asked: object = None
        self._opened: set[str] = set()
        self._calls: dict[str, tuple[_doubles.Owner, Part]] = {}
        self._twins: dict[_doubles.Owner, list[Twin]] = {}

    def take(self, at: int, line: int, record: Mapping[str, object]) -> None:
        kind, message, event = record.get("type"), record.get("message"), record.get("event")
        if kind == _MESSAGE and isinstance(message, dict) and isinstance(message.get("role"), str):
            self._take_message(at, line, message)
        elif kind == _EVENT and isinstance(event, dict):
            self._take_event(at, line, event)
        elif kind == "turn.prompt":
            self._prompt, self._asked = at, record.get("input")
        elif kind == "config.update" and isinstance(record.get("systemPrompt"), str):
            self.preamble = (("system", Part(Kind.TEXT, str(record["systemPrompt"]), ("systemPrompt",))),)

    def finished(self) -> list[Message]:
        """The messages. A step's brackets go with its last record that is no thinking, if there is one."""
        last: dict[str, int] = {}
        for message in self.messages:
            thinks = all(part.kind is Kind.THINKING for part in message.parts)
            if message.group and (not thinks or message.group not in last):
                last[message.group] = message.index
        tied = _doubles.attach(self.messages, self._twins)
        for group, index in last.items():
            brackets = tuple((at, ()) for at in self._brackets.get(group, ()))
            tied[index] = replace(tied[index], mirrors=(*tied[index].mirrors, *brackets))
        return tied

    def _take_message(self, at: int, line: int, value: Mapping[str, object]) -> None:
        spelled = {**value, "tool_calls": None, "tool_call_id": value.get("toolCallId")}
        role, parts = openai.read_message(spelled, ("message",))
        origin = value.get("origin")
        if role == "user" and isinstance(origin, dict) and origin.get("kind") not in ("user", None):
            parts = voices.label(parts, Voice.HARNESS)
        calls = value.get("toolCalls")
        for i, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                parts = (*parts, _read_call(call, ("message", "toolCalls", i), ("message", "toolCalls", i)))
        mirrors: tuple[tuple[int, Path], ...] = ()
        if self._prompt >= 0 and self._asked == value.get("content"):
            mirrors, self._prompt = ((self._prompt, ()),), -1
        self._add(Message(len(self.messages), role, parts, at, line=line, mirrors=mirrors))

    def _take_event(self, at: int, line: int, event: Mapping[str, object]) -> None:
        kind, step = str(event.get("type")), event.get("stepUuid")
        if kind in ("step.begin", "step.end"):
            self._brackets.setdefault(str(event.get("uuid")), []).append(at)
        elif kind in _PIECES:
            group = step if isinstance(step, str) else ""
            part = _read_call(event, ("event",), None) if kind == "tool.call" else _read_piece(event)
            opens = not group or group not in self._opened
            self._opened.add(group)
            self._add(
                Message(len(self.messages), "assistant", (part,), at, group=group, opens=opens, line=line)
            )
            if kind == "tool.call":
                self._keep_step(at, _doubles.find_strings(event.get("display"), ("event", "display")), part)
        elif kind == "tool.result":
            parts = tuple(_read_result(event))
            self._add(Message(len(self.messages), "tool", parts, at, line=line))
            self._find_twins(at, event)

    def _add(self, message: Message) -> None:
        self.messages.append(message)
        for i, part in enumerate(message.parts):
            if part.kind is Kind.CALL and part.call_id:
                self._calls[part.call_id] = ((message.index, i), part)

    def _keep_step(self, at: int, strings: Iterator[tuple[Path, str]], call: Part) -> None:
        """What is shown of a call follows its arguments."""
        for owner, twin in _doubles.assign(strings, at, (), [((len(self.messages) - 1, 0), call)]):
            self._twins.setdefault(owner, []).append(twin)

    def _find_twins(self, at: int, event: Mapping[str, object]) -> None:
        """What is shown of a result beside its output."""
        message = self.messages[-1]
        taken = {part.at for part in message.parts}
        strings = ((p, t) for p, t in _doubles.find_strings(event.get("result"), ("event", "result")))
        results = [((message.index, i), part) for i, part in enumerate(message.parts)]
        call = self._calls.get(message.parts[0].call_id)
        others = (found for found in strings if found[0] not in taken)
        for owner, twin in _doubles.assign(others, at, results, [call] if call else []):
            self._twins.setdefault(owner, []).append(twin)


def _read_piece(event: Mapping[str, object]) -> Part:
    """A text, a thought, or something else that the model said."""
    piece = event.get("part")
    piece = piece if isinstance(piece, dict) else {}
    for key, kind in (("think", Kind.THINKING), ("text", Kind.TEXT)):
        text = piece.get(key)
        if piece.get("type") == key and isinstance(text, str):
            return Part(kind, text, ("event", "part", key))
    return Part(Kind.OPAQUE, at=("event", "part"))


def _read_call(call: Mapping[str, object], at: Path, block: Path | None) -> Part:
    function = call.get("function")
    holder, here = (function, (*at, "function")) if isinstance(function, dict) else (call, at)
    key = "arguments" if "arguments" in holder else "args"
    given, named = holder.get(key), holder.get("name")
    call_id = call.get("toolCallId") or call.get("id")
    encoded = isinstance(given, str)
    parsed = arguments.parse(given) if isinstance(given, str) else given
    return Part(
        Kind.CALL,
        given if isinstance(given, str) else "" if given is None else arguments.compact(given),
        (*here, key),
        block=block,
        tool=named if isinstance(named, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=arguments.main_argument(parsed),
        encoded=encoded,
        leaves=arguments.find_leaves(parsed),
    )


def _read_result(event: Mapping[str, object]) -> list[Part]:
    """The output of a tool: a string, or a list of text parts."""
    call_id, result = event.get("toolCallId"), event.get("result")
    at: Path = ("event", "result")
    blank = Part(Kind.RESULT, at=at, call_id=call_id if isinstance(call_id, str) else "")
    output = result.get("output") if isinstance(result, dict) else result
    at = (*at, "output") if isinstance(result, dict) else at
    if isinstance(output, str):
        return [replace(blank, text=output, at=at)]
    parts = []
    for i, piece in enumerate(output if isinstance(output, list) else ()):
        text = piece.get("text") if isinstance(piece, dict) else None
        if isinstance(text, str):
            parts.append(replace(blank, text=text, at=(*at, i, "text")))
    return parts or [blank]
