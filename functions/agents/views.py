"""The answers of the API about agents, cases, skills and the pipeline (docs/contracts.md)."""

from typing import Any, Self

from pydantic import JsonValue

from events.agents import AgentStatus, CaseKind, Health, Mode, Reactivation, Stage, Suspension
from events.cases import CaseStatus, Finding, StageStatus, Withdrawal
from events.catalogue import Skill
from events.pipelines import PipelineState
from functions.agents.rules.agent import Agent, HeldReading, ReportCount
from functions.agents.rules.case import WAITING, CreationCase
from functions.agents.rules.judgement import Judgement
from functions.agents.rules.stages import DEPLOYMENT, findings_of, place
from shared.definitions import Draft
from shared.kit.contents import Contents
from shared.kit.instants import Instant, format_instant
from shared.kit.models import Model, Page, part_of
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace


class StageFinding(Finding):
    """A finding with the number of its stage."""

    stage: int

    @classmethod
    def all_of(cls, judgement: Judgement) -> tuple[Self, ...]:
        """Every finding, in the order of the stages."""
        return tuple(
            cls(stage=stage.number, **finding.model_dump())
            for stage in judgement.stages
            for finding in findings_of(judgement.stages, stage.number, judgement.findings)
        )


class CaseSummary(Model):
    """A creation case at its current stage. It is open until `ended_at`, takes a revision until
    `revisable_until` (null: none), and `next_step` says how it goes on."""

    case_id: str
    agent_id: str
    agent_name: str
    kind: CaseKind
    status: CaseStatus
    stage: Stage
    revision: int
    version: str
    requested_by: str
    requested_at: Instant
    revisable_until: Instant | None
    ended_at: Instant | None
    next_step: str
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, case: CreationCase, **fields: Any) -> Self:
        """The case, with its current stage and its next step."""
        done = ("passed", "skipped")
        open_stages = (each.number for each in case.stages if each.status not in done)
        stage = place(next(open_stages, DEPLOYMENT))
        return part_of(cls, case, stage=stage, next_step=_next_step(case), **fields)


def _next_step(case: CreationCase) -> str:
    path = f"/v1/workflows/{case.case_id}"
    if case.revisable_until is not None:
        by = format_instant(case.revisable_until)
        return f"POST the whole spec, repaired, to {path}/revisions by {by}, or POST {path}/cancel"
    if case.is_over:
        is_gone = case.agent_status == "deprecated"
        anew = "/v1/agents" if is_gone else f"/v1/agents/{case.agent_id}/changes"
        return f"the case is over: POST a spec to {anew} for another one"
    if case.status in WAITING:
        return f"the approval {case.approval_id} is decided"
    held = case.status == "approved"
    return "a governor resumes the pipeline" if held else "the configured reader reads its texts"


class CaseList(Page[CaseSummary]):
    """Creation cases, newest first."""


class CaseAccepted(CaseSummary):
    """The case that a request opened or changed; `why` gives the reason for a proposal or an
    evolution. `findings` are all of stages 1 to 5 where the request sent a spec. `withdrawal` is
    who cancelled it, and what came of that."""

    why: tuple[str, ...]
    findings: tuple[StageFinding, ...]
    withdrawal: Withdrawal | None

    @classmethod
    def after(cls, case: CreationCase, judgement: Judgement | None = None) -> Self:
        """The case, with the findings of the judgement that led to its stage."""
        return cls.of(case, findings=StageFinding.all_of(judgement) if judgement else ())


class DraftView(Draft):
    """A draft of a spec, its assumptions, what it leaves out of the definition, and the findings of
    stages 1 to 5 that it would have if it were submitted."""

    findings: tuple[StageFinding, ...]


