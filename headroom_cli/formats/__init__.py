"""Where messages stand in a file: the roster of formats.

A format is a module that keeps `contracts.Format`; its docstring is its manual page. Containers
(`_documents`, `_lines`, `_rows`) and dialects (a room of their own) are orthogonal: most formats are one of
each. A module is imported when a file shows one of its signs, so that many formats cost nothing.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headroom_cli.contracts import Format
    from headroom_cli.formats._reading import raw_messages, read_transcript, write_transcript

__all__ = ["FORMATS", "ROSTER", "raw_messages", "read_transcript", "write_transcript"]

_MESSAGES = frozenset(
    {"role", "content", "messages", "conversations", "request", "kwargs", "traj", "body", "params"}
)
_CHAT = _MESSAGES | {"answer_generation"}

ROSTER: dict[str, tuple[str, str, frozenset[str]]] = {
    # name: (module, what is read, signs: keys of the root or of its records, one of which a file must show)
    "claude-code": ("claude_code", "Claude Code session logs, JSONL", frozenset({"parentUuid"})),
    "openai": (
        "openai",
        "OpenAI chat completions, one JSON document: an array of messages or an object that holds them",
        _CHAT,
    ),
    "openai-lines": ("openai_lines", "OpenAI chat completions, JSONL with a message per line", _MESSAGES),
    "openai-rows": (
        "openai_rows",
        "OpenAI chat completions, JSONL with a conversation per line (fine-tuning sets, request logs)",
        _MESSAGES,
    ),
    "anthropic": (
        "anthropic",
        "Anthropic Messages, one JSON document: a request body or an array of messages",
        _CHAT,
    ),
    "anthropic-lines": ("anthropic_lines", "Anthropic Messages, JSONL with a message per line", _MESSAGES),
    "anthropic-rows": (
        "anthropic_rows",
        "Anthropic Messages, JSONL with a request or conversation per line",
        _MESSAGES,
    ),
    "responses": (
        "responses",
        "OpenAI Responses API, JSON or JSONL: requests, stored responses, logs of both, items",
        frozenset({"input", "output", "response", "responses_create_params", "call_id", "content"}),
    ),
    "codex": ("codex", "Codex CLI rollouts, JSONL", frozenset({"payload", "instructions", "git"})),
    "sharegpt": (
        "sharegpt",
        "ShareGPT data sets: rows of from/value turns, as a JSON list, one object or JSONL",
        frozenset({"conversations", "conversation", "from"}),
    ),
    "hf-rows": (
        "hf_rows",
        "Rows of a data set with prompt and completion as lists of messages, JSONL or a JSON list",
        frozenset({"completion", "chosen"}),
    ),
    "langchain": (
        "langchain",
        "LangChain and LangGraph message dumps: flat, under data or as constructors; thread states",
        frozenset(
            {"additional_kwargs", "response_metadata", "lc", "data", "values", "channel_values", "history"}
        ),
    ),
    "ai-sdk": (
        "ai_sdk",
        "Vercel AI SDK chats: ModelMessage and UIMessage lists, documents or JSONL",
        frozenset({"parts", "content", "toolInvocations"}),
    ),
    "otel": (
        "otel",
        "OpenTelemetry GenAI spans: lists of spans, OTLP JSON, JSONL",
        frozenset({"resourceSpans", "scopeSpans", "spans", "attributes"}),
    ),
    "gemini": (
        "gemini",
        "Gemini contents: request bodies, bare lists, saved chats and error reports, JSON or JSONL",
        frozenset({"contents", "parts", "history", "context", "request"}),
    ),
    "claude-stream": (
        "claude_stream",
        "Streams of claude -p (stream-json) and logs of that shape, JSONL",
        frozenset({"message"}),
    ),
    "opencode": (
        "opencode",
        "opencode session exports: a document of info and messages, or the bare messages",
        frozenset({"info", "parts"}),
    ),
    "goose": (
        "goose",
        "Goose sessions: JSONL with a message per line, or an exported document with a conversation",
        frozenset({"created", "working_dir", "conversation"}),
    ),
    "pi": ("pi", "pi and OpenClaw sessions, JSONL", frozenset({"cwd"})),
    "atif": ("atif", "ATIF trajectories, one JSON document", frozenset({"schema_version"})),
    "bedrock": (
        "bedrock",
        "Bedrock Converse messages: lists, request bodies, JSONL, named conversations",
        _MESSAGES | {"input"},
    ),
    "openclaw": ("openclaw", "OpenClaw telemetry, JSONL", frozenset({"sessionKey"})),
    "multiagent": (
        "multiagent",
        "Histories of several agents (Who&When, Magentic-One), one JSON document",
        frozenset({"question", "question_ID", "ground_truth", "groundtruth", "mistake_agent"}),
    ),
    "aider": ("aider", "Aider chat histories, Markdown", frozenset()),
    "chatgpt": ("chatgpt", "ChatGPT exports: one conversation or a list of them", frozenset({"mapping"})),
    "cline-ui": (
        "cline_ui",
        "What Cline and Roo show of a task (ui_messages.json)",
        frozenset({"say", "ask"}),
    ),
    "intercode": (
        "intercode",
        "InterCode results: tasks with a query and a turn_history",
        frozenset({"turn_history"}),
    ),
    "langfuse": ("langfuse", "Langfuse trace exports, one JSON document", frozenset({"trace"})),
    "vscode-copilot": (
        "vscode_copilot",
        "VS Code Copilot chat exports, one JSON document",
        frozenset({"requests"}),
    ),
    "gemini-cli": (
        "gemini_cli",
        "Gemini CLI sessions, one JSON document or JSONL",
        frozenset({"projectHash"}),
    ),
    "qwen": ("qwen", "Qwen Code session logs, JSONL", frozenset({"parentUuid"})),
    "swe-agent": (
        "swe_agent",
        "SWE-agent trajectories (.traj), one JSON object with history and trajectory",
        frozenset({"trajectory"}),
    ),
    "mini-swe": (
        "mini_swe",
        "mini-swe-agent trajectories, one JSON object with trajectory_format",
        frozenset({"trajectory_format"}),
    ),
    "tau-bench": (
        "tau_bench",
        "tau-bench results, a JSON list or lines of runs with their messages under traj",
        frozenset({"traj"}),
    ),
    "tau2": (
        "tau2",
        "tau2-bench results: simulations with their messages, one JSON value or lines",
        frozenset({"simulations", "task_id"}),
    ),
    "kimi": ("kimi", "Kimi CLI sessions (wire.jsonl)", frozenset({"event", "message"})),
    "adk": ("adk", "ADK sessions, one JSON document", frozenset({"events"})),
    "adk-evalset": (
        "adk_evalset",
        "ADK eval sets, one JSON document",
        frozenset({"eval_cases", "evalCases"}),
    ),
    "inspect-ai": (
        "inspect_ai",
        "Inspect AI logs: JSON, or .eval archives",
        frozenset({"eval", "epoch"}),
    ),
    "copilot-cli": ("copilot_cli", "Copilot CLI sessions (events.jsonl)", frozenset({"parentId"})),
    "openhands-sdk": (
        "openhands_sdk",
        "OpenHands SDK events, JSONL or one JSON list",
        frozenset({"kind"}),
    ),
    "openhands": (
        "openhands",
        "OpenHands event logs (version 0) and output.jsonl of its evaluations",
        frozenset({"action", "observation", "history"}),
    ),
    "moatless": (
        "moatless",
        "moatless-tools trajectories: nodes, transitions or steps, one JSON object",
        frozenset({"nodes", "transitions", "steps"}),
    ),
}

# Files that are no JSON, told by how they begin.
TEXT_STARTS: dict[bytes, str] = {b"# aider chat started at ": "aider"}


class _Formats(Mapping[str, "Format"]):
    """The roster's modules by name, each imported when it is first asked for."""

    def __getitem__(self, name: str) -> "Format":
        module: Format = import_module(f"{__name__}.{ROSTER[name][0]}")
        return module

    def __iter__(self) -> Iterator[str]:
        return iter(ROSTER)

    def __len__(self) -> int:
        return len(ROSTER)


FORMATS: Mapping[str, "Format"] = _Formats()


def __getattr__(name: str) -> object:
    """Reading and writing, imported when used: the roster alone is light."""
    if name in ("raw_messages", "read_transcript", "write_transcript"):
        return getattr(import_module("headroom_cli.formats._reading"), name)
    raise AttributeError(name)
