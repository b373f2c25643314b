"""From any transcript that can be read to a chat in one of five dialects.

One conversation becomes one JSON document, several become JSON Lines, a row each. What the target cannot
hold is counted by kind and never dropped silently: media (their bytes are not part of what was read),
thinking where the target wants a signature or has no place for it, records that are no messages. Several
texts of one turn are joined where the target holds one string.

The targets: OpenAI chat completions, Anthropic Messages, ShareGPT, Gemini contents, OpenAI Responses.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headroom_cli.errors import UsageError
from headroom_cli.model import Transcript
from headroom_cli.turns import RECORDS, Losses, Result, Talk, Tool, Turn, read_talk

Json = dict[str, object]

NO_SIGNATURE = "thinking without a signature"
NO_PLACE = "thinking, for which the target has no place"
MOVED = "system messages from the middle, moved to the front"
BLANK = "texts of white space only, which the target refuses"
_SYSTEM = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Conversion:
    """A chat in another dialect. `lost` counts what could not be carried over, by kind, most first."""

    target: str
    data: bytes
    conversations: int
    messages: int
    lost: tuple[tuple[str, int], ...]


def convert(transcript: Transcript, target: str) -> Conversion:
    """The chat of a transcript in the dialect `target`, one of `TARGETS`.

    Raises UsageError for an unknown target.
    """
    if target not in TARGETS:
        raise UsageError(f"--to {target} is unknown (valid: {', '.join(TARGETS)})")
    lost: Losses = Losses({RECORDS: transcript.carried + transcript.invalid})
    talks = [read_talk(conversation, lost) for conversation in transcript.conversations]
    rows = [TARGETS[target](talk, lost) for talk in talks]
    data = _print(rows[0], 2) if len(rows) == 1 else b"".join(_print(row, None) for row in rows)
    counted = sorted(((kind, n) for kind, n in lost.items() if n), key=lambda item: (-item[1], item[0]))
    messages = sum(len(talk.turns) for talk in talks)
    return Conversion(target, data, len(rows), messages, tuple(counted))


def _print(row: Json, indent: int | None) -> bytes:
    """A row as JSON in UTF-8; lone surrogates stay escapes."""
    try:
        return json.dumps(row, ensure_ascii=False, indent=indent).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row, indent=indent).encode() + b"\n"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _content(texts: list[str], kind: str = "text") -> object:
    """One text as a string, several as blocks."""
    return texts[0] if len(texts) == 1 else [{"type": kind, "text": text} for text in texts]


def _spell_tool(tool: Tool, schema_key: str) -> Json:
    described: Json = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **described, schema_key: tool.schema}


# OpenAI chat completions


def _to_openai(talk: Talk, lost: Losses) -> Json:
    messages: list[Json] = [{"role": "system", "content": text} for text in talk.system]
    for turn in talk.turns:
        messages += _spell_openai(turn)
    row: Json = {"messages": messages}
    if talk.tools:
        row["tools"] = [{"type": "function", "function": _spell_tool(t, "parameters")} for t in talk.tools]
    return row


def _spell_openai(turn: Turn) -> Iterator[Json]:
    for result in turn.results:
        yield {"role": "tool", "tool_call_id": result.call_id, "content": _content(result.texts or [""])}
    if turn.role == "tool":
        return
    message: Json = {"role": turn.role, "content": _content(turn.texts) if turn.texts else None}
    if turn.thinking:
        message["reasoning_content"] = "\n\n".join(turn.thinking)
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": call.call_id,
                "type": "function",
                "function": {"name": call.tool, "arguments": _dump(call.given)},
            }
            for call in turn.calls
        ]
    yield message


# Anthropic Messages


def _to_anthropic(talk: Talk, lost: Losses) -> Json:
    system = [*talk.system, *_lift_system(talk, lost)]
    messages: list[Json] = []
    for turn in talk.turns:
        blocks = _spell_anthropic(turn, lost)
        if not blocks:
            continue
        role = "user" if turn.role == "tool" else turn.role
        last = messages[-1] if messages else {}
        held = last.get("content")
        if turn.role == "tool" and _holds_results(last) and isinstance(held, list):
            held += blocks  # results of one batch stand in one message
        elif turn.role not in _SYSTEM:
            messages.append({"role": role, "content": _plain(blocks)})
    row: Json = {}
    if system:
        row["system"] = _content(system)
    if talk.tools:
        row["tools"] = [_spell_tool(tool, "input_schema") for tool in talk.tools]
    return {**row, "messages": messages}


def _lift_system(talk: Talk, lost: Losses) -> Iterator[str]:
    """System texts of a chat for a target that has one place for them, before all messages."""
    started = False
    for turn in talk.turns:
        if turn.role in _SYSTEM:
            lost[MOVED] += started
            yield from turn.texts
        else:
            started = True


def _spell_anthropic(turn: Turn, lost: Losses) -> list[Json]:
    lost[NO_SIGNATURE] += len(turn.thinking)
    blocks: list[Json] = [_spell_result(result) for result in turn.results]
    blocks += [{"type": "text", "text": text} for text in turn.texts if text.strip()]
    for call in turn.calls:
        named = {"type": "tool_use", "id": call.call_id, "name": call.tool}
        blocks.append({**named, "input": call.given})
    lost[BLANK] += sum(not text.strip() for text in turn.texts)
    return blocks


def _spell_result(result: Result) -> Json:
    texts = [text for text in result.texts if text]
    return {"type": "tool_result", "tool_use_id": result.call_id, "content": _content(texts or [""])}


def _holds_results(message: Json) -> bool:
    content = message.get("content")
    return isinstance(content, list) and bool(content) and content[0].get("type") == "tool_result"


def _plain(blocks: list[Json]) -> object:
    """A single text as a string, anything else as blocks."""
    alone = len(blocks) == 1 and blocks[0]["type"] == "text"
    return blocks[0]["text"] if alone else blocks


# ShareGPT


def _to_sharegpt(talk: Talk, lost: Losses) -> Json:
    turns: list[Json] = []
    for turn in talk.turns:
        lost[NO_PLACE] += len(turn.thinking)
        turns += [{"from": "observation", "value": "\n".join(result.texts)} for result in turn.results]
        if turn.texts:
            speaker = {"user": "human", "assistant": "gpt"}.get(turn.role, "system")
            turns.append({"from": speaker, "value": "\n\n".join(turn.texts)})
        calls: list[Json] = [{"name": call.tool, "arguments": call.given} for call in turn.calls]
        if calls:
            turns.append({"from": "function_call", "value": _dump(calls[0] if len(calls) == 1 else calls)})
    row: Json = {"conversations": turns}
    if talk.system:
        row["system"] = "\n\n".join(talk.system)
    if talk.tools:
        row["tools"] = _dump([_spell_tool(tool, "parameters") for tool in talk.tools])
    return row


# Gemini


def _to_gemini(talk: Talk, lost: Losses) -> Json:
    system = [*talk.system, *_lift_system(talk, lost)]
    contents: list[Json] = []
    for turn in talk.turns:
        parts = _spell_parts(turn)
        if turn.role in _SYSTEM or not parts:
            continue
        last = contents[-1] if contents else {}
        held = last.get("parts")
        if turn.role == "tool" and isinstance(held, list) and held and "functionResponse" in held[0]:
            held += parts
        else:
            contents.append({"role": "model" if turn.role == "assistant" else "user", "parts": parts})
    row: Json = {}
    if system:
        row["systemInstruction"] = {"parts": [{"text": text} for text in system]}
    if talk.tools:
        row["tools"] = [{"functionDeclarations": [_spell_tool(tool, "parameters") for tool in talk.tools]}]
    return {**row, "contents": contents}


def _spell_parts(turn: Turn) -> list[Json]:
    parts: list[Json] = [{"text": text, "thought": True} for text in turn.thinking]
    parts += [{"text": text} for text in turn.texts]
    for call in turn.calls:
        parts.append({"functionCall": {"id": call.call_id, "name": call.tool, "args": call.given}})
    for result in turn.results:
        response = {"output": "\n".join(result.texts)}
        named = {"id": result.call_id, "name": result.tool or "unknown"}
        parts.append({"functionResponse": {**named, "response": response}})
    return parts


# OpenAI Responses


def _to_responses(talk: Talk, lost: Losses) -> Json:
    items: list[Json] = []
    for turn in talk.turns:
        items += _spell_items(turn, lost)
    row: Json = {"instructions": "\n\n".join(talk.system)} if talk.system else {}
    if talk.tools:
        row["tools"] = [{"type": "function", **_spell_tool(tool, "parameters")} for tool in talk.tools]
    return {**row, "store": False, "input": items}


def _spell_items(turn: Turn, lost: Losses) -> Iterator[Json]:
    lost[NO_SIGNATURE] += len(turn.thinking)
    for result in turn.results:
        output = _content(result.texts or [""], "input_text")
        yield {"type": "function_call_output", "call_id": result.call_id, "output": output}
    if turn.texts:
        kind = "output_text" if turn.role == "assistant" else "input_text"
        content = [{"type": kind, "text": text} for text in turn.texts]
        yield {"type": "message", "role": turn.role, "content": content}
    for call in turn.calls:
        named = {"call_id": call.call_id, "name": call.tool}
        yield {"type": "function_call", **named, "arguments": _dump(call.given)}


TARGETS: dict[str, Callable[[Talk, Losses], Json]] = {
    "openai": _to_openai,
    "anthropic": _to_anthropic,
    "sharegpt": _to_sharegpt,
    "gemini": _to_gemini,
    "responses": _to_responses,
}
