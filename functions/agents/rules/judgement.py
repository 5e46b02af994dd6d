"""Stages 1 to 5 in one pass: the findings of each check, and the resulting state of the case."""

from collections.abc import Iterable
from itertools import chain
from typing import Literal

from events.cases import Finding, StageState, StageStatus
from functions.agents.rules.checks.architecture import ARCHITECTURE
from functions.agents.rules.checks.ethics import ETHICS as ETHICS_CHECKS
from functions.agents.rules.checks.findings import Check, passed, run
from functions.agents.rules.checks.genesis import GENESIS
from functions.agents.rules.rights import Powers
from functions.agents.rules.stages import ETHICS, Stages, findings_of, stage_of
from functions.agents.rules.way_of_working import way_of_working
from shared.kit.models import Model

Outcome = Literal["ethics_cleared", "escalated", "returned", "blocked"]

STOPPED = ("failed", "escalated")
CHECKS: dict[int, tuple[Check, ...]] = {3: GENESIS, 4: ARCHITECTURE, ETHICS: ETHICS_CHECKS}


class Judgement(Model):
    """Stages 1 to 5, and their findings in the order of the stages. A stage after one that did not
    pass is pending, with the findings that it would have."""

    stages: Stages
    findings: tuple[Finding, ...]

    @property
    def stopped_at(self) -> int | None:
        """The stage that did not pass, or None."""
        return next((each.number for each in self.stages if each.status in STOPPED), None)

    @property
    def outcome(self) -> Outcome:
        """What becomes of the case."""
        if self.stopped_at is None:
            return "ethics_cleared"
        if self.stages[self.stopped_at - 1].status == "escalated":
            return "escalated"
        return "blocked" if self.stopped_at == ETHICS else "returned"

    @property
    def objections(self) -> tuple[Finding, ...]:
        """Why the stage that did not pass did not."""
        found = findings_of(self.stages, self.stopped_at or ETHICS, self.findings)
        return tuple(each for each in found if each.verdict in ("fail", "escalate"))


def judge(powers: Powers, *, with_reviews: bool = True) -> Judgement:
    """Stages 1 to 5 of a spec that passed stage 1, each with all of its findings; the first one
    that does not pass stops the case. `with_reviews` false skips stages 4 and 5, as for a proposal.

    Guarantees the same result for the same spec; the result depends on nothing else."""
    found = {1: _specification(powers), 2: way_of_working(powers)}
    for number, checks in CHECKS.items():
        if number == 3 or with_reviews:
            found[number] = [finding for check in checks for finding in run(check, powers)]
    stages: list[StageState] = []
    for number in range(1, ETHICS + 1):
        own = found.get(number)
        is_stopped = any(each.status in STOPPED for each in stages)
        status = "pending" if is_stopped else "skipped" if own is None else _status(own)
        stages.append(stage_of(number, status, found=len(own or ())))
    return Judgement(stages=tuple(stages), findings=tuple(chain.from_iterable(found.values())))


def _status(findings: Iterable[Finding]) -> StageStatus:
    verdicts = {finding.verdict for finding in findings}
    if "fail" in verdicts:
        return "failed"
    return "escalated" if "escalate" in verdicts else "passed"


def _specification(powers: Powers) -> list[Finding]:
    return [
        passed("schema", powers, "", f"{len(powers.deeds)} operations declared"),
        passed("unique_name", powers, "/name"),
        passed("known_skills", powers, "/skills"),
    ]
