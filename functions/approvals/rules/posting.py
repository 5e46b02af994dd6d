"""A precedent that a person posts."""

from datetime import datetime

from events.precedents import PrecedentBody
from functions.approvals.rules.precedent import Precedent, reference
from shared.kit.callers import Actor
from shared.kit.models import part_of
from shared.kit.roles import GOVERNOR


def precedent_of(
    posted: PrecedentBody, precedent_id: str, author: Actor, at: datetime
) -> Precedent:
    """The precedent before its review."""
    return part_of(
        Precedent,
        posted,
        precedent_id=precedent_id,
        reference=reference(posted.domain, precedent_id),
        status="pending_review",
        author=author.principal,
        created_at=at,
        governed_at=at if GOVERNOR in author.roles else None,
        version=0,
    )
