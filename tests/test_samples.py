"""Every sample, at several budgets, through the real pipeline; and what samples must be."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from headroom_cli.compact import compact
from headroom_cli.contracts import Counter
from headroom_cli.model import Policy
from headroom_cli.tokens import pick_counter
from tests.conformance import FOLDER, Verdict, judge, list_samples, tabulate

SAMPLES = list_samples()
SHARES = (0.60, 0.40, 0.25, 0.10)
CUT = "openai_chat_cut_call.json"
HASHES = """
import hashlib, sys
from pathlib import Path
from headroom_cli.compact import compact
from headroom_cli.model import Policy
from headroom_cli.tokens import pick_counter
counter, _ = pick_counter()
for name in sys.argv[1:]:
    outcome = compact(Path(name).read_bytes(), Policy(max_context_share=0.25), counter)
    print(hashlib.sha256(outcome.output).hexdigest())
"""


@pytest.fixture(scope="module")
def counter() -> Counter:
    return _counter()


@cache
def _counter() -> Counter:
    return pick_counter()[0]


@cache
def _verdict(path: Path, share: float) -> Verdict:
    return judge(path, share, _counter())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_laws_hold_at_every_budget(path: Path) -> None:
    verdicts = [_verdict(path, share) for share in SHARES]
    assert not any(v.problem for v in verdicts), tabulate(verdicts)


def test_nine_in_ten_samples_reach_40_percent() -> None:
    verdicts = [_verdict(path, 0.40) for path in SAMPLES]
    assert sum(v.met for v in verdicts) >= 0.9 * len(verdicts), tabulate(verdicts)
    assert all(v.after <= 0.4 * v.before for v in verdicts if v.met), tabulate(verdicts)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_within_budget_nothing_changes(path: Path, counter: Counter) -> None:
    data = path.read_bytes()
    assert compact(data, Policy(max_context_tokens=10**9), counter).output == data


def test_same_bytes_under_hash_seeds_and_locales() -> None:
    names = [str(path) for path in SAMPLES]
    seen = set()
    for seed, locale in (("1", "C"), ("77", "C.UTF-8"), ("4000", "C")):
        run = subprocess.run(
            [sys.executable, "-c", HASHES, *names],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale},
            cwd=FOLDER.parent,
            capture_output=True,
            check=True,
        )
        seen.add(run.stdout)
    assert len(seen) == 1


def test_all_three_families_are_there(counter: Counter) -> None:
    verdicts = [_verdict(path, 0.40) for path in SAMPLES]
    families = {v.format.split("-")[0] for v in verdicts}
    assert families >= {"openai", "anthropic", "claude"}
    assert len(SAMPLES) >= 8


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_5_to_200_kb_and_listed(path: Path) -> None:
    assert 5_000 <= path.stat().st_size <= 200_000
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"`{path.name}`" in readme, f"samples/README.md has no row for {path.name}"


def test_samples_hold_the_hard_cases() -> None:
    data = {path.name: path.read_bytes() for path in SAMPLES}
    joined = b"".join(data.values())
    assert data["openai_messages_api_log.jsonl"].count(b"\r\n") == len(
        data["openai_messages_api_log.jsonl"].splitlines()
    )
    assert b'\\"factor\\": 1.10, \\"parcels\\": 1E5' in joined
    assert b"18446744073709551617" in joined
    assert re.search(rb"\\u96ea", joined)
    assert "雪".encode() in joined
    assert "🚚".encode() in joined
    for needle in (
        b'"function_call"',
        b'"image_url"',
        b'"cache_control"',
        b'"redacted_thinking"',
        b'"signature"',
        b'"toolUseResult"',
        b'"isSidechain":true',
        b'"type":"summary"',
        b'"isMeta":true',
        b'"developer"',
    ):
        assert needle in joined, needle
    assert max(len(line) for line in joined.split(b"\n")) > 20_000


def test_only_one_sample_has_a_fault(counter: Counter) -> None:
    for path in SAMPLES:
        notes = compact(path.read_bytes(), Policy(max_context_tokens=10**9), counter).notes
        assert bool(notes) == (path.name == CUT), f"{path.name}: {notes}"


def test_every_record_of_the_json_lines_is_json() -> None:
    for path in SAMPLES:
        text = path.read_text(encoding="utf-8")
        records = text.split("\n") if path.suffix == ".jsonl" else [text]
        assert all(isinstance(json.loads(r), dict | list) for r in records if r.strip())
