"""From posting to deprecation: the third false positive ends a precedent."""

import pytest

from events.precedents import (
    Finding,
    PrecedentActivated,
    PrecedentDeprecated,
    PrecedentReviewed,
    PrecedentSuperseded,
    PrecedentVetoed,
)
from functions.approvals.rules.precedent import (
    Precedent,
    activate,
    count_false_positive,
    post,
    reference,
    supersede,
    suspend,
)
from shared.aggregates.aggregate import payload
from shared.kit.errors import VersionConflict
from tests.functions.approvals.builders import HOUR, START, precedent

PASS = (Finding(check="scope", verdict="pass", evidence="fine"),)
FAIL = (*PASS, Finding(check="weakening", verdict="fail", evidence="it loosens"))


def activated() -> Precedent:
    return activate(precedent(), "goran", START, ()).state


def test_a_review_approves_only_when_every_check_passes() -> None:
    approved, rejected = post(precedent(), PASS), post(precedent(), FAIL)
    assert (approved.state.status, rejected.state.status) == ("approved", "rejected")
    data = payload(rejected)
    assert isinstance(data, PrecedentReviewed)
    assert data.findings == FAIL


def test_activation_remembers_who_and_when() -> None:
    step = activate(precedent(findings=PASS), "goran", START, ())
    assert step.event is PrecedentActivated
    state = step.state
    assert (state.status, state.activated_by, state.activated_at) == ("active", "goran", START)
    assert state.findings == PASS


def test_a_draft_that_no_longer_passes_is_rejected_instead() -> None:
    step = activate(precedent(status="draft"), "goran", START, FAIL)
    assert (step.event, step.state.status) == (PrecedentReviewed, "rejected")
    assert activate(precedent(status="draft"), "goran", START, PASS).state.status == "active"


def test_a_suspended_precedent_is_activated_again() -> None:
    suspended = suspend(activated()).state
    assert suspended.status == "suspended"
    again = activate(suspended, "gala", START + HOUR, ()).state
    assert (again.status, again.activated_by) == ("active", "gala")


@pytest.mark.parametrize(
    "status", ["active", "rejected", "superseded", "deprecated", "archived", "pending_review"]
)
def test_activation_is_refused_in_every_other_state(status: str) -> None:
    with pytest.raises(VersionConflict):
        activate(precedent(status=status), "goran", START, ())


@pytest.mark.parametrize("status", ["draft", "approved", "suspended", "deprecated"])
def test_only_an_active_precedent_is_suspended(status: str) -> None:
    with pytest.raises(VersionConflict):
        suspend(precedent(status=status))


@pytest.mark.parametrize("status", ["active", "suspended"])
def test_the_third_false_positive_deprecates(status: str) -> None:
    state = activated().model_copy(update={"status": status})
    for count in (1, 2):
        step = count_false_positive(state, START)
        assert step.event is PrecedentVetoed
        state = step.state
        assert (state.status, state.veto_count) == (status, count)
    last = count_false_positive(state, START + HOUR)
    assert last.event is PrecedentDeprecated
    assert (last.state.veto_count, last.state.ended_at) == (3, START + HOUR)


def test_a_veto_of_what_a_superseded_precedent_assented_to_is_counted_too() -> None:
    ended = supersede(activated(), precedent(precedent_id="pre_new"), START)
    assert ended.event is PrecedentSuperseded
    assert ended.state.superseded_by == "pre_new"
    state = ended.state
    for _ in range(3):
        state = count_false_positive(state, START).state
    assert (state.status, state.veto_count) == ("superseded", 3)


def test_a_precedent_has_a_name_to_say_aloud() -> None:
    assert reference("ETH", "pre_01KAGQ00000000000000ABCDEF") == "ETH-ABCDEF"
