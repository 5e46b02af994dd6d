"""Acts on the decisions about our cases: deploys, ends, returns, rolls back."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from events.approvals import (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalState,
    ApprovalVetoed,
)
from events.cases import Cause
from events.decisions import verify_decision
from events.pipelines import PipelineResumed
from functions.agents.aggregates import (
    AGENTS,
    APPROVALS_KEYS,
    CASES,
    CREATION,
    NAMES,
    OWN_KEYS,
    PIPELINES,
    RUN,
)
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CaseContents, CreationCase, Steps
from functions.agents.rules.catalogue import CATALOGUE
from functions.agents.rules.creation import (
    answer_replaced,
    clear_ethics,
    hold,
    reject,
    return_for_changes,
)
from functions.agents.rules.decision import Decision, accept
from functions.agents.rules.deployment import go_live, take_back
from functions.agents.rules.health import Surroundings, health_checks
from functions.agents.rules.withdrawal import end_withdrawn
from functions.agents.service.forgeries import report_forgery
from functions.agents.service.pipeline import consider_pause, find_pipeline
from functions.agents.service.steps import agent_of, contents_of, save_steps
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import ContentErased, ContentInvalid, SignatureInvalid
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys

# The statuses of an approval that no longer holds. An overturned refusal keeps its own.
TAKEN_BACK = ("vetoed", "overturned")
KNOWN_SKILLS = frozenset(name for name, skill in CATALOGUE.items() if skill.status == "available")

Decide = Callable[[UnitOfWork, Agent, CreationCase], Awaitable[Steps]]
Rule = Callable[[Agent, CreationCase, datetime], Steps]


async def on_approved(event: Envelope) -> None:
    """Deploys the case, holds it where the pipeline is paused, or opens stage 6 where the approval
    was about an escalation."""
    await _act_on(event, event.payload(ApprovalApproved), _deploy)


async def on_auto_approved(event: Envelope) -> None:
    """As `on_approved`, for a precedent's approval."""
    await _act_on(event, event.payload(ApprovalAutoApproved), _deploy)


async def on_rejected(event: Envelope) -> None:
    """Ends the case, because its approval was rejected."""
    await _end(event, event.payload(ApprovalRejected))


async def on_expired(event: Envelope) -> None:
    """Ends the case, because nobody decided in time."""
    await _end(event, event.payload(ApprovalExpired))


async def on_changes_requested(event: Envelope) -> None:
    """Returns the case for a revision."""
    decision = event.payload(ApprovalChangesRequested)
    note = decision.note
    await _act_on(event, decision, _by(lambda _, case, at: return_for_changes(case, note, at)))


async def on_cancelled(event: Envelope) -> None:
    """Ends the case, because its approval was cancelled before anybody decided."""
    decision = event.payload(ApprovalCancelled)
    by = decision.decided_by or event.actorid
    await _act_on(event, decision, _by(lambda agent, case, at: end_withdrawn(agent, case, by, at)))


async def on_vetoed(event: Envelope) -> None:
    """Reverses what a precedent's approval had led to."""
    await _take_back(event, event.payload(ApprovalVetoed), "veto")


async def on_overturned(event: Envelope) -> None:
    """Reverses what a deputy's or a break-glass approval had led to; an overturned rejection had
    led to nothing."""
    await _take_back(event, event.payload(ApprovalOverturned), "overturned")


async def on_resumed(event: Envelope) -> None:
    """Deploys the cases that were held while the pipeline was paused."""
    event.payload(PipelineResumed)
    held = TenantStore(event.tenantid).find_all(
        CASES.collection, where=[("status", "==", "approved")]
    )
    async for document in held:
        await _deploy_held(event, document.id)


async def _deploy_held(event: Envelope, case_id: str) -> None:
    async def use_case(work: UnitOfWork) -> None:
        case = await work.find(CASES, case_id)
        pipeline = await find_pipeline(work)
        if case is None or case.status != "approved" or (pipeline and pipeline.paused):
            return
        agent = await agent_of(work, case)
        await _save(work, await _live(work, agent, case), agent)

    await RUN.reaction(event, use_case, is_one_of_several=True)


async def _end(event: Envelope, decision: ApprovalState) -> None:
    reason = f"{decision.status} by {decision.decided_by}: {decision.note}".rstrip(": ")
    await _act_on(event, decision, _by(lambda agent, case, at: reject(agent, case, reason, at)))


