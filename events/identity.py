"""What `identity` publishes: principals, their sessions, tenants with their members, and keys.

None of it holds a name, an address or a secret of a person: a principal's id is its pseudonym."""

from typing import Annotated, Literal

from events.registry import event
from shared.kit.control import TenantStatus
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData, Model
from shared.kit.personal import Personal, PersonalText
from shared.kit.tier_limits import Tier

TOPIC = "identity"

Client = Literal["browser", "device", "client", "support"]
EndedBecause = Literal["signed_out", "revoked", "reused", "replaced", "removed"]
InvitationStatus = Literal["open", "accepted", "revoked"]


class PrincipalState(EventData):
    """A principal after the event. `provider` is where it signed in first."""

    principal_id: str
    kind: Literal["human"]
    provider: str
    created_at: Instant


@event("assent.principal.created.v1")
class PrincipalCreated(PrincipalState):
    """Somebody signed in for the first time."""


class SessionState(EventData):
    """A session after the event: one sign-in, and all tokens that follow from it. `client_id` is
    the address of a client that a person let in; `impersonator` the platform admin who acts as the
    principal in it; `passkey_id` the passkey that signed it in."""

    session_id: str
    principal_id: str
    client: Client
    client_id: str | None = None
    provider: str
    passkey_id: str | None = None
    started_at: Instant
    expires_at: Instant
    ended_at: Instant | None = None
    ended_because: EndedBecause | None = None
    impersonator: str | None = None


@event("assent.session.started.v1")
class SessionStarted(SessionState):
    """A principal signed in, in a browser or on a device, or a client that it let in began."""


@event("assent.session.ended.v1")
class SessionEnded(SessionState):
    """The session gives no token any more: its owner signed out or revoked it, a token of it was
    used a second time, which means that somebody copied it (`reused`), a platform admin, who has
    one session at a time, signed in again (`replaced`), or its owner was removed from the tenant
    whose issuer they signed in at."""


class DeviceGrantState(EventData):
    """The request of a device to act for a person, after the event."""

    grant_id: str
    scope: str
    requested_at: Instant
    expires_at: Instant
    decided_by: str | None = None
    decided_at: Instant | None = None
    allowed: bool | None = None


@event("assent.device_grant.decided.v1")
class DeviceGrantDecided(DeviceGrantState):
    """A signed-in person allowed a device to act for them, or denied it."""


class ClientGrantState(EventData):
    """What a person let a client do, in the tenant `given_in`. `client_id` is the address of the
    document that describes the client, `resource` the server that its tokens are for."""

    grant_id: str
    client_id: str
    principal_id: str
    given_in: str
    scope: str
    resource: str
    given_at: Instant


@event("assent.client_grant.given.v1")
class ClientGrantGiven(ClientGrantState):
    """A signed-in person let a client act for them in a tenant. The session that follows has its
    `client_id`, and ends when the person revokes it."""


class PasskeyState(EventData):
    """A passkey after the event. `public_key` is a COSE key and `credential_id` the authenticator's
    name of it, both in base64url; `rp_id` is the site that it was made for; `sign_count` how often
    it had signed when it was added; `is_synced` says that its owner's other devices may have it.
    `added_in` and `removed_in` are the sessions in which that happened."""

    passkey_id: str
    principal_id: str
    credential_id: str
    public_key: str
    rp_id: str
    sign_count: int
    is_synced: bool
    added_at: Instant
    added_in: str
    removed_at: Instant | None = None
    removed_in: str | None = None


@event("assent.passkey.added.v1")
class PasskeyAdded(PasskeyState):
    """Somebody who had just signed in added a passkey: it signs decisions from now on."""


@event("assent.passkey.removed.v1")
class PasskeyRemoved(PasskeyState):
    """Its owner removed the passkey: it signs nothing any more, and is never added again."""


class TenantState(EventData):
    """A tenant after the event. `admins` and `governors` are the principals with those roles; at
    `closes_at` it is closed for good."""

    tenant_id: str
    slug: str
    tier: Tier
    status: TenantStatus
    created_by: str
    created_at: Instant
    admins: tuple[str, ...]
    governors: tuple[str, ...]
    suspended_at: Instant | None = None
    closes_at: Instant | None = None


@event("assent.tenant.created.v1")
class TenantCreated(TenantState):
    """Somebody signed up; the founder is its admin and its governor."""


@event("assent.tenant.renamed.v1")
class TenantRenamed(TenantState):
    """An admin gave the tenant another name, which no event holds."""


