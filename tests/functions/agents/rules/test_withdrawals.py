"""Cancelling a case: who may, and who decides while an approval is open."""

import pytest

from events.cases import (
    CreationCaseCancelled,
    CreationCaseReversalUnneeded,
    CreationCaseWithdrawalRequested,
)
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase
from functions.agents.rules.creation import (
    answer_replaced,
    clear_ethics,
    hold,
    reject,
    return_for_changes,
    revise,
)
from functions.agents.rules.decision import accept
from functions.agents.rules.deployment import TakenBack, go_live, take_back
from functions.agents.rules.duties import MOST_AUTHORS
from functions.agents.rules.entity_types import CASE
from functions.agents.rules.withdrawal import DECISION_PATIENCE, cancel, end_withdrawn
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden, VersionConflict
from tests.functions.agents.cases import (
    AMIRA,
    GALA,
    SECOND,
    Stepped,
    cancelled,
    contents_of,
    decision,
    judged,
    stepped,
    submitted,
)
from tests.functions.agents.rules.test_case import ESCALATES, LATER, RETURNED, deployed
from tests.functions.agents.specs import spec
from tests.shared.policy.asked import ask

STRANGER = Actor("stranger", frozenset({"author", "developer", "deputy", "genesis"}))
ADMIN = Actor("tara", frozenset({"tenant_admin"}))


def withdrawn(agent: Agent, case: CreationCase) -> Stepped:
    after = stepped(agent, cancel(agent, case, AMIRA, LATER))
    assert after.events == [CreationCaseWithdrawalRequested]
    return after


def decided(case: CreationCase, outcome: str) -> CreationCase:
    accepted = accept(case, decision(case, outcome))
    assert accepted is not None
    return accepted


def outcome_of(case: CreationCase) -> str | None:
    assert case.withdrawal is not None
    return case.withdrawal.outcome


def revised(agent: Agent, case: CreationCase, by: str) -> Stepped:
    returned = stepped(agent, return_for_changes(case, "shorter", LATER))
    said = judged(spec(), case_id=case.case_id)
    return stepped(returned.agent, revise(returned.agent, returned.case, said, by, LATER))


@pytest.mark.parametrize("status", ["returned", "ethics_cleared", "escalated", "approved"])
def test_a_colleague_cancels_nobodys_case(status: str) -> None:
    agent, case = submitted({"returned": RETURNED, "escalated": ESCALATES}.get(status, spec()))
    if status == "approved":
        agent, case = stepped(agent, hold(decided(case, "approved"), LATER)).both
    assert case.status == status
    with pytest.raises(Forbidden, match=r"governor, operator, .*who revised it may too"):
        ask(STRANGER, "workflows.cancel", CASE, case)
    for actor in (AMIRA, GALA, ADMIN):
        ask(actor, "workflows.cancel", CASE, case)
        assert cancel(agent, case, actor, LATER)


def test_whoever_revised_a_case_may_cancel_it() -> None:
    after = revised(*submitted(), by=STRANGER.principal)
    assert after.case.authors == ("amira", "stranger")
    assert cancel(*after.both, STRANGER, LATER)


def test_a_stranger_learns_nothing_of_a_case_that_is_over() -> None:
    after = cancelled(*submitted())
    with pytest.raises(Forbidden):
        ask(STRANGER, "workflows.cancel", CASE, after.case)
    with pytest.raises(VersionConflict):
        cancel(*after.both, AMIRA, LATER)


def test_a_case_that_waits_for_an_approval_ends_when_the_approval_does() -> None:
    asked = withdrawn(*submitted())
    assert (asked.case.status, asked.agent.status) == ("ethics_cleared", "certified")
    assert asked.case.pending_withdrawal is not None
    after = stepped(asked.agent, end_withdrawn(*_cancelled(asked), "amira", LATER + SECOND))
    assert (after.case.status, after.agent.status) == ("cancelled", "deprecated")
    assert after.events[0] is CreationCaseCancelled
    assert outcome_of(after.case) == "cancelled"
    assert after.case.reason == "cancelled by amira"
    assert end_withdrawn(after.agent, after.case, "amira", LATER) == ()


def test_cancelling_again_while_the_approval_decides_changes_nothing() -> None:
    asked = withdrawn(*submitted())
    before_the_end = LATER + DECISION_PATIENCE - SECOND
    for actor in (AMIRA, GALA):
        assert cancel(*asked.both, actor, before_the_end) == ()


def test_cancelling_again_where_no_decision_came_cancels_at_once() -> None:
    asked = withdrawn(*submitted())
    after = stepped(asked.agent, cancel(*asked.both, GALA, LATER + DECISION_PATIENCE))
    assert (after.case.status, after.case.reason) == ("cancelled", "cancelled by gala")
    for outcome in ("approved", "auto_approved"):
        late = decided(after.case, outcome)
        assert go_live(after.agent, late, (), LATER) == ()
        assert hold(late, LATER) == ()
    assert reject(after.agent, decided(after.case, "rejected"), "no", LATER) == ()


