"""Who comes by another tenant's referral pays less at first, with Stripe's stand-in."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.billing.timed import AGAIN, BOUGHT, RENEWED, told
from tests.functions.billing.worlds import ORDER, World

Move = Callable[..., Awaitable[None]]
PLAN = 3 * 4_900
PAYS = BOUGHT + timedelta(days=14, hours=2)


async def code_of(world: World, move: Move) -> str:
    """The code of the tenant, which ada bought for and which pays by now."""
    await world.buys()
    early = await world.send("POST", "/billing/referral")
    assert early.status_code == 409, early.text
    await move(PAYS)
    await told(world, "customer.subscription.updated")
    code = (await world.sent("POST", "/billing/referral"))["code"]
    assert (await world.sent("POST", "/billing/referral"))["code"] == code
    return str(code)


def other(world: World, name: str) -> World:
    """Another tenant on the same platform."""
    more = (world.topic, world.stripe, world.approvals)
    return World(world.api, world.key, f"{world.tenant}-{name}", *more)


async def bought(world: World, code: str, **order: Any) -> None:
    wanted = {**ORDER, **order, "referral": code}
    page = await world.sent("POST", "/billing/checkout", wanted, by="bea")
    assert await world.sent("POST", "/billing/checkout", wanted, by="bea") == page
    await world.pay(page["url"])
    await world.told()


async def totals(world: World) -> list[int]:
    """What Stripe asks for, the oldest first."""
    customer = str((await world.kept()).customer_id)
    found = world.stripe.v1.invoices.list({"customer": customer, "limit": 100}).to_dict()["data"]
    return [each["total"] for each in reversed(found)]


async def test_a_fifth_is_off_for_three_months_and_then_no_more(world: World, time: Move) -> None:
    code = await code_of(world, time)
    fresh = other(world, "fresh")
    await world.topic.take()
    await bought(fresh, code)
    shown = await fresh.sent("GET", "/subscription")
    assert shown["discount"] == {"percent": 20.0, "ends_at": "2025-12-17T14:00:00.000Z"}
    types = [each.attributes["ce-type"] for each in await world.topic.take(1)]
    assert types.count("assent.subscription.referred.v1") == 1
    await time(AGAIN + timedelta(days=90))
    off = PLAN - PLAN // 5
    assert await totals(fresh) == [0, off, off, off, PLAN, PLAN, PLAN]
    await told(fresh, "customer.subscription.updated")
    assert (await fresh.sent("GET", "/subscription"))["discount"] is None


@pytest.mark.nightly
async def test_a_year_at_once_has_as_much_off_and_a_change_to_it_has_none(
    world: World, time: Move
) -> None:
    code = await code_of(world, time)
    yearly, monthly = other(world, "yearly"), other(world, "monthly")
    await bought(yearly, code, interval="year")
    await bought(monthly, code)
    # What the operator gave stays: a tenth off for ever.
    world.stripe.v1.coupons.create({"id": "friends", "percent_off": 10, "duration": "forever"})
    at_stripe = str((await monthly.kept()).stripe_id)
    [referred] = world.stripe.v1.subscriptions.retrieve(at_stripe).discounts or []
    both: Any = [{"discount": str(referred)}, {"coupon": "friends"}]
    world.stripe.v1.subscriptions.update(at_stripe, {"discounts": both})
    order = {**ORDER, "interval": "year"}
    shown = await monthly.sent("POST", "/subscription/preview", order, by="bea")
    assert shown["next_invoice_cents"] == 3 * 46_800 * 9 // 10
    await monthly.sent("PUT", "/subscription", order, by="bea")
    shown = await monthly.sent("GET", "/subscription")
    assert (shown["interval"], shown["discount"]) == ("year", None)
    await time(RENEWED)
    year = 3 * 46_800
    assert await totals(yearly) == [0, year - year // 20]
    assert await totals(monthly) == [0, year * 9 // 10]


@pytest.mark.nightly
async def test_nobody_refers_themselves_and_a_referral_counts_once(
    world: World, time: Move
) -> None:
    code = await code_of(world, time)
    fresh = other(world, "fresh")
    wanted = {**ORDER, "referral": code}
    for who, by, said in (
        (fresh, "ada", "same owner"),
        (other(world, "x"), "ada", "same owner"),
    ):
        refused = await who.send("POST", "/billing/checkout", wanted, by=by)
        assert refused.status_code == 422, refused.text
        assert said in refused.text
    for referral, said in (("0" * 16, "not a valid code"), ("x", "referral")):
        body = {**ORDER, "referral": referral}
        refused = await fresh.send("POST", "/billing/checkout", body, by="bea")
        assert refused.status_code == 422, refused.text
        assert said in refused.text
    assert (await fresh.send("POST", "/billing/referral", by="bea")).status_code == 409
    own = await world.send("POST", "/billing/checkout", wanted, by="bea")
    assert own.status_code == 409
    await bought(fresh, code)
    kept = await fresh.kept()
    assert kept.referred
    world.stripe.v1.subscriptions.cancel(str(kept.stripe_id))
    await told(fresh, "customer.subscription.deleted")
    again = await fresh.send("POST", "/billing/checkout", wanted, by="bea")
    assert again.status_code == 409
    assert "first subscription" in again.text
    # Who pays no more refers nobody.
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted")
    late = await other(world, "late").send("POST", "/billing/checkout", wanted, by="bea")
    assert late.status_code == 422
