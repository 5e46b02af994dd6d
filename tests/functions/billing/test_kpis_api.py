"""What the platform's admins see of a tenant that buys, uses, and leaves."""

from datetime import timedelta
from typing import Any

import httpx

from functions.billing.aggregates import REVENUES
from functions.billing.rules.low_margins import month_to_judge
from functions.billing.rules.revenue import bounds_of
from functions.billing.service.revenue import note_revenue
from infra.observability.metrics import BILLING, LOW_MARGINS
from shared.budgets.aggregates import BUDGETS
from shared.budgets.budget import Budget
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.months import month_of
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.bearers import authorization
from tests.functions.billing.worlds import SCOPES, World
from tests.infra.observability.log_filters import matches
from tests.infra.observability.logged import listening


async def asked(
    world: World, *roles: str, tenant: str | None = None, **query: Any
) -> httpx.Response:
    """What the figures' call answers to somebody with those roles, by default on the platform."""
    headers = authorization(world.key, "olga", tenant, SCOPES, roles)
    return await world.api.get("/v1/kpis", params=query, headers=headers)


async def shown(world: World, **query: Any) -> Any:
    """The figures, of the world's tenant alone among those of all tenants."""
    answer = await asked(world, "platform_admin", **{"tenant_id": world.tenant, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_a_tenant_pays_moves_the_month(world: World) -> None:
    before = (await asked(world, "platform_admin")).json()
    unknown = await asked(world, "platform_admin", tenant_id=world.tenant)
    assert (unknown.status_code, "tenant_id" in unknown.text) == (422, True), unknown.text
    assert "never bought anything here" in unknown.text
    await world.buys()
    trial = await shown(world)
    assert trial["mrr_cents"] == before["mrr_cents"]
    assert [each["mrr_cents"] for each in trial["tenants"]] == [0]
    kept = await world.kept()
    assert kept.stripe_id is not None
    world.stripe.v1.subscriptions.update(kept.stripe_id, {"trial_end": "now"})
    for _ in range(2):
        await world.told()
    paying = await shown(world, cac_cents=50_000)
    [row] = paying["tenants"]
    assert (row["plan"], row["mrr_cents"]) == ("pro", 3 * 4_900)
    assert paying["mrr_cents"] == before["mrr_cents"] + 3 * 4_900
    assert paying["arr_cents"] == 12 * paying["mrr_cents"]
    assert paying["paying"] == before["paying"] + 1
    [*_, month] = paying["months"]
    assert month["new_cents"] == before["months"][-1]["new_cents"] + 3 * 4_900
    revenue = REVENUES.state_in((await stored(world)).data)
    assert sum(each.cents for each in revenue.paid) == 3 * 4_900
    assert len({each.invoice_id for each in revenue.paid}) == len(revenue.paid)


async def test_a_low_margin_is_told_once_and_to_the_platform_alone(world: World) -> None:
    await world.buys()
    kept = await world.kept()
    assert kept.period_start is not None
    at = kept.period_start
    paying = kept.but(status="active", trial_ends_at=None)
    await note_revenue(paying, None, at)
    await world.topic.take()
    later = bounds_of(month_of(at))[1] + timedelta(days=1)
    month = month_to_judge(later)
    budget = Budget(
        scope="tenant", period=month, limit_usd_micros=10**8, spent_usd_micros=7_000_000
    )
    await put(world.tenant, BUDGETS.collection, f"tenant.{month}", budget)
    with listening() as logged:
        for _ in range(3):
            await note_revenue(paying, None, later)
    assert sum(matches(LOW_MARGINS.filter, each) for each in logged.entries(BILLING)) == 1
    told = [
        each for each in await world.topic.take() if each.attributes["ce-type"].endswith("fell.v1")
    ]
    assert [each.attributes["ce-tenantid"] for each in told] == [PLATFORM_TENANT]
    assert [each.attributes["ce-subject"] for each in told] == [f"revenue/{world.tenant}"]


async def test_only_platform_admins_see_it_and_only_of_months_that_began(world: World) -> None:
    for roles, tenant in (
        (("platform_admin", "tenant_admin"), world.tenant),
        (("tenant_admin", "governor"), None),
    ):
        refused = await asked(world, *roles, tenant=tenant)
        assert refused.status_code == 403, refused.text
    for month in ("2026-13", "26-11", "2026-1", "9999-12", "0001-01", "November"):
        answer = await asked(world, "platform_admin", month=month)
        assert (answer.status_code, "month" in answer.text) == (422, True), answer.text
    for cac in ("0", "-1", "1.5", "x"):
        assert (await asked(world, "platform_admin", cac_cents=cac)).status_code == 422
    old = (await asked(world, "platform_admin", month="2020-02")).json()
    assert (old["is_over"], old["mrr_cents"], old["nrr_basis_points"]) == (True, 0, None)
    assert (old["arpa_cents"], old["ltv_cents"], old["payback_months"]) == (None, None, None)
    assert [each["month"] for each in old["months"]][::11] == ["2019-03", "2020-02"]


async def stored(world: World) -> Any:
    document = await TenantStore(PLATFORM_TENANT).get(REVENUES.collection, world.tenant)
    assert document is not None
    return document


async def put(tenant: str, collection: str, id: str, state: Budget) -> None:
    batch = Batch()
    batch.create(collection, id, {"state": state.model_dump_json()})
    await TenantStore(tenant).commit(batch)
