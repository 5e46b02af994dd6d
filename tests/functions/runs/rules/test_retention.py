"""How long runs are kept, and which of them go."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions.runs.rules.decisions import decide
from functions.runs.rules.retention import (
    A_DAY,
    DEFAULT_DAYS,
    MOST_TOGETHER,
    SOON,
    UNTIL_COVERED,
    Retention,
    begin,
    erase,
    going,
    look,
    set_days,
)
from functions.runs.rules.run import Assented, Run, Stop
from shared.kit.retention import SHORTER_AFTER

AT = datetime(2026, 11, 26, tzinfo=UTC)
KEPT = Retention(days=30, due_at=AT)


def run(id: str = "run_1", **fields: Any) -> Run:
    """A run that ended 31 days ago."""
    ended = AT - timedelta(days=31)
    values = {
        "run_id": id,
        "plan_hash": "a" * 64,
        "capsule": "visits",
        "capsule_version": "1.0.0",
        "agent_id": "agt_1",
        "agent_version": "1.0.0",
        "status": "completed",
        "started_by": "ada",
        "started_at": ended,
        "ended_at": ended,
        "steps": 1,
    }
    return Run.model_validate({**values, **fields})


UNDOING = Stop(kind="undo", by="ada", at=AT)


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_run_that_ended_long_enough_ago_goes(status: str) -> None:
    assert going(KEPT, [run(status=status)], [], AT) == [run(status=status)]


@pytest.mark.parametrize(
    "fields",
    [
        {"ended_at": AT - timedelta(days=30) + timedelta(seconds=1)},
        {"status": "paused"},
        {"status": "running", "ended_at": None},
        {"status": "awaiting_approval", "ended_at": None},
        {"undoing": UNDOING},
        {"undone": 1},
        {"undone": 1, "undoing": UNDOING},
    ],
)
def test_a_run_stays_that_is_young_under_way_or_undone_half_way(fields: dict[str, Any]) -> None:
    assert going(KEPT, [run(**fields)], [], AT) == []


def test_a_run_that_was_undone_whole_goes() -> None:
    assert going(KEPT, [run(undone=2, is_undone=True)], [], AT)


def test_a_run_goes_with_the_one_that_started_it_and_not_before() -> None:
    child, parent = run("run_2", parent_run_id="run_1"), run("run_1")
    assert going(KEPT, [child], [parent], AT) == []
    assert going(KEPT, [child, parent], [parent], AT) == [child, parent]
    assert going(KEPT, [child], [], AT) == [child]


def test_one_event_names_a_bounded_number() -> None:
    many = [run(f"run_{number}") for number in range(MOST_TOGETHER + 1)]
    found = going(KEPT, many, [], AT)
    assert len(found) == MOST_TOGETHER
    (looked,) = look(KEPT, [(each, 3) for each in found], None, AT)
    assert looked.state.due_at == AT + SOON
    assert looked.fields["runs"][0].events == 3


def test_a_shorter_time_holds_a_week_later_and_a_longer_one_at_once() -> None:
    (shorter,) = set_days(begin(AT), 30, "ana", AT)
    kept = shorter.state
    assert kept.days_at(AT + SHORTER_AFTER - timedelta(seconds=1)) == DEFAULT_DAYS
    assert (kept.days_at(AT + SHORTER_AFTER), kept.due_at) == (30, AT + SHORTER_AFTER)
    assert going(kept, [run()], [], AT) == []
    (again,) = set_days(kept, 90, "ana", AT + A_DAY)
    assert again.state.days_at(AT + A_DAY + SHORTER_AFTER / 2) == DEFAULT_DAYS
    (longer,) = set_days(again.state, 400, "ana", AT + A_DAY)
    assert longer.state.days_at(AT + A_DAY) == 400
    assert set_days(longer.state, 400, "ana", AT) == ()


def test_the_time_that_holds_already_is_set_once_by_somebody() -> None:
    (first,) = set_days(None, DEFAULT_DAYS, "ana", AT)
    assert (first.state.set_by, first.state.longer_until) == ("ana", None)


def test_nobody_looks_before_something_can_be_over() -> None:
    (none,) = look(KEPT, [], None, AT)
    assert (none.event, none.state.due_at) == (None, AT + timedelta(days=30))
    (some,) = look(KEPT, [], AT - timedelta(days=10), AT)
    assert some.state.due_at == AT + timedelta(days=20)
    (asked,) = look(KEPT, [(run(), 2)], None, AT)
    assert asked.state.due_at == AT + A_DAY


def test_a_look_before_a_shorter_time_holds_is_repeated_when_it_does() -> None:
    (shorter,) = set_days(begin(AT), 30, "ana", AT)
    (looked,) = look(shorter.state, [], None, AT + A_DAY)
    assert looked.state.due_at == AT + SHORTER_AFTER


def test_the_ended_runs_of_an_erased_person_go_whatever_their_age() -> None:
    (asked,) = erase(None, "ada", AT)
    (again,) = erase(asked.state, "ada", AT)
    assert again.state.erasing == ("ada",)
    assert again.state.due_at == AT
    young = run(ended_at=AT - UNTIL_COVERED)
    assert going(asked.state, [young, run("run_2", started_by="bob")], [], AT) == [young]
    # A token of it may be alive, and no checkpoint covers it yet.
    assert going(asked.state, [run(ended_at=AT - timedelta(minutes=5))], [], AT) == []
    (looked,) = look(asked.state, [(young, 2)], None, AT)
    assert looked.state.due_at == AT + UNTIL_COVERED
    (waiting,) = look(asked.state, [], None, AT)
    assert waiting.state.due_at == AT + A_DAY


def test_the_time_of_a_run_whose_assent_was_taken_back_is_over_too() -> None:
    given = Assented(approval_id="apr_1", content_hash="c", token="assented", given_by="gala")
    rests = run(status="paused", ended_at=None, plan_assent=given)
    vetoed: Any = SimpleNamespace(approval_id="apr_1", status="vetoed", decided_by="gala")
    (step,) = decide(rests, vetoed, None, AT)
    assert not KEPT.time_is_over(step.state, AT + timedelta(days=29))
    assert KEPT.time_is_over(step.state, AT + timedelta(days=30))
