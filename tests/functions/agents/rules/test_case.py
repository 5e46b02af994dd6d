"""A creation case from its spec to every one of its ends."""

import pytest

from events.agents import (
    AgentActivated,
    AgentApprovalNeeded,
    AgentTrialStarted,
    AgentUpgraded,
    CreationCaseApproved,
    CreationCaseCancelled,
    CreationCaseJudged,
    CreationCaseRejected,
    CreationCaseReturned,
    CreationCaseRolledBack,
)
from functions.agents.rules.agent import UNDONE, Agent, suspend
from functions.agents.rules.asking import approval_content, requested_approval
from functions.agents.rules.case import (
    CreationCase,
    cancel,
    clear_ethics,
    hold,
    open_case,
    reject,
    return_for_changes,
    revise,
)
from functions.agents.rules.changing import changed_kind, refuse_new_name
from functions.agents.rules.deployment import go_live, take_back
from functions.agents.rules.health import health_checks
from functions.agents.rules.hearing import hear
from functions.agents.rules.versions import version_after
from shared.kit.canonical import content_hash
from shared.kit.errors import Invalid, SignatureInvalid, VersionConflict
from tests.functions.agents.cases import (
    DAY,
    SECOND,
    START,
    Around,
    changed,
    decision,
    judged,
    settled,
    submitted,
)
from tests.functions.agents.specs import spec

LATER = START + SECOND
ESCALATES = spec("finance-pays-alone")
BLOCKED = spec("healthcare-auto-approve")
RETURNED = spec("healthcare-no-rollback")


def assented(agent: Agent, case: CreationCase) -> CreationCase:
    heard = hear(case, decision(case))
    assert heard is not None
    return heard


def live(agent: Agent, case: CreationCase) -> tuple[Agent, CreationCase]:
    heard = assented(agent, case)
    turn = go_live(agent, heard, health_checks(agent, heard, Around().surroundings()), LATER)
    assert turn is not None
    assert turn.case.status == "live", turn.case.reason
    return turn.agent, turn.case


def test_a_sound_spec_passes_five_stages_at_once_and_asks_for_the_governor() -> None:
    agent, case = submitted()
    assert [stage.status for stage in case.stages] == [*["passed"] * 5, "waiting", "pending"]
    assert (case.status, agent.status, agent.version) == ("ethics_cleared", "certified", "0.0.0")
    assert case.asked is not None
    assert case.stages[5].approval_id == case.asked.approval_id == case.approval_id
    assert [stage.certification_id is not None for stage in case.stages] == [
        *[False] * 2,
        *[True] * 3,
        *[False] * 2,
    ]


def test_a_gap_returns_the_case_to_its_author_and_later_stages_stay_pending() -> None:
    agent, case = submitted(RETURNED)
    assert [stage.status for stage in case.stages] == [
        *["passed"] * 3,
        "failed",
        *["pending"] * 3,
    ]
    assert (case.status, agent.status, agent.case_id) == ("returned", "draft", case.case_id)
    assert case.asked is None
    assert "rollback_path" in (case.reason or "")


def test_an_ethical_denial_ends_the_case_and_frees_the_name() -> None:
    agent, case = submitted(BLOCKED)
    assert (case.status, agent.status, agent.case_id) == ("blocked", "deprecated", None)
    said = judged(BLOCKED, case_id=case.case_id)
    turn = open_case(agent, kind="creation", why=(), judged=said, by="amira", at=START)
    assert turn.frees_name
    assert [told.event for told in turn.told] == [CreationCaseJudged]
    with pytest.raises(VersionConflict):
        revise(agent, case, said, LATER)


def test_what_is_hashed_is_the_spec_with_its_classification_and_findings() -> None:
    agent, case = submitted()
    request = requested_approval(agent, case, purpose="creation")
    content = request.content
    assert {**content, "case": None, "classification": None, "changes": None, "findings": None} == {
        **spec().document(),
        **dict.fromkeys(("case", "classification", "changes", "findings")),
    }
    assert case.asked is not None
    assert content_hash(content) == case.asked.decision_hash
    assert (request.risk, request.precedents_allowed, request.stage.number) == ("low", True, 6)
    assert request.rollback_plan == spec().containment.rollback


def test_what_cannot_be_undone_is_never_left_to_a_precedent() -> None:
    agent, case = submitted(spec("manufacturing-supplier-mail-drafter"))
    assert not requested_approval(agent, case, purpose="creation").precedents_allowed


