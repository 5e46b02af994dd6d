"""HTTP in, HTTP out: agents, their cases, the catalogue of skills, the pipeline."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

from events.cases import CaseStatus
from events.specs import MOST_BYTES, MOST_PARTS, Spec
from functions.agents.aggregates import AGENTS, CASES, CREATION, PIPELINES, RUN
from functions.agents.rules.agent import Steps, suspend_by_hand
from functions.agents.rules.catalogue import list_skills
from functions.agents.rules.entity_types import AGENT, CASE
from functions.agents.rules.reports import ReportBody, report
from functions.agents.service import imports, pipeline, recalls, submissions
from functions.agents.views import (
    AgentDetail,
    AgentList,
    AgentView,
    CaseAccepted,
    CaseList,
    CaseSummary,
    CreationCaseView,
    DraftView,
    PipelineView,
    SkillList,
)
from shared.definitions import Format
from shared.kit.callers import Caller
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.runtime.acts import does
from shared.runtime.bodies import JSON, YAML, Accepts
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota, beyond_tier
from shared.storage.idempotency import IdempotencyKey

_TAKES: dict[str, Any] = {"read": ("agents:read", "governance:read"), "write": ("agents:write",)}
_AGENTS = Router(narrows=True, **_TAKES)
# The whole tenant has one pipeline: a token for a workspace reads its state, and cannot resume it.
_RESUMING = Router(**_TAKES)

# YAML first: without a content type a spec is read as YAML, which reads JSON too.
SpecBody = Annotated[
    Spec,
    BeforeValidator(JsonLimit(MOST_BYTES, MOST_PARTS)),
    Accepts((YAML, JSON), most_bytes=MOST_BYTES),
]


class ReasonBody(Model):
    """The reason for a change, stored with it."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ImportBody(Model):
    """A definition as its product takes it; `agent` names one of several."""

    format: Format
    definition: Annotated[str, StringConstraints(min_length=1, max_length=64_000)]
    agent: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


@_AGENTS.post("/v1/agents", status_code=202)
@does(within=("submit_conversation",), deed="submitting an agent")
async def submit_agent(caller: Caller, key: Key, body: SpecBody) -> CaseAccepted:
    """Submits an agent spec, JSON or YAML: stages 1 to 5 run at once; the answer shows the stage,
    and every finding of every stage with its path, its evidence and its remedy."""
    return await submissions.submit(caller, key, body)


@_AGENTS.post("/v1/agents/import")
@does("agents.import", within=("submit_conversation",), deed="importing an agent")
async def import_agent(caller: Caller, body: ImportBody) -> DraftView:
    """Translates an agent's definition into a draft of a spec, with all that had to be assumed and
    every finding that the draft would have. Submits and stores nothing."""
    return imports.draft_spec(body.format, body.definition, body.agent)


