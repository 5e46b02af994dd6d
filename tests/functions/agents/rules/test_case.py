"""A creation case from its spec to every one of its ends."""

from typing import Any

import pytest

from events.agents import AgentActivated, AgentApprovalNeeded, AgentTrialStarted, AgentUpgraded
from events.approvals import ApprovalState
from events.cases import (
    CreationCaseApproved,
    CreationCaseCancelled,
    CreationCaseJudged,
    CreationCaseRejected,
    CreationCaseReturned,
    CreationCaseRolledBack,
)
from functions.agents.aggregates import CASES
from functions.agents.rules.agent import UNDONE, Agent, suspend
from functions.agents.rules.approval_request import approval_content
from functions.agents.rules.case import (
    REVISION_DUE,
    REVISION_PATIENCE,
    CreationCase,
    RequestedApproval,
)
from functions.agents.rules.change import changed_kind, refuse_new_name, version_after
from functions.agents.rules.checks.ethics import ETHICS
from functions.agents.rules.creation import (
    ABOUT_DEEDS,
    clear_ethics,
    hold,
    is_about_deeds,
    reject,
    return_for_changes,
    revise,
)
from functions.agents.rules.decision import accept
from functions.agents.rules.deployment import TakenBack, go_live, take_back
from functions.agents.rules.health import health_checks
from functions.agents.rules.judgement import judge
from functions.agents.rules.withdrawal import cancel, give_up
from shared.kit.canonical import content_hash
from shared.kit.errors import Invalid, SignatureInvalid, VersionConflict
from shared.kit.ids import derive_id
from tests.functions.agents.cases import (
    AMIRA,
    DAY,
    SECOND,
    START,
    Around,
    Stepped,
    cancelled,
    changed,
    contents_of,
    decision,
    judged,
    stepped,
    submission,
    submitted,
)
from tests.functions.agents.specs import BLOCKS, MISDECLARES, RETURNS, normal, powers, spec
from tests.functions.agents.specs import ESCALATES as ESCALATING

LATER = START + SECOND
ESCALATES = spec("finance-pays-alone")
BLOCKED = spec("healthcare-auto-approve")
RETURNED = spec("healthcare-no-rollback")
MISDECLARED = spec(**MISDECLARES)


def assented(agent: Agent, case: CreationCase) -> CreationCase:
    accepted = accept(case, decision(case))
    assert accepted is not None
    return accepted


def deployed(agent: Agent, case: CreationCase) -> Stepped:
    checks = health_checks(agent, case, Around().surroundings(case))
    return stepped(agent, go_live(agent, case, checks, LATER))


def live(agent: Agent, case: CreationCase) -> tuple[Agent, CreationCase]:
    after = deployed(agent, assented(agent, case))
    assert after.case.status == "live", after.case.reason
    return after.both


def vetoed(agent: Agent, case: CreationCase, approval_id: str = "apr_x") -> Stepped:
    steps = take_back(agent, case, TakenBack(approval_id, "veto"), LATER)
    return stepped(agent, steps)


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


def test_a_block_for_what_the_agent_does_ends_the_case_and_its_agent_and_says_so() -> None:
    agent, case = submitted(BLOCKED)
    assert (case.status, agent.status, agent.case_id) == ("blocked", "deprecated", None)
    assert (case.ended_at, case.revisable_until) == (START, None)
    said = judged(BLOCKED, case_id=case.case_id)
    assert submission(BLOCKED).events == [CreationCaseJudged]
    refusal = r"it is blocked for what the agent does, as its reason says: .*submit it anew"
    with pytest.raises(VersionConflict, match=refusal):
        revise(agent, case, said, "amira", LATER)
    with pytest.raises(VersionConflict, match="a case that is blocked cannot be cancelled"):
        cancel(agent, case, AMIRA, LATER)


