"""Records of runs with fields that are missing, doubled or of a wrong type: an error in words, or lawful."""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from headroom_cli.compact import compact
from headroom_cli.contracts import Counter
from headroom_cli.errors import InputError, UsageError
from headroom_cli.formats import read_transcript
from headroom_cli.model import Path, Policy
from headroom_cli.tokens import pick_counter
from tests.table_formats import LONG, document, lines
from tests.table_formats_runs import LOG, MOATLESS, OPENHANDS, PAIRS, RUN, SDK, SIMULATION
from tests.test_runs import logged, mini, swe_agent, written

Json = Any
FILES: tuple[Json, ...] = (
    swe_agent(3),
    mini("<returncode>0</returncode>", {"raw_output": LONG}),
    [RUN, RUN],
    {"simulations": [SIMULATION, SIMULATION]},
    {**LOG, "samples": [logged()]},
    [*SDK, *written(1, "x"), *written(2, "y")],
    OPENHANDS,
    [{"instance_id": "a", "history": PAIRS}, {"instance_id": "b", "history": OPENHANDS}],
    MOATLESS,
)
ODD: tuple[Json, ...] = (None, 0, -1, 1.5, True, "", "x", [], {}, [None], ["x"], {"a": 1}, [[]], LONG)


@cache
def counter() -> Counter:
    return pick_counter()[0]


def list_places(value: Json, path: Path = ()) -> Iterator[Path]:
    """The paths to all values inside a value."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield (*path, key)
        yield from list_places(member, (*path, key))


def spoil(value: Json, place: int, deed: str, odd: Json) -> None:
    """Replace, remove or double one of the values inside a value."""
    places = list(list_places(value))
    if not places:
        return
    *way, last = places[place % len(places)]
    holder = value
    for key in way:
        holder = holder[key]
    if deed == "remove":
        del holder[last]
    elif deed == "double" and isinstance(last, int):
        holder.insert(last, copy.deepcopy(holder[last]))
    else:
        holder[last] = copy.deepcopy(odd)


DEEDS = st.tuples(
    st.integers(0, 10**6), st.sampled_from(("replace", "replace", "remove", "double")), st.sampled_from(ODD)
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    file=st.sampled_from(FILES),
    deeds=st.lists(DEEDS, min_size=1, max_size=4),
    share=st.sampled_from((0.1, 0.4, 0.7)),
    by_lines=st.booleans(),
)
def test_a_spoilt_file_is_refused_in_words_or_lawful(
    file: Json, deeds: list[tuple[int, str, Json]], share: float, by_lines: bool
) -> None:
    value = copy.deepcopy(file)
    for place, deed, odd in deeds:
        spoil(value, place, deed, odd)
    data = lines(*value) if by_lines and isinstance(value, list) and value else document(value)
    try:
        outcome = compact(data, Policy(max_context_share=share, min_tokens=0, keep_last=1), counter())
    except (InputError, UsageError):
        return
    assert outcome.tokens_after <= outcome.tokens_before
    assert read_transcript(outcome.output, format_name=outcome.transcript.format).conversations
