"""HTTP in, HTTP out: agents, their cases, the skills they are made of, the pipeline."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints, model_validator

from events.agents import Health, Trigger
from functions.agents.rules.spec import Spec
from functions.agents.service.breaker import Breaker
from functions.agents.service.lifecycle import Lifecycle
from functions.agents.service.listing import list_agents, list_skills, show_agent, show_case
from functions.agents.service.submissions import Submission
from functions.agents.service.views import (
    AgentList,
    AgentView,
    CaseAccepted,
    CreationCaseView,
    PipelineView,
    SkillList,
)
from functions.agents.service.wiring import OUTBOX
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden
from shared.kit.models import Model
from shared.runtime.auth import requires
from shared.runtime.bodies import UncheckedBody, body_of
from shared.runtime.idempotency import idempotency_key
from shared.storage.idempotency import IdempotencyKey

ROUTER = APIRouter()

SPEC_MEDIA_TYPES = ("application/json", "application/yaml")
Answer = dict[str, Any]
Reader = Annotated[Caller, Depends(requires("agents:read", "governance:read"))]
Author = Annotated[Caller, Depends(requires("agents:write"))]
Key = Annotated[IdempotencyKey, Depends(idempotency_key)]
SpecBody = Annotated[UncheckedBody[Spec], Depends(body_of(Spec, media_types=SPEC_MEDIA_TYPES))]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ReasonBody(Model):
    """Why; it is kept with the change."""

    reason: Reason


class ReportBody(Model):
    """A violation, or a reading of health with `trigger` health."""

    trigger: Literal[
        "execution_bypass", "scope_drift", "evidence_gap", "ethics_violation", "health"
    ]
    reading: Literal["healthy", "degraded", "critical"] | None = None
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=4000)]

    @model_validator(mode="after")
    def _read_exactly_health(self) -> "ReportBody":
        if (self.trigger == "health") != (self.reading is not None):
            raise ValueError("a reading goes with the trigger health, and only with it")
        return self


Reasoned = Annotated[UncheckedBody[ReasonBody], Depends(body_of(ReasonBody))]
Reported = Annotated[UncheckedBody[ReportBody], Depends(body_of(ReportBody))]


@ROUTER.post("/v1/agents", status_code=202, response_model=CaseAccepted)
async def submit_agent(caller: Author, key: Key, body: SpecBody) -> Answer:
    """Submits an agent spec, JSON or YAML: stages 1 to 5 run at once; the case says where it
    stands."""
    return await Submission(OUTBOX, caller, key).submit(body)


@ROUTER.get("/v1/agents", response_model=AgentList)
async def get_agents(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Answer:
    """Lists the tenant's agents, newest first."""
    return await list_agents(caller, limit, cursor)


@ROUTER.get("/v1/agents/{agent_id}", response_model=AgentView)
async def get_agent(caller: Reader, agent_id: str) -> Answer:
    """Shows one agent with its spec."""
    return await show_agent(OUTBOX, caller, agent_id)


@ROUTER.post("/v1/agents/{agent_id}/changes", status_code=202, response_model=CaseAccepted)
async def change_agent(caller: Author, key: Key, agent_id: str, body: SpecBody) -> Answer:
    """Opens a case for a changed spec and says whether it is a proposal or an evolution, and
    why."""
    return await Submission(OUTBOX, caller, key).change(agent_id, body)


@ROUTER.post("/v1/agents/{agent_id}/suspend", status_code=202, response_model=AgentView)
async def suspend_agent(caller: Author, key: Key, agent_id: str, body: Reasoned) -> Answer:
    """Suspends an agent by hand, and with it whoever depends on it."""
    return await Lifecycle(OUTBOX).suspend(caller, key, agent_id, lambda: body.check().reason)


@ROUTER.post("/v1/agents/{agent_id}/reactivate", status_code=202, response_model=AgentView)
async def reactivate_agent(caller: Author, key: Key, agent_id: str, body: Reasoned) -> Answer:
    """Puts a suspended agent on probation; needs the role governor or genesis."""
    return await Lifecycle(OUTBOX).reactivate(caller, key, agent_id, lambda: body.check().reason)


@ROUTER.post("/v1/agents/{agent_id}/reports", status_code=202, response_model=AgentView)
async def report_on_agent(caller: Author, key: Key, agent_id: str, body: Reported) -> Answer:
    """Reports a violation or a reading of health; violations and the third critical reading in a
    row suspend."""

    def report() -> tuple[Trigger, Health | None, str]:
        checked = body.check()
        return checked.trigger, checked.reading, checked.evidence

    return await Lifecycle(OUTBOX).report(caller, key, agent_id, report)


@ROUTER.get("/v1/workflows/{case_id}", response_model=CreationCaseView)
async def get_case(caller: Reader, case_id: str) -> Answer:
    """Shows a creation case with its seven stages and every finding."""
    return await show_case(OUTBOX, caller, case_id)


@ROUTER.post("/v1/workflows/{case_id}/revisions", status_code=202, response_model=CaseAccepted)
async def revise_case(caller: Author, key: Key, case_id: str, body: SpecBody) -> Answer:
    """Revises a returned case with a full new spec, judged from stage 1."""
    return await Submission(OUTBOX, caller, key).revise(case_id, body)


@ROUTER.post("/v1/workflows/{case_id}/cancel", status_code=202, response_model=CaseAccepted)
async def cancel_case(caller: Author, key: Key, case_id: str) -> Answer:
    """Cancels a case that is not live yet."""
    return await Submission(OUTBOX, caller, key).cancel(case_id)


@ROUTER.get("/v1/skills", response_model=SkillList)
async def get_skills(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Answer:
    """Lists the catalogue of skills, by name."""
    return list_skills(limit, cursor)


@ROUTER.get("/v1/pipeline", response_model=PipelineView)
async def get_pipeline(caller: Reader) -> Answer:
    """Shows whether the tenant's pipeline runs or is paused, and why."""
    return await Breaker(OUTBOX).read(caller)


@ROUTER.post("/v1/pipeline/resume", response_model=PipelineView)
async def resume_pipeline(caller: Author, key: Key, body: Reasoned) -> Answer:
    """Resumes a paused pipeline; needs the role governor."""
    if "governor" not in caller.roles:
        raise Forbidden("only a governor resumes the pipeline")
    return await Breaker(OUTBOX).resume(caller, key, body.check().reason)