def test_a_block_for_how_it_is_declared_waits_for_a_revision_like_a_returned_case() -> None:
    after = submission(MISDECLARED)
    agent, case = after.both
    assert (case.status, case.stages[4].status, after.events) == (
        "blocked",
        "failed",
        [CreationCaseJudged],
    )
    assert (agent.status, agent.case_id, case.ended_at) == ("draft", case.case_id, None)
    said = judged(spec(), case_id=case.case_id)
    revised = stepped(agent, revise(agent, case, said, "rex", LATER)).case
    assert (revised.status, revised.revision, revised.authors) == (
        "ethics_cleared",
        2,
        ("amira", "rex"),
    )
    assert (revised.revisable_until, revised.reason) == (None, None)
    worse = judged(BLOCKED, case_id=case.case_id)
    over = stepped(agent, revise(agent, case, worse, "rex", LATER))
    assert (over.case.status, over.case.ended_at, over.agent.status) == (
        "blocked",
        LATER,
        "deprecated",
    )


def test_only_gate_bypass_blocks_for_what_the_agent_does() -> None:
    assert {each.name for each in ETHICS} >= ABOUT_DEEDS
    for blocking, is_over in (
        (BLOCKS, True),
        (MISDECLARES, False),
        ({"skills": ["research"]}, False),
        ({"skills": ["research"], **BLOCKS}, True),
        # Stage 4 stops it first, and its author learns of both.
        ({**RETURNS, **BLOCKS}, False),
        (ESCALATING, False),
    ):
        assert is_about_deeds(judge(powers(**blocking))) == is_over, blocking


def test_a_change_that_is_blocked_for_how_it_is_declared_leaves_the_agent_running() -> None:
    agent, _ = live(*submitted())
    agent, case = changed(agent, MISDECLARED, "evolution", at=LATER)
    assert (case.status, agent.status, agent.version, agent.case_id) == (
        "blocked",
        "active",
        "1.0.0",
        case.case_id,
    )
    with pytest.raises(VersionConflict, match=r"still open: .*revise it, wait for its end"):
        changed_kind(agent, spec(), spec(mode="trial"))
    after = stepped(agent, give_up(agent, case, LATER + REVISION_PATIENCE))
    assert (after.agent.status, after.agent.case_id) == ("active", None)


@pytest.mark.parametrize("by", ["gap", "governor", "ethics"])
def test_a_stopped_case_that_nobody_revises_ends_after_thirty_days_with_its_name_free(
    by: str,
) -> None:
    agent, case = submitted({"gap": RETURNED, "ethics": MISDECLARED}.get(by, spec()))
    if by == "governor":
        agent, case = stepped(agent, return_for_changes(case, "shorter", START)).both
    due = START + 30 * DAY
    assert CASES.timer(case) == (REVISION_DUE, due)
    after = stepped(agent, give_up(agent, case, due))
    assert (after.case.status, after.agent.status) == ("cancelled", "deprecated")
    assert after.events == [CreationCaseCancelled]
    assert after.case.reason == "nobody revised it within 30 days"
    assert CASES.timer(after.case) is None
    with pytest.raises(VersionConflict, match="it is cancelled; only a case"):
        revise(*after.both, judged(spec(), case_id=case.case_id), "amira", due)


def test_a_case_that_waits_for_anything_else_is_never_given_up() -> None:
    for of in (spec(), ESCALATES, BLOCKED):
        assert CASES.timer(submitted(of)[1]) is None


def content_asked(case: CreationCase, asked: RequestedApproval) -> str:
    """The hash of what the case asked, from what is stored now."""
    return approval_content(
        case, contents_of(case), purpose=asked.purpose, risk=asked.risk, data=asked.data
    ).hash


def test_what_is_hashed_is_the_spec_with_its_classification_and_findings() -> None:
    after = submission()
    case, request = after.case, after.request
    content = after.content(request.content_hash)
    assert {**content, "case": None, "classification": None, "changes": None, "findings": None} == {
        **normal(spec()),
        **dict.fromkeys(("case", "classification", "changes", "findings")),
    }
    assert case.asked is not None
    assert content_hash(content) == case.asked.decision_hash == content_asked(case, case.asked)
    asking = after.published[-1].event_id
    assert asking is not None
    # Approvals derives the same id from the event.
    assert derive_id("apr", START, asking) == case.asked.approval_id
    assert (request.risk, request.precedents_allowed, request.stage.number) == ("low", True, 6)
    plan = after.content(request.assessment_hash)["rollback_plan"]
    assert plan == spec().containment.rollback


