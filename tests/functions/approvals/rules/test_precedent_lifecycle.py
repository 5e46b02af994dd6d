"""From posting to deprecation: the third false positive ends a precedent."""

import pytest

from events.precedents import (
    Finding,
    PrecedentActivated,
    PrecedentBody,
    PrecedentDeprecated,
    PrecedentReviewed,
    PrecedentSuperseded,
    PrecedentVetoed,
)
from functions.approvals.rules.posted_precedent import precedent_of
from functions.approvals.rules.precedent import (
    Precedent,
    activate,
    count_false_positive,
    post,
    reference,
    supersede,
    suspend,
)
from shared.kit.errors import VersionConflict
from shared.kit.transitions import payload
from tests.functions.approvals.builders import GOVERNOR, HOUR, LEGAL, START, precedent

PASS = (Finding(check="scope", verdict="pass", evidence="fine"),)
FAIL = (*PASS, Finding(check="weakening", verdict="fail", evidence="it loosens"))


def activated() -> Precedent:
    return activate(precedent(), "goran", START, PASS).state


def test_a_review_approves_only_when_every_check_passes() -> None:
    approved, rejected = post(precedent(), PASS), post(precedent(), FAIL)
    assert (approved.state.status, rejected.state.status) == ("approved", "rejected")
    data = payload(rejected)
    assert isinstance(data, PrecedentReviewed)
    assert data.findings == FAIL


def test_activation_remembers_who_and_when() -> None:
    step = activate(precedent(), "goran", START, PASS)
    assert step.event is PrecedentActivated
    state = step.state
    assert (state.status, state.activated_by, state.activated_at) == ("active", "goran", START)
    assert state.findings == PASS


def test_a_draft_that_no_longer_passes_is_rejected_instead() -> None:
    step = activate(precedent(status="draft"), "goran", START, FAIL)
    assert (step.event, step.state.status) == (PrecedentReviewed, "rejected")
    assert activate(precedent(status="draft"), "goran", START, PASS).state.status == "active"


def test_a_suspended_precedent_is_activated_again_only_after_another_review() -> None:
    suspended = suspend(activated(), START).state
    assert suspended.status == "suspended"
    again = activate(suspended, "gala", START + HOUR, PASS).state
    assert (again.status, again.activated_by) == ("active", "gala")
    for findings in (FAIL, ()):
        step = activate(suspended, "gala", START + HOUR, findings)
        assert (step.event, step.state.status) == (PrecedentReviewed, "rejected")


def test_a_governor_who_acts_on_a_precedent_was_there() -> None:
    active = activate(precedent(), "goran", START, PASS).state
    assert active.governed_at == START
    assert suspend(active, START + HOUR).state.governed_at == START + HOUR
    rejected = activate(precedent(status="draft"), "goran", START + HOUR, FAIL).state
    assert rejected.governed_at == START + HOUR
    body = PrecedentBody(**precedent().model_dump(include=set(PrecedentBody.model_fields)))
    for author, seen in ((GOVERNOR, START), (LEGAL, None)):
        assert precedent_of(body, "pre_1", author, START).governed_at == seen


@pytest.mark.parametrize(
    "status", ["active", "rejected", "superseded", "deprecated", "archived", "pending_review"]
)
def test_activation_is_refused_in_every_other_state(status: str) -> None:
    with pytest.raises(VersionConflict):
        activate(precedent(status=status), "goran", START, PASS)


@pytest.mark.parametrize("status", ["draft", "approved", "suspended", "deprecated"])
def test_only_an_active_precedent_is_suspended(status: str) -> None:
    with pytest.raises(VersionConflict):
        suspend(precedent(status=status), START)


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
