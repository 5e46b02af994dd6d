"""A precedent that a person posts."""

from datetime import datetime

from events.precedents import PrecedentBody
from functions.approvals.rules.precedent import Precedent, reference


def precedent_of(posted: PrecedentBody, precedent_id: str, author: str, at: datetime) -> Precedent:
    """The precedent before its review."""
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
