"""A precedent that a person posts."""

from datetime import datetime

from events.precedents import PrecedentBody
from functions.approvals.rules.precedent import Precedent, reference
from functions.approvals.rules.standing import acted_fields
from shared.kit.callers import Actor
from shared.kit.models import part_of


def precedent_of(
    posted: PrecedentBody,
    precedent_id: str,
    author: Actor,
    at: datetime,
    workspace_id: str | None = None,
) -> Precedent:
    """The precedent before its review, in that workspace."""
    return part_of(
        Precedent,
        posted,
        precedent_id=precedent_id,
        reference=reference(posted.domain, precedent_id),
        status="pending_review",
        author=author.principal,
        created_at=at,
        version=0,
        workspace_id=workspace_id,
        **acted_fields(author, at),
    )
