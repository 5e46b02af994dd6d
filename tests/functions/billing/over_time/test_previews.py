"""What a preview says is what is then charged, with Stripe's stand-in and a real database."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from tests.functions.billing.over_time.test_referrals import PLAN, code_of, other
from tests.functions.billing.timed import AGAIN, BOUGHT, RENEWED, USED, told, usage_lines
from tests.functions.billing.worlds import ORDER, World
from tests.shared.usage.logs import turn, write

Move = Callable[[datetime], Awaitable[None]]
PREVIEW = "/subscription/preview"
TRIAL_ENDS = BOUGHT + timedelta(days=14)
CHANGED = BOUGHT + timedelta(days=27, hours=5, seconds=7)
RENEWAL = datetime.fromisoformat("2025-10-17T12:00:00+00:00")
TEAM = {**ORDER, "plan": "team"}
# What each tenant has, owes to Stripe (below zero: is owed), was granted, and changes to.
CHANGES: dict[str, tuple[dict[str, Any], int, int, dict[str, Any]]] = {
    "seats-up": (ORDER, 0, 0, {**ORDER, "seats": 5}),
    "seats-down": (ORDER, -2_000, 0, {**ORDER, "seats": 1}),
    "plan-up": (ORDER, 3_000, 0, TEAM),
    "credits-first": (ORDER, -1_000, 5_000, {**ORDER, "seats": 4}),
    "all-paid": (ORDER, -10_000_000, 700, {**ORDER, "seats": 4}),
    "too-little": (ORDER, 0, PLAN - 30, ORDER),
    "plan-down": (TEAM, 0, 4_000, {**ORDER, "seats": 1}),
}


async def previewed(world: World, order: dict[str, Any], **claims: Any) -> dict[str, Any]:
    """The preview, whose lines lead to what it asks for."""
    shown: dict[str, Any] = await world.sent("POST", PREVIEW, order, **claims)
    lines = sum(each["cents"] for each in shown["lines"])
    beside = shown["tax_cents"] + shown["balance_cents"] - shown["discount_cents"]
    assert shown["next_invoice_cents"] == lines + beside
    return shown


def texts(shown: dict[str, Any]) -> list[tuple[str, int]]:
    """The lines of a preview or an invoice, whichever is first there."""
    return sorted((each["description"], each["cents"]) for each in shown["lines"])


async def places(world: World, order: dict[str, Any]) -> None:
    shown = await world.sent("PUT", "/subscription", order)
    if shown["waits_for"] is not None:
        await world.decide(shown["waits_for"], "approve")
        await world.sent("PUT", "/subscription", order)


async def balance_of(world: World, change: int = 0) -> int:
    """The customer's balance at Stripe, once it was changed by so much."""
    customer = str((await world.kept()).customer_id)
    if change:
        said: Any = {"amount": change, "currency": "usd"}
        world.stripe.v1.customers.balance_transactions.create(customer, said)
    return world.stripe.v1.customers.retrieve(customer).balance or 0


async def newest(world: World) -> dict[str, Any]:
    await told(world, "invoice.paid")
    found: dict[str, Any] = (await world.sent("GET", "/invoices"))["items"][0]
    assert found["status"] == "paid"
    return found


async def test_a_change_costs_with_the_next_renewal_what_its_preview_said(
    world: World, time: Move
) -> None:
    worlds = {name: other(world, name) for name in CHANGES}
    for name, (has, *_) in CHANGES.items():
        await worlds[name].buys(**has)
    await time(TRIAL_ENDS + timedelta(hours=2))
    for each in worlds.values():
        await told(each, "invoice.paid")
    await time(CHANGED)
    said, owed = {}, {}
    for name, (_, balance, credit, order) in CHANGES.items():
        owed[name] = await balance_of(worlds[name], balance)
        if credit:
            assert (await worlds[name].granted(credit, AGAIN)).is_success
        said[name] = await previewed(worlds[name], order)
        await places(worlds[name], order)
        again = await previewed(worlds[name], order)
        same = {"loosens": said[name]["loosens"], "lines": said[name]["lines"]}
        assert {**again, **same} == said[name], name
        assert texts(again) == texts(said[name]), name
    await time(RENEWAL + timedelta(minutes=5))
    for each in worlds.values():
        await told(each, "invoice.created")
    await time(RENEWAL + timedelta(hours=2))
    for name, each in worlds.items():
        paid = await newest(each)
        assert paid["paid_cents"] == said[name]["next_invoice_cents"], name
        assert texts(paid) == texts(said[name]), name
        moved = await balance_of(each) - owed[name]
        assert moved == -said[name]["balance_cents"], name
    assert said["all-paid"]["next_invoice_cents"] == 0
    assert said["too-little"]["next_invoice_cents"] == 0
    assert said["too-little"]["balance_cents"] == -30
    assert said["plan-down"]["balance_cents"] > 0
    assert said["plan-up"]["balance_cents"] == 3_000


async def test_another_interval_asks_at_once_and_no_credit_pays_it(
    world: World, time: Move
) -> None:
    await world.buys()
    await time(CHANGED)
    await told(world, "invoice.paid", "customer.subscription.updated")
    assert (await world.granted(5_000, AGAIN)).is_success
    assert await balance_of(world, -2_000) == -2_000
    order = {**ORDER, "interval": "year"}
    said = await previewed(world, order)
    assert said["balance_cents"] == -2_000
    await places(world, order)
    assert (await newest(world))["paid_cents"] == said["next_invoice_cents"]
    shown = await world.sent("GET", "/subscription")
    assert shown["credits"]["balance_cents"] == 5_000


