"""What the API answers about agents, cases, skills and the pipeline (docs/contracts.md)."""

import json
from typing import Any

from pydantic import JsonValue

from events.agents import (
    AgentStatus,
    CaseKind,
    CaseStatus,
    Health,
    Mode,
    Stage,
    StageState,
    Suspension,
)
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase
from functions.agents.rules.skills import Skill
from functions.agents.rules.stages import place
from functions.agents.store import Kept
from shared.kit.instants import Instant
from shared.kit.models import Model

LAST_STAGE = 7


class CaseAccepted(Model):
    """Where the case that a request opened or moved stands now; `why` tells a proposal from an
    evolution."""

    agent_id: str
    case_id: str
    status: CaseStatus
    stage: Stage
    kind: CaseKind
    why: list[str]


class AgentView(Model):
    """An agent with the spec that is deployed, or was submitted last while none is."""

    agent_id: str
    name: str
    version: str
    status: AgentStatus
    mode: Mode
    health: Health
    case_id: str | None
    suspension: Suspension | None
    spec: dict[str, JsonValue]


class AgentList(Model):
    """Agents, newest first."""

    items: list[AgentView]
    next_cursor: str | None


class CreationCaseView(Model):
    """A creation case with its seven stages and every finding."""

    case_id: str
    agent_id: str
    status: CaseStatus
    kind: CaseKind
    why: list[str]
    revision: int
    version: str
    reason: str | None
    stages: list[StageState]
    requested_by: str
    requested_at: Instant
    correlation_id: str | None


class SkillList(Model):
    """The catalogue of skills, by name."""

    items: list[Skill]
    next_cursor: str | None = None


class PipelineView(Model):
    """Whether a tenant's pipeline runs, and who changed that last."""

    paused: bool
    reason: str
    rolled_back: list[str]
    changed_by: str | None
    changed_at: Instant | None


def accepted(case: CreationCase) -> dict[str, Any]:
    """A CaseAccepted as plain JSON."""
    return {
        "agent_id": case.agent_id,
        "case_id": case.case_id,
        "status": case.status,
        "stage": place(_current_stage(case)).model_dump(mode="json"),
        "kind": case.kind,
        "why": list(case.why),
    }


def agent_view(agent: Agent) -> dict[str, Any]:
    """An AgentView as plain JSON."""
    suspension = agent.suspension
    return {
        "agent_id": agent.agent_id,
        "name": agent.name,
        "version": agent.version,
        "status": agent.status,
        "mode": agent.mode,
        "health": agent.health,
        "case_id": agent.case_id,
        "suspension": suspension.model_dump(mode="json") if suspension else None,
        "spec": json.loads(agent.spec_text()),
    }


def case_view(kept: Kept[CreationCase]) -> dict[str, Any]:
    """A CreationCaseView as plain JSON."""
    case = kept.value.model_dump(mode="json", include=set(CreationCaseView.model_fields))
    story = kept.latest.correlation_id if kept.latest else None
    return case | {"correlation_id": story}


def _current_stage(case: CreationCase) -> int:
    done = ("passed", "skipped")
    return next((stage.number for stage in case.stages if stage.status not in done), LAST_STAGE)
