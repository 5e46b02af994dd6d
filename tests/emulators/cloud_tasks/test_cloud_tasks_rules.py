"""What Cloud Tasks decides, as values."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.cloud_tasks.model import UNLIMITED, HttpCall, RateLimits, RetryConfig, Task
from emulators.cloud_tasks.names import TaskName
from emulators.cloud_tasks.rules import RETENTION, Bucket, backoff, exhausted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = TaskName.parse("projects/p/locations/us-central1/queues/q/tasks/t")
SECOND = timedelta(seconds=1)


def task(**fields: Any) -> Task:
    call = HttpCall(url="http://worker", method="POST", headers={}, body=b"")
    return Task(name=NAME, call=call, schedule_time=NOW, create_time=NOW, **fields)


def test_the_waits_are_those_of_the_services_own_example() -> None:
    config = RetryConfig(min_backoff=10 * SECOND, max_backoff=300 * SECOND, max_doublings=3)
    waits = [backoff(config, failures).total_seconds() for failures in range(1, 9)]
    assert waits == [10, 20, 40, 80, 160, 240, 300, 300]


def test_without_doublings_the_wait_grows_by_the_first() -> None:
    config = RetryConfig(min_backoff=SECOND, max_backoff=3 * SECOND, max_doublings=0)
    assert [backoff(config, n) // SECOND for n in range(1, 6)] == [1, 2, 3, 3, 3]


@given(st.integers(1, 10_000), st.integers(0, 100), st.floats(0, 3600), st.floats(0, 3600))
def test_no_wait_shrinks_or_leaves_its_bounds(
    failures: int, doublings: int, one: float, other: float
) -> None:
    low, high = timedelta(seconds=min(one, other)), timedelta(seconds=max(one, other))
    config = RetryConfig(min_backoff=low, max_backoff=high, max_doublings=doublings)
    assert low <= backoff(config, failures) <= backoff(config, failures + 1) <= high


@pytest.mark.parametrize(
    ("attempts", "duration", "dispatches", "age", "given_up"),
    [
        (3, 0, 2, 9999, False),
        (3, 0, 3, 0, True),
        (3, 60, 3, 59, False),  # Both limits must be used up.
        (3, 60, 2, 60, False),
        (3, 60, 3, 60, True),
        (UNLIMITED, 60, 1, 59, False),
        (UNLIMITED, 60, 1, 60, True),
        (UNLIMITED, 0, 1000, 9999, False),
    ],
)
def test_a_task_is_given_up_when_every_limit_that_is_on_is_used_up(
    attempts: int, duration: int, dispatches: int, age: int, given_up: bool
) -> None:
    config = RetryConfig(max_attempts=attempts, max_duration=timedelta(seconds=duration))
    failed = task(dispatches=dispatches, first_dispatch_time=NOW)
    assert exhausted(config, failed, NOW + age * SECOND) is given_up


def test_no_task_is_retried_after_thirty_one_days() -> None:
    config = RetryConfig(max_attempts=UNLIMITED)
    assert not exhausted(config, task(), NOW + RETENTION - SECOND)
    assert exhausted(config, task(), NOW + RETENTION)


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    limits = RateLimits(per_second=10)
    bucket = Bucket.full(limits, NOW)
    for _ in range(limits.burst):
        assert bucket.available_at(limits, NOW) == NOW
        bucket = bucket.take(limits, NOW)
    assert bucket.available_at(limits, NOW) == NOW + timedelta(milliseconds=100)


@given(st.floats(0.001, 500), st.lists(st.floats(0, 10), max_size=60))
def test_whoever_waits_until_a_token_is_available_finds_one(
    rate: float, pauses: list[float]
) -> None:
    limits, now = RateLimits(per_second=rate), NOW
    bucket = Bucket.full(limits, now)
    for taken, pause in enumerate(pauses, start=1):
        now = bucket.available_at(limits, now + timedelta(seconds=pause))
        assert bucket.available_at(limits, now) == now
        bucket = bucket.take(limits, now)
        assert taken <= limits.burst + (now - NOW).total_seconds() * rate + 0.01
