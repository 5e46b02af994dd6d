"""A precedent that a person posts, and its size limits."""

from datetime import datetime

from events.precedents import PrecedentBody
from functions.approvals.rules.limits import json_problem
from functions.approvals.rules.precedent import Precedent, reference
from shared.kit.errors import FieldError, Invalid

MOST_CONDITIONS = 16
LARGEST_VALUE_BYTES = 4_096
_LONGEST = {"title": 200, "rationale": 4_000}
LONGEST_FIELD = 200


def precedent_of(posted: PrecedentBody, precedent_id: str, author: str, at: datetime) -> Precedent:
    """The precedent before its review. Raises Invalid for one that is too large."""
    _check_bounds(posted)
    return Precedent(
        precedent_id=precedent_id,
        reference=reference(posted.domain, precedent_id),
        title=posted.title,
        domain=posted.domain,
        kind=posted.kind,
        max_risk=posted.max_risk,
        conditions=posted.conditions,
        rationale=posted.rationale,
        example_approval_id=posted.example_approval_id,
        status="pending_review",
        author=author,
        created_at=at,
        version=0,
    )


def _check_bounds(posted: PrecedentBody) -> None:
    errors = [
        FieldError(name, f"must have at most {longest} characters")
        for name, longest in _LONGEST.items()
        if len(getattr(posted, name)) > longest
    ]
    if len(posted.conditions) > MOST_CONDITIONS:
        errors.append(FieldError("conditions", f"must be at most {MOST_CONDITIONS}"))
    for index, condition in enumerate(posted.conditions):
        if len(condition.field) > LONGEST_FIELD:
            problem = f"must have at most {LONGEST_FIELD} characters"
            errors.append(FieldError(f"conditions.{index}.field", problem))
        if value_problem := json_problem(condition.value, LARGEST_VALUE_BYTES):
            errors.append(FieldError(f"conditions.{index}.value", value_problem))
    if errors:
        raise Invalid(*errors)