def test_assent_makes_the_agent_live_and_one_event_says_so() -> None:
    agent, case = submitted()
    heard = assented(agent, case)
    turn = go_live(agent, heard, health_checks(agent, heard, Around().surroundings()), LATER)
    assert turn is not None
    assert [told.event for told in turn.told] == [AgentActivated]
    assert (turn.agent.status, turn.agent.version, turn.agent.case_id) == ("active", "1.0.0", None)
    assert {stage.status for stage in turn.case.stages} == {"passed"}
    assert [finding.check for finding in turn.case.stages[6].findings] == [
        "signatures",
        "dependencies",
        "read_back",
    ]
    assert go_live(turn.agent, turn.case, (), LATER) is None


def test_a_trial_starts_for_seven_days() -> None:
    agent, case = submitted(spec(mode="trial"))
    heard = assented(agent, case)
    turn = go_live(agent, heard, health_checks(agent, heard, Around().surroundings()), LATER)
    assert turn is not None
    assert turn.told[0].event is AgentTrialStarted
    assert turn.agent.status == "trial"
    assert turn.agent.timer is not None
    assert turn.agent.timer.at == LATER + 7 * DAY


def test_a_failed_health_check_rolls_the_case_back() -> None:
    agent, case = submitted()
    heard = assented(agent, case)
    around = Around(known_skills=frozenset({"research"})).surroundings()
    turn = go_live(agent, heard, health_checks(agent, heard, around), LATER)
    assert turn is not None
    assert (turn.case.status, turn.agent.status) == ("rolled_back", "certified")
    assert turn.told[0].event is CreationCaseRolledBack
    assert turn.told[0].extra["caused_by"] == "health"
    assert (turn.case.stages[5].status, turn.case.stages[6].status) == ("passed", "failed")


def test_a_paused_pipeline_holds_an_assented_case_until_it_resumes() -> None:
    agent, case = submitted()
    turn = hold(agent, assented(agent, case), LATER)
    assert turn is not None
    assert (turn.case.status, turn.told[0].event) == ("approved", CreationCaseApproved)
    assert hold(turn.agent, turn.case, LATER) is None
    checks = health_checks(turn.agent, turn.case, Around().surroundings())
    deployed = go_live(turn.agent, turn.case, checks, LATER)
    assert deployed is not None
    assert deployed.case.status == "live"


def test_a_rejection_ends_the_case_without_an_agent() -> None:
    agent, case = submitted()
    turn = reject(agent, case, "rejected by gala", LATER)
    assert turn is not None
    assert (turn.case.status, turn.agent.status, turn.frees_name) == (
        "rejected",
        "deprecated",
        True,
    )
    assert turn.told[0].event is CreationCaseRejected
    assert reject(turn.agent, turn.case, "again", LATER) is None


def test_requested_changes_return_the_case_and_a_revision_is_judged_from_stage_one() -> None:
    agent, case = submitted()
    turn = return_for_changes(agent, case, "name the sources", LATER)
    assert turn is not None
    assert (turn.case.status, turn.case.reason) == ("returned", "name the sources")
    assert turn.told[0].event is CreationCaseReturned
    assert return_for_changes(turn.agent, turn.case, "again", LATER) is None
    said = judged(spec(budget={"per_run_usd": 0.2, "per_day_usd": 1}), case_id=case.case_id)
    revised = settled(revise(turn.agent, turn.case, said, LATER), LATER)[1]
    assert (revised.status, revised.revision) == ("ethics_cleared", 2)
    assert revised.asked is not None
    assert case.asked is not None
    assert revised.asked.approval_id != case.asked.approval_id
    assert hear(revised, decision(case)) is None


def test_only_a_returned_case_takes_a_revision() -> None:
    agent, case = submitted()
    with pytest.raises(VersionConflict, match="takes no revision"):
        revise(agent, case, judged(spec(), case_id=case.case_id), LATER)


def test_an_escalated_case_asks_about_the_escalation_first_then_for_itself() -> None:
    agent, case = submitted(ESCALATES)
    assert (case.status, agent.status, case.stages[4].status) == ("escalated", "draft", "escalated")
    assert case.asked is not None
    assert case.asked.purpose == "ethics_escalation"
    turn = clear_ethics(agent, assented(agent, case), LATER)
    assert turn is not None
    assert [told.event for told in turn.told] == [AgentApprovalNeeded]
    agent, cleared = settled(turn, LATER)
    assert (cleared.status, agent.status) == ("ethics_cleared", "certified")
    assert cleared.asked is not None
    assert cleared.asked.purpose == "creation"
    request = requested_approval(agent, cleared, purpose="creation")
    assert not request.precedents_allowed
    assert clear_ethics(agent, cleared, LATER) is None
    _, case = live(agent, cleared)
    assert case.status == "live"


