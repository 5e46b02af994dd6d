"""Who may decide an approval, and in which capacity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from events.quorum import Grant, Place
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.quorum import name_of, places_for
from shared.kit.callers import Actor
from shared.kit.control import Suspension
from shared.kit.errors import Forbidden, SeparationOfDuties
from shared.kit.roles import DEPUTY, GOVERNOR

TAKEOVER_AFTER = timedelta(hours=4)


@dataclass(frozen=True)
class Standing:
    """The right to decide: the capacity, and the places of both rules that it fills. A governor
    without a place may refuse, and break the glass; who was added by the requester may only vote
    and refuse."""

    capacity: Literal["approver", "governor", "deputy", "self"]
    places: tuple[int, ...] = ()
    added_places: tuple[int, ...] = ()
    is_governor: bool = False
    on_behalf_of: str | None = None

    @property
    def may_vote(self) -> bool:
        """Whether a yes would fill a place."""
        return bool(self.places or self.added_places)

    @property
    def was_only_added(self) -> bool:
        """Whether only the requester wanted this person to be asked."""
        return self.capacity == "approver" and not self.places

    @property
    def takes_back(self) -> bool:
        """Whether a refusal takes back what was approved: a governor's, or that of who has a place
        in the policy's rule now, of their own or passed on."""
        return self.is_governor or bool(self.places)


def refuse_own_assent(approval: Approval, actor: Actor) -> None:
    """Raises SeparationOfDuties for everyone whose text is in the content: they assent to nothing.
    Authorship bars nobody from refusing, or whoever sends a governor's text again would take the
    governor's word away."""
    if actor.principal in approval.authors:
        raise SeparationOfDuties(
            "the content has your text in it: you may refuse it, and only somebody else may"
            " approve; where nobody else can, the tenant gives somebody else the role"
        )


def standing_of(approval: Approval, actor: Actor, *, took_over: bool) -> Standing:
    """The actor's right to decide. `took_over`: the deputy acts in the governor's place. The
    principal who took the final decision keeps this right, so that a repeat gets its answer.

    Raises Forbidden where there is none."""
    added = places_for(approval.added_rule, actor.principal, actor.roles)
    is_governor = GOVERNOR in actor.roles
    if direct := own_places(approval, actor):
        return Standing("approver", direct, added, is_governor)
    if grant := usable_grant(approval, actor):
        places = _places_of(grant, approval, actor)
        return Standing("deputy", places, added, is_governor, grant.by)
    if took_over and (places := governor_places(approval, actor)):
        return Standing("deputy", places, added, is_governor)
    if is_governor:
        return Standing("governor", (), added, is_governor)
    if added:
        return Standing("approver", (), added)
    if not approval.is_open and approval.decided_by == actor.principal:
        return Standing("deputy")
    raise Forbidden(f"{who_may(approval)} may decide; you are none of them")


def own_places(approval: Approval, actor: Actor) -> tuple[int, ...]:
    """The places of the policy's rule that the actor could fill: none for who delegated them, or
    for whom a deputy has voted."""
    name = actor.principal
    delegated = any(grant.by == name and grant.to is not None for grant in approval.grants)
    if delegated or was_voted_for(approval, name):
        return ()
    return places_for(approval.rule, name, actor.roles)


def was_voted_for(approval: Approval, principal: str) -> bool:
    """Whether a deputy voted with the place that the principal had passed on."""
    return any(vote.on_behalf_of == principal for vote in approval.votes)


def usable_grant(approval: Approval, actor: Actor) -> Grant | None:
    """The first delegation to this principal, or escalation to the deputy's role, through which the
    actor may still vote: each opens one place, to somebody with the role that the place asks for,
    unless who gave it has voted. A deputy who voted keeps the one that was used."""
    if approval.kind == "constitutional":
        return None
    used = {vote.on_behalf_of for vote in approval.votes if vote.principal != actor.principal}
    voted = {vote.principal for vote in approval.votes}
    for grant in approval.grants:
        is_free = grant.by not in used and grant.by not in voted
        if is_free and _is_for(grant, actor) and _places_of(grant, approval, actor):
            return grant
    return None


def governor_places(approval: Approval, actor: Actor) -> tuple[int, ...]:
    """The governor's places, for a deputy, unless the request is constitutional."""
    if approval.kind == "constitutional" or DEPUTY not in actor.roles:
        return ()
    return tuple(i for i, place in enumerate(approval.rule.of) if place.role == GOVERNOR)


def depends_on_takeover(approval: Approval, actor: Actor) -> bool:
    """Whether the actor could decide only by taking over (finding out costs reads)."""
    return (
        not own_places(approval, actor)
        and usable_grant(approval, actor) is None
        and bool(governor_places(approval, actor))
    )


def passes_to_deputy(place: Place) -> bool:
    """Whether a deputy may fill the place for its holder."""
    return place.principal is not None or place.role == GOVERNOR


def who_may(approval: Approval) -> str:
    """The approvers of both rules and the governors, in words."""
    added = approval.added_rule.of if approval.added_rule else ()
    names = [name_of(place) for place in (*approval.rule.of, *added)]
    return ", ".join(dict.fromkeys([*names, f"role:{GOVERNOR}"]))


def takeover_cutoff(at: datetime, suspensions: Sequence[Suspension] = ()) -> datetime:
    """A deadline that was missed at or before this moment lets the deputy take over at `at`. While
    the tenant was suspended, no governor could have acted."""
    cutoff = at - TAKEOVER_AFTER
    for each in reversed(suspensions):
        until = each.until or at
        if until > cutoff:
            cutoff -= until - each.at
    return cutoff


def acted_fields(actor: Actor, at: datetime) -> dict[str, Any]:
    """Records that a governor acted at `at`, which ends any takeover; nothing for anybody else."""
    return {"governed_at": at} if GOVERNOR in actor.roles else {}


def _is_for(grant: Grant, actor: Actor) -> bool:
    return grant.to == actor.principal or (grant.to is None and DEPUTY in actor.roles)


def _places_of(grant: Grant, approval: Approval, actor: Actor) -> tuple[int, ...]:
    rule = approval.rule
    return tuple(place for place in grant.places if _may_stand_in(rule.of[place], actor))


def _may_stand_in(place: Place, actor: Actor) -> bool:
    """A role's place asks for that role, a governor's also for a deputy; who stands in for a named
    principal must be a governor or a deputy."""
    if place.role is not None and place.role in actor.roles:
        return True
    return passes_to_deputy(place) and not actor.roles.isdisjoint((GOVERNOR, DEPUTY))
