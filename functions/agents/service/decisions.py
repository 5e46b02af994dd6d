"""Acts on the decisions about our cases: deploys, ends, returns, rolls back."""

from contextlib import suppress
from functools import partial

from events.agents import AgentViolationReported, Violation
from events.approvals import ApprovalApproved, ApprovalAutoApproved
from events.catalogue import CATALOGUE
from events.decisions import DECISIONS, verify_decision
from events.pipelines import PipelineResumed
from functions.agents.aggregates import (
    AGENTS,
    APPROVALS_KEYS,
    CASES,
    CREATION,
    OWN_KEYS,
    PIPELINES,
    RUN,
)
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase, Steps
from functions.agents.rules.creation import answer_replaced, clear_ethics, hold
from functions.agents.rules.decision import accept, follow, overturns_refusal, takes_back
from functions.agents.rules.deployment import go_live
from functions.agents.rules.health import Surroundings, health_checks
from functions.agents.service.pipeline import consider_pause
from functions.agents.service.steps import agent_of, contents_of, ids_of, save_steps
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import ContentErased, ContentInvalid, SignatureInvalid
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys

TYPES = {each.event_type: each for each in DECISIONS}
KNOWN_SKILLS = frozenset(name for name, skill in CATALOGUE.items() if skill.status == "available")


async def act_on(event: Envelope) -> None:
    """Verifies a decision about one of our cases and acts on it: deploys the case, holds it where
    the pipeline is paused, opens stage 6 after an escalation, or follows what the rules say. One
    that does not verify is reported as a violation, and changes no case.

    Decisions may come late, twice or out of order: a case acts only on those about the approval it
    waits for, and newer than the last it acted on."""
    decision = event.payload(TYPES[event.type])
    if decision.case is None or overturns_refusal(decision):
        return
    case_id = decision.case.case_id

    async def use_case(work: UnitOfWork) -> None:
        case = await work.find(CASES, case_id)
        if case is None:
            return
        accepted = accept(case, decision)
        if accepted is None:
            if takes_back(decision):
                await work.save(*answer_replaced(case, decision.approval_id))
            return
        await work.prefetch((AGENTS, accepted.agent_id), (PIPELINES, CREATION))
        agent = await agent_of(work, accepted)
        if isinstance(decision, ApprovalApproved | ApprovalAutoApproved):
            await _save(work, await _deploy(work, agent, accepted), agent)
        else:
            await _save(work, follow(agent, accepted, decision, work.at), agent)

    try:
        keys = await public_keys(APPROVALS_KEYS, to_verify=[decision.signature or ""])
        verify_decision(decision, event.data, event.tenantid, keys)
        await RUN.reaction(event, use_case)
    except SignatureInvalid as forgery:
        await _report_forgery(event, case_id, forgery.detail)
        raise


async def deploy_held(event: Envelope) -> None:
    """Deploys the cases that were held while the pipeline was paused."""
    event.payload(PipelineResumed)
    held = TenantStore(event.tenantid).find_all(
        CASES.collection, where=[("status", "==", "approved")]
    )
    async for document in held:
        await RUN.reaction(event, partial(_deploy_held, document.id), is_one_of_several=True)


async def _deploy_held(case_id: str, work: UnitOfWork) -> None:
    case = await work.find(CASES, case_id)
    pipeline = await work.find(PIPELINES, CREATION)
    if case is None or case.status != "approved" or (pipeline and pipeline.paused):
        return
    agent = await agent_of(work, case)
    await _save(work, await _live(work, agent, case), agent)


async def _deploy(work: UnitOfWork, agent: Agent, case: CreationCase) -> Steps:
    if case.status == "escalated":
        return clear_ethics(agent, case, await contents_of(work, case), work.at)
    pipeline = await work.find(PIPELINES, CREATION)
    # Only if nobody pauses or resumes the pipeline meanwhile: resuming looks for held cases.
    work.rely_on(PIPELINES, CREATION)
    if pipeline is not None and pipeline.paused:
        return hold(case, work.at)
    return await _live(work, agent, case)


async def _live(work: UnitOfWork, agent: Agent, case: CreationCase) -> Steps:
    contents = None
    with suppress(ContentErased, ContentInvalid):
        contents = await contents_of(work, case)
    neighbours = await _neighbours(work, agent)
    assents = [asked.signature or "" for asked in (case.asked, case.escalation) if asked]
    around = Surroundings(
        tenant_id=work.store.tenant_id,
        contents=contents,
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


async def _neighbours(work: UnitOfWork, agent: Agent) -> list[Agent]:
    """The agents that the agent depends on and that exist."""
    ids = await ids_of(work, agent.newest.depends_on, agent.workspace_id)
    return [each for each in await work.find_all(AGENTS, ids.values()) if each is not None]


async def _save(work: UnitOfWork, steps: Steps, agent: Agent) -> None:
    if not steps:
        return
    case = await save_steps(work, steps, agent)
    if case.status == "rolled_back":
        await consider_pause(work, case)


async def _report_forgery(event: Envelope, case_id: str, reason: str) -> None:
    """Records one violation of the agent whose case the forged decision names, also after
    redeliveries. Suspends nobody: otherwise a forger could stop any agent."""
    event_id = derive_id("evt", event.time, event.id, "forged")

    async def use_case(work: UnitOfWork) -> None:
        case = await work.find(CASES, case_id)
        if case is None or await work.store.get(EVENT_LOG, event_id) is not None:
            return
        violation = Violation(
            rule="signed_decisions",
            summary=f"a decision about {case.agent_name} does not verify",
            evidence=(reason, f"event {event.id}"),
        )
        fields = {"violation": violation, "reported_by": f"service:{RUN.function}"}
        agent = await agent_of(work, case)
        await work.save(Transition(agent, AgentViolationReported, fields, event_id))

    if CASES.may_be_id(case_id):
        await RUN.reaction(event, use_case, is_one_of_several=True)