async def _take_back(event: Envelope, decision: ApprovalState, cause: Cause) -> None:
    id = decision.approval_id
    rule = _by(
        lambda agent, case, at: take_back(agent, case, approval_id=id, caused_by=cause, at=at)
    )
    if decision.status in TAKEN_BACK:
        await _act_on(event, decision, rule)


async def _act_on(event: Envelope, decision: ApprovalState, decide: Decide) -> None:
    """Verifies the decision and acts on it. Decisions may come late, twice or out of order: a case
    acts only on those about the approval it waits for, and newer than the last it acted on."""
    if decision.case is None:
        return
    case_id = decision.case.case_id

    async def use_case(work: UnitOfWork) -> None:
        case = await work.find(CASES, case_id)
        if case is None:
            return
        about = _decision(decision)
        accepted = accept(case, about)
        if accepted is None:
            if about.takes_back:
                await work.save(*answer_replaced(case, about.approval_id))
            return
        await work.prefetch((AGENTS, accepted.agent_id), (PIPELINES, CREATION))
        agent = await agent_of(work, accepted)
        await _save(work, await decide(work, agent, accepted), agent)

    try:
        keys = await public_keys(APPROVALS_KEYS, to_verify=[decision.signature or ""])
        verify_decision(decision, event.data, event.tenantid, keys)
        await RUN.reaction(event, use_case)
    except SignatureInvalid as forgery:
        await report_forgery(event, case_id, forgery.detail)
        raise


async def _deploy(work: UnitOfWork, agent: Agent, case: CreationCase) -> Steps:
    if case.status == "escalated":
        contents = await contents_of(work, case)
        if contents is None:
            raise ContentErased(f"the spec of {case.case_id} was erased before its assent")
        return clear_ethics(agent, case, contents, work.at)
    pipeline = await find_pipeline(work)
    # Only if nobody pauses or resumes the pipeline meanwhile: resuming looks for held cases.
    work.rely_on(PIPELINES, CREATION)
    if pipeline is not None and pipeline.paused:
        return hold(case, work.at)
    return await _live(work, agent, case)


async def _live(work: UnitOfWork, agent: Agent, case: CreationCase) -> Steps:
    neighbours = await _neighbours(work, agent.newest.depends_on)
    assents = [asked.signature or "" for asked in (case.asked, case.escalation) if asked]
    around = Surroundings(
        tenant_id=work.store.tenant_id,
        contents=await _stored_contents(work, case),
        own_keys=await public_keys(OWN_KEYS, to_verify=case.certifications),
        approvals_keys=await public_keys(APPROVALS_KEYS, to_verify=assents),
        known_skills=KNOWN_SKILLS,
        neighbours={each.name: each.status for each in neighbours},
    )
    for each in neighbours:
        # Live only if its dependencies still serve, because a suspension looks for running
        # dependents.
        work.rely_on(AGENTS, each.agent_id)
    return go_live(agent, case, health_checks(agent, case, around), work.at)


async def _stored_contents(work: UnitOfWork, case: CreationCase) -> CaseContents | None:
    try:
        return await contents_of(work, case)
    except ContentInvalid:
        return None


async def _neighbours(work: UnitOfWork, names: tuple[str, ...]) -> list[Agent]:
    """The agents with these names that exist."""
    if not names:
        return []
    claims = await work.store.get_many([(NAMES, name) for name in dict.fromkeys(names)])
    ids = [claim.data["agent_id"] for claim in claims if claim is not None]
    return [each for each in await work.find_all(AGENTS, ids) if each is not None]


async def _save(work: UnitOfWork, steps: Steps, agent: Agent) -> None:
    if not steps:
        return
    case = await save_steps(work, steps, agent)
    if case.status == "rolled_back":
        await consider_pause(work, case)


def _by(rule: Rule) -> Decide:
    async def decide(work: UnitOfWork, agent: Agent, case: CreationCase) -> Steps:
        return rule(agent, case, work.at)

    return decide


def _decision(state: ApprovalState) -> Decision:
    assert state.case is not None
    return Decision(
        approval_id=state.approval_id,
        version=state.version,
        revision=state.case.revision,
        purpose=state.case.purpose,
        decision_hash=state.decision_hash,
        signature=state.signature,
        outcome=state.event_type.split(".")[2],
    )
