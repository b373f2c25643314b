"""The instrument: what is a fact, which facts belong to a cut, and what may score."""

import pytest

from headroom_cli.fidelity.baselines import BASELINES
from headroom_cli.fidelity.facts import FactKind, find_facts, stands_in, tell_kind
from headroom_cli.fidelity.recall import Cut, Fact, make_cuts, score
from headroom_cli.fidelity.summary import summarize
from headroom_cli.fidelity.trials import try_all
from headroom_cli.formats import read_transcript
from headroom_cli.model import Policy
from headroom_cli.tally import count_conversation
from headroom_cli.tokens import pick_counter
from tests.conformance import list_samples

COUNTER, _ = pick_counter()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("src/app.py", FactKind.PATH),
        ("setup.cfg", FactKind.FILE),
        ("ValueError", FactKind.ERROR),
        ("E0308", FactKind.ERROR),
        ("deadbeef01", FactKind.ID),
        ("get_user", FactKind.IDENTIFIER),
        ("maxItems", FactKind.IDENTIFIER),
        ("1234", FactKind.NUMBER),
        ("3.1415", FactKind.NUMBER),
        ("12", None),
        ("word", None),
    ],
)
def test_kinds(word: str, kind: FactKind | None) -> None:
    assert tell_kind(word) == kind


def test_quotes_are_facts() -> None:
    assert ("no such user here", FactKind.QUOTE) in list(find_facts('it said "no such user here" twice'))


def test_token_boundaries() -> None:
    assert stands_in("123", "a 123, b")
    assert not stands_in("123", "a 1234 b")
    assert stands_in("123", "1234 and 123")


def conversation(steps: int, late: str) -> bytes:
    import json

    messages: list[object] = [{"role": "user", "content": "Find the number of the broken unit."}]
    for n in range(steps):
        call = {"id": f"c{n}", "type": "function", "function": {"name": "cat", "arguments": "{}"}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        text = "".join(f"unit_{n}_{i} has serial {n}{i:03d}77 and is fine\n" for i in range(40))
        messages.append({"role": "tool", "tool_call_id": f"c{n}", "content": text})
    messages.append({"role": "assistant", "content": late})
    return json.dumps(messages).encode()


def test_a_cut_holds_what_only_an_earlier_output_can_have_told() -> None:
    data = conversation(10, "unit_1_7 with serial 100777 and src/none.py, and unit_9_3, were broken")
    cut = make_cuts(read_transcript(data).conversations[0], depths=(0.5,))[0]
    assert {fact.text for fact in cut.facts} == {"unit_1_7", "100777"}
    assert {fact.age for fact in cut.facts} == {3}
    assert len(cut.control) <= len(cut.facts)


def test_words_in_another_message_score_nothing() -> None:
    fact = Fact("unit_1_7", FactKind.IDENTIFIER, ((3, 0),), 3)
    cut = Cut(5, (fact,), ())
    assert score(cut, {(3, 0): "it is unit_1_7"}).recall == 1.0
    assert score(cut, {(2, 0): "it is unit_1_7", (3, 0): "gone"}).recall == 0.0
    assert score(cut, {(3, 0): "[headroom stub: 0 of 4 lines; ref 0123456789ab]"}).recoverable == 1


def test_baselines_meet_the_budget_where_they_can() -> None:
    whole = read_transcript(conversation(12, "done")).conversations[0]
    budget = count_conversation(whole, COUNTER) // 2
    for name, method in BASELINES.items():
        result = method(whole, budget, COUNTER)
        assert result.tokens <= budget, name
        assert result.task is (name != "drop oldest")


def test_coverage_beats_dropping_the_oldest_at_the_same_budget() -> None:
    quoted = " ".join(f"unit_{n}_{n + 3}" for n in range(6))
    transcript = read_transcript(conversation(12, f"broken: {quoted} and 107 more"))
    policies = {name: Policy(strategy=name) for name in ("oldest", "coverage")}
    rows = {row.method: row for row in summarize(try_all(transcript, (0.5,), policies, COUNTER))}
    assert rows["coverage"].macro >= rows["drop oldest"].macro
    assert rows["coverage"].broken == rows["oldest"].broken == 0


@pytest.mark.parametrize("path", list_samples(), ids=lambda path: path.name)
def test_every_sample_can_be_measured(path: object) -> None:
    transcript = read_transcript(path.read_bytes())  # type: ignore[attr-defined] # paths of samples
    policies = {"coverage": Policy(strategy="coverage")}
    for trial in try_all(transcript, (0.2,), policies, COUNTER):
        assert trial.lawful
        assert trial.met or not trial.feasible or trial.method != "coverage"
