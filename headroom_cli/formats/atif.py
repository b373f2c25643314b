"""ATIF trajectories (Agent Trajectory Interchange Format), as Harbor and NeMo write them: `trajectory.json`.

One document: `schema_version` ("ATIF-v1.x"), `session_id`, `agent` (with `tool_definitions`, which count)
and `steps` (see the dialect).

Oddities: steps are numbered from 1 without gaps, and readers insist on it: the steps after a drop are
renumbered, nothing else. Some writers repeat the system prompt and the task before every answer of the
model: the repetitions count once, and go with the first if that goes. `final_metrics` stays as measured.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from headroom_cli.contracts import Outline
from headroom_cli.dialects import atif as dialect
from headroom_cli.formats import _edits
from headroom_cli.formats._conversations import Place, build
from headroom_cli.model import (
    Chunk,
    Conversation,
    Edit,
    Message,
    Path,
    Placeholder,
    Plan,
    Rung,
    Transcript,
    Twin,
)

NAME = "atif"
READS = "ATIF trajectories, one JSON document"
WRITES = "the same document, steps renumbered where some were dropped"
RULE = "an object whose schema_version begins with ATIF, with a list of steps"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return 1.0 if outline.document and _list_steps(outline.root) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    carried = 0
    conversations: list[Conversation] = []
    numbers: dict[int, list[object]] = {}
    for at, root in enumerate(values):
        steps = _list_steps(root) if chunks[at].valid else []
        if not steps or not isinstance(root, dict):
            carried += chunks[at].valid
            continue
        first, mirrors = _find_repeats(steps)
        places = [Place(steps[i], at, ("steps", i)) for i in first]
        read_steps = build(dialect, places, dialect.read_preamble(root))
        messages = tuple(
            _mirror(message, mirrors.get(i, []))
            for message, i in zip(read_steps.messages, first, strict=True)
        )
        conversations.append(replace(read_steps, messages=messages))
        numbers[at] = [step.get("step_id") for step in steps]
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid, extra=numbers)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """What has to change in the bytes to carry out the plans, numbers of steps included."""
    changes: list[Edit] = []
    for plan in plans:
        messages = transcript.conversations[plan.conversation].messages
        dropped = [messages[d.message] for d in plan.decisions if d.rung is Rung.DROP]
        gone = {place for m in dropped for place in ((m.chunk, m.path), *m.mirrors)}
        mark = plan.placeholder
        stands = messages[mark.before].path[1] if mark is not None else None
        numbers = transcript.extra if isinstance(transcript.extra, dict) else {}
        own = numbers.get(messages[0].chunk, []) if messages else []
        renumbered = _renumber(own, {path[1] for _, path in gone}, stands)

        def spell(_: Message, mark: Placeholder, number: int = renumbered.pop(-1, 0)) -> bytes:
            return _edits.to_bytes({**dialect.placeholder(mark.text), "step_id": number})

        changes += _edits.edit(transcript, [plan], spell)
        changes += [
            Edit(messages[0].chunk, ("steps", i, "step_id"), link=str(number))
            for i, number in renumbered.items()
        ]
    return changes


def _list_steps(root: object) -> list[Mapping[str, object]]:
    """The steps of a trajectory; none if the value is no ATIF."""
    version = root.get("schema_version") if isinstance(root, dict) else None
    steps = root.get("steps") if isinstance(root, dict) else None
    if not isinstance(version, str) or not version.startswith("ATIF") or not isinstance(steps, list):
        return []
    good = all(isinstance(step, dict) and "source" in step for step in steps)
    return steps if good else []


def _find_repeats(steps: Sequence[Mapping[str, object]]) -> tuple[list[int], dict[int, list[int]]]:
    """The steps that say something for the first time, and for such a step those that repeat it.

    A system prompt that comes again is a repetition, and so is the task, the user's first words, once after
    it. No other words of a user are: a person may say the same thing twice. What stands between does not
    matter, so that a drop there makes no repetition of what was none.
    """
    first: list[int] = []
    mirrors: dict[int, list[int]] = {}
    prompts: dict[str, int] = {}
    task = -1
    resent = False
    for i, step in enumerate(steps):
        message, known = step.get("message"), i
        if isinstance(message, str) and "observation" not in step:
            if step.get("source") == "system":
                known = prompts.setdefault(message, i)
                resent = resent or known != i
            elif step.get("source") == "user" and task < 0:
                task = i
            elif step.get("source") == "user" and resent and steps[task].get("message") == message:
                known, resent = task, False
        if known == i:
            first.append(i)
        else:
            mirrors.setdefault(known, []).append(i)
    return first, mirrors


def _mirror(message: Message, repeats: Sequence[int]) -> Message:
    """A message whose repetitions go with it, and whose text they follow."""
    if not repeats:
        return message
    places: list[tuple[int, Path]] = [(message.chunk, ("steps", i)) for i in repeats]
    parts = tuple(
        replace(part, twins=(*part.twins, *(Twin(at, (*path, *part.at), part.text) for at, path in places)))
        if part.at == ("message",)
        else part
        for part in message.parts
    )
    return replace(message, parts=parts, mirrors=tuple(places))


def _renumber(numbers: Sequence[object], gone: set[object], stands: object) -> dict[int, int]:
    """Position -> new number of every step that gets one, -1 -> that of the placeholder.

    Nothing is renumbered that was not numbered without gaps.
    """
    if not all(isinstance(n, int) for n in numbers) or not (gone or stands is not None):
        return {}
    given = [n for n in numbers if isinstance(n, int)]
    if given != list(range(given[0], given[0] + len(given))):
        return {-1: given[stands]} if isinstance(stands, int) else {}
    counted = _count_off(len(given), gone, stands, given[0])
    return {i: number for i, number in counted if i < 0 or given[i] != number}


def _count_off(length: int, gone: set[object], stands: object, number: int) -> Iterator[tuple[int, int]]:
    for i in range(length):
        if i == stands:
            yield -1, number
            number += 1
        if i not in gone:
            yield i, number
            number += 1
