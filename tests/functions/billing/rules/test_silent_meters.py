"""Which meters have fallen silent: those that counted each week, while the tenant goes on."""

from datetime import UTC, datetime

import pytest

from functions.billing.rules.silent_meters import (
    WEEK_HOURS,
    MeterUsage,
    Span,
    silent_meters,
    weeks_before,
)

SPAN = Span(0, 5 * WEEK_HOURS)


def used(meter: str, *weeks: int, quantity: int = 3) -> list[MeterUsage]:
    return [MeterUsage(meter, each * WEEK_HOURS + 24, quantity) for each in weeks]


def test_a_meter_that_counted_each_week_and_stopped_is_silent() -> None:
    days = [*used("tokens_in", 0, 1, 2, 3), *used("executions", 0, 1, 2, 3, 4)]
    assert silent_meters(days, SPAN) == ("tokens_in",)


@pytest.mark.parametrize(
    "days",
    [
        # Nothing at all is used any more: the tenant rests.
        [*used("tokens_in", 0, 1, 2, 3), *used("executions", 0, 1, 2, 3)],
        # It was not used each week before.
        [*used("tokens_in", 0, 1, 3), *used("executions", 4)],
        # It still counts.
        [*used("tokens_in", 0, 1, 2, 3, 4), *used("executions", 4)],
        # Zeros are no usage.
        [*used("tokens_in", 0, 1, 2, 3), *used("executions", 4, quantity=0)],
        # The tenant counts it itself.
        [*used("pages", 0, 1, 2, 3), *used("executions", 4)],
        [],
    ],
)
def test_no_other_meter_is(days: list[MeterUsage]) -> None:
    assert silent_meters(days, SPAN) == ()


def test_the_last_week_ends_with_the_last_whole_day() -> None:
    span = weeks_before(datetime(2026, 3, 2, 23, 59, tzinfo=UTC))
    assert span.end * 3600 == datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    assert span.end - span.first == 5 * WEEK_HOURS
