"""Who is told what, and that old news is nobody's."""

from datetime import timedelta
from typing import Any

import pytest

from events import agents, approvals, pipelines
from events.mobile_api import NotificationRequested
from events.quorum import Grant, Place, Rule
from mobile_api.rules.documents import Documents
from mobile_api.rules.notices import notice_of
from shared.kit.models import EventData
from shared.messaging.envelope import Envelope
from tests.mobile_api.stories import START, agent, approval, fact, id_of, pipeline, project, window


def _notice(event: Envelope, before: Documents | None = None) -> NotificationRequested | None:
    known = before or {}
    return notice_of(fact(event), known, project(known, fact(event)))


def _grant(to: str | None) -> Grant:
    return Grant(to=to, by="gala", places=(0,), at=START)


def test_a_request_tells_whoever_its_rule_names() -> None:
    places = (Place(role="governor"), Place(role="governor"), Place(principal="lena"))
    event = approval(approvals.ApprovalRequested, rule=Rule(kind="all", of=places))
    notice = _notice(event)
    assert notice is not None
    assert (notice.kind, notice.roles, notice.principals) == (
        "approval_pending",
        ("governor",),
        ("lena",),
    )
    assert (notice.approval_id, notice.subject) == (id_of("apr", 1), f"approval/{id_of('apr', 1)}")
    assert notice.useful_until is not None


def test_a_notice_says_nothing_of_the_content() -> None:
    notice = _notice(approval(approvals.ApprovalRequested, summary="Mrs Meyer's file"))
    assert notice is not None
    assert "Meyer" not in notice.model_dump_json()


@pytest.mark.parametrize(
    ("kind", "fields", "roles", "principals"),
    [
        (approvals.ApprovalEscalated, {"grants": (_grant(None),)}, ("deputy",), ()),
        (approvals.ApprovalEscalated, {"status": "pending"}, ("governor",), ()),
        (approvals.ApprovalDelegated, {"grants": (_grant("dina"),)}, (), ("dina",)),
        (approvals.ApprovalDelegated, {}, ("governor",), ()),
        (approvals.ApprovalResumed, {}, ("governor",), ()),
    ],
)
def test_whoever_it_was_passed_to_is_told(
    kind: type[approvals.ApprovalState],
    fields: dict[str, Any],
    roles: tuple[str, ...],
    principals: tuple[str, ...],
) -> None:
    notice = _notice(approval(kind, **fields))
    assert notice is not None
    assert (notice.roles, notice.principals) == (roles, principals)


def test_an_open_veto_window_is_worth_a_look_until_it_closes() -> None:
    notice = _notice(approval(approvals.ApprovalAutoApproved, **window()))
    assert notice is not None
    assert notice.kind == "veto_window_opened"
    assert notice.useful_until == window()["veto"].closes_at


def test_a_window_that_closes_earlier_than_people_were_told_is_told_anew() -> None:
    waits = window(START + timedelta(hours=72))
    known = project({}, fact(approval(approvals.ApprovalAutoApproved, 1, 1, **waits)))
    earlier = window(START + timedelta(hours=24))
    delivered = approval(approvals.ApprovalDelivered, 1, 2, status="auto_approved", **earlier)
    notice = _notice(delivered, known)
    assert notice is not None
    assert (notice.kind, notice.roles) == ("veto_window_opened", ("governor",))
    assert notice.useful_until == START + timedelta(hours=24)
    # The assent's own event comes after it, and again.
    told = project(known, fact(delivered))
    assert _notice(delivered, told) is None
    late = project({}, fact(delivered))
    assert _notice(delivered) is not None
    assert _notice(approval(approvals.ApprovalAutoApproved, 1, 1, **waits), late) is None
    # An acknowledgement so late that nothing moves is no news.
    assert (
        _notice(approval(approvals.ApprovalDelivered, 1, 2, status="auto_approved", **waits), known)
        is None
    )


@pytest.mark.parametrize(
    ("event", "kind", "approval_id"),
    [
        (pipeline(), "pipeline_paused", None),
        (agent(agents.AgentViolationReported), "violation_reported", None),
        (approval(approvals.ApprovalReviewMissed), "violation_reported", id_of("apr", 1)),
        (approval(approvals.ApprovalReversalFailed), "reversal_failed", id_of("apr", 1)),
    ],
)
def test_the_governor_is_told_what_only_a_human_can_mend(
    event: Envelope, kind: str, approval_id: str | None
) -> None:
    notice = _notice(event)
    assert notice is not None
    assert (notice.kind, notice.roles, notice.approval_id) == (kind, ("governor",), approval_id)
    assert notice.useful_until is None


@pytest.mark.parametrize(
    "event",
    [approval(approvals.ApprovalApproved), agent(), pipeline(pipelines.PipelineResumed)],
)
def test_what_needs_nobody_tells_nobody(event: Envelope) -> None:
    assert _notice(event) is None


def test_a_request_that_was_decided_before_it_was_heard_of_tells_nobody() -> None:
    decided = project({}, fact(approval(approvals.ApprovalApproved, 1, 2)))
    assert _notice(approval(approvals.ApprovalRequested, 1, 1), decided) is None


def test_a_duplicate_tells_nobody() -> None:
    for event in (approval(approvals.ApprovalRequested), agent(agents.AgentViolationReported)):
        assert _notice(event, project({}, fact(event))) is None


def test_every_kind_of_notice_is_of_a_registered_event() -> None:
    from mobile_api.rules.notices import _NOTICES
    from mobile_api.rules.projection import projected_types

    assert set(_NOTICES) <= projected_types().keys()
    assert issubclass(NotificationRequested, EventData)
