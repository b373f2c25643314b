"""Spans of OpenTelemetry with GenAI attributes, as exporters write them. Read only.

A list of spans, OTLP JSON (`resourceSpans`), one span, or JSONL of these. Messages stand in
`gen_ai.input.messages` and `gen_ai.output.messages` (JSON texts), in flattened attributes
(`gen_ai.prompt.0.content`, OpenInference's `llm.input_messages.0.message.content`), in events, in
`ai.prompt.messages`, or in what Google's agent kit logs (`gcp.vertex.agent.llm_request`).

Every span repeats the history so far. Only spans whose input no other span continues are counted, each as
a conversation with its output; the others are carried. System prompt and tool definitions count as the
preamble. Since messages are JSON texts inside attributes and repeat in every span, files of this kind are
not edited in place: convert them to a chat.
"""

from collections.abc import Mapping, Sequence

from headroom_cli.contracts import Outline
from headroom_cli.dialects import otel as dialect
from headroom_cli.errors import UsageError
from headroom_cli.formats import _spans
from headroom_cli.formats._conversations import finish
from headroom_cli.model import Chunk, Conversation, Edit, Kind, Message, Part, Plan, Transcript

NAME = "otel"
READS = "OpenTelemetry GenAI spans: lists of spans, OTLP JSON, JSONL"
WRITES = ""
RULE = "spans with attributes that hold messages (gen_ai.*, llm.*, ai.prompt.*, gcp.vertex.agent.*)"

_MARKS = frozenset(
    {
        "resourceSpans", "scopeSpans", "traceId", "trace_id", "spanId", "span_id", "spanName", "scopeName",
        "context", "spans",
    }
)  # fmt: skip
_PREFIXES = ("gen_ai.", "llm.", "ai.", "gcp.vertex.agent.", "openinference.")

_SYSTEM = ("system", "developer")

Spoken = tuple[str, tuple[Part, ...]]


def sniff(outline: Outline) -> float:
    """How sure this format is, 0.0 to 1.0."""
    seen = (outline.root,) if outline.document else outline.records
    roots = [item for value in seen for item in (value if isinstance(value, list) else (value,))]
    if not any(isinstance(root, dict) and not _MARKS.isdisjoint(root) for root in roots):
        return 0.0
    spans = (span for value in seen for span in _spans.find_spans(value))
    told = any(key.startswith(_PREFIXES) for span in spans for key in _list_keys(span))
    return 1.0 if told else 0.0


def read(data: bytes, chunks: tuple[Chunk, ...], values: Sequence[object]) -> Transcript:
    """The transcript of a file that was split into these chunks with these values."""
    ends: dict[int, tuple[int, list[Spoken], _spans.Exchange]] = {}
    chains = _Chains()
    total = 0
    for at, value in enumerate(values):
        for span in _spans.find_spans(value) if chunks[at].valid else ():
            total += 1
            exchange = _spans.read_exchange(span)
            if exchange is None:
                continue
            sent = [dialect.read_message(m) for m in exchange.sent if m.get("role") not in _SYSTEM]
            spoken = sent + [dialect.read_message(message) for message in exchange.got]
            end = chains.add(sent)
            if end not in ends or len(spoken) > len(ends[end][1]):
                ends[end] = (at, spoken, exchange)
    conversations = tuple(
        _build(at, spoken, exchange, chunks)
        for end, (at, spoken, exchange) in ends.items()
        if end not in chains.continued
    )
    invalid = sum(not chunk.valid for chunk in chunks)
    return Transcript(NAME, data, chunks, conversations, total - len(conversations), invalid)


def edits(transcript: Transcript, plans: Sequence[Plan]) -> list[Edit]:
    """No edits for plans that change nothing, UsageError for others: spans are not edited in place."""
    if any(plan.changed for plan in plans):
        raise UsageError(f"{NAME} files cannot be edited in place; see `headroom convert`")
    return []


class _Chains:
    """Histories as chains of numbered states, so that one that another continues is seen at once.

    The state after a message depends on the state before it and on the message: equal histories, and
    equal beginnings of histories, end in the same state.
    """

    def __init__(self) -> None:
        self._states: dict[tuple[int, object], int] = {}
        self.continued: set[int] = set()

    def add(self, spoken: Sequence[Spoken]) -> int:
        """The state in which a history ends; all before it are continued."""
        state = 0
        for role, parts in spoken:
            self.continued.add(state)
            key = (state, (role, tuple((part.kind, part.text) for part in parts)))
            state = self._states.setdefault(key, len(self._states) + 1)
        return state


def _list_keys(span: Mapping[str, object]) -> list[str]:
    keys = list(_spans.read_attributes(span))
    for name in ("events", "span_events"):
        events = span.get(name)
        for event in events if isinstance(events, list) else ():
            keys += _spans.read_attributes(event) if isinstance(event, dict) else ()
    return keys


def _build(
    at: int, spoken: Sequence[Spoken], exchange: _spans.Exchange, chunks: Sequence[Chunk]
) -> Conversation:
    line = chunks[at].line if len(chunks) > 1 else 0
    messages = [Message(i, role, parts, at, line=line) for i, (role, parts) in enumerate(spoken)]
    systems = [m for m in exchange.sent if m.get("role") in _SYSTEM]
    texts = [part.text for m in systems for part in dialect.read_message(m)[1]]
    preamble = [("system", Part(Kind.OPAQUE, text)) for text in texts or [exchange.system] if text]
    if exchange.tools:
        preamble.append(("tools", Part(Kind.OPAQUE, exchange.tools)))
    return finish(messages, tuple(preamble))
