"""Counting tokens: one counter for everything, with vocabularies that are part of the package.

`pick_counter` finds the counter for a model or an encoding. tiktoken is imported, and a vocabulary loaded,
at the first count.
"""

from headroom_cli.contracts import Counter
from headroom_cli.errors import UsageError
from headroom_cli.marker import plain
from headroom_cli.tokens.bpe import BpeCounter
from headroom_cli.tokens.cuts import long_line_cuts
from headroom_cli.tokens.models import SUGGESTIONS, find_encoding, is_estimated
from headroom_cli.tokens.vocab import NAMES

__all__ = ["DEFAULT_ENCODING", "ENCODINGS", "ESTIMATE_FACTOR", "long_line_cuts", "pick_counter"]

ENCODINGS = NAMES
DEFAULT_ENCODING = "o200k_base"

ESTIMATE_FACTOR = 1.2
"""What an estimate multiplies the o200k_base count with, once, over the whole.

Models without a public tokenizer mostly use more tokens for the same text: o200k_base was measured to count
15 to 35 % low for Claude models, for which no local tokenizer has been published since Claude 3.
"""


_BEST_KNOWN = ("gpt-5", "gpt-4o", "claude")


def pick_counter(model: str | None = None, encoding: str | None = None) -> tuple[Counter, tuple[str, ...]]:
    """Find the counter for a model or an encoding, with notes for stderr.

    - neither: o200k_base, unpadded; `exact` holds, as these are the tokens of the encoding it names;
    - an encoding: that encoding, unpadded and exact;
    - an OpenAI model with an embedded encoding: that encoding, exact;
    - any other model: 1.2 x o200k_base, an estimate; one note if the model belongs to no known family.

    Raises UsageError for an unknown encoding, an empty model name, or an encoding that is not the model's.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise UsageError(f"unknown encoding {_quote(encoding)}; valid: {', '.join(ENCODINGS)}")
    if model is None:
        return BpeCounter(encoding or DEFAULT_ENCODING), ()
    if not model.strip():
        raise UsageError("--model needs the name of a model, such as gpt-4o or claude")
    own = find_encoding(model)
    expected = own or DEFAULT_ENCODING
    if encoding not in (None, expected):
        uses = f"uses {expected}" if own else f"is estimated from {expected}"
        raise UsageError(f"model {_quote(model)} {uses}, not {encoding}; leave out --model or --encoding")
    if own:
        return BpeCounter(own), ()
    name = f"{DEFAULT_ENCODING} x {ESTIMATE_FACTOR} (estimate for {plain(model)})"
    notes = () if is_estimated(model) else (_note_unknown(model),)
    return BpeCounter(DEFAULT_ENCODING, name=name, exact=False, factor=ESTIMATE_FACTOR), notes


def _note_unknown(model: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(model.lower()[:80], SUGGESTIONS, n=3, cutoff=0.5) or list(_BEST_KNOWN)
    return (
        f"unknown model {_quote(model)}: tokens are an estimate, {ESTIMATE_FACTOR} x {DEFAULT_ENCODING}; "
        f"nearest known names: {', '.join(near)}"
    )


def _quote(name: str) -> str:
    return f'"{plain(name)}"'
