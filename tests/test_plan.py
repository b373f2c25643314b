"""Histories that made a plan go wrong: repeated ids, stray results, pinned placeholders, mixed messages."""

import json
from typing import Any

import pytest

from headroom_cli import rungs
from headroom_cli.board import Board
from headroom_cli.compact import Outcome, compact
from headroom_cli.formats import read_transcript
from headroom_cli.laws import find_faults
from headroom_cli.marker import print_drop, print_head, sole_head
from headroom_cli.model import Conversation, Kind, Message, Part, Policy, Voice
from headroom_cli.pairs import bundle_thinking
from headroom_cli.rungs import Crafts, Source
from headroom_cli.spans import splice_text
from headroom_cli.tokens import pick_counter
from headroom_cli.window import survey

Json = Any
COUNTER, _ = pick_counter()
CRAFTS = Crafts(
    COUNTER,
    choose=lambda text, hints: None,
    clean=lambda text: (text, ()),
    cuts=lambda text: (),
    fold=lambda text: None,
    raw=lambda messages: b"",
    rewrite=splice_text,
)
LOG = "".join(f"2026-01-02 03:{i % 60:02d}:00 INFO worker {i} took {i * 37} ms\n" for i in range(80))
TASK = {"role": "user", "content": "Find the slow worker."}
OURS = {"role": "user", "content": print_drop((("assistant", 3), ("tool", 2)), "0123456789ab")}


def call(*ids: str, content: str | None = None) -> Json:
    calls = [{"id": i, "type": "function", "function": {"name": "bash", "arguments": "{}"}} for i in ids]
    return {"role": "assistant", "content": content, "tool_calls": calls}


def answer(call_id: str, text: str = LOG) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


def log_session(turns: list[Json], parents: list[int | None]) -> bytes:
    """A Claude Code log of (role, content) turns; all assistant records are one API message."""
    records = [
        {
            "parentUuid": None if parent is None else f"u{parent}",
            "uuid": f"u{index}",
            "type": role,
            "message": {"role": role, "content": content, **({"id": "m"} if role == "assistant" else {})},
        }
        for index, ((role, content), parent) in enumerate(zip(turns, parents, strict=True))
    ]
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def run(messages: list[Json], budget: int, **wishes: Any) -> tuple[Outcome, list[Json]]:
    """Compact twice: the second pass must change nothing."""
    policy = Policy(max_context_tokens=budget, **wishes)
    outcome = compact(json.dumps(messages).encode(), policy, COUNTER)
    assert compact(outcome.output, policy, COUNTER).output == outcome.output
    return outcome, json.loads(outcome.output)


class TestFaults:
    """What counts as a fault of a history."""

    @staticmethod
    def find(*parts: tuple[str, Kind, str]) -> dict[str, int]:
        messages = [
            Message(index, role, (Part(kind, "x", call_id=call_id),))
            for index, (role, kind, call_id) in enumerate(parts)
        ]
        faults = find_faults(Conversation(tuple(messages)))
        return {name: number for (name, _), number in faults.items() if name != "no human message"}

    def test_an_open_call_whose_id_is_taken_over_stays_without_result(self) -> None:
        asked, said = ("assistant", Kind.CALL, "c"), ("tool", Kind.RESULT, "c")
        assert self.find(asked, said) == {}
        assert self.find(asked, asked, said) == {"call without result": 1}
        assert self.find(asked, asked) == {"call without result": 2}
        assert self.find(asked, said, said) == {"doubled result": 1}
        assert self.find(asked, said, asked, said) == {}

    def test_calls_of_one_message_under_one_id_take_a_result_each(self) -> None:
        twice = Message(0, "assistant", (Part(Kind.CALL, call_id="c"), Part(Kind.CALL, call_id="c")))
        said = (Part(Kind.RESULT, "x", call_id="c"),)
        both = (twice, Message(1, "tool", said), Message(2, "tool", said))
        assert not [name for name, _ in find_faults(Conversation(both)) if "result" in name]


class TestStrayResults:
    @pytest.mark.parametrize("budget", range(100, 3000, 150))
    def test_a_result_without_a_call_never_comes_to_lead(self, budget: int) -> None:
        before = [call("a"), answer("a"), answer("stray", "short"), call("b"), answer("b")]
        _, messages = run([*before, {"role": "assistant", "content": LOG}, TASK], budget)
        first = next(m for m in messages if sole_head(m["content"] or "") is None)
        assert first["role"] != "tool"

    @pytest.mark.parametrize("budget", [60, 400, 1200])
    def test_a_placeholder_never_parts_a_call_from_its_result(self, budget: int) -> None:
        """A stray result between a pinned call and its result goes; its placeholder stands further up."""
        history = [TASK, call("a"), answer("stray", LOG[:300]), answer("a", "short"), TASK]
        _, messages = run(history, budget, pins=("1",), keep_last=0, min_tokens=10_000)
        at = next(i for i, m in enumerate(messages) if m.get("tool_calls"))
        assert messages[at + 1]["role"] == "tool"

    def test_a_placeholder_for_human_text_that_stood_beside_results(self) -> None:
        """One record of an API message is pinned, which holds its calls and their results as well."""
        turns: list[Json] = [
            ("user", "Find the slow worker."),
            ("assistant", [{"type": "text", "text": "I look."}]),
            ("assistant", [{"type": "tool_use", "id": "t", "name": "Bash", "input": {}}]),
            ("user", [{"type": "text", "text": LOG}, {"type": "tool_result", "tool_use_id": "t"}]),
            ("user", "And now?"),
        ]
        data = log_session(turns, [None, 0, 1, 2, 3])
        outcome = compact(data, Policy(max_context_tokens=60, pins=("1",), keep_last=0), COUNTER)
        assert outcome.plans[0].decisions[3].cut == (0,)
        written = [json.loads(line) for line in outcome.output.splitlines()]
        assert sole_head(written[1]["message"]["content"]) is not None
        assert [record["uuid"] for record in written[2:]] == ["u1", "u2", "u3", "u4"]

    def test_results_dropped_beside_human_text_leave_the_branches_as_they_were(self) -> None:
        turns: list[Json] = [
            ("user", "Find the slow worker."),
            ("assistant", [{"type": "tool_use", "id": "t", "name": "Bash", "input": {}}]),
            (
                "user",
                [
                    {"type": "tool_result", "tool_use_id": "t", "content": LOG},
                    {"type": "text", "text": "No!"},
                ],
            ),
            ("user", "And now?"),
            ("user", "Well?"),
        ]
        data = log_session(turns, [None, 0, 1, 0, 3])
        policy = Policy(max_context_tokens=120, keep_last=0, min_tokens=10_000)
        outcome = compact(data, policy, COUNTER)
        assert compact(outcome.output, policy, COUNTER).output == outcome.output


