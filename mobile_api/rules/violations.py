"""From events that report a violation to the governor's view of it."""

from events import agents, approvals, violations
from mobile_api.rules.documents import VIOLATIONS, Fields, Step
from mobile_api.rules.facts import Fact
from mobile_api.views import ReportedViolation
from shared.kit.ids import derive_id
from shared.kit.models import part_of
from shared.kit.workspaces import placed


def violation_step(
    fact: Fact,
    violation: agents.Violation | violations.Violation,
    subject: approvals.Subject,
    reported_by: str,
    workspace_id: str | None = None,
) -> Step:
    """One document per event, independent of the documents of its subject, and in the workspace of
    that."""
    id = derive_id("vio", fact.time, fact.id)
    shown = part_of(
        ReportedViolation,
        violation,
        violation_id=id,
        subject=subject,
        reported_by=reported_by,
        at=fact.time,
    )

    fields = {"at": fact.at, "violation": shown.model_dump_json(), **placed(workspace_id)}

    def after(before: Fields | None) -> Fields:
        return before or fields

    return Step((VIOLATIONS, id), after)
