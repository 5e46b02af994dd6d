"""What the plan of a tenant lets it use, where this platform limits that."""

from datetime import datetime

from shared.catalogue import Entitlements, entitlements
from shared.kit.control import Control
from shared.quotas.plans import entitlements_at
from shared.runtime.settings import limit_settings


def entitlements_of(control: Control, at: datetime) -> Entitlements | None:
    """Those of the tenant whose control document this is; None where nothing is limited, as on a
    local platform that was not told to. Where that has one tier for all, they are those of the plan
    of that name."""
    settings = limit_settings()
    if not settings.has_limits:
        return None
    if settings.environment == "local" and settings.local_tier is not None:
        return entitlements(settings.local_tier)
    return entitlements_at(control, at)


def is_reserved_tenant(tenant_id: str) -> bool:
    """Whether the id is one that Assent keeps for itself, which no tenant that signs up gets: such
    ids begin with an underscore, as PLATFORM_TENANT does."""
    return tenant_id.startswith("_")
