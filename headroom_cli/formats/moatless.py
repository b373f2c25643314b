"""Trajectories of moatless-tools: a search tree of nodes, or the older transitions and steps. Read only.

    {"nodes": [{"node_id", "parent_id", "message"?, "action": {...}, "observation": {"message"},
        "completions": {"build_action": {"input": [...], "response": {...}}}, "children"?: [...]}],
        "agent": {"system_prompt"}}
    {"initial_message", "transitions": [{"name", "state", "actions": [{"action", "output"}]}]}
    {"input": {"problem_statement"}, "steps": [{"name", "actions": [{"name", "input", "output"}]}]}

What is read is the task, and every action with what came of it, as one message; of a tree the branch that
ends in the last node. The prompts under `completions` repeat it all and are not counted.

Read only: a node is a place in a tree whose state and patches build on the node before it, so none can be
taken out, and nothing could stand for it.
"""

from collections.abc import Iterator, Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import arguments
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Edit, Kind, Message, Part, Path, Plan, Transcript, Voice

NAME = "moatless"
READS = "moatless-tools trajectories: nodes, transitions or steps, one JSON object"
WRITES = ""
RULE = "an object with nodes (node_id), with initial_message and transitions, or with input and steps"

# Fields of an action that are about the program, not said by the model.
_CLASS = "action_args_class"


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    return 1.0 if outline.document and isinstance(outline.root, dict) and _is_run(outline.root) else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    conversations = []
    carried = 0
    for at, value in enumerate(values):
        if not chunks[at].valid:
            continue
        found = list(_list_messages(value)) if isinstance(value, dict) else []
        carried += not found
        if isinstance(value, dict) and found:
            messages = [Message(i, role, parts, at, path) for i, (role, parts, path) in enumerate(found)]
            conversations.append(finish(messages, tuple(_read_system(value))))
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, tuple(conversations), carried, invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """Nothing: files of this kind are not written."""
    return []


_Read = tuple[str, tuple[Part, ...], Path]


def _is_run(root: Mapping[str, object]) -> bool:
    nodes, steps = root.get("nodes"), root.get("steps")
    if isinstance(nodes, list) and nodes and isinstance(nodes[0], dict) and "node_id" in nodes[0]:
        return True
    if isinstance(root.get("initial_message"), str) and isinstance(root.get("transitions"), list):
        return True
    given = root.get("input")
    return isinstance(steps, list) and isinstance(given, dict) and "problem_statement" in given


def _list_messages(root: Mapping[str, object]) -> Iterator[_Read]:
    if isinstance(root.get("nodes"), list):
        yield from _read_nodes(root["nodes"])
    elif isinstance(root.get("transitions"), list):
        yield from _read_task(root.get("initial_message"), ("initial_message",))
        yield from _read_rounds(root["transitions"], "transitions", "action")
    elif isinstance(root.get("steps"), list):
        given = root.get("input")
        task = given.get("problem_statement") if isinstance(given, dict) else None
        yield from _read_task(task, ("input", "problem_statement"))
        yield from _read_rounds(root["steps"], "steps", "input")


def _read_system(root: Mapping[str, object]) -> Iterator[tuple[str, Part]]:
    agent = root.get("agent")
    prompt = agent.get("system_prompt") if isinstance(agent, dict) else None
    if isinstance(prompt, str) and prompt:
        yield "system", Part(Kind.TEXT, prompt, ("agent", "system_prompt"))


def _read_task(text: object, path: Path) -> Iterator[_Read]:
    if isinstance(text, str) and text:
        yield "user", (Part(Kind.TEXT, text, voice=Voice.HUMAN),), path


def _read_rounds(rounds: object, name: str, key: str) -> Iterator[_Read]:
    """Rounds of actions; an action of a step has a name of its own, one of a transition its round's."""
    for i, one in enumerate(rounds if isinstance(rounds, list) else ()):
        actions = one.get("actions") if isinstance(one, dict) else None
        for j, action in enumerate(actions if isinstance(actions, list) else ()):
            if isinstance(action, dict):
                tool = str(action.get("name") or one.get("name") or "")
                parts = _read_action(
                    tool, action.get(key), key, action.get("output"), ("output",), f"{i}.{j}"
                )
                yield "assistant", parts, (name, i, "actions", j)


def _read_nodes(nodes: object) -> Iterator[_Read]:
    for path, node in _follow(nodes):
        text = node.get("message") or node.get("user_message")
        action = node.get("action")
        if not isinstance(action, dict):
            yield from _read_task(text, (*path, "message"))
            continue
        kind = str(action.get(_CLASS) or action.get("action_name") or action.get("command") or "")
        tool = kind.rpartition(".")[2].removesuffix("Args")
        said = {key: value for key, value in action.items() if key != _CLASS}
        seen = node.get("observation")
        where: Path = ("observation",)
        if isinstance(seen, dict):
            seen, where = seen.get("message"), ("observation", "message")
        parts = _read_action(tool, said, "action", seen, where, str(node.get("node_id")))
        yield "assistant", parts, path


def _follow(nodes: object) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """The branch that ends in the last node, from its root; of nested nodes the last child of each."""
    listed = [
        (("nodes", i), n)
        for i, n in enumerate(nodes if isinstance(nodes, list) else ())
        if isinstance(n, dict)
    ]
    if not listed:
        return
    by_id = {repr(node.get("node_id")): (path, node) for path, node in listed}
    branch: list[tuple[Path, Mapping[str, object]]] = []
    here: tuple[Path, Mapping[str, object]] | None = listed[-1]
    while here is not None and len(branch) < len(listed):
        branch.append(here)
        here = by_id.get(repr(here[1].get("parent_id")))
    branch.reverse()
    path, node = branch[-1]
    while isinstance(children := node.get("children"), list) and children and isinstance(children[-1], dict):
        path, node = (*path, "children", len(children) - 1), children[-1]
        branch.append((path, node))
    yield from branch


def _read_action(
    tool: str, said: object, key: str, seen: object, where: Path, number: str
) -> tuple[Part, ...]:
    """A call and its result. What came of it may be an object: then its JSON text counts."""
    call_id = f"action {number}"
    text = "" if said is None else arguments.compact(said)
    call = Part(Kind.CALL, text, (key,), tool=tool, call_id=call_id, argument=arguments.main_argument(said))
    if seen is None:
        return (call,)
    answer = seen if isinstance(seen, str) else arguments.compact(seen)
    return call, Part(Kind.RESULT, answer, where, tool=tool, call_id=call_id)
