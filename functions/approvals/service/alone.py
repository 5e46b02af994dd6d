"""What identity tells of a tenant's humans, and whether somebody is the only one."""

from events.members import MemberJoined, MemberRemoved, MemberRolesChanged, MemberState
from functions.approvals.aggregates import APPROVALS, HUMANS, HUMANS_ID, KNOWN_HUMANS, RUN
from functions.approvals.rules.alone import (
    Humans,
    KnownHuman,
    approved_as_self,
    follow,
    is_sole,
    may_be_self,
)
from functions.approvals.rules.approval import Verb
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.messaging.envelope import Envelope
from shared.policy.authorization import note_alone


async def follow_joined(event: Envelope) -> None:
    """Counts a human who joined."""
    await _follow(event, event.payload(MemberJoined))


async def follow_roles(event: Envelope) -> None:
    """Counts a human whose joining is not known yet."""
    await _follow(event, event.payload(MemberRolesChanged))


async def follow_gone(event: Envelope) -> None:
    """Stops counting a human who left."""
    await _follow(event, event.payload(MemberRemoved))


async def _follow(event: Envelope, published: MemberState) -> None:
    async def use_case(work: UnitOfWork) -> None:
        known, humans = await _known(work, published.principal_id)
        await work.save(*follow(known, humans, published, event.sequence))

    await RUN.reaction(event, use_case)


async def is_alone(work: Command, approval_id: str, verb: Verb) -> bool:
    """Whether the caller may approve their own request because the tenant has no other human, which
    the policies are told. The commit fails where somebody joined since. Reads nothing more about
    anybody else's request. Raises Unavailable."""
    approval, actor = await work.find(APPROVALS, approval_id), work.caller.actor
    alone = False
    if approval is not None and may_be_self(approval, verb, actor):
        alone = approved_as_self(approval, actor) or await _is_sole(work, actor.principal)
    note_alone(alone)
    return alone


async def _is_sole(work: Command, principal: str) -> bool:
    known, humans = await _known(work, principal)
    work.rely_on(HUMANS, HUMANS_ID)
    return is_sole(humans, known)


async def _known(work: UnitOfWork, principal: str) -> tuple[KnownHuman | None, Humans | None]:
    await work.prefetch((KNOWN_HUMANS, principal), (HUMANS, HUMANS_ID))
    return await work.find(KNOWN_HUMANS, principal), await work.find(HUMANS, HUMANS_ID)
