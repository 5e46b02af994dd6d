"""What `identity` publishes of tenants, their flags and their workspaces."""

from events.registry import event
from shared.kit.control import TenantStatus
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.personal import PersonalText
from shared.kit.tier_limits import Tier

TOPIC = "identity"


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
    """An admin of the tenant turned a flag on for `percent` of its principals."""

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