class AgentView(Model):
    """An agent with the hash of its deployed spec or, before the first deployment, of its newest
    spec. `case_id` is its open case, null where none is open; `last_case_id` its newest case, open
    or not. `reports` counts the reports of each trigger, published or not; `held_reading` is a
    better reading of health that does not count yet; `reactivation` is the latest one."""

    agent_id: str
    name: str
    version: str
    status: AgentStatus
    mode: Mode
    health: Health
    case_id: str | None
    last_case_id: str
    suspension: Suspension | None
    reactivation: Reactivation | None
    reports: tuple[ReportCount, ...]
    held_reading: HeldReading | None
    spec_hash: str
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, agent: Agent, **fields: Any) -> Self:
        """The agent."""
        hash, last_case_id = agent.current.spec_hash, agent.newest.case_id
        return part_of(cls, agent, spec_hash=hash, last_case_id=last_case_id, **fields)


class AgentDetail(AgentView):
    """An agent with its spec, which is null where it was erased. `authors` are all whose text is in
    it: they decide about no change of it. `submitted_by` are its requester and who submitted the
    version that the spec is of: they may change it."""

    authors: tuple[str, ...]
    submitted_by: tuple[str, ...]
    spec: dict[str, JsonValue] | None
    erased_at: Instant | None = None

    @classmethod
    def showing(cls, agent: Agent, contents: Contents) -> Self:
        """The agent with the spec that it names. Raises ContentInvalid."""
        hash = agent.current.spec_hash
        return cls.of(
            agent,
            spec=contents.shown(hash),
            erased_at=contents.erased_at(hash),
            authors=tuple(sorted(agent.authors())),
            submitted_by=tuple(sorted(agent.submitters())),
        )


class AgentList(Page[AgentView]):
    """Agents, newest first."""


class StageView(Model):
    """One of the seven stages with its findings; null where they were erased."""

    number: int
    name: str
    status: StageStatus
    started_at: Instant | None
    finished_at: Instant | None
    findings: tuple[Finding, ...] | None
    certification_id: str | None
    approval_id: str | None


class CreationCaseView(CaseSummary):
    """A creation case with its seven stages and every finding. `authors` are all whose text is in
    its spec: they decide nothing about it. `submitted_by` are its requester and everyone who
    revised it: they may cancel and revise it."""

    why: tuple[str, ...]
    reason: PersonalText | None
    stages: tuple[StageView, ...]
    authors: tuple[str, ...]
    submitted_by: tuple[str, ...]
    withdrawal: Withdrawal | None
    correlation_id: str | None

    @classmethod
    def showing(cls, case: CreationCase, contents: Contents, correlation_id: str | None) -> Self:
        """The case with the findings that it names. Raises ContentInvalid."""
        findings = contents.shown(case.findings_hash)
        stages = tuple(_stage_view(case, number, findings) for number in range(len(case.stages)))
        return cls.of(case, stages=stages, correlation_id=correlation_id)


def _stage_view(case: CreationCase, index: int, findings: list[dict[str, str]] | None) -> StageView:
    stage = case.stages[index]
    if stage.number == DEPLOYMENT:
        return part_of(StageView, stage, findings=case.checks)
    if findings is None:
        return part_of(StageView, stage, findings=None if stage.found else ())
    own = findings_of(case.stages, stage.number, findings)
    return part_of(StageView, stage, findings=tuple(map(Finding.model_validate, own)))


class SkillList(Page[Skill]):
    """The catalogue of skills, by name."""


class PipelineView(Model):
    """Whether a tenant's pipeline runs, and who changed that last. A token for a workspace sees
    whether it is paused, since when and how many cases tripped it; it does not see which cases,
    nor what the person wrote who resumed it."""

    paused: bool = False
    reason: PersonalText = ""
    rolled_back: tuple[str, ...] = ()
    changed_by: str | None = None
    changed_at: Instant | None = None

    @classmethod
    def of(cls, pipeline: PipelineState | None) -> Self:
        """The pipeline; it runs by default."""
        return part_of(cls, pipeline) if pipeline else cls()

    @classmethod
    def within(cls, pipeline: PipelineState | None, workspace_id: str | None) -> Self:
        """The same for a token for that workspace."""
        shown = cls.of(pipeline)
        if workspace_id is None:
            return shown
        # Only the breaker pauses it, so nobody wrote the reason then.
        named = {"rolled_back": ()} if shown.paused else {"reason": "", "changed_by": None}
        return shown.but(**named)
