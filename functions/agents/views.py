"""The answers of the API about agents, cases, skills and the pipeline (docs/contracts.md)."""

import json
from typing import Self

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
from functions.agents.rules.breaker import Pipeline
from functions.agents.rules.case import CreationCase
from functions.agents.rules.skills import Skill
from functions.agents.rules.stages import place
from shared.kit.instants import Instant
from shared.kit.models import Model, part_of

LAST_STAGE = 7


class CaseAccepted(Model):
    """The current stage of the case that a request opened or changed; `why` gives the reason for a
    proposal or an evolution."""

    agent_id: str
    case_id: str
    status: CaseStatus
    stage: Stage
    kind: CaseKind
    why: tuple[str, ...]

    @classmethod
    def of(cls, case: CreationCase) -> Self:
        """The case's current stage."""
        done = ("passed", "skipped")
        open_stages = (each.number for each in case.stages if each.status not in done)
        return part_of(cls, case, stage=place(next(open_stages, LAST_STAGE)))


class AgentView(Model):
    """An agent with its deployed spec or, before the first deployment, its newest spec."""

    agent_id: str
    name: str
    version: str
    status: AgentStatus
    mode: Mode
    health: Health
    case_id: str | None
    suspension: Suspension | None
    spec: dict[str, JsonValue]

    @classmethod
    def of(cls, agent: Agent) -> Self:
        """The agent."""
        return part_of(cls, agent, spec=json.loads(agent.spec_text()))


class AgentList(Model):
    """Agents, newest first."""

    items: tuple[AgentView, ...]
    next_cursor: str | None


class CreationCaseView(Model):
    """A creation case with its seven stages and every finding."""

    case_id: str
    agent_id: str
    status: CaseStatus
    kind: CaseKind
    why: tuple[str, ...]
    revision: int
    version: str
    reason: str | None
    stages: tuple[StageState, ...]
    requested_by: str
    requested_at: Instant
    correlation_id: str | None


class SkillList(Model):
    """The catalogue of skills, by name."""

    items: tuple[Skill, ...]
    next_cursor: str | None = None


class PipelineView(Model):
    """Whether a tenant's pipeline runs, and who changed that last."""

    paused: bool = False
    reason: str = ""
    rolled_back: tuple[str, ...] = ()
    changed_by: str | None = None
    changed_at: Instant | None = None

    @classmethod
    def of(cls, pipeline: Pipeline | None) -> Self:
        """The pipeline; it runs by default."""
        return part_of(cls, pipeline) if pipeline else cls()