def test_what_cannot_be_undone_is_never_left_to_a_precedent() -> None:
    after = submission(spec(**ESCALATING))
    assert not after.request.precedents_allowed


def test_assent_makes_the_agent_live_and_one_event_says_so() -> None:
    agent, case = submitted()
    after = deployed(agent, assented(agent, case))
    assert after.events == [AgentActivated]
    assert (after.agent.status, after.agent.version, after.agent.case_id) == (
        "active",
        "1.0.0",
        None,
    )
    assert {stage.status for stage in after.case.stages} == {"passed"}
    assert [finding.check for finding in after.case.checks] == [
        "signatures",
        "dependencies",
        "read_back",
    ]
    assert go_live(after.agent, after.case, (), LATER) == ()


def test_a_trial_starts_for_seven_days() -> None:
    agent, case = submitted(spec(mode="trial"))
    after = deployed(agent, assented(agent, case))
    assert after.events[0] is AgentTrialStarted
    assert after.agent.status == "trial"
    assert after.agent.timer is not None
    assert after.agent.timer.at == LATER + 7 * DAY


def test_a_failed_health_check_rolls_the_case_back() -> None:
    agent, case = submitted()
    accepted = assented(agent, case)
    around = Around(known_skills=frozenset({"research"})).surroundings(case)
    after = stepped(agent, go_live(agent, accepted, health_checks(agent, accepted, around), LATER))
    assert (after.case.status, after.agent.status) == ("rolled_back", "certified")
    assert after.events[0] is CreationCaseRolledBack
    assert after.published[0].fields["caused_by"] == "health"
    assert (after.case.stages[5].status, after.case.stages[6].status) == ("passed", "failed")


def test_a_paused_pipeline_holds_an_assented_case_until_it_resumes() -> None:
    agent, case = submitted()
    after = stepped(agent, hold(assented(agent, case), LATER))
    assert (after.case.status, after.events[0]) == ("approved", CreationCaseApproved)
    assert hold(after.case, LATER) == ()
    assert deployed(*after.both).case.status == "live"


def test_a_rejection_ends_the_case_without_an_agent() -> None:
    agent, case = submitted()
    after = stepped(agent, reject(agent, case, "rejected by gala", LATER))
    assert (after.case.status, after.agent.status) == ("rejected", "deprecated")
    assert after.events[0] is CreationCaseRejected
    assert reject(after.agent, after.case, "again", LATER) == ()


def test_requested_changes_return_the_case_and_a_revision_is_judged_from_stage_one() -> None:
    agent, case = submitted()
    after = stepped(agent, return_for_changes(case, "name the sources", LATER))
    assert (after.case.status, after.case.reason) == ("returned", "name the sources")
    assert after.events[0] is CreationCaseReturned
    assert return_for_changes(after.case, "again", LATER) == ()
    said = judged(spec(budget={"per_run_usd": 0.2, "per_day_usd": 1}), case_id=case.case_id)
    revised = stepped(after.agent, revise(after.agent, after.case, said, "amira", LATER)).case
    assert (revised.status, revised.revision) == ("ethics_cleared", 2)
    assert revised.asked is not None
    assert case.asked is not None
    assert revised.asked.approval_id != case.asked.approval_id
    assert accept(revised, decision(case)) is None


def test_only_a_case_that_was_stopped_takes_a_revision() -> None:
    agent, case = submitted()
    with pytest.raises(
        VersionConflict, match="it is ethics_cleared; only a case that was returned"
    ):
        revise(agent, case, judged(spec(), case_id=case.case_id), "amira", LATER)


