"""An invitation into a tenant: for one person, once, within seven days."""

from datetime import datetime, timedelta

from events.identity import (
    InvitationAccepted,
    InvitationCreated,
    InvitationRevoked,
    InvitationState,
)
from functions.identity.rules.secrets import digest_of, same
from functions.identity.rules.tenant import Roles
from shared.kit.errors import InvitationOver, NotFound
from shared.kit.models import Model
from shared.kit.transitions import Transition

LIFE = timedelta(days=7)


class InvitationBody(Model):
    """What an admin gives to whoever accepts."""

    roles: Roles


class Invitation(InvitationState):
    """The fields that events publish, and the digest of its secret."""

    secret_digest: str


Step = Transition[Invitation]


def invite(invitation_id: str, roles: tuple[str, ...], secret: str, by: str, at: datetime) -> Step:
    """A new invitation."""
    invitation = Invitation(
        invitation_id=invitation_id,
        roles=tuple(sorted(set(roles))),
        invited_by=by,
        created_at=at,
        expires_at=at + LIFE,
        status="open",
        secret_digest=digest_of(secret),
    )
    return Transition(invitation, InvitationCreated)


def accept(invitation: Invitation, secret: str, principal: str, at: datetime) -> tuple[Step, ...]:
    """The used invitation; no change where the same principal used it before. Raises NotFound for
    another secret, InvitationOver for one that another used, was revoked, or is older than seven
    days."""
    if not same(invitation.secret_digest, digest_of(secret)):
        raise NotFound("there is no such invitation")
    if invitation.accepted_by == principal:
        return ()
    if invitation.status != "open":
        raise InvitationOver(f"the invitation was {invitation.status}; ask for another")
    if at > invitation.expires_at:
        raise InvitationOver("the invitation is older than seven days; ask for another")
    accepted = invitation.but(status="accepted", accepted_by=principal, accepted_at=at)
    return (Transition(accepted, InvitationAccepted),)


def revoke(invitation: Invitation) -> tuple[Step, ...]:
    """The revoked invitation; no change for one that was revoked before. Raises InvitationOver
    for one that was used."""
    if invitation.status == "accepted":
        raise InvitationOver("the invitation was accepted; remove the member instead")
    if invitation.status == "revoked":
        return ()
    revoked = invitation.but(status="revoked")
    return (Transition(revoked, InvitationRevoked),)
