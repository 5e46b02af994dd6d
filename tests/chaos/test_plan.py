"""A seed makes the whole plan."""

from collections.abc import Iterator
from itertools import islice

import pytest

from tests.chaos.cast.by_hand import ByHand
from tests.chaos.cast.by_precedent import ByPrecedent
from tests.chaos.plan import BY_HAND, BY_PRECEDENT, Gust, cases_of, gusts, stops_of


def test_the_same_seed_makes_the_same_plan() -> None:
    assert cases_of(7, 100) == cases_of(7, 100)
    assert stops_of(7, 2) == stops_of(7, 2)
    first, second = (gusts(7, label="births", pause_seconds=0.4) for _ in range(2))
    assert list(islice(first, 200)) == list(islice(second, 200))


def test_another_seed_makes_another_plan() -> None:
    assert cases_of(7, 100) != cases_of(8, 100)
    assert stops_of(7, 2) != stops_of(8, 2)


def test_every_fate_is_lived_through() -> None:
    assert {plan.fate for plan in cases_of(1, 500)} == {*BY_HAND, *BY_PRECEDENT}
    assert all(callable(getattr(ByHand, fate)) for fate in BY_HAND)
    assert all(callable(getattr(ByPrecedent, fate)) for fate in BY_PRECEDENT)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({plan.name for plan in cases_of(1, 500)}) == 500


@pytest.mark.parametrize("seed", range(20))
def test_the_first_stop_falls_among_the_births(seed: int) -> None:
    stops = stops_of(seed, 2)
    assert len(stops) == 2
    assert stops[0].part == "births"


def test_everything_that_can_fail_fails() -> None:
    blown = {(gust.target.partition(":")[0], gust.kind) for gust in islice(_some(), 2000)}
    targets = {target for target, _ in blown}
    assert targets == {"function", "pubsub", "tasks", "firestore"}
    assert {("function", "kill"), ("function", "kill_now"), ("pubsub", "reorder")} <= blown
    assert {("tasks", "delay"), ("tasks", "duplicate"), ("firestore", "unavailable")} <= blown


def _some() -> Iterator[Gust]:
    return gusts(1, label="births", pause_seconds=0.4)