def test_an_escalated_case_asks_about_the_escalation_first_then_for_itself() -> None:
    agent, case = submitted(ESCALATES)
    assert (case.status, agent.status, case.stages[4].status) == ("escalated", "draft", "escalated")
    assert case.asked is not None
    assert case.asked.purpose == "ethics_escalation"
    after = stepped(agent, clear_ethics(agent, assented(agent, case), contents_of(case), LATER))
    assert after.events == [AgentApprovalNeeded]
    agent, cleared = after.both
    assert (cleared.status, agent.status) == ("ethics_cleared", "certified")
    assert cleared.asked is not None
    assert cleared.asked.purpose == "creation"
    assert not after.request.precedents_allowed
    assert clear_ethics(agent, cleared, contents_of(cleared), LATER) == ()
    _, case = live(agent, cleared)
    assert case.status == "live"


def test_changes_requested_of_an_escalation_return_the_case_too() -> None:
    agent, case = submitted(ESCALATES)
    after = stepped(agent, return_for_changes(case, "no payments", LATER))
    assert (after.case.status, after.case.stages[4].status) == ("returned", "failed")


def test_an_escalation_whose_assent_is_overturned_takes_a_live_agent_back() -> None:
    agent, case = submitted(ESCALATES)
    after = stepped(agent, clear_ethics(agent, assented(agent, case), contents_of(case), LATER))
    agent, case = live(*after.both)
    overturned = decision(case, "overturned", version=5, of_escalation=True)
    accepted = accept(case, overturned)
    assert accepted is not None
    id = overturned.approval_id
    steps = take_back(agent, accepted, TakenBack(id, "overturned"), LATER)
    taken = stepped(agent, steps)
    assert (taken.case.status, taken.agent.status) == ("rolled_back", "certified")
    assert taken.published[0].fields["approval_id"] == overturned.approval_id != case.approval_id


@pytest.mark.parametrize(
    "status", ["returned", "blocked", "ethics_cleared", "escalated", "approved"]
)
def test_a_case_can_be_cancelled_until_it_is_deployed(status: str) -> None:
    stopped = {"returned": RETURNED, "blocked": MISDECLARED, "escalated": ESCALATES}
    agent, case = submitted(stopped.get(status, spec()))
    if status == "approved":
        after = stepped(agent, hold(assented(agent, case), LATER))
        agent, case = after.agent, after.case
    assert case.status == status
    after = cancelled(agent, case)
    assert (after.case.status, after.agent.status) == ("cancelled", "deprecated")
    assert after.events[0] is CreationCaseCancelled
    assert not {stage.status for stage in after.case.stages} & {"waiting", "running"}
    with pytest.raises(VersionConflict, match="cannot be cancelled"):
        cancel(after.agent, after.case, AMIRA, LATER)


def test_a_live_case_cannot_be_cancelled() -> None:
    agent, case = live(*submitted())
    with pytest.raises(VersionConflict):
        cancel(agent, case, AMIRA, LATER)


def test_a_rejected_change_leaves_the_agent_and_its_name() -> None:
    agent, _ = live(*submitted())
    agent, case = changed(
        agent, spec(purpose="Draft recipes for the clinic's readers."), "evolution", at=LATER
    )
    after = stepped(agent, reject(agent, case, "no", LATER))
    assert (after.agent.status, after.agent.version) == ("active", "1.0.0")
    assert after.agent.case_id is None


def test_a_veto_of_a_birth_leaves_a_certified_agent() -> None:
    agent, case = live(*submitted())
    after = vetoed(agent, case)
    assert (after.case.status, after.case.agent_status) == ("rolled_back", "certified")
    assert (after.agent.status, after.agent.version, after.agent.deployed) == (
        "certified",
        "0.0.0",
        None,
    )


def test_a_veto_of_a_change_restores_the_previous_version_exactly() -> None:
    before, _ = live(*submitted())
    agent, case = changed(before, spec(mode="trial"), "proposal", at=LATER, version="1.1.0")
    agent, case = live(agent, case)
    assert (agent.status, agent.version, agent.mode) == ("trial", "1.1.0", "trial")
    after = vetoed(agent, case)
    same = {"newest", "health", "undo"}
    assert after.agent.model_dump(exclude=same) == {
        **before.model_dump(exclude=same),
    }