async def test_a_first_order_by_a_referral_costs_after_its_trial_what_its_preview_said(
    world: World, time: Move
) -> None:
    code = await code_of(world, time)
    fresh, wanted = other(world, "fresh"), {**ORDER, "referral": code}
    plain = await previewed(fresh, ORDER, by="bea")
    assert (plain["next_invoice_cents"], plain["discount_cents"]) == (PLAN, 0)
    off = await previewed(fresh, wanted, by="bea")
    assert (off["next_invoice_cents"], off["discount_cents"]) == (PLAN - PLAN // 5, PLAN // 5)
    assert off["trial_days"] == 14
    refused = await fresh.send("POST", PREVIEW, {**ORDER, "referral": "0" * 16}, by="bea")
    assert (refused.status_code, "not a valid code" in refused.text) == (422, True)
    page = await fresh.sent("POST", "/billing/checkout", wanted, by="bea")
    assert (await fresh.granted(3_000, AGAIN)).is_success
    await balance_of(fresh, -400)
    said = await previewed(fresh, wanted, by="bea")
    assert said["next_invoice_cents"] == PLAN - PLAN // 5 - 3_000 - 400
    await fresh.pay(page["url"])
    await fresh.told()
    # On trial the same, of the subscription that is there.
    assert (await previewed(fresh, ORDER, by="bea"))["next_invoice_cents"] == said[
        "next_invoice_cents"
    ]
    began = BOUGHT + timedelta(days=28, hours=2)
    await time(began + timedelta(minutes=5))
    await told(fresh, "invoice.created")
    await time(began + timedelta(hours=2))
    assert (await newest(fresh))["paid_cents"] == said["next_invoice_cents"]


async def test_usage_so_far_is_estimated_beside_the_invoice_that_asks_for_it_later(
    world: World, time: Move
) -> None:
    await world.buys()
    await time(USED)
    await told(world, "invoice.paid")
    asked = (await previewed(world, ORDER))["next_invoice_cents"]
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    said = await previewed(world, ORDER)
    assert said["next_invoice_cents"] == asked
    usage = said["usage_so_far"]
    assert (usage["period"], usage["cents"], usage["is_whole"]) == ("2025-10", 301, True)
    tokens = {"meter": "tokens", "used": 650_999, "included": 500_000, "cents": 301}
    assert [each for each in usage["meters"] if each["used"]] == [tokens]
    # What a larger plan includes holds for the whole month; a smaller one, and an end, take nothing
    # from it.
    larger = {**ORDER, "add_ons": [{"add_on": "tokens", "quantity": 1}]}
    assert (await previewed(world, larger))["usage_so_far"]["cents"] == 0
    assert (await previewed(world, {"plan": "free"}))["usage_so_far"] == usage
    await places(world, larger)
    assert (await previewed(world, ORDER))["usage_so_far"]["cents"] == 0
    await places(world, ORDER)
    await time(RENEWED)
    await told(world, "invoice.created", "invoice.created")
    assert await usage_lines(world) == []


async def test_who_comes_back_is_told_what_the_balance_pays(world: World, time: Move) -> None:
    await world.buys()
    await time(CHANGED)
    await told(world, "invoice.paid")
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted")
    await balance_of(world, -2_000)
    said = await previewed(world, ORDER)
    assert (said["next_invoice_cents"], said["trial_days"]) == (PLAN - 2_000, 0)
    await world.buys()
    assert (await newest(world))["paid_cents"] == said["next_invoice_cents"]


async def test_an_end_asks_last_for_what_was_changed_before(world: World, time: Move) -> None:
    await world.buys()
    ends = {"plan": "free"}
    assert (await previewed(world, ends))["next_invoice_cents"] == 0
    await time(CHANGED)
    await told(world, "invoice.paid", "customer.subscription.updated")
    assert (await previewed(world, ends))["next_invoice_cents"] == 0
    await places(world, {**ORDER, "seats": 5})
    said = await previewed(world, ends)
    assert said["next_invoice_cents"] > 0
    assert said["next_invoice_at"] == "2025-10-17T12:00:00.000Z"
    await places(world, ends)
    await time(RENEWAL + timedelta(hours=2))
    assert (await newest(world))["paid_cents"] == said["next_invoice_cents"]


async def test_what_was_to_end_and_is_ordered_anew_costs_what_its_preview_said(
    world: World, time: Move
) -> None:
    await world.buys()
    waiting = await world.sent("PUT", "/subscription", {"plan": "free"})
    await world.decide(waiting["waits_for"], "approve")
    ending = await world.sent("PUT", "/subscription", {"plan": "free"})
    assert ending["cancel_at_period_end"] is True
    said = await previewed(world, ORDER)
    assert said["next_invoice_cents"] == PLAN
    assert (await world.sent("PUT", "/subscription", ORDER))["cancel_at_period_end"] is False
    assert await previewed(world, ORDER) == said
    await time(BOUGHT + timedelta(days=15))
    assert (await newest(world))["paid_cents"] == said["next_invoice_cents"]
