"""Aider's chat history (`.aider.chat.history.md`): Markdown, no JSON at all.

Each run of Aider begins with `# aider chat started at ...` and is a conversation of its own. A line of the
user begins with `#### `, what Aider itself or a command printed with `> `; both end in two spaces. All else
is the model's answer, whose own headings, quotes and edit blocks lack that ending. As Aider does when it
restores a history, printed lines are left out of the chat: they are carried and not counted.

Files of this kind are read only: a placeholder in them would be taken for words of a speaker.
"""

import re
from collections.abc import Iterator, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Conversation, Edit, Kind, Message, Part, Plan, Transcript, Voice

NAME = "aider"
READS = "Aider chat histories, Markdown"
WRITES = ""
RULE = "text that begins with '# aider chat started at '"

_START = b"# aider chat started at "
_BOM = b"\xef\xbb\xbf"
_USER, _PRINTED, _ENDING = b"#### ", b">", b"  "
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def sniff(outline: Outline) -> float:
    """Never sure: JSON is no chat history, and text is told by how it begins (`formats.TEXT_STARTS`)."""
    return 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a chat history; a message is a run of lines of one speaker, a chunk of its own."""
    spans: list[Chunk] = []
    conversations: list[Conversation] = []
    messages: list[Message] = []
    carried = 0
    for role, chunk in _list_runs(data):
        if role == "start":
            _close(conversations, messages)
            messages = []
        elif role == "printed":
            carried += 1
        else:
            text = _strip(data[chunk.start : chunk.end], role).decode("utf-8", "replace")
            voice = Voice.HUMAN if role == "user" else Voice.NONE
            parts = (Part(Kind.TEXT, text, voice=voice),) if text else ()
            if parts:
                messages.append(Message(len(messages), role, parts, len(spans), line=chunk.line))
                spans.append(chunk)
    _close(conversations, messages)
    return Transcript(NAME, data, tuple(spans), tuple(conversations), carried)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """None: files of this kind are read only."""
    return []


def _close(conversations: list[Conversation], messages: list[Message]) -> None:
    if messages:
        conversations.append(finish(messages))


def _list_runs(data: bytes) -> Iterator[tuple[str, Chunk]]:
    """Runs of lines of one speaker: (user, assistant, printed or start, where they stand)."""
    current, start, first, end = "", 0, 1, 0
    for number, match in enumerate(_LINE.finditer(data, len(_BOM) if data.startswith(_BOM) else 0), 1):
        line = match[0].rstrip(b"\r\n")
        role = _tell(line)
        if not line and current not in ("", "assistant"):
            role = current  # blank lines belong to what they follow
        if role != current or role == "start":
            if current:
                yield current, Chunk(start, end, first)
            current, start, first = role, match.start(), number
        end = match.end()
    if current:
        yield current, Chunk(start, end, first)


def _tell(line: bytes) -> str:
    if line.startswith(_START):
        return "start"
    if line.endswith(_ENDING) and line.startswith((_USER, _PRINTED)):
        return "user" if line.startswith(_USER) else "printed"
    return "assistant"


def _strip(run: bytes, role: str) -> bytes:
    if role != "user":
        return run.strip()
    return b"\n".join(line.removeprefix(_USER).strip() for line in run.split(b"\n")).strip()
