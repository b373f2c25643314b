"""Trajectories of SWE-agent (`*.traj`): one JSON object with `history`, `trajectory` and `info`.

`history` is what the model saw and is read; `trajectory` tells the same steps once more (`response`,
`thought`, `action`, `observation`), and version 1 stores under each step all messages before it (`messages`
or `query`). They follow the history: copies of a text get its edit, others become stubs, the step of a
dropped answer and all copies of a dropped message go.

Before version 1 results are user texts that close with the state of the shell; after it they may be tool
messages with `tool_call_ids`. Demonstrations (`is_demo`) are whole runs in the history, or one long user
text. Nobody but the first text after them is a person.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai as dialect
from headroom_cli.formats import _copies, _edits
from headroom_cli.formats._conversations import finish, has_role
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Placeholder, Plan, Transcript, Voice
from headroom_cli.window import is_ours

NAME = "swe-agent"
READS = "SWE-agent trajectories (.traj), one JSON object with history and trajectory"
WRITES = "the same object, trajectory in step with history"
RULE = "an object with the lists history (messages with roles) and trajectory (steps with an action)"

_COPIES = ("messages", "query")


@dataclass(slots=True)
class _Spoken:
    """A message of the history with its value, and what repeats it."""

    value: Mapping[str, object]
    message: Message
    twins: list[_copies.Found] = field(default_factory=list)
    mirrors: list[tuple[int, Path]] = field(default_factory=list)


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return 1.0 if _is_run(outline.root) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        history = value.get("history") if isinstance(value, dict) and chunks[at].valid else None
        if not isinstance(history, list) or not isinstance(value, dict):
            carried += chunks[at].valid
            continue
        spoken = _read_history(history, at)
        carried += len(history) - len(spoken)
        steps = value.get("trajectory")
        steps = steps if isinstance(steps, list) else []
        _match_steps(spoken, steps, at)
        _match_prompts(spoken, steps, at)
        conversations.append(finish(_copies.add_twins(s.message, s.twins, s.mirrors) for s in spoken))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""

    def spell(_: Message, mark: Placeholder) -> bytes:
        return _edits.to_bytes({**dialect.placeholder(mark.text), "agent": "headroom"})

    return _edits.edit(transcript, plans, spell)


def _is_run(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    history, steps = value.get("history"), value.get("trajectory")
    if not isinstance(history, list) or not isinstance(steps, list) or not history:
        return False
    return has_role(history[0]) and all(isinstance(step, dict) and "action" in step for step in steps[:3])


def _read_history(history: Sequence[object], chunk: int) -> list[_Spoken]:
    spoken: list[_Spoken] = []
    action: str | None = None  # of the answer just before, None if there is none
    for i, value in enumerate(history):
        if not has_role(value):
            continue
        role, parts = _read_message(value, action)
        message = Message(len(spoken), role, parts, chunk, ("history", i))
        spoken.append(_Spoken(value, message))
        if role == "assistant":
            given = value.get("action")
            action = given if isinstance(given, str) else ""
        elif not is_ours(message):
            action = None
    return spoken


def _read_message(value: Mapping[str, object], action: str | None) -> tuple[str, tuple[Part, ...]]:
    """Role and parts; a user text right after an answer is its result."""
    ids = value.get("tool_call_ids")
    if isinstance(ids, list) and ids and value.get("role") == "tool":
        value = {"tool_call_id": ids[0], **value}
    role, parts = dialect.read_message(value)
    if role != "user" or all(part.voice is Voice.OURS for part in parts):
        return role, parts
    if action is not None or value.get("message_type") == "observation":
        answers = action or ""
        return role, tuple(replace(p, voice=Voice.RESULT, tool="bash", argument=answers) for p in parts)
    if value.get("is_demo") is True or value.get("message_type") == "demonstration":
        return role, tuple(replace(part, voice=Voice.HARNESS) for part in parts)
    return role, parts


def _match_steps(spoken: Sequence[_Spoken], steps: Sequence[object], chunk: int) -> None:
    """Pair each answer of the history with the step that tells it, by its text and in order."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for number, step in enumerate(steps):
        if isinstance(step, dict) and isinstance(step.get("response"), str):
            waiting[step["response"]].append(number)
    for at, one in enumerate(spoken):
        if one.message.role != "assistant" or one.value.get("is_demo") is True:
            continue
        one.twins += _match_answer(one.message, one.value, one.message.path)
        queue = waiting.get(_text_of(one.message))
        if not queue:
            continue
        number = queue.popleft()
        step, path = steps[number], ("trajectory", number)
        if not isinstance(step, dict):
            continue
        one.mirrors.append((chunk, path))
        one.twins += _match_answer(one.message, step, path)
        text = _find(one.message, Kind.TEXT)
        if text is not None:
            part = one.message.parts[text]
            one.twins += _copies.match_text(part, text, step.get("response"), chunk, (*path, "response"))
        result = spoken[at + 1] if at + 1 < len(spoken) else None
        if result is not None and result.message.parts and result.message.role in ("user", "tool"):
            part = result.message.parts[0]
            if part.voice is not Voice.HUMAN and part.voice is not Voice.OURS:
                observation = step.get("observation")
                result.twins += _copies.match_text(part, 0, observation, chunk, (*path, "observation"))


def _match_answer(message: Message, holder: Mapping[str, object], path: Path) -> Iterator[_copies.Found]:
    """The twins under `thought` and `action`, in the history's own message and in a step alike."""
    text, call = _find(message, Kind.TEXT), _find(message, Kind.CALL)
    acting = text if call is None else call
    for key, position in (("thought", text), ("action", acting)):
        if position is not None:
            part = message.parts[position]
            yield from _copies.match_text(part, position, holder.get(key), message.chunk, (*path, key))


def _match_prompts(spoken: Sequence[_Spoken], steps: Sequence[object], chunk: int) -> None:
    """Pair the messages that steps repeat with those of the history: both begin alike.

    The work is one comparison per copy: linear in the size of the file, whose copies grow quadratically.
    """
    sent = [one for one in spoken if not is_ours(one.message)]
    for number, step in enumerate(steps):
        for key in _COPIES:
            copies = step.get(key) if isinstance(step, dict) else None
            for i, (one, copy) in enumerate(
                zip(sent, copies if isinstance(copies, list) else (), strict=False)
            ):
                if not isinstance(copy, dict) or copy.get("role") != one.value.get("role"):
                    break
                path = ("trajectory", number, key, i)
                same = copy == one.value
                parts = one.message.parts if same else _read_message(copy, None)[1]
                one.twins += _copies.match_parts(one.message.parts, parts, chunk, path)
                if one.message.role == "assistant":
                    one.twins += _match_answer(one.message, copy, path)
                one.mirrors.append((chunk, path))


def _find(message: Message, kind: Kind) -> int | None:
    return next((i for i, part in enumerate(message.parts) if part.kind is kind), None)


def _text_of(message: Message) -> str:
    position = _find(message, Kind.TEXT)
    return "" if position is None else message.parts[position].text
