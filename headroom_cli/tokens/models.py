"""Which model uses which tokenizer, as far as it is public and embedded.

OpenAI's names follow tiktoken's `tiktoken/model.py`, with the families it does not list yet. A name may carry
a provider (`openai/gpt-4o`, `azure:gpt-4o`), a fine-tuning (`ft:gpt-4o:org::id`) or a tag (`gpt-oss:20b`).
"""

import re

ENCODINGS: dict[str, str] = {
    "o1": "o200k_base",
    "o3": "o200k_base",
    "o4-mini": "o200k_base",
    "gpt-5": "o200k_base",
    "gpt-4.5": "o200k_base",
    "gpt-4.1": "o200k_base",
    "gpt-4o": "o200k_base",
    "chatgpt-4o": "o200k_base",
    "gpt-oss": "o200k_base",
    "codex-mini-latest": "o200k_base",
    "gpt-4": "cl100k_base",
    "gpt-3.5": "cl100k_base",
    "gpt-3.5-turbo": "cl100k_base",
    "gpt-35-turbo": "cl100k_base",
    "davinci-002": "cl100k_base",
    "babbage-002": "cl100k_base",
    "text-embedding-ada-002": "cl100k_base",
    "text-embedding-3-small": "cl100k_base",
    "text-embedding-3-large": "cl100k_base",
}
"""Exact model names. gpt-oss has o200k_harmony, which splits ordinary text as o200k_base does."""

# A `gpt-5.1` is a gpt-5, but a `gpt-4.2` is nothing known: the dot belongs to the prefix or is no match.
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("gpt-5", "o200k_base"),
    ("gpt-4.5-", "o200k_base"),
    ("gpt-4.1-", "o200k_base"),
    ("gpt-4o-", "o200k_base"),
    ("chatgpt-4o-", "o200k_base"),
    ("gpt-oss-", "o200k_base"),
    ("gpt-4-", "cl100k_base"),
    ("gpt-3.5-turbo-", "cl100k_base"),
    ("gpt-35-turbo-", "cl100k_base"),
)
_O_SERIES = re.compile(r"(?:o1|o3|o4-mini)(?:-[a-z0-9.-]+)?")
_PROVIDERS = frozenset({"openai", "openai-chat", "openai-responses", "azure", "github", "openrouter"})

_OLD = re.compile(
    r"(?:text|code|davinci|curie|babbage|ada|cushman)"
    r"(?:-(?:davinci|curie|babbage|ada|cushman|codex|similarity|search|edit|code|text|doc|query|\d+))*|gpt-?2"
)
_FAMILIES = re.compile(
    r"(?<![a-z])(?:claude|codellama|codestral|cohere|command|deepseek|devstral|doubao|ernie|falcon|gemini|gemma|glm|granite"
    r"|grok|hermes|hunyuan|jamba|kimi|llama|magistral|mercury|mimo|minimax|ministral|mistral|mixtral|nemotron|nova"
    r"|olmo|phi|pixtral|qwen|qwq|sonar|starcoder|titan|vicuna|yi)(?![a-z])"
)

SUGGESTIONS: tuple[str, ...] = (
    *ENCODINGS,
    "gpt-4o-mini",
    "gpt-4-turbo",
    "gpt-5-mini",
    "o3-mini",
    "claude",
    "codestral",
    "command",
    "deepseek",
    "gemini",
    "gemma",
    "grok",
    "kimi",
    "llama",
    "mistral",
    "mixtral",
    "qwen",
)
"""Names that the note on an unknown model may suggest."""


def find_encoding(model: str) -> str | None:
    """The embedded encoding that a model really uses, or None."""
    name = _strip(model)
    if name in ENCODINGS:
        return ENCODINGS[name]
    if _O_SERIES.fullmatch(name):
        return "o200k_base"
    return next((encoding for prefix, encoding in _PREFIXES if name.startswith(prefix)), None)


def is_estimated(model: str) -> bool:
    """Whether a model belongs to a known family whose tokenizer is not public or not embedded."""
    name = model.lower()
    return _FAMILIES.search(name) is not None or _OLD.fullmatch(_strip(model)) is not None


def _strip(model: str) -> str:
    """The model's own name, without provider, fine-tuning and tag."""
    name = model.strip().lower().rsplit("/", 1)[-1]
    head, colon, rest = name.partition(":")
    if colon and head in _PROVIDERS:
        head, colon, rest = rest.partition(":")
    return rest.partition(":")[0] if colon and head == "ft" else head
