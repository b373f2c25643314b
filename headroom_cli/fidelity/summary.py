"""Trials summed up: one row per method and budget, with bootstrap intervals over cuts.

`macro` is the mean of the cuts' recalls, `pooled` the share over all facts. The interval is the middle 95 %
of 1,000 resamples of the cuts (percentile bootstrap, Efron 1979) drawn from a fixed seed, so that the same
trials give the same figures. A run that breaks a law scores 0.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headroom_cli.fidelity.trials import Trial

_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one budget. Shares are between 0 and 1; `tokens` is a share of the budget."""

    method: str
    share: float
    cuts: int
    macro: float
    low: float
    high: float
    pooled: float
    recoverable: float
    control: float
    missed: int
    broken: int
    task: float
    tokens: float
    marks: float


def summarize(trials: Iterable[Trial]) -> list[Row]:
    """Rows by budget, large to small, in the order in which the methods ran."""
    groups: dict[tuple[float, str], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.share, trial.method), []).append(trial)
    ordered = sorted(groups.items(), key=lambda item: -item[0][0])
    return [_make_row(method, share, group) for (share, method), group in ordered]


def _make_row(method: str, share: float, trials: Sequence[Trial]) -> Row:
    recalls = [trial.old.recall if trial.lawful else 0.0 for trial in trials]
    low, high = _interval(recalls)
    facts = sum(trial.old.facts for trial in trials) or 1
    control = sum(trial.old.control for trial in trials) or 1
    tokens = sum(trial.tokens for trial in trials) or 1
    return Row(
        method=method,
        share=share,
        cuts=len(trials),
        macro=sum(recalls) / len(recalls),
        low=low,
        high=high,
        pooled=sum(trial.old.kept for trial in trials if trial.lawful) / facts,
        recoverable=sum(trial.old.recoverable for trial in trials) / facts,
        control=sum(trial.old.control_kept for trial in trials) / control,
        missed=sum(trial.feasible and not trial.met for trial in trials),
        broken=sum(not trial.lawful for trial in trials),
        task=sum(trial.task for trial in trials) / len(trials),
        tokens=tokens / (sum(trial.budget for trial in trials) or 1),
        marks=sum(trial.marks for trial in trials) / tokens,
    )


def _interval(values: Sequence[float]) -> tuple[float, float]:
    draw = random.Random(0)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(_RESAMPLES))
    return means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1]
