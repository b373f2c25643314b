"""Where message lists stand inside a JSON value, in request bodies and in what logs wrap around them."""

from collections.abc import Mapping
from dataclasses import dataclass

from headroom_cli.model import Path

DOCUMENT_PLACES: tuple[Path, ...] = (
    ("messages",),
    ("request", "messages"),
    ("kwargs", "messages"),
    ("traj",),
    ("answer_generation", "train_messages"),
    ("conversations",),
)
# Batch files keep the request under `body` (OpenAI) or `params` (Anthropic).
ROW_PLACES: tuple[Path, ...] = (
    ("messages",),
    ("request", "messages"),
    ("body", "messages"),
    ("params", "messages"),
    ("conversations",),
)

# Formats of other programs that also keep a `messages` list; their own modules read them.
FOREIGN_KEYS = frozenset({"trajectory_format", "projectHash", "samples", "schema_version", "simulations"})
# The same, told by several keys together: samples of Inspect AI, simulations of tau2-bench.
FOREIGN_SETS = (frozenset({"epoch", "target"}), frozenset({"task_id", "termination_reason"}))


@dataclass(frozen=True, slots=True)
class MessageList:
    """One message list: its path, its elements, and the request object around it (None: a bare list)."""

    path: Path
    elements: list[object]
    request: Mapping[str, object] | None


def find_lists(root: object, paths: tuple[Path, ...]) -> list[MessageList]:
    """The message lists of a value, at the first of the paths that leads to a list.

    A list of lists is one conversation per inner list. A root that is a list stands for itself.
    """
    if isinstance(root, list):
        return _spread((), root, None)
    if not isinstance(root, dict) or not FOREIGN_KEYS.isdisjoint(root):
        return []
    if any(keys.issubset(root) for keys in FOREIGN_SETS):
        return []
    for path in paths:
        holder: object = root
        for key in path[:-1]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        found = holder.get(path[-1]) if isinstance(holder, dict) else None
        if isinstance(found, list) and isinstance(holder, dict):
            return _spread(path, found, holder)
    return []


def _spread(path: Path, elements: list[object], request: Mapping[str, object] | None) -> list[MessageList]:
    inner = [(i, element) for i, element in enumerate(elements) if isinstance(element, list)]
    if inner and len(inner) == len(elements):
        return [MessageList((*path, i), element, request) for i, element in inner]
    return [MessageList(path, elements, request)]