@_AGENTS.get("/v1/agents")
@beyond_quota
async def get_agents(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> AgentList:
    """Lists the tenant's agents, newest first."""
    page = await RUN.page(caller, AGENTS, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(AgentList, AgentView.of)


@_AGENTS.get("/v1/agents/{agent_id}")
@beyond_quota
async def get_agent(caller: Caller, agent_id: str) -> AgentDetail:
    """Shows one agent with its spec."""
    agent, contents, _ = await RUN.read_whole(
        caller, AGENTS, agent_id, lambda agent: [agent.current.spec_hash]
    )
    return AgentDetail.showing(agent, contents)


@_AGENTS.post("/v1/agents/{agent_id}/changes", status_code=202)
@does("agents.change", about=AGENT, within=("govern",), deed="changing this agent")
async def change_agent(caller: Caller, key: Key, agent_id: str, body: SpecBody) -> CaseAccepted:
    """Opens a case for a changed spec and says why it is a proposal or an evolution. For the
    agent's requester, those who submitted the version that serves, and the roles governor, genesis
    and tenant_admin."""
    return await submissions.change(caller, key, agent_id, body)


@_AGENTS.post("/v1/agents/{agent_id}/suspend", status_code=202)
@does(about=AGENT, within=("govern",), deed="suspending an agent")
@beyond_tier
async def suspend_agent(caller: Caller, key: Key, agent_id: str, body: ReasonBody) -> AgentView:
    """Suspends an agent by hand, and with it every agent that depends on it; needs the role
    governor, genesis or tenant_admin."""
    return await _change(caller, key, agent_id, partial(suspend_by_hand, reason=body.reason))


@_AGENTS.post("/v1/agents/{agent_id}/reactivate", status_code=202)
@does(about=AGENT, within=("govern",), deed="reactivation")
async def reactivate_agent(caller: Caller, key: Key, agent_id: str, body: ReasonBody) -> AgentView:
    """Puts a suspended agent on probation, unless a recall of its version is in force; needs the
    role governor or genesis."""
    return await recalls.reactivate_agent(caller, key, agent_id, body.reason)


@_AGENTS.post("/v1/agents/{agent_id}/reports", status_code=202)
@does("agents.report", about=AGENT, within=("govern",), deed="reporting on an agent")
async def report_on_agent(caller: Caller, key: Key, agent_id: str, body: ReportBody) -> AgentView:
    """Reports a violation or a reading of health; violations and the third critical reading in a
    row suspend the agent. Repeated reports are counted in `reports`; needs the role governor,
    genesis, tenant_admin, operator or service_runtime."""
    return await _change(caller, key, agent_id, partial(report, body=body))


@_AGENTS.get("/v1/workflows")
@beyond_quota
async def get_cases(
    caller: Caller, status: CaseStatus | None = None, limit: Limit = 25, cursor: Cursor = None
) -> CaseList:
    """Lists the tenant's creation cases without their findings, newest first, all of them or those
    with a status."""
    where = [("status", "==", status)] if status else []
    order = ("requested_at",)
    page = await RUN.page(caller, CASES, where=where, order_by=order, limit=limit, cursor=cursor)
    return page.shown(CaseList, CaseSummary.of)


@_AGENTS.get("/v1/workflows/{case_id}")
@beyond_quota
async def get_case(caller: Caller, case_id: str) -> CreationCaseView:
    """Shows a creation case with its seven stages and every finding."""
    case, contents, latest = await RUN.read_whole(
        caller, CASES, case_id, lambda case: [case.findings_hash]
    )
    return CreationCaseView.showing(case, contents, latest.correlation_id if latest else None)


@_AGENTS.post("/v1/workflows/{case_id}/revisions", status_code=202)
@does("workflows.revise", about=CASE, within=("govern",), deed="revising this case")
async def revise_case(caller: Caller, key: Key, case_id: str, body: SpecBody) -> CaseAccepted:
    """Revises a case that was returned, or blocked for how its spec declares something, with a full
    new spec, judged from stage 1; within 30 days. For its requester, those who revised it, and the
    roles governor, genesis and tenant_admin."""
    return await submissions.revise(caller, key, case_id, body)


@_AGENTS.post("/v1/workflows/{case_id}/cancel", status_code=202)
@does(about=CASE, within=("cancel_or_retry_workflow",), deed="cancelling this case")
@beyond_quota
async def cancel_case(caller: Caller, key: Key, case_id: str) -> CaseAccepted:
    """Cancels a case that is not live yet; one that waits for an approval ends once the approval is
    cancelled, unless another decision came first. For its requester, those who revised it,
    governors and tenant admins."""
    return await submissions.cancel(caller, key, case_id)


@_AGENTS.get("/v1/skills")
async def get_skills(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> SkillList:
    """Lists the catalogue of skills, by name."""
    skills, next_cursor = list_skills(limit, cursor)
    return SkillList(items=skills, next_cursor=next_cursor)


@_AGENTS.get("/v1/pipeline")
@does("pipeline.read")
@beyond_quota
async def get_pipeline(caller: Caller) -> PipelineView:
    """Shows whether the tenant's pipeline runs or is paused, and why."""
    return PipelineView.within(await RUN.find(caller, PIPELINES, CREATION), caller.workspace_id)


@_RESUMING.post("/v1/pipeline/resume")
@does("pipeline.resume", within=("govern",), deed="resuming the pipeline")
async def resume_pipeline(caller: Caller, key: Key, body: ReasonBody) -> PipelineView:
    """Resumes a paused pipeline; needs the role governor."""
    return await pipeline.resume(caller, key, body.reason)


ROUTER = Router.joining(_AGENTS, _RESUMING)


async def _change(
    caller: Caller, key: IdempotencyKey, agent_id: str, rule: Callable[..., Steps]
) -> AgentView:
    by_caller = partial(rule, actor=caller.actor, at=caller.received_at)
    return await RUN.change(caller, AGENTS, agent_id, by_caller, AgentView, key=key)
