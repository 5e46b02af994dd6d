"""Stages 1 to 5 in one pass: the findings of each check, and the resulting state of the case."""

from collections.abc import Sequence
from typing import Literal

from events.cases import Finding, StageState
from events.specs import Spec
from functions.agents.rules.catalogue import CATALOGUE, Catalogue, unknown_skills
from functions.agents.rules.checks.architecture import ARCHITECTURE
from functions.agents.rules.checks.ethics import ETHICS
from functions.agents.rules.checks.findings import Check, passed, run
from functions.agents.rules.checks.genesis import GENESIS
from functions.agents.rules.rights import Powers
from functions.agents.rules.way_of_working import way_of_working
from shared.kit.errors import Invalid
from shared.kit.models import Model

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
ETHICS_STAGE = 5
CHECKS: dict[int, tuple[Check, ...]] = {3: GENESIS, 4: ARCHITECTURE, ETHICS_STAGE: ETHICS}


class StageJudgement(Model):
    """The result of one of the first five stages. A stage after one that did not pass is pending,
    with the findings that it would have."""

    number: int
    outcome: StageOutcome
    findings: tuple[Finding, ...] = ()


class Judgement(Model):
    """The results of stages 1 to 5."""

    stages: tuple[StageJudgement, ...]

    @property
    def stopped_at(self) -> int | None:
        """The stage that did not pass, or None."""
        stopping = (s.number for s in self.stages if s.outcome in ("failed", "escalated"))
        return next(stopping, None)

    @property
    def outcome(self) -> Outcome:
        """What becomes of the case."""
        if self.stopped_at is None:
            return "ethics_cleared"
        if self.stages[self.stopped_at - 1].outcome == "escalated":
            return "escalated"
        return "blocked" if self.stopped_at == ETHICS_STAGE else "returned"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the stages."""
        return tuple(finding for stage in self.stages for finding in stage.findings)


def check_specification(spec: Spec, catalogue: Catalogue = CATALOGUE) -> None:
    """Stage 1's gate. Raises Invalid for each skill that the catalogue does not offer. The schema
    was checked when the spec was read; the store checks that the name is unique."""
    if errors := tuple(unknown_skills(spec.skills, catalogue)):
        raise Invalid(*errors)


def judge(powers: Powers, *, with_reviews: bool = True) -> Judgement:
    """Stages 1 to 5 of a spec that passed stage 1, each with all of its findings; the first one
    that does not pass stops the case. `with_reviews` false skips stages 4 and 5, as for a proposal.

    Guarantees the same result for the same spec; the result depends on nothing else."""
    stages = [
        StageJudgement(number=1, outcome="passed", findings=_specification(powers)),
        _stage(2, way_of_working(powers)),
    ]
    for number, checks in CHECKS.items():
        if number > 3 and not with_reviews:
            stages.append(StageJudgement(number=number, outcome="skipped"))
        else:
            stages.append(_stage(number, [f for check in checks for f in run(check, powers)]))
    stopped_at = Judgement(stages=tuple(stages)).stopped_at or ETHICS_STAGE
    pending = {"outcome": "pending"}
    return Judgement(
        stages=tuple(s.model_copy(update=pending) if s.number > stopped_at else s for s in stages)
    )


def with_concerns(
    stages: Sequence[StageState], findings: Sequence[Finding], concerns: Sequence[Finding]
) -> Judgement:
    """The judgement of a cleared case, from what is stored of it, with what a reader of its texts
    doubts added to stage 5. A concern fails nothing."""
    left = list(findings)
    judged = []
    for stage in stages[:ETHICS_STAGE]:
        own, left = left[: stage.found], left[stage.found :]
        if stage.number == ETHICS_STAGE:
            own += concerns
        judged.append(StageJudgement(number=stage.number, outcome="passed", findings=tuple(own)))
    return Judgement(stages=tuple(judged))


def _stage(number: int, findings: list[Finding]) -> StageJudgement:
    verdicts = {finding.verdict for finding in findings}
    outcome: StageOutcome = "passed"
    if not verdicts.isdisjoint(("fail", "escalate")):
        outcome = "failed" if "fail" in verdicts else "escalated"
    return StageJudgement(number=number, outcome=outcome, findings=tuple(findings))


def _specification(powers: Powers) -> tuple[Finding, ...]:
    return (
        passed("schema", powers, "", f"{len(powers.deeds)} operations declared"),
        passed("unique_name", powers, "/name"),
        passed("known_skills", powers, "/skills"),
    )
