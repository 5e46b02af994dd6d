"""From events that tell of a broken rule to what the governor sees of it."""

from typing import Protocol

from events.approvals import Subject
from mobile_api.rules.documents import VIOLATIONS, Fields, Step
from mobile_api.rules.facts import Fact
from mobile_api.views import Violation
from shared.kit.ids import derive_id


class Broken(Protocol):
    """A violation, whoever publishes it."""

    @property
    def rule(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def evidence(self) -> tuple[str, ...]: ...


def violation_step(fact: Fact, broken: Broken, subject: Subject, reported_by: str) -> Step:
    """One document per event, whatever is known of its subject by then."""
    violation = Violation(
        violation_id=derive_id("vio", fact.time, fact.id),
        rule=broken.rule,
        summary=broken.summary,
        evidence=broken.evidence,
        subject=subject,
        reported_by=reported_by,
        at=fact.time,
    )

    def after(before: Fields | None) -> Fields:
        return before or violation.model_dump(mode="json")

    return Step((VIOLATIONS, violation.violation_id), after)
