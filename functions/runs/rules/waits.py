"""Until when a step waits."""

from datetime import datetime, timedelta
from typing import Any

from events.plan_content import PlanStep, Wait
from functions.runs.rules.calls import Context, Rejected
from shared.kit.instants import parse_instant
from shared.kit.templates import filled

LONGEST = timedelta(days=366)


def until_of(step: PlanStep, context: Context, at: datetime) -> datetime:
    """The instant at which the wait that begins `at` is over. Raises Rejected for none, or one
    further away than a year."""
    wait = step.does
    assert isinstance(wait, Wait)
    try:
        until = _until(wait, context, at)
    except (ValueError, OverflowError) as error:
        raise Rejected(step.id, "wait_invalid", str(error)) from error
    if until - at > LONGEST:
        raise Rejected(step.id, "wait_invalid", "a run waits for 366 days at most")
    return until


def _until(wait: Wait, context: Context, at: datetime) -> datetime:
    if wait.until is not None:
        instant: Any = filled(wait.until, context)
        if not isinstance(instant, str):
            raise ValueError("until must be an instant such as 2026-11-20T12:00:00Z")
        return parse_instant(instant)
    seconds = filled(wait.seconds, context)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise ValueError("a wait must be for a number of seconds, at least 0")
    return at + timedelta(seconds=seconds)