@pytest.mark.parametrize("outcome", ["approved", "auto_approved"])
def test_a_withdrawal_after_the_assent_comes_too_late(outcome: str) -> None:
    asked = withdrawn(*submitted())
    after = deployed(asked.agent, decided(asked.case, outcome))
    assert (after.case.status, after.agent.status) == ("live", "active")
    assert outcome_of(after.case) == "too_late"


def test_a_withdrawal_after_a_rejection_or_an_expiry_comes_too_late() -> None:
    for outcome in ("rejected", "expired"):
        asked = withdrawn(*submitted())
        after = stepped(
            asked.agent, reject(asked.agent, decided(asked.case, outcome), outcome, LATER)
        )
        assert (after.case.status, outcome_of(after.case)) == ("rejected", "too_late")


def test_a_withdrawal_after_requested_changes_comes_too_late_and_may_be_repeated() -> None:
    asked = withdrawn(*submitted())
    after = stepped(
        asked.agent, return_for_changes(decided(asked.case, "changes_requested"), "x", LATER)
    )
    assert (after.case.status, outcome_of(after.case)) == ("returned", "too_late")
    again = stepped(after.agent, cancel(*after.both, AMIRA, LATER))
    assert (again.case.status, outcome_of(again.case)) == ("cancelled", "cancelled")


def test_a_withdrawal_of_an_escalation_that_was_approved_may_be_repeated_for_the_case() -> None:
    asked = withdrawn(*submitted(ESCALATES))
    cleared = stepped(
        asked.agent,
        clear_ethics(asked.agent, decided(asked.case, "approved"), contents_of(asked.case), LATER),
    )
    assert (cleared.case.status, outcome_of(cleared.case)) == ("ethics_cleared", "too_late")
    assert cleared.case.pending_withdrawal is None
    assert withdrawn(*cleared.both).case.pending_withdrawal is not None


def test_a_withdrawal_after_a_veto_comes_too_late() -> None:
    asked = withdrawn(*submitted())
    vetoed = decided(asked.case, "vetoed")
    steps = take_back(asked.agent, vetoed, TakenBack("apr_1", "veto"), LATER)
    after = stepped(asked.agent, steps)
    assert (after.case.status, outcome_of(after.case)) == ("rolled_back", "too_late")


def test_a_revision_forgets_a_withdrawal_of_what_it_replaces() -> None:
    asked = withdrawn(*submitted())
    returned = decided(asked.case, "changes_requested")
    assert revised(asked.agent, returned, by="amira").case.withdrawal is None


def test_everyone_who_revised_a_case_is_its_author_once_and_is_named_in_the_request() -> None:
    after = Stepped(*submitted(), ())
    for by in ("rex", "amira", "rex", "ina"):
        after = revised(*after.both, by=by)
    assert after.case.authors == after.request.authors == ("amira", "rex", "ina")
    assert after.agent.newest.authors == ("amira", "rex", "ina")
    assert after.request.requested_by == "amira"


def test_a_case_has_a_bounded_number_of_authors() -> None:
    after = Stepped(*submitted(), ())
    for number in range(1, MOST_AUTHORS):
        after = revised(*after.both, by=f"author-{number}")
    assert len(after.case.authors) == MOST_AUTHORS
    assert revised(*after.both, by="author-1").case.authors == after.case.authors
    with pytest.raises(VersionConflict, match="as a new agent with another name"):
        revised(*after.both, by="one-more")


def _cancelled(asked: Stepped) -> tuple[Agent, CreationCase]:
    return asked.agent, decided(asked.case, "cancelled")


def test_an_escalation_that_a_revision_replaced_is_answered_once_and_takes_nothing_back() -> None:
    agent, case = submitted(ESCALATES)
    cleared = stepped(
        agent, clear_ethics(agent, decided(case, "approved"), contents_of(case), LATER)
    )
    assert cleared.case.escalation is not None
    overturned = decision(cleared.case, "overturned", version=5, of_escalation=True)
    after = revised(*cleared.both, by="rex")
    assert accept(after.case, overturned) is None
    answer = stepped(after.agent, answer_replaced(after.case, overturned.approval_id))
    assert answer.events == [CreationCaseReversalUnneeded]
    assert answer.published[0].fields["approval_id"] == cleared.case.escalation.approval_id
    assert (answer.case.status, answer.agent) == (after.case.status, after.agent)
    assert answer_replaced(answer.case, overturned.approval_id) == ()
    assert answer_replaced(after.case, "apr_of_somebody_else") == ()


def test_an_overturned_escalation_ends_the_approval_that_was_asked_after_it() -> None:
    agent, case = submitted(ESCALATES)
    cleared = stepped(
        agent, clear_ethics(agent, decided(case, "approved"), contents_of(case), LATER)
    )
    overturned = decision(cleared.case, "overturned", version=5, of_escalation=True)
    accepted = accept(cleared.case, overturned)
    assert accepted is not None
    id = overturned.approval_id
    steps = take_back(cleared.agent, accepted, TakenBack(id, "overturned"), LATER)
    reversal = stepped(cleared.agent, steps).published[0]
    assert reversal.fields["approval_id"] == id
    assert reversal.fields["ends_approval_id"] == cleared.case.approval_id != id
