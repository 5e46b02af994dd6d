"""Several measured actions as one."""

from collections.abc import Callable, Sequence
from statistics import median_high
from typing import Any

from infra.cost.measured import INSTANCE_TIME, Action

Counts = dict[str, Any]
Combining = Callable[[str, Sequence[int]], int]


def typical(samples: Sequence[Action]) -> Action:
    """Of every count its median, the upper one of two: what the action itself does, without the
    sweeps and repetitions that fell into one run of it. Of an instance's time the least, for the
    machine that measures can only add to it."""
    return _combined(samples, lambda kind, n: min(n) if kind == INSTANCE_TIME else median_high(n))


def together(*actions: Action) -> Action:
    """What several actions lead to, one after the other."""
    return _combined(actions, lambda _, numbers: sum(numbers))


def without(action: Action, other: Action) -> Action:
    """What is left of an action when what `other` leads to is not its doing."""
    return _combined([action, other], lambda _, pair: max(0, pair[0] - pair[1]))


def _combined(actions: Sequence[Action], how: Combining) -> Action:
    whole = _merged([action.model_dump() for action in actions], how)
    return Action.model_validate(whole)


def _merged(counts: Sequence[Counts], how: Combining) -> Counts:
    """The same tree with every number combined; what is nothing is left out."""
    merged: Counts = {}
    for key in sorted({key for each in counts for key in each}):
        values = [each.get(key) for each in counts]
        if any(isinstance(value, dict) for value in values):
            found: Any = _merged([value or {} for value in values], how)
        else:
            found = how(key, [value or 0 for value in values])
        if found or key in Action.model_fields:
            merged[key] = found
    return merged
