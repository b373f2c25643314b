"""What records say about the dialect they are written in.

Block types and keys that only one API knows are evidence for it; those of other programs' formats say that
neither dialect can read the file. Plain texts between user and assistant are no evidence: both APIs spell
them alike, and OpenAI's shape is what most programs mean by it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from headroom_cli.dialects import anthropic, openai

PLAIN = 0.8
"""How sure the OpenAI formats are of a chat without any evidence."""
UNLIKELY = 0.2
"""How sure the Anthropic formats are of one that Anthropic's API would take as well."""

_SOURCED_IMAGE = "image with a source"
_ANTHROPIC_BLOCKS = frozenset(
    {
        "tool_use", "tool_result", "thinking", "redacted_thinking", "document", "container_upload",
        _SOURCED_IMAGE,
    }
)  # fmt: skip
_OPENAI_BLOCKS = frozenset({"image_url", "input_audio", "refusal", "tool_call"})
_OPENAI_KEYS = ("tool_calls", "tool_call_id", "function_call", "reasoning_content", "refusal")
_OPENAI_ROLES = openai.ROLES - anthropic.ROLES
_ROLES = openai.ROLES | anthropic.ROLES
# Gemini and AI SDK messages, LangChain constructors.
_FOREIGN_KEYS = frozenset({"parts", "toolInvocations", "toolCalls", "toolCallId", "lc"})
# AI SDK, pi, Goose, Responses API; Bedrock's blocks have no type at all.
_FOREIGN_BLOCKS = frozenset(
    {
        "tool-call", "tool-result", "toolCall", "toolRequest", "toolResponse", "input_text", "output_text",
        "input_image", "input_file", "step-start", "dynamic-tool", "",
    }
)  # fmt: skip
_CONTENT_KEYS = ("content", "tool_calls", "function_call", "refusal")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts over sampled values: messages, those that only one dialect writes, and others."""

    messages: int = 0
    openai: int = 0
    anthropic: int = 0
    foreign: int = 0
    other: int = 0

    def sure(self, dialect: str, request: Mapping[str, object] | None = None) -> float:
        """How sure a format of this dialect may be, 0.0 to 1.0.

        `request` is the object around the messages, if there is one. One value in ten may be no message,
        and one (a title, settings) in any case.
        """
        if not self.messages or self.foreign or self.other > max(1, self.messages // 10):
            return 0.0
        claims = self.anthropic + (_REQUEST_WEIGHT if _asks_anthropic(request) else 0)
        if not claims and not self.openai:
            return PLAIN if dialect == openai.NAME else UNLIKELY
        share = claims / (claims + self.openai)
        return share if dialect == anthropic.NAME else 1.0 - share


# A request body says more than a single message does.
_REQUEST_WEIGHT = 4


def weigh(values: Iterable[object]) -> Evidence:
    """The evidence of sampled message values."""
    messages = ours = theirs = foreign = other = 0
    for value in values:
        if not is_message(value):
            other += 1
            continue
        messages += 1
        kinds = frozenset(_block_kinds(value.get("content")))
        foreign += bool(kinds & _FOREIGN_BLOCKS) or not _FOREIGN_KEYS.isdisjoint(value)
        theirs += bool(kinds & _ANTHROPIC_BLOCKS) or any(kind.endswith("_tool_result") for kind in kinds)
        ours += (
            value["role"] in _OPENAI_ROLES
            or bool(kinds & _OPENAI_BLOCKS)
            or any(value.get(key) for key in _OPENAI_KEYS)
        )
    return Evidence(messages, ours, theirs, foreign, other)


def is_message(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value has a role that the dialects know, and a content or a call."""
    if not isinstance(value, dict):
        return False
    role = value.get("role")
    return isinstance(role, str) and role in _ROLES and any(key in value for key in _CONTENT_KEYS)


def _block_kinds(content: object) -> Iterator[str]:
    """The types of content blocks, "" for a block without one; Anthropic's images have a source."""
    for block in content if isinstance(content, list) else (content,):
        if isinstance(block, dict):
            kind = block.get("type")
            if kind == "image" and "source" in block:
                yield _SOURCED_IMAGE
            else:
                yield kind if isinstance(kind, str) else ""


def _asks_anthropic(request: Mapping[str, object] | None) -> bool:
    """Whether a request body has a system prompt of its own or tools with an `input_schema`."""
    if request is None:
        return False
    tools = request.get("tools")
    return (
        bool(request.get("system"))
        or "anthropic_version" in request
        or (isinstance(tools, list) and any(isinstance(t, dict) and "input_schema" in t for t in tools))
    )
