"""Ways to spread the budget, one file each. The rest of the code does not know which one ran."""

from headroom_cli.contracts import Strategy
from headroom_cli.errors import UsageError
from headroom_cli.strategies import coverage, oldest

STRATEGIES: dict[str, Strategy] = {oldest.NAME: oldest, coverage.NAME: coverage}
NAMES = tuple(STRATEGIES)
FINISHER: Strategy = oldest  # brings down what another strategy leaves over


def pick_strategy(name: str) -> Strategy:
    """The strategy of this name. Raises UsageError naming the valid ones."""
    if name not in STRATEGIES:
        raise UsageError(f"unknown strategy {name!r}; valid: {', '.join(NAMES)}.")
    return STRATEGIES[name]
