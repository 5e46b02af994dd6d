"""Who may decide an approval, and in which capacity."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from functions.approvals.rules.approval import Actor, Approval
from functions.approvals.rules.quorum import DEPUTY, GOVERNOR, places_for
from shared.kit.errors import Forbidden, SeparationOfDuties

TAKEOVER_AFTER = timedelta(hours=4)


@dataclass(frozen=True)
class Standing:
    """The right to decide: the capacity, and the places of the rule that it fills."""

    capacity: Literal["approver", "deputy"]
    places: tuple[int, ...]


def refuse_own_request(approval: Approval, actor: Actor) -> None:
    """Raises SeparationOfDuties for the requester."""
    if actor.principal == approval.requested_by:
        raise SeparationOfDuties()


def standing_of(approval: Approval, actor: Actor, *, took_over: bool) -> Standing:
    """The actor's right to decide. `took_over`: the deputy acts in the governor's place. The
    principal who took the final decision keeps this right, so that a repeat gets its answer.

    Raises Forbidden where there is none."""
    if direct := places_for(approval.rule, actor.principal, actor.roles):
        return Standing("approver", direct)
    if places := deputised_places(approval, actor):
        return Standing("deputy", places)
    if took_over and (places := governor_places(approval, actor)):
        return Standing("deputy", places)
    if not approval.is_open and approval.decided_by == actor.principal:
        return Standing("deputy", ())
    raise Forbidden("the approval's rule names neither you nor a role you hold")


def deputised_places(approval: Approval, actor: Actor) -> tuple[int, ...]:
    """The places that a delegation to this principal, or an escalation to the deputy's role,
    opened."""
    if approval.kind == "constitutional":
        return ()
    is_deputy = DEPUTY in actor.roles
    opened = {
        place
        for grant in approval.grants
        if grant.to == actor.principal or (grant.to is None and is_deputy)
        for place in grant.places
    }
    return tuple(sorted(opened))


def governor_places(approval: Approval, actor: Actor) -> tuple[int, ...]:
    """The governor's places, for a deputy, unless the request is constitutional."""
    if approval.kind == "constitutional" or DEPUTY not in actor.roles:
        return ()
    return tuple(i for i, place in enumerate(approval.rule.of) if place.role == GOVERNOR)


def depends_on_takeover(approval: Approval, actor: Actor) -> bool:
    """Whether the actor could decide only by taking over (finding out costs reads)."""
    return (
        not places_for(approval.rule, actor.principal, actor.roles)
        and not deputised_places(approval, actor)
        and bool(governor_places(approval, actor))
    )


def takeover_cutoff(at: datetime) -> datetime:
    """A deadline that was missed at or before this moment lets the deputy take over at `at`."""
    return at - TAKEOVER_AFTER


def acted_fields(approval: Approval, standing: Standing, at: datetime) -> dict[str, Any]:
    """Records that the governor acted on this approval at `at`, which ends any takeover."""
    is_governor = standing.capacity == "approver" and any(
        approval.rule.of[place].role == GOVERNOR for place in standing.places
    )
    return {"governed_at": at} if is_governor else {}
