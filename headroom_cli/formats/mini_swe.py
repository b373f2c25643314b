"""Trajectories of mini-swe-agent (`*.traj.json`): one JSON object with `messages`, `info` and
`trajectory_format`.

Messages are OpenAI's with a field `extra`. Version 1 has no tools: the assistant writes a bash block, the
result is user text (`<returncode>`, `<output>`). Version 2 has tool calls and tool messages, and ends with a
record of role `exit` that no model was sent: it is carried. `extra.response` repeats the whole raw answer,
`extra.actions` the command, `extra.raw_output` the output before the template cut it: they follow the
message's own texts. Older files are a bare list of messages and read as OpenAI's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai as dialect
from headroom_cli.formats import _copies, _edits
from headroom_cli.formats._conversations import finish, has_role
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Plan, Transcript, Voice

NAME = "mini-swe"
READS = "mini-swe-agent trajectories, one JSON object with trajectory_format"
WRITES = "the same trajectory, copies under `extra` in step"
RULE = "an object with messages whose trajectory_format begins with mini-swe-agent"

# What the agent tells the model when an answer holds no action, or more than one.
_COMPLAINTS = (
    "Please always provide EXACTLY ONE action",
    "Format error:",
    "Tool call error:",
    "No tool calls found",
    "Unknown tool",
)


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return 1.0 if _is_trajectory(outline.root) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        elements = value.get("messages") if isinstance(value, dict) and chunks[at].valid else None
        if not isinstance(elements, list):
            carried += chunks[at].valid
            continue
        messages: list[Message] = []
        for i, element in enumerate(elements):
            if has_role(element) and element["role"] != "exit":
                messages.append(_read_message(element, len(messages), at, ("messages", i)))
        carried += len(elements) - len(messages)
        conversations.append(finish(messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _is_trajectory(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
        return False
    return str(value.get("trajectory_format", "")).startswith("mini-swe-agent")


def _read_message(value: Mapping[str, object], index: int, chunk: int, path: Path) -> Message:
    role, parts = dialect.read_message(value)
    if role == "user":
        parts = tuple(_judge(part) for part in parts)
    extra = value.get("extra")
    found = _find_copies(parts, extra, chunk, (*path, "extra")) if isinstance(extra, dict) else ()
    return _copies.add_twins(Message(index, role, parts, chunk, path), found)


def _judge(part: Part) -> Part:
    complaint = part.voice is Voice.HUMAN and part.text.lstrip().startswith(_COMPLAINTS)
    return replace(part, voice=Voice.HARNESS) if complaint else part


def _find_copies(
    parts: Sequence[Part], extra: Mapping[str, object], chunk: int, path: Path
) -> Iterator[_copies.Found]:
    response = extra.get("response")
    choices = response.get("choices") if isinstance(response, dict) else None
    for i, choice in enumerate(choices if isinstance(choices, list) else ()):
        message = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(message, dict):
            here = (*path, "response", "choices", i, "message")
            yield from _copies.match_parts(parts, dialect.read_message(message)[1], chunk, here)
    actions = extra.get("actions")
    calls = [position for position, part in enumerate(parts) if part.kind is Kind.CALL]
    for i, (position, action) in enumerate(
        zip(calls, actions if isinstance(actions, list) else (), strict=False)
    ):
        yield from _copies.match_leaves(parts[position], position, action, chunk, (*path, "actions", i))
    if parts and (parts[0].kind is Kind.RESULT or parts[0].voice is Voice.RESULT):
        yield from _copies.match_text(parts[0], 0, extra.get("raw_output"), chunk, (*path, "raw_output"))
