"""What callers see of tenants, and of themselves in them."""

from typing import Annotated, Self

from pydantic import Field

from functions.identity.rules.tenant import Tenant
from shared.kit.control import Control, TenantStatus
from shared.kit.instants import Instant
from shared.kit.models import Model, part_of
from shared.kit.plans import Plan


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
    """For which share of the tenant's principals a flag is on."""

    percent: Annotated[int, Field(ge=0, le=100, strict=True)]


class FlagView(FlagBody):
    """A flag, and whether it is on for the caller."""

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
    `plan` the one that this tenant has now, `workspace_id` the workspace that the token is narrowed
    to; `passkeys` are the ids of the caller's passkeys."""

    principal_id: str
    name: str
    mail: str
    tenant: TenantView | None
    plan: Plan | None
    workspace_id: str | None
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    passkeys: tuple[str, ...]