def test_changes_requested_of_an_escalation_return_the_case_too() -> None:
    agent, case = submitted(ESCALATES)
    turn = return_for_changes(agent, case, "no payments", LATER)
    assert turn is not None
    assert (turn.case.status, turn.case.stages[4].status) == ("returned", "failed")


def test_an_escalation_whose_assent_is_overturned_takes_a_live_agent_back() -> None:
    agent, case = submitted(ESCALATES)
    turn = clear_ethics(agent, assented(agent, case), LATER)
    assert turn is not None
    agent, case = live(*settled(turn, LATER))
    overturned = decision(case, "overturned", version=5, withdraws=True, of_escalation=True)
    heard = hear(case, overturned)
    assert heard is not None
    taken = take_back(
        agent, heard, approval_id=overturned.approval_id, caused_by="overturned", at=LATER
    )
    assert (taken.case.status, taken.agent.status) == ("rolled_back", "certified")
    assert taken.told[0].extra["approval_id"] == overturned.approval_id != case.approval_id


@pytest.mark.parametrize("status", ["returned", "ethics_cleared", "escalated", "approved"])
def test_a_case_can_be_cancelled_until_it_is_deployed(status: str) -> None:
    agent, case = submitted({"returned": RETURNED, "escalated": ESCALATES}.get(status, spec()))
    if status == "approved":
        turn = hold(agent, assented(agent, case), LATER)
        assert turn is not None
        agent, case = turn.agent, turn.case
    assert case.status == status
    turn = cancel(agent, case, "amira", LATER)
    assert (turn.case.status, turn.frees_name) == ("cancelled", True)
    assert turn.told[0].event is CreationCaseCancelled
    assert not {stage.status for stage in turn.case.stages} & {"waiting", "running"}
    with pytest.raises(VersionConflict, match="cannot be cancelled"):
        cancel(turn.agent, turn.case, "amira", LATER)


def test_a_live_case_cannot_be_cancelled() -> None:
    agent, case = live(*submitted())
    with pytest.raises(VersionConflict):
        cancel(agent, case, "amira", LATER)


def test_a_rejected_change_leaves_the_agent_and_its_name() -> None:
    agent, _ = live(*submitted())
    agent, case = changed(
        agent, spec(purpose="Draft recipes for the clinic's readers."), "evolution", at=LATER
    )
    turn = reject(agent, case, "no", LATER)
    assert turn is not None
    assert (turn.agent.status, turn.agent.version, turn.frees_name) == ("active", "1.0.0", False)
    assert turn.agent.case_id is None


def test_a_veto_of_a_birth_leaves_a_certified_agent() -> None:
    agent, case = live(*submitted())
    turn = take_back(agent, case, approval_id="apr_x", caused_by="veto", at=LATER)
    assert (turn.case.status, turn.case.agent_status) == ("rolled_back", "certified")
    assert (turn.agent.status, turn.agent.version, turn.agent.deployed) == (
        "certified",
        "0.0.0",
        None,
    )


def test_a_veto_of_a_change_restores_the_previous_version_exactly() -> None:
    before, _ = live(*submitted())
    agent, case = changed(before, spec(mode="trial"), "proposal", at=LATER, version="1.1.0")
    agent, case = live(agent, case)
    assert (agent.status, agent.version, agent.mode) == ("trial", "1.1.0", "trial")
    turn = take_back(agent, case, approval_id="apr_x", caused_by="veto", at=LATER)
    same = {"newest", "health", "undo"}
    assert turn.agent.model_dump(exclude=same) == {
        **before.model_dump(exclude=same),
    }


def test_a_veto_of_going_live_returns_to_the_trial_with_its_end() -> None:
    trial, _ = live(*submitted(spec(mode="trial")))
    agent, case = changed(trial, spec(), "evolution", at=LATER)
    agent, case = live(agent, case)
    assert (agent.status, agent.timer) == ("active", None)
    turn = take_back(agent, case, approval_id="apr_x", caused_by="veto", at=LATER)
    assert (turn.agent.status, turn.agent.mode, turn.agent.timer) == ("trial", "trial", trial.timer)