def test_a_veto_of_going_live_returns_to_the_trial_with_its_end() -> None:
    trial, _ = live(*submitted(spec(mode="trial")))
    agent, case = changed(trial, spec(), "evolution", at=LATER)
    agent, case = live(agent, case)
    assert (agent.status, agent.timer) == ("active", None)
    after = vetoed(agent, case)
    assert (after.agent.status, after.agent.mode, after.agent.timer) == (
        "trial",
        "trial",
        trial.timer,
    )


def test_a_veto_that_overtakes_the_assent_stops_the_case() -> None:
    agent, case = submitted()
    veto = decision(case, "vetoed", version=2)
    accepted = accept(case, veto)
    assert accepted is not None
    after = vetoed(agent, accepted, veto.approval_id)
    assert (after.case.status, after.agent.case_id) == ("rolled_back", None)
    assert accept(after.case, decision(case, "auto_approved", version=1)) is None


def test_a_veto_of_a_held_case_stops_it() -> None:
    agent, case = submitted()
    after = stepped(agent, hold(assented(agent, case), LATER))
    taken = vetoed(*after.both)
    assert (taken.case.status, taken.case.ended_at, taken.agent.case_id) == (
        "rolled_back",
        LATER,
        None,
    )


@pytest.mark.parametrize("end", ["cancelled", "rolled_back", "rejected"])
def test_a_veto_of_a_case_that_had_ended_is_answered_and_undoes_nothing(end: str) -> None:
    agent, case = submitted()
    if end == "cancelled":
        after = cancelled(agent, case)
    elif end == "rejected":
        after = stepped(agent, reject(agent, case, "no", LATER))
    else:
        after = stepped(agent, take_back(agent, case, TakenBack("apr_1", "health"), LATER))
    taken = stepped(
        after.agent,
        take_back(after.agent, after.case, TakenBack("apr_2", "veto"), LATER + DAY),
    )
    assert taken.agent == after.agent
    assert taken.case.status == "rolled_back"
    assert taken.case.ended_at == after.case.ended_at
    assert taken.events[0] is CreationCaseRolledBack


def test_a_veto_under_a_later_version_suspends_and_says_that_it_failed() -> None:
    agent, first = live(*submitted())
    agent, second = changed(agent, spec(mode="trial"), "proposal", at=LATER)
    agent, _ = live(agent, second)
    after = vetoed(agent, first)
    assert (after.case.status, after.agent.status) == ("rollback_failed", "suspended")
    assert [event.__name__ for event in after.events if event] == [
        "CreationCaseRollbackFailed",
        "AgentSuspended",
    ]
    again = vetoed(after.agent, first)
    assert [event.__name__ for event in again.events if event] == ["CreationCaseRollbackFailed"]


def test_versions_are_taken_back_one_after_the_other() -> None:
    agent, first = live(*submitted())
    agent, second = live(*changed(agent, spec(mode="trial"), "proposal", at=LATER))
    back = vetoed(agent, second, "apr_2").agent
    assert (back.version, back.mode) == ("1.0.0", "production")
    after = vetoed(back, first, "apr_1")
    assert (after.case.status, after.agent.version) == ("rolled_back", "0.0.0")