@event("assent.tenant.suspended.v1")
class TenantSuspended(TenantState):
    """A platform admin suspended the tenant: nothing happens in it until it is resumed."""

    reason: PersonalText


@event("assent.tenant.closing_requested.v1")
class TenantClosingRequested(TenantState):
    """An admin of the tenant closes it. Nothing happens in it, and until `closes_at` an admin may
    resume it."""


@event("assent.tenant.resumed.v1")
class TenantResumed(TenantState):
    """A platform admin lifted the suspension, or an admin of the tenant its closing. The tenant is
    open, unless the other of the two lasts."""


@event("assent.tenant.closed.v1")
class TenantClosed(TenantState):
    """Its thirty days passed: the tenant is closed for good."""


@event("assent.flag.changed.v1")
class FlagChanged(EventData):
    """An admin of the tenant turned a feature on for `percent` of its principals."""

    name: str
    percent: int


class WorkspaceState(EventData):
    """A workspace of the tenant after the event: a part of it that tokens can be narrowed to."""

    workspace_id: str
    created_by: str
    created_at: Instant
    archived_at: Instant | None = None


@event("assent.workspace.created.v1")
class WorkspaceCreated(WorkspaceState):
    """An admin made a workspace."""


@event("assent.workspace.archived.v1")
class WorkspaceArchived(WorkspaceState):
    """An admin archived the workspace: no token is given for it any more."""


@event("assent.workspace.reopened.v1")
class WorkspaceReopened(WorkspaceState):
    """An admin took the workspace back into use."""


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


class ImpersonationState(EventData):
    """Support that acts as the member `principal_id`, after the event. It only reads."""

    session_id: str
    principal_id: str
    impersonator: str
    reason: Annotated[str, Personal(of="impersonator")]
    started_at: Instant
    expires_at: Instant
    ended_at: Instant | None = None
    ended_by: str | None = None


@event("assent.impersonation.started.v1")
class ImpersonationStarted(ImpersonationState):
    """A platform admin acts as the member from now on, for half an hour; the member is told."""


@event("assent.impersonation.ended.v1")
class ImpersonationEnded(ImpersonationState):
    """The platform admin, the member or an admin of the tenant ended it before its time."""


class SupportAccessState(EventData):
    """Whether support may act as members of the tenant, after the event."""

    allowed: bool
    changed_by: str
    changed_at: Instant


@event("assent.support_access.changed.v1")
class SupportAccessChanged(SupportAccessState):
    """An admin of the tenant allowed support to act as its members, or forbade it."""


class GroupRoles(Data):
    """The roles of everybody in the directory's group of that name."""

    group: str
    roles: tuple[str, ...]


class SsoState(EventData):
    """A tenant's own issuer after the event. `verified_at`: since when its mail domain is proven to
    be the tenant's; before that, nobody signs in there. `joins`: whether
    whoever has a verified address at the domain becomes a member at their first sign-in; otherwise
    only people of the directory are let in."""

    issuer: str
    client_id: str
    domain: str
    joins: bool
    default_roles: tuple[str, ...]
    groups: tuple[GroupRoles, ...]
    changed_by: str
    changed_at: Instant
    verified_at: Instant | None = None


@event("assent.sso.configured.v1")
class SsoConfigured(SsoState):
    """An admin said at which issuer the tenant's people sign in, and which roles they have."""


@event("assent.sso.domain_verified.v1")
class SsoDomainVerified(SsoState):
    """The tenant proved that the mail domain is its own."""


class ApiKeyState(EventData):
    """A key after the event. It acts as the member `principal_id`, with `scopes`; a key of a person
    has no role, one of a service has the service's. `requests_per_minute` limits it below what the
    tenant's tier allows."""

    key_id: str
    principal_id: str
    scopes: tuple[str, ...]
    created_at: Instant
    expires_at: Instant
    requests_per_minute: int | None = None
    rotated_at: Instant | None = None
    revoked_at: Instant | None = None
    revoked_by: str | None = None


@event("assent.api_key.created.v1")
class ApiKeyCreated(ApiKeyState):
    """A member made a key for itself, or an admin one for a service."""


@event("assent.api_key.rotated.v1")
class ApiKeyRotated(ApiKeyState):
    """The key has another secret; the earlier one is taken for 24 more hours."""


@event("assent.api_key.revoked.v1")
class ApiKeyRevoked(ApiKeyState):
    """The key is taken no more."""


@event("assent.person.erased.v1")
class PersonErased(EventData):
    """The key of what the principal wrote in the tenant was erased: nobody reads those texts from
    now on. What they write later has another key."""

    principal_id: str
    erased_at: Instant
