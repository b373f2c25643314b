"""What Cline and Roo show of a task: `tasks/<id>/ui_messages.json`.

    [{"ts", "type": "say" | "ask", "say" | "ask": kind, "text"?, "images"?, "partial"?}, ...]

`api_req_started` holds, as JSON text, what was sent: the user's words, the results of calls and the state of
the editor. `text`, `reasoning` and `completion_result` are the model's, `tool`, `command`, `use_mcp_server`
and `browser_action_launch` its calls, again as JSON text.

Oddities: the same words stand under `text` or `user_feedback` and inside the request that sent them: the
request counts; in files without requests (newer versions leave them out) the words themselves do. The file
drives a window and mirrors `api_conversation_history.json`, which is the one to compact: read only.
"""

from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments, voices
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Plan, Transcript

NAME = "cline-ui"
READS = "What Cline and Roo show of a task (ui_messages.json)"
WRITES = ""
RULE = "a list of objects with ts and say or ask"

_REQUEST = "api_req_started"
_SPOKEN = frozenset({"user_feedback", "user_feedback_diff"})
_CALLS = frozenset({"tool", "command", "use_mcp_server", "browser_action_launch"})
_RESULTS = frozenset({"command_output", "mcp_server_response", "browser_action_result"})


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    rows = outline.records if isinstance(outline.root, list) else ()
    return 1.0 if rows and all(isinstance(row, dict) and "ts" in row and _kind(row) for row in rows) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        sent = any(_kind(row) == _REQUEST and _find_request(row) for row in rows)
        messages: list[Message] = []
        for i, row in enumerate(rows):
            for role, part in _read_row(row, sent, first=not messages):
                parts = voices.label((part,)) if role == "user" else (part,)
                messages.append(Message(len(messages), role, parts, at, (i,)))
        carried += len(rows) - len(messages)
        if messages:
            conversations.append(finish(messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """None: files of this kind are read only."""
    return []


def _kind(row: Mapping[str, object]) -> str:
    kind = row.get(str(row.get("type"))) if row.get("type") in ("say", "ask") else None
    return kind if isinstance(kind, str) else ""


def _find_request(row: Mapping[str, object]) -> str:
    found = arguments.parse(str(row.get("text") or ""))
    request = found.get("request") if isinstance(found, dict) else None
    return request if isinstance(request, str) else ""


def _read_row(row: Mapping[str, object], sent: bool, first: bool) -> Iterator[tuple[str, Part]]:
    """The role and the part of a row that speaks. `sent`: the file holds what was sent."""
    kind, text = _kind(row), str(row.get("text") or "")
    if not text:
        return
    if kind == _REQUEST:
        request = _find_request(row)
        if request:
            yield "user", Part(Kind.TEXT, request, ("text",))
    elif kind in _SPOKEN or (kind == "text" and first):
        if not sent:
            yield "user", Part(Kind.TEXT, text, ("text",))
    elif kind == "reasoning":
        yield "assistant", Part(Kind.THINKING, text, ("text",))
    elif kind in _CALLS:
        found = arguments.parse(text)
        tool = found.get("tool") if isinstance(found, dict) else None
        argument = arguments.main_argument(found) or text[:200]
        # A call here is a line of the window without an id; its result comes with the next request.
        shown = Part(Kind.TEXT, text, ("text",), tool=str(tool or kind), argument=argument)
        yield "assistant", shown
    elif kind in _RESULTS:
        if not sent:
            yield "tool", Part(Kind.RESULT, text, ("text",))
    elif kind in ("text", "completion_result"):
        yield "assistant", Part(Kind.TEXT, text, ("text",))
