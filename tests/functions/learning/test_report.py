"""The report counts what waited, by rule, by who decided and by precedent."""

from datetime import timedelta
from typing import Any

import pytest

from events.approvals import Subject
from events.quorum import Grant, Place, Rule
from events.vetoes import VetoReason
from functions.learning.rules.report import HOW, LONGEST, Report, Waits, report_of
from shared.approvals.past import PastApproval
from shared.kit.errors import Invalid
from shared.kit.instant_parameters import check_period
from tests.functions.learning.histories import START

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
END = START + 30 * DAY
GOVERNORS = Rule(kind="any", of=(Place(role="governor"),))
LEGAL = Rule(kind="all", of=(Place(role="governor"), Place(role="legal")))


def approval(number: int, waits: timedelta | None = HOUR, **fields: Any) -> PastApproval:
    """A request that a governor approved after that time; None for one that waits."""
    at = START + number * HOUR
    decided: dict[str, Any] = {"status": "pending"}
    if waits is not None:
        decided = {
            "status": "approved",
            "decision": "approve",
            "decided_by": "gala",
            "decided_at": at + waits,
            "capacity": "approver",
        }
    values: dict[str, Any] = {
        "approval_id": f"apr_{number}",
        "kind": "execution",
        "risk": "medium",
        "summary": "Reindex",
        "subject": Subject(type="job", id="job-1", name="reindex"),
        "requested_by": "ada",
        "authors": ("ada",),
        "requested_at": at,
        "deadline_at": at + 100 * DAY,
        "on_timeout": "deny",
        "decision_hash": "0" * 64,
        "evidence_hash": "0" * 64,
        "assessment_hash": "0" * 64,
        "rule": GOVERNORS,
        "version": 1,
    }
    return PastApproval(**{**values, **decided, **fields})


def matched(number: int, **fields: Any) -> PastApproval:
    values: dict[str, Any] = {
        "status": "confirmed",
        "decision": "precedent",
        "decided_by": "pre_1",
        "capacity": "precedent",
        "precedent_id": "pre_1",
        "considered": ("pre_1",),
    }
    return approval(number, timedelta(0), **{**values, **fields})


def reported(*approvals: PastApproval, **spent: int) -> Report:
    return report_of(approvals, spent, START, END, END)


def test_the_longest_waits_name_the_rule_that_caused_them() -> None:
    report = reported(
        approval(0, 2 * HOUR), approval(1, 4 * HOUR), approval(2, 90 * HOUR, rule=LEGAL)
    )
    assert [(row.rule.kind, row.waited_seconds // 3_600) for row in report.rules] == [
        ("all", 90),
        ("any", 6),
    ]
    assert (report.whole.waited_seconds // 3_600, report.whole.median_seconds // 3_600) == (96, 4)


def test_what_still_waits_has_waited_until_now_and_silence_is_nobodys_decision() -> None:
    silent = approval(
        1, 5 * HOUR, status="expired", decision="silence", decided_by="deadline", capacity="silence"
    )
    report = reported(approval(0, None), silent)
    assert (report.whole.waiting, report.whole.silent, report.whole.approved) == (1, 1, 0)
    assert report.whole.waited_seconds == (30 * DAY + 5 * HOUR).total_seconds()
    assert report.governors == ()


def test_a_deadline_that_passed_counts_though_its_timer_has_not_fired() -> None:
    report = reported(approval(0, None, deadline_at=START + 3 * HOUR))
    assert (report.whole.silent, report.whole.waited_seconds) == (1, 3 * 3_600)


def test_the_time_after_it_was_passed_on_is_told_apart() -> None:
    grant = Grant(to=None, by="gala", places=(0,), at=START + 3 * HOUR)
    report = reported(approval(0, 5 * HOUR, grants=(grant,)))
    assert report.whole.escalated_seconds == 2 * 3_600


def test_money_is_lost_of_runs_that_got_no_assent_only() -> None:
    of_run: dict[str, Any] = {"subject": Subject(type="run", id="run_1", name="letters")}
    refused: dict[str, Any] = {"status": "rejected", "decision": "reject"}
    report = reported(
        approval(0, **of_run, **refused),
        approval(1, subject=Subject(type="run", id="run_2", name="letters")),
        approval(2, **refused),
        run_1=700,
        run_2=900,
    )
    assert report.whole.lost_usd_micros == 700


def test_each_person_has_a_row_in_the_order_of_names() -> None:
    veto = matched(
        3,
        status="vetoed",
        decision="veto",
        decided_by="zoe",
        capacity="governor",
        veto_reason=VetoReason(category="safety", explanation="no"),
    )
    report = reported(approval(0, decided_by="zoe"), approval(1), veto)
    assert [(row.principal, row.requests, row.vetoes) for row in report.governors] == [
        ("gala", 1, 0),
        ("zoe", 2, 1),
    ]
    assert report.vetoes == {"safety": 1}


def test_a_precedents_rates_are_of_what_it_did_and_saved_is_the_usual_wait() -> None:
    vetoed = matched(2, status="vetoed", decision="veto", decided_by="zoe", capacity="governor")
    audited = approval(4, audits="pre_1", status="rejected", decision="reject")
    waiting = approval(5, None, audits="pre_2")
    other = approval(6, considered=("pre_1",))
    report = reported(matched(0), matched(1), vetoed, audited, waiting, other)
    (row,) = report.precedents
    assert (row.precedent_id, row.compared, row.matched, row.vetoed) == ("pre_1", 4, 3, 1)
    assert (row.audited, row.disagreed) == (1, 1)
    assert (row.match_rate, row.veto_rate, row.false_positive_rate) == (0.75, 0.3333, 0.5)
    assert row.saved_seconds == 3 * 3_600


def test_a_time_is_whole_and_at_most_a_quarter() -> None:
    check_period(START, START + 92 * DAY, LONGEST)
    for until in (START, START - DAY, START + 92 * DAY + HOUR):
        with pytest.raises(Invalid):
            check_period(START, until, LONGEST)


def test_each_figure_that_is_no_plain_count_says_how_it_is_computed() -> None:
    counted = {"requests", "approved", "refused", "silent", "waiting", "median_seconds"}
    assert set(Waits.model_fields) - counted <= set(HOW)
