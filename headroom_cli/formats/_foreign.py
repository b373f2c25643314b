"""What files of other programs look like: only to name in an error what cannot be read."""


from headroom_cli.contracts import Outline
from headroom_cli.formats import _places

# (what it is, keys that the document or its first record must all have), the first match counts.
_BY_KEYS: tuple[tuple[str, frozenset[str]], ...] = (
    ("a mini-swe-agent trajectory", frozenset({"trajectory_format"})),
    ("a SWE-agent trajectory", frozenset({"trajectory"})),
    ("an Inspect AI log", frozenset({"eval", "plan"})),
    ("an ATIF trajectory", frozenset({"schema_version", "steps"})),
    ("OpenTelemetry spans", frozenset({"resourceSpans"})),
    ("OpenTelemetry spans", frozenset({"traceId", "spanId"})),
    ("OpenTelemetry spans", frozenset({"trace_id", "span_id"})),
    ("a Gemini CLI session", frozenset({"projectHash"})),
    ("a ChatGPT export", frozenset({"mapping", "current_node"})),
    ("Gemini contents", frozenset({"contents"})),
    ("Gemini contents", frozenset({"role", "parts"})),
    ("a request of the OpenAI Responses API", frozenset({"input"})),
    ("a VS Code Copilot chat", frozenset({"requests", "responderUsername"})),
    ("a Langfuse trace", frozenset({"trace", "observations"})),
    ("tau2-bench simulations", frozenset({"simulations"})),
    ("tau-bench results", frozenset({"task_id", "traj"})),
    ("a ShareGPT conversation", frozenset({"conversations"})),
    ("a Cline task for its window", frozenset({"ts", "say"})),
    ("a Codex CLI rollout", frozenset({"timestamp", "type", "payload"})),
    ("OpenHands events", frozenset({"kind", "source"})),
    ("a pi session", frozenset({"type", "version", "cwd", "id"})),
    ("a Copilot CLI log", frozenset({"type", "data", "parentId"})),
    ("rows with a prompt and a completion", frozenset({"prompt", "completion"})),
    ("the stream of Claude Code or a log like it", frozenset({"type", "message"})),
    ("LangChain messages", frozenset({"type", "response_metadata"})),
    ("LangChain messages", frozenset({"lc"})),
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
