"""What callers see of principals, sessions, tenants, members, invitations and keys."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue

from events.identity import (
    ApiKeyState,
    Client,
    EndedBecause,
    ImpersonationState,
    InvitationState,
    InvitationStatus,
    MemberState,
    SsoState,
    WorkspaceState,
)
from functions.identity.rules.api_key import ApiKey
from functions.identity.rules.impersonation import Impersonation, SupportAccess
from functions.identity.rules.invitation import Invitation
from functions.identity.rules.passkey import Passkey
from functions.identity.rules.session import Session
from functions.identity.rules.tenant import Member, Tenant
from functions.identity.rules.workspace import Workspace
from shared.kit.control import Control, TenantStatus
from shared.kit.instants import Instant
from shared.kit.models import Model, part_of


class SessionView(Model):
    """A session of the caller's own. `client_id` is the program that the caller let in, `scope`
    what it may do: where it is empty, all that the caller may."""

    session_id: str
    client: Client
    client_id: str | None
    tenant_id: str | None
    scope: str
    provider: str
    passkey_id: str | None
    device: str
    started_at: Instant
    used_at: Instant
    expires_at: Instant
    ended_at: Instant | None
    ended_because: EndedBecause | None
    impersonator: str | None

    @classmethod
    def of(cls, session: Session) -> Self:
        """What its owner sees of it."""
        return part_of(cls, session)


class SessionPage(Model):
    """A page of sessions."""

    items: tuple[SessionView, ...]
    next_cursor: str | None


class TenantView(Model):
    """A tenant, for its members."""

    tenant_id: str
    slug: str
    name: str
    tier: str
    status: TenantStatus
    created_at: Instant
    closes_at: Instant | None = None

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        """What its members see of it."""
        return part_of(cls, tenant)


class FlagBody(Model):
    """For which share of the tenant's principals a feature is on."""

    percent: Annotated[int, Field(ge=0, le=100, strict=True)]


class FlagView(FlagBody):
    """A feature, and whether it is on for the caller."""

    name: str
    on: bool

    @classmethod
    def of(cls, control: Control, name: str, principal: str) -> Self:
        """What the principal sees of it; one that nobody set is on for nobody."""
        flag = control.flags.get(name)
        percent = flag.percent if flag is not None else 0
        return cls(name=name, percent=percent, on=control.has_flag(name, principal))


class TenantsView(Model):
    """The caller's tenants, the newest last."""

    items: tuple[TenantView, ...]
    next_cursor: None = None


class Me(Model):
    """Who the caller is, and what its token allows. `tenant` is the one that the token is for,
    `workspace_id` the workspace that it is narrowed to; `passkeys` are the ids of the caller's
    passkeys."""

    principal_id: str
    name: str
    mail: str
    tenant: TenantView | None
    workspace_id: str | None
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    passkeys: tuple[str, ...]


class PasskeyView(Model):
    """A passkey of the caller's own; `added_in` is the session in which it was added."""

    passkey_id: str
    name: str
    is_synced: bool
    added_at: Instant
    added_in: str
    removed_at: Instant | None

    @classmethod
    def of(cls, passkey: Passkey) -> Self:
        """What its owner sees of it."""
        return part_of(cls, passkey)


class PasskeysView(Model):
    """The caller's passkeys, the newest last."""

    items: tuple[PasskeyView, ...]
    next_cursor: None = None


class PasskeyOptions(Model):
    """What `navigator.credentials` takes as `publicKey`, in the JSON form of WebAuthn: `create` for
    a passkey that is added, `get` for one that signs in, before `expires_at`."""

    public_key: dict[str, JsonValue]
    expires_at: Instant


class WhereNext(Model):
    """Where a browser goes after a sign-in: a path of this site."""

    return_to: str


class MemberView(MemberState):
    """A member of the tenant."""

    @classmethod
    def of(cls, member: Member) -> Self:
        """What other members see of it."""
        return part_of(cls, member)


class MemberPage(Model):
    """A page of members, also of those who left."""

    items: tuple[MemberView, ...]
    next_cursor: str | None


class WorkspaceView(WorkspaceState):
    """A workspace, for the members of its tenant."""

    name: str

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        """What members see of it."""
        return part_of(cls, workspace)


class WorkspacePage(Model):
    """A page of workspaces, also of those that were archived."""

    items: tuple[WorkspaceView, ...]
    next_cursor: str | None


class InvitationView(InvitationState):
    """An invitation."""

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        """What admins see of it."""
        return part_of(cls, invitation)


class NewInvitation(InvitationView):
    """An invitation with its token, which is shown this once."""

    token: str


class InvitationPage(Model):
    """A page of invitations."""

    items: tuple[InvitationView, ...]
    next_cursor: str | None


class Accepted(Model):
    """The tenant that somebody joined, and with which roles."""

    tenant_id: str
    roles: tuple[str, ...]
    status: InvitationStatus


class ImpersonationView(ImpersonationState):
    """Support that acts, or acted, as a member."""

    @classmethod
    def of(cls, impersonation: Impersonation) -> Self:
        """What the tenant's admins and the member see of it."""
        return part_of(cls, impersonation)


class NewImpersonation(ImpersonationView):
    """An impersonation with its tokens, which are shown this once."""

    tenant_id: str
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a type
    expires_in: int
    refresh_token: str
    scope: str


class ImpersonationPage(Model):
    """A page of impersonations."""

    items: tuple[ImpersonationView, ...]
    next_cursor: str | None


class SupportAccessView(Model):
    """Whether support may act as members of the tenant, and who said so; nobody did at first."""

    allowed: bool
    changed_by: str | None
    changed_at: Instant | None

    @classmethod
    def of(cls, access: SupportAccess | None) -> Self:
        """What members see of it."""
        if access is None:
            return cls(allowed=True, changed_by=None, changed_at=None)
        return part_of(cls, access)


class SsoView(SsoState):
    """The tenant's issuer, without its secret: what its name servers must answer until the domain
    is verified, and what the issuer must be told."""

    record_name: str
    record_value: str
    redirect_uri: str


class KeyView(ApiKeyState):
    """An API key without its secret."""

    name: str

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """What members see of it."""
        return part_of(cls, key)


class NewKey(KeyView):
    """An API key with its secret, which is shown this once."""

    secret: str


class KeyPage(Model):
    """A page of API keys."""

    items: tuple[KeyView, ...]
    next_cursor: str | None


class FunctionHealth(Model):
    """Of the oldest events that a function committed and did not publish yet, those that are late,
    and since when the oldest is."""

    function: str
    late_events: int
    late_since: Instant | None


class HealthView(Model):
    """`late` where a function has late events: its sweep does not run, or fails."""

    status: Literal["ok", "late"]
    functions: tuple[FunctionHealth, ...]


class MetricsView(Model):
    """Tenants that signed up, closed ones too, and people who signed in."""

    tenants: int
    principals: int