def test_a_veto_that_overtakes_the_assent_stops_the_case() -> None:
    agent, case = submitted()
    veto = decision(case, "vetoed", version=2, withdraws=True)
    heard = hear(case, veto)
    assert heard is not None
    turn = take_back(agent, heard, approval_id=veto.approval_id, caused_by="veto", at=LATER)
    assert (turn.case.status, turn.agent.case_id) == ("rolled_back", None)
    assert hear(turn.case, decision(case, "auto_approved", version=1)) is None


def test_a_veto_of_a_held_case_stops_it() -> None:
    agent, case = submitted()
    turn = hold(agent, assented(agent, case), LATER)
    assert turn is not None
    taken = take_back(turn.agent, turn.case, approval_id="apr_x", caused_by="veto", at=LATER)
    assert (taken.case.status, taken.case.ended_at, taken.agent.case_id) == (
        "rolled_back",
        LATER,
        None,
    )


@pytest.mark.parametrize("end", ["cancelled", "rolled_back", "rejected"])
def test_a_veto_of_a_case_that_had_ended_is_answered_and_undoes_nothing(end: str) -> None:
    agent, case = submitted()
    if end == "cancelled":
        turn = cancel(agent, case, "amira", LATER)
    elif end == "rejected":
        rejected = reject(agent, case, "no", LATER)
        assert rejected is not None
        turn = rejected
    else:
        turn = take_back(agent, case, approval_id="apr_1", caused_by="health", at=LATER)
    taken = take_back(turn.agent, turn.case, approval_id="apr_2", caused_by="veto", at=LATER + DAY)
    assert taken.agent == turn.agent
    assert taken.case.status == "rolled_back"
    assert taken.case.ended_at == turn.case.ended_at
    assert taken.told[0].event is CreationCaseRolledBack


def test_a_veto_under_a_later_version_suspends_and_says_that_it_failed() -> None:
    agent, first = live(*submitted())
    agent, second = changed(agent, spec(mode="trial"), "proposal", at=LATER)
    agent, _ = live(agent, second)
    turn = take_back(agent, first, approval_id="apr_x", caused_by="veto", at=LATER)
    assert (turn.case.status, turn.agent.status) == ("rollback_failed", "suspended")
    assert [told.event.__name__ for told in turn.told] == [
        "CreationCaseRollbackFailed",
        "AgentSuspended",
    ]
    again = take_back(turn.agent, first, approval_id="apr_x", caused_by="veto", at=LATER)
    assert [told.event.__name__ for told in again.told] == ["CreationCaseRollbackFailed"]


def test_versions_are_taken_back_one_after_the_other() -> None:
    agent, first = live(*submitted())
    agent, second = live(*changed(agent, spec(mode="trial"), "proposal", at=LATER))
    back = take_back(agent, second, approval_id="apr_2", caused_by="veto", at=LATER).agent
    assert (back.version, back.mode) == ("1.0.0", "production")
    turn = take_back(back, first, approval_id="apr_1", caused_by="veto", at=LATER)
    assert (turn.case.status, turn.agent.version) == ("rolled_back", "0.0.0")


def test_a_later_version_taken_back_does_not_bring_back_one_that_was_taken_back() -> None:
    agent, first = live(*submitted())
    agent, second = live(*changed(agent, spec(mode="trial"), "proposal", at=LATER))
    agent = take_back(agent, first, approval_id="apr_1", caused_by="veto", at=LATER).agent
    turn = take_back(agent, second, approval_id="apr_2", caused_by="veto", at=LATER)
    assert (turn.case.status, turn.agent.status, turn.agent.version) == (
        "rolled_back",
        "certified",
        "0.0.0",
    )


def test_a_version_in_the_middle_is_forgotten() -> None:
    agent, _ = live(*submitted())
    agent, second = live(*changed(agent, spec(industry="clinics"), "evolution", at=LATER))
    agent, third = live(
        *changed(agent, spec(industry="wards"), "evolution", at=LATER, version="3.0.0")
    )
    agent = take_back(agent, second, approval_id="apr_2", caused_by="veto", at=LATER).agent
    turn = take_back(agent, third, approval_id="apr_3", caused_by="veto", at=LATER)
    assert (turn.agent.version, turn.agent.status) == ("1.0.0", "suspended")


def test_only_so_many_versions_are_remembered() -> None:
    agent, _ = live(*submitted())
    for number in range(2, 12):
        to = spec(industry=f"clinic {number}")
        agent, _ = live(*changed(agent, to, "evolution", at=LATER, version=f"{number}.0.0"))
    depth, undo = 0, agent.undo
    while undo:
        depth, undo = depth + 1, undo.below
    assert depth == UNDONE


