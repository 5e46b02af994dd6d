"""An invitation into a tenant: for one person, once, within seven days."""

from datetime import datetime, timedelta

from events.members import InvitationAccepted, InvitationCreated, InvitationRevoked, InvitationState
from functions.identity.rules.refusals import InvitationOver, InvitationUsedUp, NoInvitation
from functions.identity.rules.secrets import digest_of, same
from functions.identity.rules.tenant import Member, Roles, Tenant
from shared.kit.bookkeeping import RefusalReason
from shared.kit.control import STOPPED
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


def accept(
    invitation: Invitation | None, secret: str, tenant: Tenant | None, principal: str, at: datetime
) -> tuple[Step, ...]:
    """The used invitation; no change where the same principal used it before. Raises NoInvitation
    for none, for another secret and for a tenant that is not open, InvitationUsedUp for one that
    another used, was revoked, or is older than seven days."""
    if invitation is None or tenant is None:
        raise NoInvitation("unverified")
    whose = tenant.tenant_id
    if not same(invitation.secret_digest, digest_of(secret)):
        raise NoInvitation("unverified", whose)
    if stopped := STOPPED.get(tenant.status):
        raise NoInvitation(stopped, whose)
    if invitation.accepted_by == principal:
        return ()
    if invitation.status != "open":
        reason: RefusalReason = "replayed" if invitation.status == "accepted" else "revoked"
        detail = f"the invitation was {invitation.status}; ask for another"
        raise InvitationUsedUp(reason, detail, whose)
    if at > invitation.expires_at:
        detail = "the invitation is older than seven days; ask for another"
        raise InvitationUsedUp("expired", detail, whose)
    accepted = invitation.but(status="accepted", accepted_by=principal, accepted_at=at)
    return (Transition(accepted, InvitationAccepted),)


def check_stayed(member: Member | None, invitation_id: str, tenant_id: str) -> None:
    """Raises InvitationUsedUp unless whoever repeats an acceptance still has the place that it
    gave."""
    if member is None or not member.is_here or member.invitation_id != invitation_id:
        detail = "you left the tenant since; ask for another invitation"
        raise InvitationUsedUp("replayed", detail, tenant_id)


def revoke(invitation: Invitation) -> tuple[Step, ...]:
    """The revoked invitation; no change for one that was revoked before. Raises InvitationOver
    for one that was used."""
    if invitation.status == "accepted":
        raise InvitationOver("the invitation was accepted; remove the member instead")
    if invitation.status == "revoked":
        return ()
    revoked = invitation.but(status="revoked")
    return (Transition(revoked, InvitationRevoked),)
