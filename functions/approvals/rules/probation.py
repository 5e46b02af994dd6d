"""The probation of a learned precedent: how far and how long it may approve, and which of its
matches a person decides who is not told of it."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Protocol

from events.precedents import Probation
from functions.approvals.rules.risk import declared
from shared.kit.instants import format_instant

LASTS = timedelta(days=30)
# So many must have agreed before a governor may establish it.
FEWEST_AGREED = 3
REACHES = ("agent", "workspace", "tenant", "platform")


class OnProbation(Protocol):
    """A precedent, as far as its probation goes."""

    @property
    def precedent_id(self) -> str:
        """Its id."""

    @property
    def probation(self) -> Probation | None:
        """None where a governor wrote or established it."""


def begun(probation: Probation | None, at: datetime) -> Probation | None:
    """The probation that begins with an activation: what people said before counts no more."""
    return probation and probation.but(ends_at=at + LASTS, audited=0, agreed=0)


def beyond(probation: Probation | None, content: Any, at: datetime) -> tuple[str, ...]:
    """Why the probation keeps the precedent from approving that content now, in words."""
    if probation is None:
        return ()
    reasons = []
    if probation.ends_at is not None and at > probation.ends_at:
        ended = format_instant(probation.ends_at)
        reasons.append(
            f"its probation ended at {ended}: a governor establishes it, or suspends it and "
            "activates it anew"
        )
    within = REACHES[: REACHES.index(probation.reach) + 1]
    for _, reach in declared(content, "blast_radius"):
        if reach not in within:
            reasons.append(f"on probation it reaches no further than {probation.reach}")
            break
    return tuple(reasons)


def is_audited(precedent: OnProbation, approval_id: str) -> bool:
    """Whether a person decides this match instead: one in so many, by a hash of two ids that no
    requester chooses."""
    if precedent.probation is None:
        return False
    digest = hashlib.sha256(f"{precedent.precedent_id} {approval_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % precedent.probation.audits_one_in == 0


def why_not_established(probation: Probation, at: datetime) -> str | None:
    """Why a governor cannot end the probation yet; None where they may."""
    if probation.agreed >= FEWEST_AGREED:
        return None
    told = (
        f"people agreed with it {probation.agreed} times without knowing of it, and "
        f"{FEWEST_AGREED} are needed"
    )
    if probation.ends_at is not None and at > probation.ends_at:
        ended = format_instant(probation.ends_at)
        return f"{told}: it ended at {ended}; suspend it and activate it anew for another one"
    return f"{told}: it goes on until {_shown(probation.ends_at)}"


def _shown(at: datetime | None) -> str:
    return format_instant(at) if at is not None else "its end"
