"""Every format's sample with records spoilt: an error in words, or a lawful result, never a traceback."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.compact import compact
from headroom_cli.errors import InputError, UsageError
from headroom_cli.formats import read_transcript
from headroom_cli.model import Policy
from tests.table import FORMAT_ROWS
from tests.table_formats import FormatRow, document, lines
from tests.test_runs_mutated import DEEDS, counter, spoil

Json = Any


def _values(sample: bytes) -> tuple[list[Json], bool] | None:
    """The JSON values of a sample, and whether they stand on lines; None for what is no JSON."""
    try:
        return [json.loads(sample)], False
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in sample.split(b"\n") if line.strip()], True
    except ValueError:
        return None


@pytest.mark.parametrize("row", [row for row in FORMAT_ROWS if _values(row.sample)], ids=lambda row: row.name)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    deeds=st.lists(DEEDS, min_size=1, max_size=4),
    share=st.sampled_from((0.1, 0.4, 0.7)),
    strategy=st.sampled_from(("oldest", "coverage")),
)
def test_a_spoilt_sample_is_refused_in_words_or_lawful(
    row: FormatRow, deeds: list[tuple[int, str, Json]], share: float, strategy: str
) -> None:
    found = _values(row.sample)
    assert found is not None
    values, by_lines = copy.deepcopy(found)
    for place, deed, odd in deeds:
        spoil(values, place, deed, odd)
    data = lines(*values) if by_lines or len(values) != 1 else document(values[0])
    policy = Policy(max_context_share=share, min_tokens=20, keep_last=1, strategy=strategy)
    try:
        outcome = compact(data, policy, counter())
    except (InputError, UsageError):
        return
    assert outcome.tokens_after <= outcome.tokens_before
    assert read_transcript(outcome.output, format_name=outcome.transcript.format).conversations
