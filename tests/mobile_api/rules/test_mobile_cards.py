"""What a card shows, and what its timeline keeps."""

import json
from datetime import timedelta

from events import approvals
from events.approvals import CaseBinding
from events.quorum import Review
from mobile_api.rules.documents import CARDS, TIMELINES, VIOLATIONS, Fields
from shared.kit.bookkeeping import EntryRefused
from shared.kit.canonical import content_hash
from shared.messaging.envelope import Envelope
from tests.mobile_api.stories import (
    ASSESSMENT,
    CONTENT,
    EVIDENCE,
    MATCHES,
    START,
    approval,
    case_of,
    decided,
    envelope,
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


def test_a_card_names_its_authors_and_what_became_of_its_review() -> None:
    authors = tuple(f"author-{number}" for number in range(32))
    due_at = START + timedelta(hours=24)
    owed = Review(because="break_glass", status="owed", due_at=due_at)
    overturned = owed.model_copy(
        update={"status": "overturned", "reviewed_by": "goran", "note": "no outage"}
    )
    asked = approval(approvals.ApprovalRequested, authors=authors)
    broken = approval(approvals.ApprovalApproved, 1, 2, authors=authors, review=owed, **decided())
    ended = approval(
        approvals.ApprovalOverturned, 1, 3, authors=authors, review=overturned, **decided()
    )
    for told, review in (((asked,), None), ((asked, broken), owed), ((ended, broken), overturned)):
        card = approvals.Card.model_validate_json(_card(*told)["card"])
        assert (card.authors, card.review) == (authors, review)


def _timeline(*events: Envelope) -> list[str]:
    """The names of the entries, in the order of the sequence."""
    found = [fields for key, fields in _documents(*events).items() if key[0] == TIMELINES]
    in_order = sorted(found, key=lambda fields: fields["sequence"])
    return [json.loads(fields["entry"])["event"] for fields in in_order]


def test_a_late_request_joins_the_timeline_without_undoing_the_decision() -> None:
    told = (
        approval(approvals.ApprovalApproved, 1, 2, **decided()),
        approval(approvals.ApprovalRequested, 1, 1),
    )
    assert json.loads(_card(*told)["card"])["status"] == "approved"
    assert _timeline(*told) == ["requested", "approved"]


def test_a_duplicate_changes_nothing() -> None:
    event = approval(approvals.ApprovalRequested)
    assert project(_documents(event), fact(event)) == {}


def test_a_card_names_its_contents_and_carries_none() -> None:
    card = _card(approval(approvals.ApprovalRequested))
    assert json.loads(card["card"])["decision_hash"] == content_hash(CONTENT)
    assert card["evidence_hash"] == content_hash(EVIDENCE)
    assert card["assessment_hash"] == content_hash(ASSESSMENT)
    assert card["matches_hash"] == content_hash(MATCHES)
    assert len(json.dumps(card)) < 2_000


def test_a_timeline_keeps_every_entry_and_no_document_grows_with_it() -> None:
    until, note = START + timedelta(hours=1), "n" * 4_000
    told = [approval(approvals.ApprovalRequested)]
    told += [
        approval(approvals.ApprovalDeferred, 1, n, deferred_until=until, note=note)
        for n in range(2, 202)
    ]
    documents = _documents(*reversed(told))
    assert _timeline(*reversed(told)) == ["requested", *["deferred"] * 200]
    assert max(len(json.dumps(fields)) for fields in documents.values()) < 6_000


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
    fields = {**decided(), "status": "overturned"}
    overturned = approval(approvals.ApprovalOverturned, case=case, review=review, **fields)
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
    (shown,) = (json.loads(each["violation"]) for each in violations)
    assert (shown["rule"], shown["subject"]["id"]) == ("review.deputy", id_of("agt", 1))


def test_a_refused_entry_of_a_log_is_a_violation() -> None:
    id = id_of("ref", 1)
    refused = EntryRefused(
        function="agents",
        refusal_id=id,
        entry_id="evt_forged",
        entry_type="assent.agent.activated.v1",
        entry_subject="agent/agt_1",
    )
    documents = _documents(envelope(refused, f"entry/{id}", 1, START))
    (violation,) = (
        json.loads(fields["violation"]) for key, fields in documents.items() if key[0] == VIOLATIONS
    )
    assert violation["rule"] == "authentic_log"
    assert violation["subject"] == {"type": "entry", "id": id, "name": "evt_forged"}
    assert violation["evidence"] == ["assent.agent.activated.v1 about agent/agt_1"]
