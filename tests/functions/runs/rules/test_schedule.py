"""When a schedule fires, and when it rests."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.jobs import JobBody
from events.schedules import ScheduleRefused, ScheduleRested
from functions.runs.rules import schedule as rules
from functions.runs.rules.schedule import Cause, MadeBy, Schedule, ScheduleBook, When
from shared.kit.cron import check_cron, next_after
from shared.kit.errors import Invalid, VersionConflict
from shared.kit.sealing import SubjectKey
from shared.quotas.refusals import QuotaExhausted

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
JOB = JobBody(capsule="count-stock")
ADA = MadeBy("ada", frozenset({"operator"}))


def _made(cron: str = "0 * * * *", book: ScheduleBook | None = None) -> Schedule:
    made = rules.create(book or ScheduleBook(), "sch_1", JOB, When(cron, None), ADA, AT)
    schedule: Schedule = made[0].state
    return schedule


def test_each_instant_has_a_run_of_its_own() -> None:
    schedule = _made()
    assert schedule.next_at == AT.replace(hour=10, minute=0)
    first = rules.run_id_of(schedule)
    assert rules.run_id_of(_made()) == first
    (moved,) = rules.fired(schedule, first, AT.replace(hour=10, minute=0, second=3))
    assert moved.event is None
    assert rules.run_id_of(moved.state) != first
    assert rules.run_id_of(schedule.but(schedule_id="sch_2")) != first


def test_a_firing_that_is_late_by_periods_fires_once() -> None:
    (moved,) = rules.fired(_made(), "run_1", AT + timedelta(hours=7))
    assert moved.state.next_at == AT.replace(hour=17, minute=0)


@given(late=st.integers(0, 400 * 86_400), cron=st.sampled_from(["* * * * *", "5 4 1 * *"]))
def test_the_next_instant_is_always_ahead(late: int, cron: str) -> None:
    at = AT + timedelta(seconds=late)
    following = next_after(cron, at)
    assert following is not None
    assert following > at
    assert (following.second, following.tzinfo) == (0, UTC)


@pytest.mark.parametrize(
    "text", ["@daily", "* * * * * *", "0 9 * * MON", "61 * * * *", "10-5 * * * *", "", "*" * 200]
)
def test_what_not_every_cron_reads_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="five cron fields"):
        check_cron(text)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(Invalid):
        _made("0 0 30 2 *")
    assert _made("0 0 29 2 *").next_at == datetime(2028, 2, 29, tzinfo=UTC)


def test_a_tenant_has_a_bounded_number_that_fire() -> None:
    full = ScheduleBook(active=rules.MOST_SCHEDULES)
    with pytest.raises(VersionConflict):
        _made(book=full)
    ended, fewer = rules.end(_made(), full, "ada")
    assert (ended.state.status, ended.state.next_at) == ("ended", None)
    assert fewer.state.active == rules.MOST_SCHEDULES - 1
    assert rules.end(ended.state, fewer.state, "ada") == ()


def test_refusals_in_a_row_let_it_rest_and_it_leaves_the_book_once() -> None:
    schedule, book, at = _made(), ScheduleBook(active=3), AT
    for number in range(1, rules.MOST_FAILURES):
        (told,) = rules.refused(schedule, book, VersionConflict("it is deprecated"), at)
        schedule = told.state
        assert (schedule.status, schedule.failures) == ("active", number)
        at += timedelta(hours=1)
    assert schedule.last_problem is not None
    assert schedule.last_problem.detail == "it is deprecated"
    steps = rules.refused(schedule, book, VersionConflict("it is deprecated"), at)
    assert [each.event for each in steps] == [ScheduleRefused, ScheduleRested, None]
    resting = steps[1].state
    assert (resting.status, rules.next_timer(resting)) == ("resting", None)
    assert "5 times in a row" in str(resting.rests_because)
    assert steps[2].state.active == 2
    (ended,) = rules.end(resting, book, "ada")
    assert ended.state.status == "ended"


def test_a_used_up_month_is_no_failure_and_the_next_firing_is_in_the_new_one() -> None:
    new_month = (AT.replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    refusal = QuotaExhausted(
        "used",
        meter="executions",
        limit=1,
        resets_at=new_month,
        retry_after=1,
        upgrade_to="pro",
    )
    schedule = _made("0 0 * * *").but(failures=rules.MOST_FAILURES - 1)
    (told,) = rules.refused(schedule, ScheduleBook(active=1), refusal, AT)
    assert (told.state.status, told.state.failures) == ("active", rules.MOST_FAILURES - 1)
    assert told.state.next_at == new_month
    assert told.state.last_problem.code == "quota_exhausted"


def test_an_event_starts_one_run_of_a_schedule_and_only_so_many_in_an_hour() -> None:
    schedule = _made().but(cron=None, next_at=None, event="assent.notice.sent.v1")
    cause = Cause("evt_1", AT, 0, {})
    first = rules.run_id_of(schedule, cause)
    assert first == rules.run_id_of(schedule.but(failures=3), cause)
    assert first != rules.run_id_of(schedule, cause._replace(event_id="evt_2"))
    for _ in range(rules.MOST_IN_AN_HOUR):
        rules.check_cause(schedule, cause, AT)
        schedule = rules.met(schedule, cause, AT)
    with pytest.raises(VersionConflict, match="in an hour"):
        rules.check_cause(schedule, cause, AT)
    rules.check_cause(schedule, cause, AT + timedelta(hours=1))
    assert rules.met(schedule, cause, AT + timedelta(hours=1)).in_hour == 1


def test_runs_that_start_one_another_come_to_an_end() -> None:
    cause = Cause("evt_1", AT, rules.DEEPEST, {})
    rules.check_cause(_made(), cause, AT)
    with pytest.raises(VersionConflict, match="started one another 5 times"):
        rules.check_cause(_made(), cause._replace(depth=rules.DEEPEST + 1), AT)


def test_the_book_knows_who_waits_for_which_event() -> None:
    schedule = _made().but(cron=None, event="assent.notice.sent.v1")
    book = ScheduleBook(active=1).having(schedule)
    assert (book.active, book.triggers) == (2, {"assent.notice.sent.v1": ("sch_1",)})
    assert book.without(schedule).triggers == {"assent.notice.sent.v1": ()}
    full = book.but(triggers={"assent.notice.sent.v1": ("x",) * rules.MOST_TRIGGERED})
    with pytest.raises(VersionConflict, match="end one"):
        rules.create(full, "s", JOB, When(None, "assent.notice.sent.v1"), ADA, AT)


def test_texts_of_persons_are_no_inputs() -> None:
    sealed = SubjectKey("clinic", "ada", bytes(range(64))).seal("because")
    data = {"reason": sealed, "to": ["ada", {"note": f"so {sealed}"}], "count": 2, "is": True}
    plain = {"reason": None, "to": ["ada", {"note": None}], "count": 2, "is": True}
    assert rules.plain(data) == plain


def _by_run(depth: int = 1) -> rules.MadeBy:
    return ADA._replace(run_id="run_1", agent_id="agt_1", depth=depth, labels=("untrusted",))


def test_runs_that_schedule_one_another_end() -> None:
    when = When("0 * * * *", None)
    made = rules.create(ScheduleBook(), "sch_1", JOB, when, _by_run(rules.DEEPEST), AT)
    assert made[0].state.depth == rules.DEEPEST
    with pytest.raises(VersionConflict, match="started one another 5 times"):
        rules.create(ScheduleBook(), "sch_1", JOB, when, _by_run(rules.DEEPEST + 1), AT)


def test_runs_leave_schedules_for_people() -> None:
    when = When("0 * * * *", None)
    book = ScheduleBook()
    for number in range(rules.MOST_BY_RUNS):
        book = rules.create(book, f"sch_{number}", JOB, when, _by_run(), AT)[1].state
    assert (book.active, book.by_runs) == (50, 50)
    with pytest.raises(VersionConflict, match="end one first"):
        rules.create(book, "sch_x", JOB, when, _by_run(), AT)
    last = rules.create(book, "sch_y", JOB, when, ADA, AT)
    assert (last[1].state.active, last[1].state.by_runs) == (51, 50)
    ended = rules.end(
        rules.create(ScheduleBook(), "s", JOB, when, _by_run(), AT)[0].state, book, "ada"
    )
    assert (ended[1].state.active, ended[1].state.by_runs) == (49, 49)