def test_a_change_of_a_suspended_agent_is_deployed_and_lifts_nothing() -> None:
    agent, _ = live(*submitted())
    moved = suspend(agent, "by_hand", "look", "gala", LATER)
    assert moved is not None
    agent, case = changed(moved.agent, spec(mode="trial"), "proposal", at=LATER)
    heard = assented(agent, case)
    turn = go_live(agent, heard, health_checks(agent, heard, Around().surroundings()), LATER)
    assert turn is not None
    assert (turn.agent.status, turn.told[0].event) == ("suspended", AgentUpgraded)
    back = take_back(turn.agent, turn.case, approval_id="apr_x", caused_by="veto", at=LATER)
    assert (back.agent.status, back.agent.mode) == ("suspended", "production")


def test_a_veto_does_not_bring_back_a_suspension_that_was_lifted() -> None:
    agent, _ = live(*submitted())
    moved = suspend(agent, "by_hand", "look", "gala", LATER)
    assert moved is not None
    agent, case = live_suspended(moved.agent)
    agent = agent.model_copy(update={"status": "active", "suspension": None})
    back = take_back(agent, case, approval_id="apr_x", caused_by="veto", at=LATER)
    assert (back.agent.status, back.agent.version) == ("active", "1.0.0")


def live_suspended(agent: Agent) -> tuple[Agent, CreationCase]:
    agent, case = changed(agent, spec(industry="clinics"), "evolution", at=LATER)
    heard = assented(agent, case)
    turn = go_live(agent, heard, health_checks(agent, heard, Around().surroundings()), LATER)
    assert turn is not None
    return turn.agent, turn.case


def test_a_decision_about_other_content_is_a_forgery() -> None:
    _, case = submitted()
    with pytest.raises(SignatureInvalid):
        hear(case, decision(case)._replace(decision_hash="0" * 64))
    with pytest.raises(SignatureInvalid):
        hear(case, decision(case)._replace(purpose="evolution"))


def test_what_is_repeated_late_or_about_something_else_is_not_heard() -> None:
    _, case = submitted()
    heard = hear(case, decision(case, version=3))
    assert heard is not None
    assert hear(heard, decision(case, version=3)) is None
    assert hear(heard, decision(case, version=2)) is None
    assert hear(heard, decision(case, version=4)._replace(approval_id="apr_other")) is None
    assert hear(heard, decision(case, version=4)._replace(revision=2)) is None


def test_an_escalation_once_passed_can_only_be_taken_back() -> None:
    agent, case = submitted(ESCALATES)
    turn = clear_ethics(agent, assented(agent, case), LATER)
    assert turn is not None
    _, cleared = settled(turn, LATER)
    assert hear(cleared, decision(cleared, "approved", version=9, of_escalation=True)) is None


def test_an_agent_takes_one_change_at_a_time() -> None:
    agent, _ = live(*submitted())
    new = spec(industry="clinics")
    assert changed_kind(agent, spec(), new)[0] == "evolution"
    waiting, _ = changed(agent, new, "evolution", at=LATER)
    with pytest.raises(VersionConflict, match="still open"):
        changed_kind(waiting, spec(), new)
    with pytest.raises(Invalid, match="changes nothing"):
        changed_kind(agent, spec(), spec())
    with pytest.raises(Invalid, match="must stay"):
        refuse_new_name(agent.name, spec(name="another-name"))
    refuse_new_name(agent.name, spec())


def test_an_agent_that_never_ran_is_created_anew_and_one_that_is_over_is_not() -> None:
    agent, case = submitted()
    vetoed = take_back(agent, case, approval_id="apr_x", caused_by="veto", at=LATER).agent
    assert changed_kind(vetoed, spec(), spec()) == ("creation", ())
    over = cancel(agent, case, "amira", LATER).agent
    with pytest.raises(VersionConflict, match="takes no change"):
        changed_kind(over, spec(), spec(industry="clinics"))


def test_versions_tell_proposals_from_evolutions() -> None:
    assert version_after("0.0.0", "creation") == "1.0.0"
    assert version_after("1.0.0", "proposal") == "1.1.0"
    assert version_after("1.4.0", "evolution") == "2.0.0"


def test_the_content_a_case_asked_about_can_be_told_again_at_deployment() -> None:
    agent, case = submitted(ESCALATES)
    assert case.asked is not None
    asked = case.asked.decision_hash
    turn = clear_ethics(agent, assented(agent, case), LATER)
    assert turn is not None
    _, case = live(*settled(turn, LATER))
    assert content_hash(approval_content(case, "ethics_escalation")) == asked
