"""The laws over generated files of every format, at generated budgets. One test per law, one draw each."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_cli.compact import Outcome, compact, make_run
from headroom_cli.formats import read_transcript
from headroom_cli.formats._splice import unsplice
from headroom_cli.laws import find_faults
from headroom_cli.marker import MARK, parse_head, print_head, removed, sole_head
from headroom_cli.model import Policy, Rung
from headroom_cli.restore import restore
from headroom_cli.store.memory import MemoryStore
from headroom_cli.tally import count_conversation
from headroom_cli.tokens import pick_counter
from tests.generated import files

COUNTER, _ = pick_counter()

laws = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

shares = st.sampled_from([0.05, 0.1, 0.25, 0.4, 0.6, 0.9])
levels = st.sampled_from([Rung.FOLD, Rung.TRIM, Rung.STUB, Rung.DROP])
policies = st.builds(
    Policy,
    max_context_share=shares,
    keep_last=st.integers(0, 4),
    level=st.one_of(st.just(Rung.DROP), levels),
    no_drop=st.booleans(),
    strategy=st.sampled_from(["oldest", "coverage"]),
    min_tokens=st.sampled_from([20, 100]),
)


def run(data: bytes, policy: Policy) -> Outcome:
    return compact(data, policy, COUNTER)


@laws
@given(files())
def test_law_1_within_budget_the_output_is_the_input(data: bytes) -> None:
    outcome = run(data, Policy(max_context_tokens=10_000_000))
    assert outcome.output == data
    assert not outcome.changed


@laws
@given(files(), policies)
def test_law_2_one_decision_per_message_each_with_a_reason(data: bytes, policy: Policy) -> None:
    outcome = run(data, policy)
    for plan, conversation in zip(outcome.plans, outcome.transcript.conversations, strict=True):
        assert [d.message for d in plan.decisions] == [m.index for m in conversation.messages]
        assert all(d.reason for d in plan.decisions)


@laws
@given(files(), policies)
def test_laws_3_and_4_the_output_counts_as_planned_and_never_more(data: bytes, policy: Policy) -> None:
    outcome = run(data, policy)
    after = read_transcript(outcome.output, format_name=outcome.transcript.format)
    for plan, conversation in zip(outcome.plans, after.conversations, strict=True):
        assert count_conversation(conversation, COUNTER) == plan.tokens_after <= plan.tokens_before
        if plan.met and plan.budget is not None:
            assert plan.tokens_after <= plan.budget


@laws
@given(files(), policies)
def test_laws_5_and_7_no_fault_that_the_input_had_not(data: bytes, policy: Policy) -> None:
    outcome = run(data, policy)
    after = read_transcript(outcome.output, format_name=outcome.transcript.format)
    for old, new in zip(outcome.transcript.conversations, after.conversations, strict=True):
        assert not find_faults(new) - find_faults(old)


@laws
@given(files(), policies)
def test_law_8_a_second_pass_changes_nothing(data: bytes, policy: Policy) -> None:
    outcome = run(data, policy)
    for plan in outcome.plans[:1]:
        again = run(outcome.output, replace(policy, max_context_tokens=plan.budget, max_context_share=None))
        if len(outcome.plans) == 1:
            assert again.output == outcome.output


@laws
@given(files(), shares)
def test_law_8_half_the_budget_is_lawful_and_restore_walks_back_twice(data: bytes, share: float) -> None:
    store = MemoryStore()
    first = run(data, Policy(max_context_share=share))
    second = run(first.output, Policy(max_context_share=share / 2, strategy="coverage"))
    for outcome in (first, second):
        if outcome.changed:
            store.save(make_run(outcome))
    if second.changed:
        assert restore(second.output, store).data == first.output
    if first.changed:
        assert restore(first.output, store).data == data


@laws
@given(files(), policies)
def test_law_9_trimmed_text_is_verbatim_lines_in_order(data: bytes, policy: Policy) -> None:
    for plan in run(data, policy).plans:
        for change in (c for d in plan.decisions for c in d.changes if c.rung is Rung.TRIM):
            if change.noun == "lines" and " cleaned " not in change.text.split("\n")[0]:
                rest = iter(change.original.split("\n"))
                for line in change.text.split("\n")[1:]:
                    if not MARK.search(line):
                        assert line in rest, (change.compressor, line)


@laws
@given(files(), policies)
def test_law_10_marks_count_what_went(data: bytes, policy: Policy) -> None:
    for plan in run(data, policy).plans:
        for change in (c for d in plan.decisions for c in d.changes if c.rung is Rung.TRIM):
            head = parse_head(change.text)
            assert head is not None
            assert (head.kept, head.total) == (change.kept, change.total)
            if not MARK.search(change.original):
                assert removed(change.text) == change.total - change.kept
        if plan.placeholder:
            gone = sum(1 for d in plan.decisions if d.rung is Rung.DROP)
            blocks = sum(len(d.cut) for d in plan.decisions)
            assert sum(n for _, n in plan.placeholder.counts) >= gone
            assert sum(n for _, n in plan.placeholder.counts) <= gone + blocks


@laws
@given(files(), policies)
def test_law_11_the_patch_and_the_store_give_the_input_back(data: bytes, policy: Policy) -> None:
    outcome = run(data, policy)
    assert unsplice(outcome.output, outcome.patch) == data
    store = MemoryStore()
    if outcome.changed:
        store.save(make_run(outcome))
        assert restore(outcome.output, store).data == data


@laws
@given(files(), policies)
def test_human_and_system_text_is_never_edited(data: bytes, policy: Policy) -> None:
    outcome = run(data, policy)
    for plan, conversation in zip(outcome.plans, outcome.transcript.conversations, strict=True):
        for decision in plan.decisions:
            message = conversation.messages[decision.message]
            for change in decision.changes:
                assert message.parts[change.part].voice != "human"
                assert message.role not in ("system", "developer")


@pytest.mark.parametrize("ref", ["", "0123456789ab"])
def test_a_stub_is_one_head_mark(ref: str) -> None:
    head = sole_head(print_head("stub", 0, 7, "lines", ref, about="Read [a;b]\n.py"))
    assert head is not None
    assert (head.kind, head.total, head.ref) == ("stub", 7, ref)
