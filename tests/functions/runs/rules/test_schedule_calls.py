"""In whose name a step of a run makes a schedule, and which ones it ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.jobs import JobBody
from functions.runs.rules import schedule as schedules
from functions.runs.rules.run import Run
from functions.runs.rules.schedule import Schedule, ScheduleBook, When
from functions.runs.rules.schedule_calls import (
    MOST_INPUTS_BYTES,
    asked_for,
    check_acts,
    check_ends,
    given,
    id_of,
    made_by,
)
from shared.agents.stops import AgentStops
from shared.capabilities.grants import Deed, Grant, History, Purpose, Right
from shared.capabilities.stopped import check_not_stopped
from shared.kit.errors import Forbidden, Invalid, VersionConflict

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


def _run(**fields: Any) -> Run:
    known = {
        "run_id": "run_1",
        "plan_hash": "p",
        "capsule": "count-stock",
        "capsule_version": "1.0.0",
        "agent_id": "agt_1",
        "agent_version": "1.0.0",
        "status": "running",
        "started_by": "ada",
        "started_at": AT,
        "steps": 1,
        "held_usd_micros": 0,
        "roles": ("operator",),
        "key_id": "key_1",
    }
    return Run.model_validate(known | fields)


def _grant(purpose: Purpose = "act") -> Grant:
    right = Right(
        tenant_id="t",
        run_id="run_2",
        plan_hash="p",
        agent_id="agt_2",
        agent_version="1.0.0",
        purpose=purpose,
    )
    deed = Deed(
        step="s",
        operation="assent/schedules.create",
        invocation_id="inv_1",
        arguments_sha256="a",
        expires_at=AT,
        history=History(labels=("untrusted",)),
    )
    return Grant(token_id="tok", right=right, deed=deed)


def _schedule(**fields: Any) -> Schedule:
    maker = made_by(_run(), _grant(), 2, ("untrusted",))
    when = When("0 * * * *", None)
    steps = schedules.create(
        ScheduleBook(), "sch_1", JobBody(capsule="count-stock"), when, maker, AT
    )
    made: Schedule = steps[0].state
    return made.but(**fields)


def test_it_is_made_in_the_name_of_whoever_started_the_run_for_the_agent_that_calls() -> None:
    made = _schedule()
    assert (made.created_by, made.roles, made.key_id) == ("ada", ("operator",), "key_1")
    assert (made.made_by_run, made.agent_id) == ("run_2", "agt_2")
    assert (made.depth, made.labels) == (2, ("untrusted",))


def test_the_same_call_makes_the_same_schedule() -> None:
    assert id_of("inv_0123") == "sch_0123"


@pytest.mark.parametrize("status", ["paused", "failed", "cancelled", "completed"])
def test_a_run_that_rests_makes_none_and_undoes(status: str) -> None:
    run = _run(status=status)
    with pytest.raises(VersionConflict, match=status):
        check_acts(run, undoes=False)
    check_acts(run, undoes=True)


def test_a_run_ends_what_was_made_in_the_same_name_and_each_once() -> None:
    calls, undoes = _grant(), _grant("undo")
    check_ends(_schedule(), _run(), calls)
    check_ends(_schedule(agent_id=None), _run(), calls)
    for grant in (calls, undoes):
        with pytest.raises(VersionConflict, match="bert made it"):
            check_ends(_schedule(created_by="bert"), _run(), grant)
    check_ends(_schedule(status="ended", ended_by_call="inv_1"), _run(), calls)
    ended = _schedule(status="ended", ended_by_call="inv_2")
    check_ends(ended, _run(), undoes)
    with pytest.raises(VersionConflict, match="has ended already"):
        check_ends(ended, _run(), calls)


def test_an_agent_ends_no_schedule_that_a_run_of_another_agent_made() -> None:
    with pytest.raises(VersionConflict, match="a run of agt_3 made it"):
        check_ends(_schedule(agent_id="agt_3"), _run(), _grant())


def test_a_revoked_token_makes_nothing_and_no_agent_acts_that_was_recalled() -> None:
    inner, above = AgentStops(agent_id="agt_2"), AgentStops(agent_id="agt_1")
    right = _grant().right
    grant = _grant().but(token_ids=("one", "tok"), above=(right.but(agent_id="agt_1"),))
    check_not_stopped((None, inner, above), grant, AT)
    until = AT + timedelta(seconds=1)
    for dead in ("one", "tok"):
        revoked = above.revoking(dead, until, AT)
        for each in (grant, grant.but(right=_grant("undo").right)):
            with pytest.raises(Forbidden, match="revoked"):
                check_not_stopped((inner, revoked), each, AT)
        check_not_stopped((inner, revoked), grant, until)
    for stopped in (inner.with_("rcl_1", None), above.with_("rcl_1", "1.0.0")):
        with pytest.raises(Forbidden, match="recalled"):
            check_not_stopped((stopped,), grant, AT)
        check_not_stopped((stopped,), grant.but(right=_grant("undo").right), AT)
    check_not_stopped((above.with_("rcl_1", "2.0.0"),), grant, AT)


def test_what_is_given_back_has_the_labels_that_it_was_made_with() -> None:
    assert given(_schedule(), {"a": 1}).labels == ("untrusted",)


def test_what_is_too_long_for_a_step_is_left_out() -> None:
    assert given(_schedule(), {"a": 1}).inputs == {"a": 1}
    assert given(_schedule(), {"a": "x" * MOST_INPUTS_BYTES}).inputs is None
    assert given(_schedule(), None).inputs is None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"capsule": "count-stock"}, "cron"),
        ({"capsule": "count-stock", "cron": "hourly"}, "cron"),
        ({"capsule": "count-stock", "cron": "0 * * * *", "event": "assent.notice.sent.v1"}, "cron"),
        ({"capsule": "count-stock", "event": "assent.run.started.v1"}, "event"),
        ({"capsule": "count-stock", "cron": "0 * * * *", "roles": ["governor"]}, "roles"),
    ],
)
def test_what_is_no_schedule_is_refused(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        asked_for(arguments)
    assert field in str(refusal.value.errors)
