"""What files of other programs look like: only to name in an error what cannot be read."""


from headroom_cli.contracts import Outline
from headroom_cli.formats import _places

# (what it is, keys that the document or its first record must all have), the first match counts.
_BY_KEYS: tuple[tuple[str, frozenset[str]], ...] = (
    ("OpenTelemetry spans without messages", frozenset({"traceId", "spanId"})),
    ("OpenTelemetry spans without messages", frozenset({"trace_id", "span_id"})),
    ("rows whose prompt and completion are plain texts", frozenset({"prompt", "completion"})),
)


def describe(outline: Outline) -> str:
    """What a file that no format claims looks like, as a noun phrase."""
    for value in (outline.root, *outline.records[:1]):
        if isinstance(value, dict):
            for name, keys in _BY_KEYS:
                if keys.issubset(value):
                    return name
    root = outline.root
    lists = _places.find_lists(root, _places.DOCUMENT_PLACES) if outline.document else []
    if isinstance(root, dict) and lists and not any(found.elements for found in lists):
        return "a JSON object with an empty list of messages"
    if isinstance(root, dict):
        named = ", ".join(repr(str(key)[:30]) for key in list(root)[:5])
        what = "a JSON object" if outline.document else "JSON lines, the first"
        return f"{what} with the keys {named}" if root else f"{what} without keys"
    if isinstance(root, list):
        return "a JSON array without messages" if root else "an empty JSON array"
    return f"JSON without messages ({'one value' if outline.document else 'lines'})"
