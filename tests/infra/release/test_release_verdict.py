"""When a release stays and when it goes."""

import pytest

from infra.release.verdict import Rate, Sample, Verdict, decide, rates_of_new_revisions

OLD = {"agents": {"agents-00001": 100}}


@pytest.mark.parametrize(
    ("requests", "errors", "verdict"),
    [
        (0, 0, Verdict.KEEP),
        (1000, 0, Verdict.KEEP),
        (1000, 10, Verdict.KEEP),
        (1000, 11, Verdict.ROLL_BACK),
        (20, 1, Verdict.ROLL_BACK),
    ],
)
def test_when_the_watch_is_over_more_than_one_percent_errors_is_too_many(
    requests: int, errors: int, verdict: Verdict
) -> None:
    assert decide([Rate("agents", requests, errors)], over=True) is verdict


def test_many_errors_end_the_watch_early() -> None:
    assert decide([Rate("agents", 100, 5)], over=False) is Verdict.ROLL_BACK


def test_one_failed_start_does_not_end_the_watch_early() -> None:
    assert decide([Rate("agents", 20, 1)], over=False) is Verdict.WAIT


def test_a_release_without_errors_is_watched_to_the_end() -> None:
    assert decide([Rate("agents", 10_000, 0)], over=False) is Verdict.WAIT


def test_a_quiet_service_does_not_hide_behind_a_busy_one() -> None:
    busy, quiet = Rate("agents", 1_000_000, 0), Rate("audit-reactions", 10, 6)
    assert decide([busy, quiet], over=False) is Verdict.ROLL_BACK


def test_only_new_revisions_are_judged() -> None:
    samples = [Sample("agents", "agents-00001", 50, 50), Sample("agents", "agents-00002", 7, 1)]
    assert rates_of_new_revisions(samples, OLD) == (Rate("agents", 7, 1),)


def test_a_service_that_is_new_is_judged_too() -> None:
    samples = [Sample("budgets", "budgets-00001", 7, 0), Sample("budgets", "budgets-00001", 3, 3)]
    assert rates_of_new_revisions(samples, OLD) == (Rate("budgets", 10, 3),)
