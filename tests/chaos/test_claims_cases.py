"""The checker sees a case that is lost, made up or stuck, and an agent that should not run."""

from copy import deepcopy

from tests.chaos.sample.chronicle import moment
from tests.chaos.sample.doctor import caught_by, change_state, event, tenant_of
from tests.chaos.sample.story import evidence


def test_a_case_that_was_accepted_and_is_gone_is_seen() -> None:
    found = evidence()
    tenant = tenant_of(found)
    del tenant.documents["creation_cases"]["cas_1"]
    tenant.ends.clear()
    tenant.documents["agents"].pop("agt_1")
    assert "nothing_accepted_is_lost" in caught_by(found)


def test_a_case_nobody_asked_for_is_seen() -> None:
    found = evidence()
    cases = tenant_of(found).documents["creation_cases"]
    cases["cas_3"] = deepcopy(cases["cas_1"])
    assert "nothing_accepted_is_lost" in caught_by(found)


def test_a_case_that_stands_still_beside_its_approval_is_seen() -> None:
    found = evidence()
    change_state(found, "creation_cases", "cas_1", status="approved")
    assert "cases_stand_beside_their_approvals" in caught_by(found)


def test_a_case_that_waits_for_nothing_is_seen() -> None:
    found = evidence()
    change_state(found, "creation_cases", "cas_1", status="ethics_cleared", approval_id=None)
    assert "cases_stand_beside_their_approvals" in caught_by(found)


def test_a_case_that_was_deployed_twice_is_seen() -> None:
    found = evidence()
    tenant_of(found).events.append(deepcopy(event(found, "activated", "agt_1")))
    assert "cases_stand_beside_their_approvals" in caught_by(found)


def test_an_agent_that_runs_a_rejected_case_is_seen() -> None:
    found = evidence()
    change_state(found, "creation_cases", "cas_1", status="rejected")
    assert "agents_run_what_was_assented_to" in caught_by(found)


def test_an_agent_that_is_active_and_runs_nothing_is_seen() -> None:
    found = evidence()
    change_state(found, "agents", "agt_1", deployed=None)
    assert "agents_run_what_was_assented_to" in caught_by(found)


def test_a_name_that_is_still_claimed_is_seen() -> None:
    found = evidence()
    change_state(found, "agents", "agt_2", status="deprecated")
    assert "agents_run_what_was_assented_to" in caught_by(found)


def test_a_breaker_that_let_six_rollbacks_pass_is_seen() -> None:
    found = evidence()
    cases = tenant_of(found).documents["creation_cases"]
    for number in range(3, 9):
        cases[f"cas_{number}"] = deepcopy(cases["cas_2"])
        change_state(found, "creation_cases", f"cas_{number}", ended_at=moment(number))
    assert "the_breaker_trips" in caught_by(found)


def test_a_case_that_ended_otherwise_than_it_was_decided_is_seen() -> None:
    found = evidence()
    change_state(found, "agents", "agt_2", status="active")
    assert "every_case_ends_as_it_must" in caught_by(found)
