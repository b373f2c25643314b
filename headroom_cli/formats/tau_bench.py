"""Results of tau-bench: a JSON list of runs `{"task_id", "reward", "info", "traj": [messages], "trial"}`.

Messages are OpenAI's; each run is a conversation of its own, with the domain's policy as system prompt. The
person is a simulated user. Runs that failed have an error under `info` and an empty `traj`: they are carried.
"""

from collections.abc import Iterator, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import openai as dialect
from headroom_cli.formats import _edits
from headroom_cli.formats._conversations import Place, build, has_role
from headroom_cli.model import Chunk, Edit, Path, Plan, Transcript

NAME = "tau-bench"
READS = "tau-bench results, a JSON list or lines of runs with their messages under traj"
WRITES = "the same results"
RULE = "a list (or lines) of objects with task_id and traj, a list of messages"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    runs = outline.root if outline.document and isinstance(outline.root, list) else outline.records
    found = [_is_run(run) for run in runs]
    return 1.0 if found and sum(found) * 10 >= len(found) * 9 else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        if not chunks[at].valid:
            continue
        for path, run in _list_runs(value):
            elements = run.get("traj") if isinstance(run, dict) else None
            places = [
                Place(element, at, (*path, "traj", i))
                for i, element in enumerate(elements if isinstance(elements, list) else ())
                if has_role(element)
            ]
            carried += not places
            if places:
                conversations.append(build(dialect, places))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans."""
    return _edits.edit_messages(transcript, plans, dialect)


def _is_run(value: object) -> bool:
    return isinstance(value, dict) and "task_id" in value and isinstance(value.get("traj"), list)


def _list_runs(value: object) -> Iterator[tuple[Path, object]]:
    if isinstance(value, list):
        yield from (((i,), run) for i, run in enumerate(value))
    else:
        yield (), value
