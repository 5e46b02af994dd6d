"""The checker sees a decision too many, one too few, and a veto that was not honoured."""

from copy import deepcopy

from tests.chaos.checker.evidence import Evidence
from tests.chaos.sample.chronicle import moment
from tests.chaos.sample.doctor import caught_by, change_state, event, tenant_of
from tests.chaos.sample.story import evidence


def _told_again(found: Evidence, told: str, name: str) -> None:
    """Another event of the same subject, which the store and the log agree about."""
    last = event(found, told)
    again = deepcopy(last) | {"id": "evt_again", "causationid": last["id"]}
    again |= {"type": last["type"].replace(told, name), "sequence": last["sequence"] + 1}
    tenant_of(found).events.append(again)
    id = last["subject"].partition("/")[2]
    document = tenant_of(found).documents["approvals"][id]
    document |= {"sequence": again["sequence"], "last_event": {"id": "evt_again"}}


def test_a_second_decision_is_seen() -> None:
    found = evidence()
    _told_again(found, "approved", "rejected")
    assert "nothing_is_decided_twice" in caught_by(found)


def test_a_confirmation_after_a_reversal_is_seen() -> None:
    found = evidence()
    _told_again(found, "reversed", "confirmed")
    assert "nothing_is_decided_twice" in caught_by(found)


def test_an_approval_that_still_waits_is_stuck() -> None:
    found = evidence()
    tenant_of(found).events.remove(event(found, "approved"))
    assert "nothing_is_decided_twice" in caught_by(found)


def test_a_request_that_opened_nothing_is_seen() -> None:
    found = evidence()
    del tenant_of(found).documents["approvals"]["apr_1"]
    assert "every_request_is_opened_once" in caught_by(found)


def test_a_request_that_opened_two_approvals_is_seen() -> None:
    found = evidence()
    approvals = tenant_of(found).documents["approvals"]
    approvals["apr_3"] = deepcopy(approvals["apr_1"])
    assert "every_request_is_opened_once" in caught_by(found)


def test_a_veto_that_reversed_nothing_is_seen() -> None:
    found = evidence()
    change_state(found, "approvals", "apr_2", status="vetoed")
    assert {"every_veto_is_honoured", "every_veto_that_was_accepted_stands"} <= caught_by(found)


def test_a_veto_its_case_never_heard_of_is_seen() -> None:
    found = evidence()
    event(found, "rolled_back")["data"]["approval_id"] = "apr_1"
    assert "every_veto_is_honoured" in caught_by(found)


def test_an_agent_that_goes_live_after_its_veto_is_seen() -> None:
    found = evidence()
    events = tenant_of(found).events
    events.append(events.pop(events.index(event(found, "activated", "agt_2"))))
    assert "every_veto_is_honoured" in caught_by(found)


def test_a_veto_after_its_window_is_seen() -> None:
    found = evidence()
    event(found, "vetoed", "apr_2")["data"]["decided_at"] = moment(24 * 60 + 1)
    assert "every_veto_is_honoured" in caught_by(found)


def test_a_veto_that_was_accepted_and_forgotten_is_seen() -> None:
    found = evidence()
    change_state(found, "approvals", "apr_2", status="confirmed")
    assert "every_veto_that_was_accepted_stands" in caught_by(found)


def test_a_veto_that_is_not_counted_is_seen() -> None:
    found = evidence()
    change_state(found, "precedents", "pre_1", veto_count=0)
    assert "every_veto_is_counted" in caught_by(found)


def test_an_assent_by_a_precedent_that_ended_is_seen() -> None:
    found = evidence()
    events = tenant_of(found).events
    activated = event(found, "activated", "pre_1")
    activated["type"] = "assent.precedent.deprecated.v1"
    events.insert(0, events.pop(events.index(activated)))
    assert "no_ended_precedent_assents" in caught_by(found)


def test_a_decision_that_came_too_late_is_no_second_one() -> None:
    found = evidence()
    _told_again(found, "approved", "decided_late")
    assert "nothing_is_decided_twice" not in caught_by(found)
