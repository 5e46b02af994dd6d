"""Billing itself as the caller."""

from datetime import datetime

from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller

_ITSELF = "service:billing"


def on_platform(at: datetime) -> Caller:
    """Billing as the actor on what belongs to no tenant."""
    return for_tenant(PLATFORM_TENANT, at)


def for_tenant(tenant_id: str, at: datetime) -> Caller:
    """Billing as the actor on what belongs to the tenant."""
    return Caller.acting(_ITSELF, tenant_id, at)
