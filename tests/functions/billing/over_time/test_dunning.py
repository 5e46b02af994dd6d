"""A card that fails: tries, what the tenant is told, the plan that is lost, and paying."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from events.invoices import InvoicePaymentFailed
from events.subscriptions import SubscriptionPlanLost
from shared.kit import clock
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.firestore import TenantStore
from tests.functions.billing.timed import BOUGHT
from tests.functions.billing.worlds import World, browser

Move = Callable[..., Awaitable[None]]
BILLED = BOUGHT + timedelta(days=14, hours=2)


async def logged(world: World, payload: Any) -> list[Any]:
    """What the tenant's log has of that kind, the oldest first."""
    found = [each async for each in TenantStore(world.tenant).find_all(EVENT_LOG)]
    events = [logged_event(each.data, clock.now()) for each in found]
    kinds = [each for each in events if each.type == payload.event_type]
    return [each.payload(payload) for each in sorted(kinds, key=lambda each: each.sequence)]


async def told_at_random(world: World, order: random.Random) -> None:
    """Sends the newest notices of what is heard, in no order, and some of them twice."""
    heard = ("invoice.", "customer.subscription.")
    found = [each for each in await world.events() if each["type"].startswith(heard)][:6]
    events = [*found, *found[:2]]
    order.shuffle(events)
    for number, each in enumerate(events):
        again = {**each, "id": f"{each['id']}{number}{int(clock.now().timestamp())}"}
        assert (await world.notice(again)).status_code == 200


async def cannot_pay(world: World) -> str:
    """Buys with a card that is declined later; the customer at Stripe."""
    await world.buys()
    kept = await world.kept()
    customer = str(kept.customer_id)
    card = world.stripe.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer}
    )
    world.stripe.v1.subscriptions.update(str(kept.stripe_id), {"default_payment_method": card.id})
    return customer


async def after_the_last_try(url: str, what: str) -> None:
    async with browser() as operator:
        said = {"retry_days": [3, 5, 7], "after_retries": what}
        assert (await operator.post(f"{url}/_/settings", json=said)).is_success


async def test_each_try_is_told_the_plan_is_lost_and_paying_brings_it_back(
    world: World, time: Move, stripe_url: str
) -> None:
    await after_the_last_try(stripe_url, "unpaid")
    customer, order = await cannot_pay(world), random.Random(1)
    tries = []
    for days in (0, 3, 8):
        await time(BILLED + timedelta(days=days))
        await told_at_random(world, order)
        shown = await world.sent("GET", "/subscription")
        assert (shown["status"], shown["entitlements"]["plan"]) == ("past_due", "pro")
        tries = [
            (each.attempts, each.next_attempt_at is not None)
            for each in await logged(world, InvoicePaymentFailed)
        ]
        assert tries[-1][1]
    assert [each[0] for each in tries] == [1, 2, 3]
    assert await logged(world, SubscriptionPlanLost) == []

    await time(BILLED + timedelta(days=15))
    await told_at_random(world, order)
    shown = await world.sent("GET", "/subscription")
    assert (shown["status"], shown["entitlements"]["plan"]) == ("paused", "free")
    [*_, last] = await logged(world, InvoicePaymentFailed)
    assert (last.attempts, last.next_attempt_at) == (4, None)
    [lost] = await logged(world, SubscriptionPlanLost)
    assert (lost.plan, lost.reason) == ("pro", "not_paid")

    found = world.stripe.v1.invoices.list({"customer": customer, "status": "open"}).data
    card = world.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
    for each in found:
        world.stripe.v1.invoices.pay(str(each.id), {"payment_method": card.id})
    await told_at_random(world, order)
    shown = await world.sent("GET", "/subscription")
    assert (shown["status"], shown["entitlements"]["plan"]) == ("active", "pro")
    assert shown["past_due_since"] is None
    assert len(await logged(world, SubscriptionPlanLost)) == 1


@pytest.mark.nightly
async def test_a_subscription_that_is_canceled_for_want_of_payment_says_so(
    world: World, time: Move, stripe_url: str
) -> None:
    await after_the_last_try(stripe_url, "cancel")
    await cannot_pay(world)
    await time(BILLED + timedelta(days=15))
    await told_at_random(world, random.Random(3))
    shown = await world.sent("GET", "/subscription")
    assert (shown["status"], shown["entitlements"]["plan"]) == ("canceled", "free")
    [lost] = await logged(world, SubscriptionPlanLost)
    assert lost.reason == "not_paid"
