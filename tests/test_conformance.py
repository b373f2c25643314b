"""The judge of `conformance.py` sees what is wrong: each law is broken on purpose."""

from dataclasses import replace

import pytest

from headroom_cli.compact import Outcome, compact
from headroom_cli.model import Patch, Policy
from headroom_cli.tokens import pick_counter
from tests.conformance import FOLDER, list_breaches, unsplice

CALL = b'"tool_calls": [\n      {'


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    data = (FOLDER / "openai_chat_failing_tests.json").read_bytes()
    return compact(data, Policy(max_context_share=0.4), pick_counter()[0])


def _laws(outcome: Outcome) -> set[str]:
    return {breach.split(":")[0] for breach in list_breaches(outcome)}


def test_a_good_run_has_no_breach(outcome: Outcome) -> None:
    assert list_breaches(outcome) == []


def test_a_lost_patch_is_seen(outcome: Outcome) -> None:
    assert "11" in _laws(replace(outcome, patch=Patch()))


def test_a_changed_task_is_seen(outcome: Outcome) -> None:
    assert outcome.output.count(b"Please find out what is broken") == 1
    spoilt = outcome.output.replace(b"Please find out what is broken", b"Please find out what is brown")
    assert "6" in _laws(replace(outcome, output=spoilt))


def test_a_reescaped_task_is_seen(outcome: Outcome) -> None:
    spoilt = outcome.output.replace(b"since the release", b"since the rele\\u0061se")
    assert spoilt != outcome.output
    assert "6" in _laws(replace(outcome, output=spoilt))


def test_an_orphan_is_seen(outcome: Outcome) -> None:
    where = outcome.output.index(CALL)
    spoilt = outcome.output[:where] + outcome.output[where:].replace(b'"id": "call_', b'"id": "cell_', 1)
    assert "5/7" in _laws(replace(outcome, output=spoilt))


def test_a_wrong_figure_is_seen(outcome: Outcome) -> None:
    assert "3" in _laws(replace(outcome, tokens_after=outcome.tokens_after - 1))


def test_unsplice_puts_back_what_stood_there() -> None:
    assert unsplice(b"a[..]c", ((1, 4, b"bbb"), (6, 0, b"d"))) == b"abbbcd"
