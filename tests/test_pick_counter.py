"""The choice of a counter by model or encoding, and what reports say about it."""

import pytest
import tiktoken.model

from headroom_cli import tally
from headroom_cli.errors import UsageError
from headroom_cli.tokens import ENCODINGS, models, pick_counter


def test_without_a_model_it_is_plain_o200k() -> None:
    counter, notes = pick_counter()
    assert (counter.name, counter.exact, counter.factor, notes) == ("o200k_base", True, 1.0, ())
    assert tally.padded(1001, counter) == 1001


def test_an_encoding_is_counted_exactly() -> None:
    counter, notes = pick_counter(encoding="cl100k_base")
    assert (counter.name, counter.exact, counter.factor, notes) == ("cl100k_base", True, 1.0, ())
    assert counter.count("漢字") == 3


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("GPT-4o-mini-2024-07-18", "o200k_base"),
        ("openai/gpt-4o", "o200k_base"),
        ("openrouter/openai/gpt-5.1-codex", "o200k_base"),
        ("openai:gpt-4.1-nano", "o200k_base"),
        ("azure/gpt-35-turbo-16k", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-4.5-preview", "o200k_base"),
        ("o1-pro", "o200k_base"),
        ("o4-mini-high", "o200k_base"),
        ("gpt-oss:20b", "o200k_base"),
        ("ft:gpt-4.1-mini-2025-04-14:acme::abc", "o200k_base"),
        ("ft:gpt-3.5-turbo-0613:acme::abc", "cl100k_base"),
    ],
)
def test_openai_models_are_exact(model: str, encoding: str) -> None:
    counter, notes = pick_counter(model)
    assert (counter.name, counter.exact, counter.factor, notes) == (encoding, True, 1.0, ())


def test_the_model_table_agrees_with_tiktoken() -> None:
    known = {**tiktoken.model.MODEL_TO_ENCODING}
    known |= {f"{prefix}x": name for prefix, name in tiktoken.model.MODEL_PREFIX_TO_ENCODING.items()}
    for model, encoding in known.items():
        plain = model.removesuffix("x") if model.startswith("ft:") else model
        embedded = "o200k_base" if encoding == "o200k_harmony" else encoding
        assert models.find_encoding(plain) == (embedded if embedded in ENCODINGS else None), model


@pytest.mark.parametrize(
    "model",
    [
        *("claude-sonnet-4-5", "anthropic/claude-opus-4", "us.anthropic.claude-3-5-sonnet-20241022-v2:0"),
        *("gemini-2.5-pro", "llama3:8b", "meta-llama/Llama-3.3-70B-Instruct", "mistral-large"),
        *("Qwen/Qwen3-Coder", "deepseek-chat"),
        *("text-davinci-003", "code-search-babbage-code-001", "davinci", "gpt2"),
    ],
)
def test_models_without_an_embedded_tokenizer_are_padded_estimates(model: str) -> None:
    counter, notes = pick_counter(model)
    assert (counter.exact, counter.factor, notes) == (False, 1.2, ())
    assert counter.name == f"o200k_base x 1.2 (estimate for {model})"
    assert counter.count("two words") == 2
    assert tally.padded(11, counter) == 14


@pytest.mark.parametrize(
    ("model", "near"),
    [("gtp-4o", "gpt-4o"), ("gpt-6", "gpt-5"), ("clade", "claude"), ("zzz", "gpt-4o"), ("o2", "o1")],
)
def test_an_unknown_model_is_an_estimate_with_one_note(model: str, near: str) -> None:
    counter, notes = pick_counter(model)
    assert (counter.exact, counter.factor) == (False, 1.2)
    assert len(notes) == 1
    assert f'unknown model "{model}"' in notes[0]
    assert near in notes[0]
    assert "\n" not in notes[0]


def test_an_unknown_encoding_names_the_valid_ones() -> None:
    with pytest.raises(UsageError, match='unknown encoding "p50k_base"; valid: o200k_base, cl100k_base'):
        pick_counter(encoding="p50k_base")


def test_an_empty_model_name_is_refused() -> None:
    with pytest.raises(UsageError, match="needs the name of a model"):
        pick_counter(" ")


@pytest.mark.parametrize(
    ("model", "encoding", "agree"),
    [
        ("gpt-4o", "o200k_base", True),
        ("gpt-4", "o200k_base", False),
        ("gpt-5", "cl100k_base", False),
        ("claude-opus-4", "o200k_base", True),
        ("claude-opus-4", "cl100k_base", False),
    ],
)
def test_model_and_encoding_have_to_agree(model: str, encoding: str, agree: bool) -> None:
    if agree:
        assert pick_counter(model, encoding)[0].exact is not model.startswith("claude")
    else:
        with pytest.raises(UsageError, match="leave out --model or --encoding"):
            pick_counter(model, encoding)
