"""Wilson's bound, against values that others computed."""

import pytest

from shared.kit.wilson import fewest_unbroken, lower_bound


@pytest.mark.parametrize(
    ("successes", "tries", "least"),
    [(0, 0, 0.0), (0, 10, 0.0), (3, 3, 0.5258), (25, 25, 0.9023), (52, 52, 0.9505)],
)
def test_the_bound(successes: int, tries: int, least: float) -> None:
    assert round(lower_bound(successes, tries), 4) == least


def test_it_rises_with_evidence_and_never_reaches_the_share() -> None:
    bounds = [lower_bound(9 * n, 10 * n) for n in (1, 2, 10, 100, 1_000)]
    assert bounds == sorted(bounds)
    assert bounds[-1] < 0.9


def test_so_many_without_a_failure_show_it_and_one_fewer_does_not() -> None:
    for least in (0.5, 0.9, 0.95):
        tries = fewest_unbroken(least)
        assert lower_bound(tries, tries) >= least > lower_bound(tries - 1, tries - 1)
