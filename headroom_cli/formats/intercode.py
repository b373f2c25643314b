"""Results of InterCode (`ic_bash_multiturn_*.json`): one document of numbered tasks.

    {"0": {"query": "...", "turn_history": {"actions": [...], "observations": [...], "rewards": [...]}}}

Each task is a conversation: the query, then in turns an action (a command) and what was observed. There are
no messages, only arrays that run side by side, and no placeholder could stand in them: read only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from headroom_cli.contracts import Outline
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Plan, Transcript, Voice

NAME = "intercode"
READS = "InterCode results: tasks with a query and a turn_history"
WRITES = ""
RULE = "an object whose values have a query and a turn_history of actions and observations"

_TOOLS = {"bash": "bash", "sql": "sql", "python": "python"}


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    root = outline.root
    return 1.0 if isinstance(root, dict) and root and all(map(_is_task, root.values())) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        tasks = (
            [(key, task) for key, task in value.items() if _is_task(task)] if isinstance(value, dict) else []
        )
        carried += chunks[at].valid and not tasks
        for key, task in tasks:
            turns = enumerate(_list_turns(task))
            conversations.append(
                finish([Message(i, role, (part,), at, (key, *path)) for i, (role, part, path) in turns])
            )
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """None: files of this kind are read only."""
    return []


def _is_task(value: object) -> TypeGuard[Mapping[str, object]]:
    if not isinstance(value, dict) or not isinstance(value.get("query"), str):
        return False
    turns = value.get("turn_history")
    return isinstance(turns, dict) and all(
        isinstance(turns.get(k), list) for k in ("actions", "observations")
    )


def _list_turns(task: Mapping[str, object]) -> Iterator[tuple[str, Part, Path]]:
    """(role, part, path) of every message of a task."""
    yield "user", Part(Kind.TEXT, str(task["query"]), voice=Voice.HUMAN), ("query",)
    environment, turns = str(task.get("environment", "")), task["turn_history"]
    tool = next((name for word, name in _TOOLS.items() if word in environment), "run")
    turns = turns if isinstance(turns, dict) else {}
    for i, (action, seen) in enumerate(zip(turns["actions"], turns["observations"], strict=False)):
        called, shown = str(action), seen if isinstance(seen, str) else ""
        # The position in the list makes the id: results of these arrays answer the action beside them.
        call_id = f"call {i}.0"
        call = Part(Kind.CALL, called, tool=tool, call_id=call_id, argument=called)
        yield "assistant", call, ("turn_history", "actions", i)
        yield "tool", Part(Kind.RESULT, shown, call_id=call_id), ("turn_history", "observations", i)
