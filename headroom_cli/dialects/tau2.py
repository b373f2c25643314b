"""Messages of tau2-bench: OpenAI's, with calls that are flat and results that carry the id of their call.

    {"role": "assistant", "content": null, "tool_calls": [{"id", "name", "arguments": {...}, "requestor"}]}
    {"role": "tool", "id": "<the call's id>", "content": "...", "requestor": "assistant" | "user", "error"}

The simulated user has tools too (`requestor` is `user`): such a turn is a step like the agent's and reads as
role assistant, so that its calls and their results stay together.
"""

from collections.abc import Mapping
from dataclasses import replace

from headroom_cli.dialects import openai
from headroom_cli.model import Kind, Part, Path, Voice

NAME = "tau2"
ROLES = frozenset({"system", "user", "assistant", "tool"})


def read_message(value: Mapping[str, object], at: Path = ()) -> tuple[str, tuple[Part, ...]]:
    """The role and the parts of one message value that stands at path `at` of its record."""
    if value.get("role") == "tool" and "tool_call_id" not in value:
        value = {**value, "tool_call_id": value.get("id")}
    role, parts = openai.read_message(value, at)
    if role == "user" and any(part.kind is Kind.CALL for part in parts):
        return "assistant", tuple(replace(part, voice=Voice.NONE) for part in parts)
    return role, parts


def read_preamble(request: Mapping[str, object]) -> tuple[tuple[str, Part], ...]:
    """Nothing: simulations hold neither tools nor the prompt as it was sent."""
    return ()


def placeholder(text: str) -> dict[str, object]:
    """The message that stands for what was dropped."""
    return openai.placeholder(text)
