"""Spans of OpenTelemetry: where they stand in a file, and which messages their attributes hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headroom_cli.dialects import arguments

Attributes = Mapping[str, object]
_VALUES = ("stringValue", "intValue", "doubleValue", "boolValue")
_INPUTS = ("gen_ai.input.messages", "gen_ai.prompt", "ai.prompt.messages")
_OUTPUTS = ("gen_ai.output.messages", "gen_ai.completion")
# prefix of flattened messages -> what stands between the number and the field
_FLAT = (
    ("gen_ai.prompt.", "gen_ai.completion.", ""),
    ("llm.input_messages.", "llm.output_messages.", "message."),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one span sent and got: message values, the system prompt and the tools as text ("": none)."""

    sent: tuple[Mapping[str, object], ...]
    got: tuple[Mapping[str, object], ...]
    system: str = ""
    tools: str = ""


def find_spans(value: object) -> Iterator[Mapping[str, object]]:
    """The spans of a document or line: a span, a list of spans, or what exporters wrap around them."""
    if isinstance(value, list):
        for item in value:
            yield from find_spans(item)
    elif isinstance(value, dict):
        for key in ("resourceSpans", "scopeSpans", "instrumentationLibrarySpans", "spans"):
            inner = value.get(key)
            if isinstance(inner, list):
                yield from find_spans(inner)
                return
        if isinstance(value.get("attributes"), dict | list):
            yield value


def read_attributes(holder: Mapping[str, object]) -> Attributes:
    """Attributes as a plain mapping; OTLP spells them as a list of keys with typed values."""
    found = holder.get("attributes")
    if isinstance(found, dict):
        return found
    plain: dict[str, object] = {}
    for item in found if isinstance(found, list) else ():
        if isinstance(item, dict) and isinstance(item.get("key"), str):
            plain[item["key"]] = _unwrap(item.get("value"))
    return plain


def read_exchange(span: Mapping[str, object]) -> Exchange | None:
    """The messages of a span, from its attributes or else its events; None if it has none."""
    attributes = read_attributes(span)
    exchange = _read_attributes(attributes)
    if exchange is not None:
        return exchange
    events = next((span[key] for key in ("events", "span_events") if isinstance(span.get(key), list)), None)
    packed = _list(attributes.get("all_messages_events") or attributes.get("events"))
    return _read_events(events if isinstance(events, list) else [], packed)


def _unwrap(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in _VALUES if key in value), None)


def _load(value: object) -> object:
    """A value, or the JSON that a text holds."""
    if isinstance(value, str) and value[:1] in ("[", "{", '"'):
        found = arguments.parse(value)
        return value if found is None else found
    return value


def _list(value: object) -> list[Mapping[str, object]]:
    """Messages that are a list, one object, or under `messages`, or a JSON text of these."""
    found = _load(value)
    if isinstance(found, dict) and isinstance(found.get("messages"), list):
        found = found["messages"]
    found = [found] if isinstance(found, dict) else found
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _read_attributes(attributes: Attributes) -> Exchange | None:
    sent = next((m for key in _INPUTS if (m := _list(attributes.get(key)))), [])
    got = next((m for key in _OUTPUTS if (m := _list(attributes.get(key)))), [])
    for inputs, outputs, between in _FLAT:
        sent = sent or _unflatten(attributes, inputs, between)
        got = got or _unflatten(attributes, outputs, between)
    system = _read_text(attributes.get("gen_ai.system_instructions"))
    tools = _read_text(attributes.get("gen_ai.tool.definitions"))
    request = _load(attributes.get("gcp.vertex.agent.llm_request"))
    response = _load(attributes.get("gcp.vertex.agent.llm_response"))
    if not sent and isinstance(request, dict) and isinstance(request.get("contents"), list):
        sent = _list(request["contents"])
        config = request.get("config")
        config = config if isinstance(config, dict) else {}
        system = system or _read_text(config.get("system_instruction"))
        tools = tools or _read_text(config.get("tools"))
        got = _list(response.get("content")) if isinstance(response, dict) else []
    if not got and attributes.get("ai.response.text"):
        got = [{"role": "assistant", "content": attributes["ai.response.text"]}]
    if not sent and attributes.get("openinference.span.kind") == "LLM":
        sent, got = _list(attributes.get("input.value")), got or _list(attributes.get("output.value"))
    if not sent:
        return None
    got = [message if "role" in message else {**message, "role": "assistant"} for message in got]
    return Exchange(tuple(sent), tuple(got), system, "" if tools == "[]" else tools)


def _read_text(value: object) -> str:
    """A system prompt: a text, a JSON text of one, or parts of texts."""
    found = _load(value)
    if isinstance(found, list) and found:
        texts = [item.get("content", item.get("text")) for item in found if isinstance(item, dict)]
        if len(texts) == len(found) and all(isinstance(text, str) for text in texts):
            return "\n".join(map(str, texts))
    return found if isinstance(found, str) else "" if found is None else arguments.compact(found)


def _unflatten(attributes: Attributes, prefix: str, between: str) -> list[Mapping[str, object]]:
    """Messages spread over attributes such as `gen_ai.prompt.0.content`."""
    messages: dict[int, dict[str, object]] = {}
    calls: dict[tuple[int, int], dict[str, object]] = {}
    for key, value in attributes.items():
        number, dot, field = key.removeprefix(prefix).partition(".")
        if not key.startswith(prefix) or not dot or not number.isdecimal():
            continue
        message = messages.setdefault(int(number), {})
        field = field.removeprefix(between)
        if not field.startswith("tool_calls."):
            message[field] = value
            continue
        position, _, name = field.removeprefix("tool_calls.").partition(".")
        if position.isdecimal():
            name = name.removeprefix("tool_call.").removeprefix("function.")
            calls.setdefault((int(number), int(position)), {})[name] = value
    for (number_of, _), call in sorted(calls.items()):
        found = messages[number_of].setdefault("tool_calls", [])
        if isinstance(found, list):
            found.append({"id": call.get("id", ""), "function": call})
    for message in messages.values():
        _join_contents(message)
    return [message for _, message in sorted(messages.items()) if "role" in message]


def _join_contents(message: dict[str, object]) -> None:
    """OpenInference spreads content blocks too: `contents.0.message_content.text`."""
    texts = [str(message[key]) for key in sorted(message) if key.endswith(".message_content.text")]
    if texts and "content" not in message:
        message["content"] = "\n".join(texts)


def _read_events(events: Sequence[object], packed: Sequence[Mapping[str, object]]) -> Exchange | None:
    """Messages that are events: one event each, or one that holds them all."""
    sent: list[Mapping[str, object]] = []
    got: list[Mapping[str, object]] = []
    for event in (*events, *packed):
        if not isinstance(event, dict):
            continue
        body = {**event, **read_attributes(event)}
        whole = _read_attributes(body)
        if whole is not None:
            return whole
        name = str(body.get("event.name") or body.get("event_name") or body.get("name") or "")
        if name == "gen_ai.choice":
            inner = _load(body.get("message"))
            got.append({"role": "assistant", **(inner if isinstance(inner, dict) else {"content": inner})})
        elif name.startswith("gen_ai.") and name.endswith(".message"):
            role = name.removeprefix("gen_ai.").removesuffix(".message")
            call_id = body.get("id") or body.get("tool_call_id")
            sent.append({"role": role, **body, **({"tool_call_id": call_id} if call_id else {})})
    return Exchange(tuple(sent), tuple(got)) if sent else None
