"""Platform admins, and nobody with a tenant's token, see the platform's health and figures."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from events.registry import published_types
from functions.identity.aggregates import SLUGS
from functions.identity.service.figures import show_health, show_metrics
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud

pytestmark = pytest.mark.platform

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
ADMIN = Caller("root", PLATFORM_TENANT, frozenset(), frozenset({"platform_admin"}), AT, token="")


async def test_a_platform_admin_sees_health_and_figures(cloud: Cloud) -> None:
    health = await show_health(ADMIN)
    assert {each.function for each in health.functions} == published_types().keys()
    assert health.status == ("late" if any(e.late_events for e in health.functions) else "ok")
    before = await show_metrics(ADMIN)
    batch = Batch()
    batch.create(SLUGS.collection, f"figures-{before.tenants}", {})
    await TenantStore(PLATFORM_TENANT).commit(batch)
    assert (await show_metrics(ADMIN)).tenants == before.tenants + 1


@pytest.mark.parametrize("show", [show_health, show_metrics])
async def test_nobody_else_does(show: Callable[[Caller], Awaitable[object]]) -> None:
    others = (
        replace(ADMIN, tenant_id="clinic"),
        replace(ADMIN, roles=frozenset({"tenant_admin", "governor"})),
    )
    for other in others:
        with pytest.raises(Forbidden):
            await show(other)
