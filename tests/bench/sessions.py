"""Generated agent sessions of a given size: the same bytes on every machine."""

import json
import random
from collections.abc import Callable, Iterator

Message = dict[str, object]

_WORDS = (
    "cache", "index", "parser", "stream", "token", "buffer", "window", "result", "config", "session",
    "handler", "request", "response", "worker", "queue", "schema", "record", "branch", "commit", "module",
    "import", "export", "render", "filter", "update", "delete", "insert", "select", "failed", "passed",
    "warning", "timeout", "retry", "socket", "thread", "signal", "memory", "value", "offset", "length",
    "header", "footer", "column", "matrix", "vector",
)


def generate_session(size: int, seed: int = 1) -> list[Message]:
    """Messages of an OpenAI chat whose contents come to about `size` bytes of JSON lines."""
    rng = random.Random(seed)
    messages: list[Message] = [
        {"role": "system", "content": "You are a careful engineer. Use the tools; explain what you find."},
        {"role": "user", "content": "Find out why the nightly import fails, and repair it."},
    ]
    written = 0
    for number, step in enumerate(_generate_steps(rng)):
        for message in step:
            written += len(json.dumps(message)) + 1
            messages.append(message)
        if written >= size or number > 1_000_000:
            break
    messages.append({"role": "user", "content": "Good. Sum up what was wrong."})
    return messages


def print_lines(messages: list[Message]) -> str:
    """A message a line."""
    return "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in messages)


def print_document(messages: list[Message]) -> str:
    """One request body."""
    return json.dumps({"model": "gpt-4o", "messages": messages}, ensure_ascii=False)


def gather_text(messages: list[Message]) -> str:
    """What of the messages is counted as text: contents and arguments."""
    texts = []
    for message in messages:
        texts.append(str(message["content"] or ""))
        calls = message.get("tool_calls")
        if isinstance(calls, list):
            texts += [call["function"]["arguments"] for call in calls]
    return "\n".join(texts)


def _generate_steps(rng: random.Random) -> Iterator[list[Message]]:
    tools: list[tuple[str, Callable[[random.Random], str]]] = [
        ("grep", _print_matches),
        ("run_tests", _print_log),
        ("read_file", _print_code),
        ("http_get", _print_data),
    ]
    number = 0
    while True:
        number += 1
        tool, output = tools[rng.randrange(len(tools))]
        arguments = json.dumps({"path": _name(rng), "query": rng.choice(_WORDS)})
        function = {"name": tool, "arguments": arguments}
        call = {"id": f"call_{number}", "type": "function", "function": function}
        yield [
            {"role": "assistant", "content": _sentence(rng), "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"call_{number}", "content": output(rng)},
        ]


def _sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randrange(8, 60))).capitalize() + "."


def _name(rng: random.Random) -> str:
    return "/".join(rng.choices(_WORDS, k=3)) + rng.choice((".py", ".ts", ".go", ".json"))


def _print_matches(rng: random.Random) -> str:
    files = [_name(rng) for _ in range(rng.randrange(2, 12))]
    return "\n".join(
        f"{path}:{line}:    {rng.choice(_WORDS)} = {rng.choice(_WORDS)}({rng.choice(_WORDS)}, {line})"
        for path in files
        for line in sorted(rng.sample(range(1, 900), rng.randrange(1, 12)))
    )


def _print_log(rng: random.Random) -> str:
    levels = ("INFO", "INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR")
    return "\n".join(
        f"2024-03-{rng.randrange(1, 29):02} {rng.randrange(24):02}:{rng.randrange(60):02}:{second % 60:02} "
        f"{rng.choice(levels)} [{rng.choice(_WORDS)}-{rng.randrange(9)}] {_sentence(rng)}"
        for second in range(rng.randrange(10, 80))
    )


def _print_code(rng: random.Random) -> str:
    blocks = []
    for _ in range(rng.randrange(2, 14)):
        name, argument = rng.choice(_WORDS), rng.choice(_WORDS)
        blocks.append(
            f"def {name}_{argument}({argument}: int, limit: int = {rng.randrange(99)}) -> list[int]:\n"
            f'    """{_sentence(rng)}"""\n'
            f"    {name} = []\n"
            f"    for each in range({argument}):\n"
            f"        if each % {rng.randrange(2, 9)} == 0:\n"
            f"            {name}.append(each * limit)\n"
            f"    return {name}\n"
        )
    return "\n\n".join(blocks)


def _print_data(rng: random.Random) -> str:
    rows = [
        {"id": rng.randrange(10**9), "name": rng.choice(_WORDS), "tags": rng.choices(_WORDS, k=3)}
        for _ in range(rng.randrange(5, 60))
    ]
    return json.dumps({"items": rows, "total": len(rows)})
