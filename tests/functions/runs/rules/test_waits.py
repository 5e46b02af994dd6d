"""A step waits for seconds or until an instant, at most a year, and for nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from events.plan_content import PlanStep, Wait
from functions.runs.rules.calls import Rejected
from functions.runs.rules.waits import until_of
from tests.functions.runs.rules.plans import NOON

YEAR = 366 * 24 * 3600


def _until(read: Any = None, **wait: Any) -> Any:
    return until_of(PlanStep(id="pause", does=Wait(**wait)), {"inputs": {"read": read}}, NOON)


@pytest.mark.parametrize("seconds", [0, 1, 90.5, YEAR])
def test_it_waits_for_so_many_seconds(seconds: float) -> None:
    assert _until(seconds=seconds) == NOON + timedelta(seconds=seconds)
    assert _until(seconds, seconds="${{ inputs.read }}") == NOON + timedelta(seconds=seconds)


def test_it_waits_until_an_instant_also_one_that_is_over() -> None:
    assert _until(until="2026-11-21T12:00:00Z") == NOON + timedelta(days=1)
    read = "2026-11-19T12:00:00Z"
    assert _until(read, until="${{ inputs.read }}") == NOON - timedelta(days=1)


@pytest.mark.parametrize(
    ("wait", "read", "said"),
    [
        ({"seconds": "${{ inputs.read }}"}, -1, "at least 0"),
        ({"seconds": "${{ inputs.read }}"}, True, "a number of seconds"),
        ({"seconds": "${{ inputs.read }}"}, "soon", "a number of seconds"),
        ({"seconds": "${{ inputs.read }}"}, YEAR + 1, "366 days at most"),
        ({"seconds": "${{ inputs.read }}"}, 1e300, ""),
        ({"until": "${{ inputs.read }}"}, 5, "an instant such as"),
        ({"until": "${{ inputs.read }}"}, "tomorrow", ""),
        ({"until": "${{ inputs.read }}"}, "2028-01-01T00:00:00Z", "366 days at most"),
    ],
)
def test_a_wait_that_is_none_is_refused_in_words(wait: Any, read: Any, said: str) -> None:
    with pytest.raises(Rejected) as refusal:
        _until(read, **wait)
    assert (refusal.value.step, refusal.value.code) == ("pause", "wait_invalid")
    assert said in refusal.value.detail
