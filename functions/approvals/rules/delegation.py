"""Deferral, escalation to the deputy, and delegation."""

from datetime import datetime, timedelta
from typing import Any

from events.approvals import (
    ApprovalDeferred,
    ApprovalDelegated,
    ApprovalEscalated,
)
from events.quorum import Grant
from functions.approvals.rules.approval import Approval, Step, transition
from functions.approvals.rules.commands import LONGEST_OPEN, DecisionBody
from functions.approvals.rules.quorum import places_for
from functions.approvals.rules.standing import Standing, acted_fields
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden
from shared.kit.roles import GOVERNOR


def defer(approval: Approval, command: DecisionBody, actor: Actor, at: datetime) -> Step:
    """Stops the clock until `until`: the remaining time is kept. Deferrals last up to 30 days in
    all. Raises Forbidden while somebody else's deferral runs, unless a governor defers."""
    assert command.until is not None
    if not _may_wake(approval, actor, at):
        raise Forbidden(
            f"{approval.deferred_by} deferred it: only they or a governor defer it anew; you may"
            " decide about it"
        )
    deadline = min(command.until + time_left(approval, at), approval.requested_at + LONGEST_OPEN)
    return transition(
        approval,
        ApprovalDeferred,
        status="deferred",
        deferred_until=command.until,
        deferred_by=actor.principal,
        deadline_at=deadline,
        note=command.note,
        **acted_fields(actor, at),
    )


def escalate(
    approval: Approval, command: DecisionBody, actor: Actor, standing: Standing, at: datetime
) -> Step:
    """Lets the deputy decide; a deputy who escalates hands the request back to the governor."""
    if standing.capacity == "deputy":
        grants = tuple(g for g in approval.grants if g.to not in (None, actor.principal))
    else:
        grants = _with(approval, None, actor, at)
    return _passed_on(approval, ApprovalEscalated, grants, command, actor, at)


def delegate(approval: Approval, command: DecisionBody, actor: Actor, at: datetime) -> Step:
    """Gives the places up to one other principal, who decides as a deputy."""
    grants = _with(approval, command.to, actor, at)
    return _passed_on(approval, ApprovalDelegated, grants, command, actor, at)


def time_left(approval: Approval, at: datetime) -> timedelta:
    """The time until the deadline, without the rest of a deferral."""
    until = approval.deferred_until
    return approval.deadline_at - (at if until is None else max(at, until))


def awake_fields(approval: Approval, at: datetime) -> dict[str, Any]:
    """Ends a deferral, if there is one, at `at`: the remaining time starts to run."""
    if approval.deferred_until is None:
        return {}
    deadline = at + time_left(approval, at)
    return {"deferred_until": None, "deferred_by": None, "deadline_at": deadline}


def open_status(grants: tuple[Grant, ...]) -> str:
    """The status without a deferral: escalated while the deputy may decide, else pending."""
    return "escalated" if any(grant.to is None for grant in grants) else "pending"


def _passed_on(
    approval: Approval,
    event: type[ApprovalDelegated] | type[ApprovalEscalated],
    grants: tuple[Grant, ...],
    command: DecisionBody,
    actor: Actor,
    at: datetime,
) -> Step:
    fields = acted_fields(actor, at)
    if _may_wake(approval, actor, at):
        fields |= awake_fields(approval, at) | {"status": open_status(grants)}
    return transition(approval, event, grants=grants, note=command.note, **fields)


def _may_wake(approval: Approval, actor: Actor, at: datetime) -> bool:
    """Whether no deferral runs that is another's: only who deferred and governors end one or
    replace it, because silence may decide as soon as it has ended."""
    is_running = approval.deferred_until is not None and at < approval.deferred_until
    return not is_running or GOVERNOR in actor.roles or approval.deferred_by == actor.principal


def _with(approval: Approval, to: str | None, actor: Actor, at: datetime) -> tuple[Grant, ...]:
    """The grants, in which the actor's place is passed on to nobody but `to`."""
    places = places_for(approval.rule, actor.principal, actor.roles)
    others = tuple(grant for grant in approval.grants if grant.by != actor.principal)
    return (*others, Grant(to=to, by=actor.principal, places=places, at=at))