class TestPlaceholders:
    @pytest.mark.parametrize("pin", ["role:user", "1", "/headroom/"])
    def test_a_pin_does_not_hold_a_placeholder(self, pin: str) -> None:
        history = [TASK, OURS, call("a"), answer("a"), call("b"), answer("b"), TASK]
        _, messages = run(history, 60, pins=(pin,))
        heads = [head for m in messages if (head := sole_head(m["content"] or ""))]
        assert [dict(head.counts) for head in heads] == [{"assistant": 5, "tool": 4}]

    def test_a_mark_beside_an_image_is_no_placeholder(self) -> None:
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
        marked = {"role": "user", "content": [{"type": "text", "text": OURS["content"]}, image]}
        _, messages = run([TASK, marked, call("a"), answer("a"), TASK], 60, keep_last=0)
        head = sole_head(messages[1]["content"])
        assert head is not None
        assert dict(head.counts) == {"assistant": 1, "harness": 1, "tool": 1}

    def test_drops_that_fit_again_are_taken_back(self) -> None:
        """Stubbing what is newer frees so much that nothing older had to go."""
        small = [{"role": "assistant", "content": ""}, {"role": "assistant", "content": LOG[:200]}]
        history = [TASK, *small, {"role": "assistant", "content": LOG}, TASK]
        outcome, messages = run(history, 500, keep_last=1, only=("diffs",))
        assert outcome.plans[0].placeholder is None
        assert messages[:3] == history[:3]


class TestBoard:
    def test_what_changed_after_a_drop_is_counted_when_the_drop_is_taken_back(self) -> None:
        blocks = [
            {"type": "thinking", "thinking": LOG, "signature": "s"},
            {"type": "text", "text": LOG},
        ]
        history = [TASK, {"role": "assistant", "content": blocks}, TASK]
        conversation = read_transcript(json.dumps(history).encode()).conversations[0]
        policy = Policy(keep_last=0)
        standings = survey(conversation, policy)
        board = Board(conversation, standings, policy, CRAFTS)
        whole = board.total
        board.drop(bundle_thinking(conversation.messages, standings)[0])
        stub = rungs.stub(board.sources[0], CRAFTS, True)
        assert stub is not None
        board.apply(0, stub)
        board.settle(whole)
        assert board.total == whole - stub.tokens_before + stub.tokens_after


class TestStubs:
    """Whether a stub takes the place of a trimmed text is decided alike by a second pass."""

    @staticmethod
    def stub(text: str, argument: str, rival: int | None = None) -> bool:
        source = Source(0, 0, None, text, COUNTER.count(text), "bash", argument)
        return rungs.stub(source, CRAFTS, True, rival) is not None

    @pytest.mark.parametrize("argument", ["", "for name in *.log; do grep -c ERROR $name; done\n" * 8])
    def test_neither_digits_nor_the_argument_decide(self, argument: str) -> None:
        left = print_head("stub", 0, 8, "lines", "0123456789ab") if argument else ""
        for size in range(300):
            original = LOG + "and more\n" * size
            kept = "not " * (size % 6)
            trimmed = f"{print_head('logs', 1, size + 80, 'lines', rungs.text_ref(original))}\n{kept}"
            if not self.stub(original, argument, COUNTER.count(trimmed)):
                assert not self.stub(trimmed, left)

    def test_a_mark_in_the_argument_is_not_quoted(self) -> None:
        source = Source(0, 0, None, LOG, COUNTER.count(LOG), "bash", OURS["content"])
        change = rungs.stub(source, CRAFTS, True)
        assert change is not None
        head = sole_head(change.text)
        assert head is not None
        assert head.body == "0 of 80 lines; bash"


def test_thinking_that_opens_a_history_does_not_go_alone() -> None:
    """Its next record may be a result, which would then lead."""
    thought = Message(0, "assistant", (Part(Kind.THINKING, LOG, ("thinking",), block=(0,)),), group="m")
    result = Message(1, "user", (Part(Kind.RESULT, "ok", ("content",), call_id="x", voice=Voice.RESULT),))
    said = Message(2, "assistant", (Part(Kind.TEXT, "Done.", ("text",)),), group="m", opens=False)
    human = Message(3, "user", (Part(Kind.TEXT, "Thanks.", ("content",), voice=Voice.HUMAN),))
    conversation = Conversation((thought, result, said, human))
    assert not bundle_thinking(conversation.messages, survey(conversation, Policy(keep_last=0)))
