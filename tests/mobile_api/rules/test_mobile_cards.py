"""What a card shows, and which bucket it lies in."""

import json
from datetime import timedelta
from typing import get_args

import pytest

from events import approvals
from events.approvals import (
    ApprovalStatus,
    CaseBinding,
)
from events.quorum import Review
from mobile_api.rules.cards import LONGEST_TIMELINE, as_of, bucket_of, card_of
from mobile_api.rules.documents import CARDS, VIOLATIONS, Fields
from shared.messaging.envelope import Envelope
from tests.mobile_api.stories import (
    START,
    approval,
    case_of,
    decided,
    fact,
    id_of,
    project,
    vetoed,
    window,
)


def _documents(*events: Envelope) -> dict[tuple[str, str], Fields]:
    documents: dict[tuple[str, str], Fields] = {}
    for event in events:
        documents |= project(documents, fact(event))
    return documents


def _card(*events: Envelope) -> Fields:
    return _documents(*events)[CARDS, id_of("apr", 1)]


def test_a_card_counts_for_the_precedents_that_were_considered_not_for_those_it_shows() -> None:
    considered = (id_of("pre", 2), id_of("pre", 3))
    asked = approval(approvals.ApprovalRequested, considered=considered)
    decision = approval(approvals.ApprovalApproved, 1, 2, considered=considered, matches=())
    for told in ((asked, decision), (decision, asked)):
        assert _card(*told)["compared_with"] == list(considered)


@pytest.mark.parametrize("status", get_args(ApprovalStatus))
def test_every_state_lies_in_one_bucket(status: ApprovalStatus) -> None:
    expected = {"pending": "pending", "deferred": "pending", "escalated": "pending"}
    expected["auto_approved"] = "veto_open"
    assert bucket_of(status) == expected.get(status, "decided")


def test_a_late_request_joins_the_timeline_without_undoing_the_decision() -> None:
    card = _card(
        approval(approvals.ApprovalApproved, 1, 2, **decided()),
        approval(approvals.ApprovalRequested, 1, 1),
    )
    assert json.loads(card["card"])["status"] == "approved"
    assert [entry["event"] for entry in card["timeline"]] == ["requested", "approved"]


def test_a_duplicate_changes_nothing() -> None:
    event = approval(approvals.ApprovalRequested)
    assert project(_documents(event), fact(event)) == {}


def test_the_content_is_kept_byte_by_byte() -> None:
    event = approval(approvals.ApprovalRequested)
    assert _card(event)["content"] == json.loads(event.data)["content"]


def test_a_timeline_keeps_its_newest_hundred_entries() -> None:
    events = [approval(approvals.ApprovalVoted, 1, n) for n in range(1, LONGEST_TIMELINE + 20)]
    timeline = _card(*reversed(events))["timeline"]
    assert len(timeline) == LONGEST_TIMELINE
    assert timeline[-1]["sequence"] == LONGEST_TIMELINE + 19


def test_vetoes_are_listed_by_their_time_also_once_reversed() -> None:
    at = START + timedelta(hours=1)
    card = _card(
        approval(approvals.ApprovalVetoed, 1, 2, at, **vetoed(at)),
        approval(approvals.ApprovalReversed, 1, 3, at + timedelta(hours=1), **vetoed(at)),
    )
    assert card["vetoed_at"] == "2026-11-20T13:00:00.000Z"


def _overdue(event: Envelope) -> tuple[str | None, str | None]:
    card = _card(event)
    return card["overdue_after_approvals"], card["overdue_after_agents"]


def test_what_waits_for_a_timer_is_overdue_five_minutes_after_it() -> None:
    tomorrow = "2026-11-21T12:05:00.000Z"
    assert _overdue(approval(approvals.ApprovalRequested)) == (tomorrow, None)
    assert _overdue(approval(approvals.ApprovalAutoApproved, **window())) == (tomorrow, None)
    until = START + timedelta(hours=1)
    deferred = approval(approvals.ApprovalDeferred, deferred_until=until)
    assert _overdue(deferred) == ("2026-11-20T13:05:00.000Z", None)


def test_a_reversal_is_overdue_ten_minutes_after_it_was_ordered() -> None:
    case: CaseBinding = case_of(1)
    ordered = "2026-11-20T12:10:00.000Z"
    assert _overdue(approval(approvals.ApprovalVetoed, case=case, **vetoed())) == (None, ordered)
    review = Review(because="deputy", status="overturned", due_at=START, reviewed_at=START)
    overturned = approval(approvals.ApprovalOverturned, case=case, review=review, **decided())
    assert _overdue(overturned) == (None, ordered)


def test_what_has_no_owner_to_reverse_it_is_never_overdue() -> None:
    assert _overdue(approval(approvals.ApprovalVetoed, **vetoed())) == (None, None)
    reversed_ = approval(approvals.ApprovalReversed, case=case_of(1), **vetoed())
    assert _overdue(reversed_) == (None, None)


def test_a_missed_review_is_a_violation_of_its_own_even_when_it_comes_late() -> None:
    documents = _documents(
        approval(approvals.ApprovalReviewed, 1, 4), approval(approvals.ApprovalReviewMissed, 1, 3)
    )
    violations = [fields for key, fields in documents.items() if key[0] == VIOLATIONS]
    assert [each["rule"] for each in violations] == ["review.deputy"]
    assert violations[0]["subject"]["id"] == id_of("agt", 1)


@pytest.mark.parametrize("status", ["pending", "deferred", "escalated"])
@pytest.mark.parametrize(("on_timeout", "spoken"), [("approve", "approved"), ("deny", "expired")])
def test_silence_speaks_by_the_clock_and_not_by_its_timer(
    status: str, on_timeout: str, spoken: str
) -> None:
    asked = approval(approvals.ApprovalRequested, status=status, on_timeout=on_timeout)
    card = card_of(asked.payload(approvals.ApprovalRequested))
    assert as_of(card, card.deadline_at) == card
    late = as_of(card, card.deadline_at + timedelta(milliseconds=1))
    assert (late.status, late.decided_by, late.decided_at) == (
        spoken,
        "deadline",
        card.deadline_at,
    )


def test_the_clock_changes_nothing_that_was_decided() -> None:
    event = approval(approvals.ApprovalApproved, 1, 2, **decided())
    card = card_of(event.payload(approvals.ApprovalApproved))
    assert as_of(card, card.deadline_at + timedelta(days=9)) == card
