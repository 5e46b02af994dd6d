"""The answers of the API about capsules and plans (docs/contracts.md)."""

from typing import Any, Self

from pydantic import Field

from events.capsules import CapsuleStatus
from events.plan_content import PlanContent, models_in
from events.plans import PlanStatus, Prediction
from functions.capsules.rules.capsule import Capsule
from functions.capsules.rules.lint import Finding
from functions.capsules.rules.plan import Plan, read_plan
from shared.kit.contents import Contents
from shared.kit.instants import Instant
from shared.kit.models import Model, Page, part_of
from shared.kit.places import Places
from shared.kit.workspaces import InWorkspace


class FindingView(Model):
    """What may be a mistake in a source, where, and what to write instead."""

    path: str
    line: int
    column: int
    message: str

    @classmethod
    def of(cls, finding: Finding, places: Places) -> Self:
        """The finding with its place."""
        line, column = places.of_path(finding.path)
        return cls(path=finding.path, line=line, column=column, message=finding.message)


class CapsuleView(Model):
    """A version of a capsule without its source."""

    name: str
    version: str
    status: CapsuleStatus
    checksum: str
    agent: str
    written_by: str
    written_at: Instant
    published_by: str | None
    published_at: Instant | None
    deprecated_at: Instant | None
    signature: str | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, capsule: Capsule, **fields: Any) -> Self:
        """The version."""
        return part_of(cls, capsule, **fields)


class CapsuleDrafted(CapsuleView):
    """A version that was written, and what may be a mistake in it."""

    findings: tuple[FindingView, ...]


class CapsuleDetail(CapsuleView):
    """A version with its source as it was written; null once it was erased."""

    source: str | None

    @classmethod
    def showing(cls, capsule: Capsule, contents: Contents) -> Self:
        """The version with its source."""
        shown = contents.shown(capsule.checksum)
        return cls.of(capsule, source=shown["source"] if shown else None)


class CapsulePage(Page[CapsuleView]):
    """Some versions of capsules, newest first."""


class PlanView(Model):
    """A plan. `estimate_usd_micros` is the most that a run of it costs, as far as that is known.
    `content` is what its hash covers, null once it was erased, and `models` those of it that choose
    in its steps. `prediction` is that of the newest
    full rehearsal in which nothing was denied."""

    plan_hash: str
    status: PlanStatus
    needs_assent: bool
    estimate_usd_micros: int
    compiled_by: str
    compiled_at: Instant
    workspace_id: InWorkspace = None
    content: PlanContent | None = None
    models: tuple[str, ...] | None = None
    prediction: Prediction | None = Field(default=None)

    @classmethod
    def showing(cls, plan: Plan, contents: Contents) -> Self:
        """The plan with its content and its prediction."""
        shown = contents.shown(plan.plan_hash)
        content = read_plan(shown) if shown else None
        predicted = contents.shown(plan.prediction_hash) if plan.prediction_hash else None
        return part_of(
            cls,
            plan,
            content=content,
            models=models_in(content) if content else None,
            prediction=Prediction.model_validate(predicted) if predicted else None,
        )
