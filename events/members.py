"""What `identity` publishes of the members of tenants, and of invitations."""

from typing import Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData, Model

TOPIC = "identity"

InvitationStatus = Literal["open", "accepted", "revoked"]


class WorkspaceRoles(Model):
    """What a member may do in one workspace, beyond its roles in the whole tenant."""

    workspace_id: str
    roles: tuple[str, ...]


class MemberState(EventData):
    """A principal's place in a tenant after the event. A service is a program of the tenant's and
    has no other place. From `deputy_from` until `deputy_until` the member is also the governors'
    deputy, as `deputy_by` said."""

    principal_id: str
    kind: Literal["human", "service"] = "human"
    roles: tuple[str, ...]
    workspaces: tuple[WorkspaceRoles, ...] = ()
    deputy_from: Instant | None = None
    deputy_until: Instant | None = None
    deputy_by: str | None = None
    joined_at: Instant
    invitation_id: str | None = None
    removed_at: Instant | None = None


@event("assent.member.joined.v1")
class MemberJoined(MemberState):
    """The founder, somebody who accepted an invitation, or a new service belongs to the tenant."""


@event("assent.member.roles_changed.v1")
class MemberRolesChanged(MemberState):
    """An admin gave the member other roles, in the tenant or in a workspace."""


@event("assent.member.deputy_changed.v1")
class MemberDeputyChanged(MemberState):
    """A governor or an admin named the member as deputy between two moments, or ended that."""


@event("assent.member.signed_out.v1")
class MemberSignedOut(MemberState):
    """An admin ended what the member had signed in to before: it signs in again for this tenant."""


@event("assent.member.removed.v1")
class MemberRemoved(MemberState):
    """The member no longer belongs to the tenant: an admin removed them, or they left."""


class InvitationState(EventData):
    """An invitation into a tenant after the event."""

    invitation_id: str
    roles: tuple[str, ...]
    invited_by: str
    created_at: Instant
    expires_at: Instant
    status: InvitationStatus
    accepted_by: str | None = None
    accepted_at: Instant | None = None


@event("assent.invitation.created.v1")
class InvitationCreated(InvitationState):
    """An admin invited somebody, with the roles that they will have."""


@event("assent.invitation.accepted.v1")
class InvitationAccepted(InvitationState):
    """Somebody used the invitation, which nobody can use again."""


@event("assent.invitation.revoked.v1")
class InvitationRevoked(InvitationState):
    """An admin revoked the invitation."""