def test_a_later_version_taken_back_does_not_bring_back_one_that_was_taken_back() -> None:
    agent, first = live(*submitted())
    agent, second = live(*changed(agent, spec(mode="trial"), "proposal", at=LATER))
    agent = vetoed(agent, first, "apr_1").agent
    after = vetoed(agent, second, "apr_2")
    assert (after.case.status, after.agent.status, after.agent.version) == (
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
    agent = vetoed(agent, second, "apr_2").agent
    after = vetoed(agent, third, "apr_3")
    assert (after.agent.version, after.agent.status) == ("1.0.0", "suspended")


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
    suspended = suspend(agent, "by_hand", "look", "gala", LATER)[-1].state
    agent, case = changed(suspended, spec(mode="trial"), "proposal", at=LATER)
    after = deployed(agent, assented(agent, case))
    assert (after.agent.status, after.events[0]) == ("suspended", AgentUpgraded)
    back = vetoed(*after.both)
    assert (back.agent.status, back.agent.mode) == ("suspended", "production")


def test_a_veto_does_not_bring_back_a_suspension_that_was_lifted() -> None:
    agent, _ = live(*submitted())
    suspended = suspend(agent, "by_hand", "look", "gala", LATER)[-1].state
    agent, case = live_suspended(suspended)
    agent = agent.model_copy(update={"status": "active", "suspension": None})
    back = vetoed(agent, case)
    assert (back.agent.status, back.agent.version) == ("active", "1.0.0")


def live_suspended(agent: Agent) -> tuple[Agent, CreationCase]:
    agent, case = changed(agent, spec(industry="clinics"), "evolution", at=LATER)
    return deployed(agent, assented(agent, case)).both


def about(decision: ApprovalState, **other: Any) -> ApprovalState:
    assert decision.case is not None
    return decision.but(case=decision.case.but(**other))


def test_a_decision_about_other_content_is_a_forgery() -> None:
    _, case = submitted()
    with pytest.raises(SignatureInvalid):
        accept(case, decision(case).but(decision_hash="0" * 64))
    with pytest.raises(SignatureInvalid):
        accept(case, about(decision(case), purpose="evolution"))


def test_what_is_deployed_is_compared_with_the_content_that_is_stored_now() -> None:
    agent, case = submitted()
    accepted = assented(agent, case)
    _, other = submitted(spec(purpose="Draft articles for anybody who asks."))
    _, escalated = submitted(ESCALATES)
    assert accepted.asked is not None
    for altered in (
        {"spec_hash": other.spec_hash},
        {"findings_hash": escalated.findings_hash},
        {"version": "9.0.0"},
        {"why": ("Nothing important changes.",)},
        {"asked": accepted.asked.model_copy(update={"risk": "critical"})},
    ):
        changed_case = accepted.model_copy(update=altered)
        signatures, *_ = health_checks(agent, changed_case, Around().surroundings(changed_case))
        assert signatures.verdict == "fail"


def test_what_is_repeated_late_or_about_something_else_is_not_accepted() -> None:
    _, case = submitted()
    accepted = accept(case, decision(case, version=3))
    assert accepted is not None
    assert accept(accepted, decision(case, version=3)) is None
    assert accept(accepted, decision(case, version=2)) is None
    assert accept(accepted, decision(case, version=4).but(approval_id="apr_other")) is None
    assert accept(accepted, about(decision(case, version=4), revision=2)) is None


def test_an_escalation_once_passed_can_only_be_taken_back() -> None:
    agent, case = submitted(ESCALATES)
    cleared = stepped(
        agent, clear_ethics(agent, assented(agent, case), contents_of(case), LATER)
    ).case
    assert accept(cleared, decision(cleared, "approved", version=9, of_escalation=True)) is None


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
    taken_back = vetoed(agent, case).agent
    assert changed_kind(taken_back, spec(), spec()) == ("creation", ())
    over = cancelled(agent, case).agent
    with pytest.raises(VersionConflict, match="takes a change while it is active,"):
        changed_kind(over, spec(), spec(industry="clinics"))


def test_versions_tell_proposals_from_evolutions() -> None:
    assert version_after("0.0.0", "creation") == "1.0.0"
    assert version_after("1.0.0", "proposal") == "1.1.0"
    assert version_after("1.4.0", "evolution") == "2.0.0"


def test_the_content_a_case_asked_about_is_the_same_at_deployment() -> None:
    agent, case = submitted(ESCALATES)
    assert case.asked is not None
    asked = case.asked.decision_hash
    after = stepped(agent, clear_ethics(agent, assented(agent, case), contents_of(case), LATER))
    _, case = live(*after.both)
    assert case.escalation is not None
    assert content_asked(case, case.escalation) == asked
