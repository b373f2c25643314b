"""The laws over real transcripts that are kept outside the project, in the sibling folder `shared`."""

from functools import cache
from pathlib import Path

import pytest

from headroom_cli.contracts import Counter
from headroom_cli.tokens import pick_counter
from tests.conformance import Verdict, judge, tabulate

FOLDER = Path(__file__).resolve().parents[1] / ".." / "shared" / "transcripts"
FOLDERS = (
    "openai_chat",
    "openai_ft_jsonl",
    "openai_multimodal",
    "openai_legacy_function",
    "anthropic_request",
    "claude_code",
    "sharegpt",
    "hf_rows",
    "langchain",
    "otel_genai",
    "openai_responses",
    "codex_rollout",
    "gemini_contents",
    "gemini_cli",
    "qwen_code",
    "adk_evalset",
    "kimi_cli",
    "copilot_cli",
    "claude_code_stream",
    "aider_history",
    "atif",
    "bedrock_converse",
    "chatgpt_export",
    "cline_api",
    "cline_ui",
    "goose",
    "intercode",
    "langfuse_trace",
    "multiagent_history",
    "openclaw_telemetry",
    "pi_session",
    "vscode_copilot",
    "swe_agent_traj",
    "mini_swe_agent",
    "openhands_sdk",
    "inspect_ai",
    "inspect_eval_zip",
    "tau_bench",
    "tau2_bench",
    "moatless",
)
SHARES = (0.60, 0.25, 0.10)
FILES = sorted(path for name in FOLDERS for path in (FOLDER / name).glob("*") if path.is_file())

pytestmark = pytest.mark.skipif(not FILES, reason="the folder shared/transcripts is not beside the project")


@cache
def _counter() -> Counter:
    return pick_counter()[0]


@cache
def _verdict(path: Path, share: float) -> Verdict:
    return judge(path, share, _counter())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name[-40:]}")
def test_laws_hold(path: Path) -> None:
    verdicts = [_verdict(path, share) for share in SHARES]
    assert not any(v.problem for v in verdicts), tabulate(verdicts)


def test_reachable_budgets_are_met_nine_times_in_ten() -> None:
    verdicts = [_verdict(path, share) for path in FILES for share in SHARES]
    reachable = sum(v.reachable for v in verdicts)
    assert reachable > 0
    assert sum(v.reached for v in verdicts) >= 0.9 * reachable, tabulate(verdicts)
