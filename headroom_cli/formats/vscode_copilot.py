"""Chats exported from VS Code ("Chat: Export Chat..."): `chat.json` of GitHub Copilot.

    {"responderUsername", "requests": [{"message": {"text"}, "response": [{"value"} | {"kind", ...}],
        "result": {"metadata": {"toolCallRounds": [{"response", "toolCalls": [{"id", "name", "arguments"}],
        "thinking"?}], "toolCallResults": {id: {"content": [{"value": "..." | {"node": tree}}]}}}}}]}

Each request is what the user asked, then the rounds of the answer: text and calls, and the results by the
call's id. Where no rounds were kept, the answer is the Markdown of the response's parts without a kind.

Oddities: `response` repeats the rounds as they were shown; results are trees of text nodes; the prompts that
were sent around the question stand under `renderedUserMessage` and are not counted. A message is spread over
several places of a request: read only.
"""

from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Plan, Transcript, Voice

NAME = "vscode-copilot"
READS = "VS Code Copilot chat exports, one JSON document"
WRITES = ""
RULE = "an object with requests and a responderUsername"

Said = tuple[str, tuple[Part, ...], Path]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    return 1.0 if isinstance(root, dict) and _list(root, "requests") and "responderUsername" in root else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    for at, root in enumerate(values):
        requests = _list(root, "requests") if chunks[at].valid else []
        said = [
            message
            for i, request in enumerate(requests)
            if isinstance(request, dict)
            for message in _read_request(request, ("requests", i))
        ]
        messages = [Message(i, role, parts, at, path) for i, (role, parts, path) in enumerate(said)]
        if messages:
            conversations.append(finish(messages))
    invalid = sum(not chunk.valid for chunk in chunks)
    carried = len(chunks) - invalid - len(conversations)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """None: files of this kind are read only."""
    return []


def _list(holder: object, key: str) -> list[object]:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def _read_request(request: Mapping[str, object], path: Path) -> Iterator[Said]:
    asked = request.get("message")
    text = asked.get("text") if isinstance(asked, dict) else None
    if isinstance(text, str) and text:
        yield "user", (Part(Kind.TEXT, text, ("text",), Voice.HUMAN),), (*path, "message")
    result = request.get("result")
    metadata = result.get("metadata") if isinstance(result, dict) else None
    rounds = _list(metadata, "toolCallRounds")
    here = (*path, "result", "metadata")
    results = metadata.get("toolCallResults") if isinstance(metadata, dict) else None
    for i, turn in enumerate(rounds):
        if isinstance(turn, dict):
            yield from _read_round(turn, (*here, "toolCallRounds", i), results, (*here, "toolCallResults"))
    parts = () if rounds else tuple(_read_response(request))
    if parts:
        yield "assistant", parts, path


def _read_response(request: Mapping[str, object]) -> Iterator[Part]:
    for i, part in enumerate(_list(request, "response")):
        text = part.get("value") if isinstance(part, dict) and "kind" not in part else None
        if isinstance(text, str) and text:
            yield Part(Kind.TEXT, text, ("response", i, "value"))


def _read_round(turn: Mapping[str, object], path: Path, results: object, beside: Path) -> Iterator[Said]:
    parts: list[Part] = []
    thinking, text = turn.get("thinking"), turn.get("response")
    thought = thinking.get("text") if isinstance(thinking, dict) else None
    if isinstance(thought, str) and thought:
        parts.append(Part(Kind.THINKING, thought, ("thinking", "text")))
    if isinstance(text, str) and text:
        parts.append(Part(Kind.TEXT, text, ("response",)))
    calls = [call for call in _list(turn, "toolCalls") if isinstance(call, dict)]
    for i, call in enumerate(calls):
        given = str(call.get("arguments") or "")
        argument = arguments.main_argument(arguments.parse(given))
        tool, call_id = str(call.get("name", "")), str(call.get("id", ""))
        at = ("toolCalls", i, "arguments")
        parts.append(Part(Kind.CALL, given, at, tool=tool, call_id=call_id, argument=argument, encoded=True))
    if parts:
        yield "assistant", tuple(parts), path
    for call in calls:
        call_id = str(call.get("id", ""))
        found = results.get(call_id) if isinstance(results, dict) else None
        if isinstance(found, dict):
            shown = "\n".join("".join(_list_texts(content)) for content in _list(found, "content"))
            yield "tool", (Part(Kind.RESULT, shown, call_id=call_id),), (*beside, call_id)


def _list_texts(content: object) -> Iterator[str]:
    """The texts of a result's tree, in order, each on a line of its own where its node says so."""
    stack = [content.get("value") if isinstance(content, dict) else None]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            text = node.get("text")
            if isinstance(text, str):
                yield "\n" + text if node.get("lineBreakBefore") else text
            stack.extend(reversed(_list(node, "children")))
            stack.append(node.get("node"))
