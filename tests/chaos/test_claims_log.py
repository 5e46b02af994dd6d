"""The checker sees what is wrong with an event log."""

from copy import deepcopy

from tests.chaos.sample.doctor import caught_by, event, tenant_of
from tests.chaos.sample.story import evidence


def test_nothing_speaks_against_an_undoctored_story() -> None:
    assert caught_by(evidence()) == set()


def test_a_lost_event_is_a_gap() -> None:
    found = evidence()
    tenant_of(found).events.remove(event(found, "requested"))
    assert "sequences_have_no_gaps" in caught_by(found)


def test_a_lost_last_event_leaves_the_store_ahead() -> None:
    found = evidence()
    tenant_of(found).events.remove(event(found, "reversed"))
    assert "stores_and_log_agree" in caught_by(found)


def test_an_event_told_twice_is_seen() -> None:
    found = evidence()
    tenant_of(found).events.append(deepcopy(event(found, "approved")))
    assert "sequences_have_no_gaps" in caught_by(found)


def test_events_committed_out_of_order_are_seen() -> None:
    found = evidence()
    first, second = event(found, "requested"), event(found, "approved")
    first["sequence"], second["sequence"] = 2, 1
    assert "sequences_have_no_gaps" in caught_by(found)


def test_a_cause_that_does_not_exist_is_seen() -> None:
    found = evidence()
    event(found, "approved")["causationid"] = "evt_unknown"
    assert "causes_are_whole" in caught_by(found)


def test_a_circle_of_causes_is_seen() -> None:
    found = evidence()
    judged, needed = event(found, "judged", "cas_1"), event(found, "approval_needed", "agt_1")
    judged["causationid"] = needed["id"]
    assert "causes_are_whole" in caught_by(found)


def test_a_chain_that_ends_in_another_story_is_seen() -> None:
    found = evidence()
    event(found, "approved")["correlationid"] = event(found, "judged", "cas_2")["id"]
    assert "causes_are_whole" in caught_by(found)


def test_an_effect_before_its_cause_is_seen() -> None:
    found = evidence()
    events = tenant_of(found).events
    events.insert(0, events.pop(events.index(event(found, "requested"))))
    assert "causes_are_whole" in caught_by(found)


def test_an_event_of_another_tenant_is_seen() -> None:
    found = evidence()
    event(found, "approved")["tenantid"] = "hospital"
    assert "causes_are_whole" in caught_by(found)


def test_an_unpublished_event_is_seen() -> None:
    found = evidence()
    event(found, "approved")["unpublished"] = True
    assert "nothing_is_left_undone" in caught_by(found)


def test_a_timer_that_is_overdue_is_seen() -> None:
    found = evidence()
    tenant = tenant_of(found)
    tenant.documents["approvals"]["apr_1"]["next_timer_at"] = tenant.now
    assert "nothing_is_left_undone" in caught_by(found)


def test_a_subject_without_a_document_is_seen() -> None:
    found = evidence()
    del tenant_of(found).documents["precedents"]["pre_1"]
    assert "stores_and_log_agree" in caught_by(found)
