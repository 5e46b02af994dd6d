"""What the plan of a tenant lets it use, where this platform limits that."""

from datetime import datetime

from shared.catalogue import Entitlements
from shared.kit.control import Control
from shared.quotas.plans import entitlements_at
from shared.runtime.settings import limit_settings


def entitlements_of(control: Control, at: datetime) -> Entitlements | None:
    """Those of the tenant whose control document this is; None where nothing is limited, as on a
    local platform that was not told to."""
    return entitlements_at(in_force(control), at) if limit_settings().has_limits else None


def in_force(control: Control) -> Control:
    """The control document as this platform takes it. Where a local one gives all tenants one tier,
    it is that of a tenant of that tier, whatever was bought."""
    settings = limit_settings()
    if settings.environment != "local" or settings.local_tier is None:
        return control
    return control.but(tier=settings.local_tier, subscription=None)


def is_reserved_tenant(tenant_id: str) -> bool:
    """Whether the id is one that Assent keeps for itself, which no tenant that signs up gets: such
    ids begin with an underscore, as PLATFORM_TENANT does."""
    return tenant_id.startswith("_")
