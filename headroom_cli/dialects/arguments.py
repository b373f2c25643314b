"""Arguments of tool calls: what they are about, and which of their strings are worth compacting."""

import json

import orjson

from headroom_cli.model import Kind, Leaf, Part, Path

WORTHWHILE = 200
"""Characters a string value must have before it is offered as a leaf."""

_MAIN = (
    "path", "file_path", "filename", "file_name", "notebook_path", "target_file", "absolute_path", "file",
    "command", "cmd", "pattern", "query", "url", "regex", "script", "code", "directory", "dir_path", "name",
)  # fmt: skip
_SHORT = 200
_LONGEST = 1_000


def parse(text: str) -> object:
    """The value of a JSON text; None if it is not JSON (or nests too deeply for a reader)."""
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def compact(value: object) -> str:
    """A value as compact JSON text.

    orjson refuses lone surrogates and integers beyond 64 bits; the standard library writes those.
    """
    try:
        return orjson.dumps(value).decode()
    except (TypeError, UnicodeEncodeError):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def find_leaves(arguments: object) -> tuple[Leaf, ...]:
    """The long string values of parsed arguments, in the order in which they stand.

    Only objects and arrays have leaves: arguments that are one bare string have no name to keep.
    """
    if not isinstance(arguments, dict | list):
        return ()
    leaves: list[Leaf] = []
    stack: list[tuple[Path, object]] = [((), arguments)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, str):
            if len(value) >= WORTHWHILE:
                leaves.append(Leaf(path, value))
        elif isinstance(value, dict):
            stack.extend(((*path, key), member) for key, member in reversed(value.items()))
        elif isinstance(value, list):
            stack.extend(((*path, i), value[i]) for i in range(len(value) - 1, -1, -1))
    return tuple(leaves)


def main_argument(arguments: object) -> str:
    """What a call is about: its path, command, query or the like, else its first short string value."""
    if not isinstance(arguments, dict):
        return ""
    for key in _MAIN:
        value = arguments.get(key)
        if isinstance(value, str) and value:
            return value[:_LONGEST]
        if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            return " ".join(value)[:_LONGEST]
    for value in arguments.values():
        if isinstance(value, str) and 0 < len(value) <= _SHORT:
            return value
    return ""


def read_call(given: object, name: object, call_id: object, at: Path, element: Path | None) -> Part:
    """The part of a call whose arguments are a JSON value at `at`, in the block `element`."""
    return Part(
        Kind.CALL,
        "" if given is None else compact(given),
        at,
        block=element,
        tool=name if isinstance(name, str) else "",
        call_id=call_id if isinstance(call_id, str) else "",
        argument=main_argument(given),
        leaves=find_leaves(given),
    )
