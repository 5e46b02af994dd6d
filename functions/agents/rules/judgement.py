"""Stages 1 to 5 in one pass: the findings of each check, and the resulting state of the case."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from functions.agents.rules.checks.architecture import (
    blast_radius,
    explicit_interfaces,
    layer_separation,
    rollback_path,
)
from functions.agents.rules.checks.boundaries import decision_boundaries
from functions.agents.rules.checks.bypass import gate_bypass_protection
from functions.agents.rules.checks.coupling import no_hidden_coupling
from functions.agents.rules.checks.data_handling import safe_data_handling
from functions.agents.rules.checks.ethics import (
    alignment,
    approval_boundary_integrity,
    precedent_requirements,
)
from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.checks.genesis import (
    completeness,
    evolution_triggers,
    governance_hooks,
    no_undue_burden,
    scope,
)
from functions.agents.rules.skills import CATALOGUE, Catalogue, unknown_skills
from functions.agents.rules.spec import Spec
from functions.agents.rules.way_of_working import way_of_working
from shared.kit.errors import Invalid
from shared.kit.models import Model

Check = Callable[[Spec], list[Finding]]
Outcome = Literal["ethics_cleared", "escalated", "returned", "blocked"]
StageOutcome = Literal["passed", "failed", "escalated", "skipped", "pending"]

STAGES = (
    "Specification",
    "Way of Working",
    "Genesis certification",
    "Architecture review",
    "Ethics review",
    "Governor approval",
    "Deployment",
)
GENESIS: tuple[Check, ...] = (
    completeness,
    scope,
    decision_boundaries,
    governance_hooks,
    evolution_triggers,
    no_undue_burden,
)
ARCHITECTURE: tuple[Check, ...] = (
    explicit_interfaces,
    layer_separation,
    no_hidden_coupling,
    blast_radius,
    rollback_path,
)
ETHICS: tuple[Check, ...] = (
    alignment,
    approval_boundary_integrity,
    gate_bypass_protection,
    safe_data_handling,
    precedent_requirements,
)
CHECKS = {3: GENESIS, 4: ARCHITECTURE, 5: ETHICS}


class StageJudgement(Model):
    """The result of one of the first five stages."""

    number: int
    outcome: StageOutcome
    findings: tuple[Finding, ...] = ()


class Judgement(Model):
    """The results of stages 1 to 5. `stopped_at` is the stage that did not pass, or None."""

    stages: tuple[StageJudgement, ...]
    outcome: Outcome
    stopped_at: int | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the stages."""
        return tuple(finding for stage in self.stages for finding in stage.findings)


def check_specification(spec: Spec, catalogue: Catalogue = CATALOGUE) -> None:
    """Stage 1's gate. Raises Invalid for each skill that the catalogue does not offer. The schema
    was checked when the spec was read; the store checks that the name is unique."""
    if errors := tuple(unknown_skills(spec.skills, catalogue)):
        raise Invalid(*errors)


def judge(spec: Spec, *, with_reviews: bool = True) -> Judgement:
    """Stages 1 to 5 of a spec that passed stage 1. Stops at the first stage that does not pass,
    with every finding up to it. `with_reviews` false skips stages 4 and 5, as for a proposal.

    Guarantees the same result for the same spec; the result depends on nothing else."""
    stages = [
        StageJudgement(number=1, outcome="passed", findings=_specification(spec)),
        _stage(2, way_of_working(spec)),
    ]
    for number, checks in CHECKS.items():
        if stages[-1].outcome not in ("passed", "skipped"):
            stages.append(StageJudgement(number=number, outcome="pending"))
        elif number > 3 and not with_reviews:
            stages.append(StageJudgement(number=number, outcome="skipped"))
        else:
            stages.append(_stage(number, [finding for check in checks for finding in check(spec)]))
    return _judgement(stages)


def reviewed(judgement: Judgement, added: Mapping[int, Sequence[Finding]]) -> Judgement:
    """The judgement with a reviewer's findings added to stages 3 to 5, by number. They can only
    make it stricter: a stage that failed stays failed, and a stage after one that no longer passes
    is pending again."""
    stages: list[StageJudgement] = []
    for stage in judgement.stages:
        if stages and stages[-1].outcome not in ("passed", "skipped"):
            stages.append(StageJudgement(number=stage.number, outcome="pending"))
        elif stage.outcome in ("skipped", "pending") or not added.get(stage.number):
            stages.append(stage)
        else:
            stages.append(_stage(stage.number, [*stage.findings, *added[stage.number]]))
    return _judgement(stages)


def _judgement(stages: list[StageJudgement]) -> Judgement:
    stopped = next((s for s in stages if s.outcome in ("failed", "escalated")), None)
    return Judgement(
        stages=tuple(stages), outcome=_outcome(stopped), stopped_at=stopped and stopped.number
    )


def _stage(number: int, findings: list[Finding]) -> StageJudgement:
    verdicts = {finding.verdict for finding in findings}
    outcome: StageOutcome = "passed"
    if verdicts != {"pass"}:
        outcome = "failed" if "fail" in verdicts else "escalated"
    return StageJudgement(number=number, outcome=outcome, findings=tuple(findings))


def _outcome(stopped: StageJudgement | None) -> Outcome:
    if stopped is None:
        return "ethics_cleared"
    if stopped.outcome == "escalated":
        return "escalated"
    return "blocked" if stopped.number == 5 else "returned"


def _specification(spec: Spec) -> tuple[Finding, ...]:
    return (
        Finding(
            check="schema", verdict="pass", evidence=f"{len(spec.passages)} texts read", path=""
        ),
        Finding(
            check="unique_name",
            verdict="pass",
            evidence=f'"{spec.name}": no other agent of the tenant has it',
            path="/name",
        ),
        Finding(
            check="known_skills",
            verdict="pass",
            evidence=f'"{", ".join(spec.skills)}": all are in the catalogue',
            path="/skills",
        ),
    )
