"""What Cloud Tasks decides, as values."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.cloud_tasks.messages import QUEUE, RETRY, TASK, UNLIMITED, new_queue, new_task
from emulators.cloud_tasks.rules import RETENTION, Bucket, backoff, exhausted

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = "projects/p/locations/us-central1/queues/q"
SECOND = timedelta(seconds=1)
# Protobuf's messages have no types.
Message = Any


def retry(**fields: object) -> Message:
    settings: dict[str, Any] = {
        "max_attempts": 100,
        "min_backoff": 0.1 * SECOND,
        "max_backoff": timedelta(hours=1),
        "max_doublings": 16,
    }
    return RETRY(**{**settings, **fields})


def rate_limits(per_second: float) -> Message:
    settings = {"rate_limits": {"max_dispatches_per_second": per_second}}
    return new_queue(QUEUE(name=NAME, **settings)).rate_limits


def task(**fields: object) -> Message:
    message = new_task(NAME, TASK(http_request={"url": "http://worker"}), NOW)
    message.MergeFrom(TASK(**fields))
    return message


def test_the_waits_are_those_of_the_services_own_example() -> None:
    config = retry(min_backoff=10 * SECOND, max_backoff=300 * SECOND, max_doublings=3)
    waits = [backoff(config, failures).total_seconds() for failures in range(1, 9)]
    assert waits == [10, 20, 40, 80, 160, 240, 300, 300]


def test_without_doublings_the_wait_grows_by_the_first() -> None:
    config = retry(min_backoff=SECOND, max_backoff=3 * SECOND, max_doublings=0)
    assert [backoff(config, n) // SECOND for n in range(1, 6)] == [1, 2, 3, 3, 3]


@given(st.integers(1, 10_000), st.integers(0, 100), st.floats(0, 3600), st.floats(0, 3600))
def test_no_wait_shrinks_or_leaves_its_bounds(
    failures: int, doublings: int, one: float, other: float
) -> None:
    low, high = timedelta(seconds=min(one, other)), timedelta(seconds=max(one, other))
    config = retry(min_backoff=low, max_backoff=high, max_doublings=doublings)
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
    config = retry(max_attempts=attempts, max_retry_duration=timedelta(seconds=duration))
    failed = task(dispatch_count=dispatches, first_attempt={"dispatch_time": NOW})
    assert exhausted(config, failed, NOW + age * SECOND) is given_up


def test_no_task_is_retried_after_thirty_one_days() -> None:
    config = retry(max_attempts=UNLIMITED)
    assert not exhausted(config, task(), NOW + RETENTION - SECOND)
    assert exhausted(config, task(), NOW + RETENTION)


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    limits = rate_limits(10)
    bucket = Bucket.full(limits, NOW)
    for _ in range(limits.max_burst_size):
        assert bucket.available_at(limits, NOW) == NOW
        bucket = bucket.take(limits, NOW)
    assert bucket.available_at(limits, NOW) == NOW + timedelta(milliseconds=100)


@given(st.floats(0.001, 500), st.lists(st.floats(0, 10), max_size=60))
def test_whoever_waits_until_a_token_is_available_finds_one(
    rate: float, pauses: list[float]
) -> None:
    limits, now = rate_limits(rate), NOW
    bucket = Bucket.full(limits, now)
    for taken, pause in enumerate(pauses, start=1):
        now = bucket.available_at(limits, now + timedelta(seconds=pause))
        assert bucket.available_at(limits, now) == now
        bucket = bucket.take(limits, now)
        assert taken <= limits.max_burst_size + (now - NOW).total_seconds() * rate + 0.01
