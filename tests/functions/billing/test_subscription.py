"""Buying, changing and ending a subscription, with Stripe's stand-in."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from functions.billing.aggregates import RUN
from functions.billing.rules import checkout as rules
from functions.billing.rules.order import Order
from functions.billing.rules.subscription import Subscription
from functions.billing.service import invoice_calls
from functions.billing.service.customers import customer_of
from functions.billing.service.subscriptions import known_to
from infra.observability.metrics import BILLING, LATE_NOTICES
from shared.aggregates.command import Command
from shared.kit import clock
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.runtime import entitlements
from shared.runtime.settings import LimitSettings
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.billing.worlds import ORDER, World
from tests.infra.observability.log_filters import matches
from tests.infra.observability.logged import listening

# One page of Stripe's has a hundred.
_MANY = 105


async def test_a_tenant_that_never_bought_is_on_free_and_unknown_to_stripe(world: World) -> None:
    shown = await world.sent("GET", "/subscription", roles=("developer",))
    assert (shown["plan"], shown["status"], shown["interval"]) == ("free", "active", None)
    assert shown["entitlements"]["limits"]["executions"] == 100
    quote = await world.sent("POST", "/subscription/preview", ORDER)
    assert (quote["next_invoice_cents"], quote["trial_days"]) == (3 * 4_900, 14)
    assert quote["usage_so_far"] is None
    before = len(world.stripe.v1.customers.list({"limit": 100}).data)
    assert (await world.sent("GET", "/plans-catalogue"))["is_sold"] is True
    assert len(world.stripe.v1.customers.list({"limit": 100}).data) == before


async def test_where_all_tenants_have_one_tier_its_limits_are_shown_whatever_was_bought(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_all = LimitSettings(environment="local", local_limits=True, local_tier="team")
    monkeypatch.setattr(entitlements, "limit_settings", lambda: of_all)
    for shown in (await world.sent("GET", "/subscription"), await world.buys()):
        held, quotas = shown["entitlements"], {each["meter"]: each for each in shown["quotas"]}
        assert (held["plan"], held["limits"]["executions"]) == ("team", 50_000)
        assert quotas["executions"]["limit"] == 50_000
        assert (quotas["seats"]["limit"], quotas["seats"]["stops"]) == (None, False)
    assert (shown["plan"], shown["seats"]) == ("pro", 3)
    await world.topic.take()


async def test_what_is_bought_holds_once_stripe_says_so(world: World) -> None:
    page = await world.sent("POST", "/billing/checkout", ORDER)
    assert (await world.sent("GET", "/subscription"))["plan"] == "free"
    assert await world.sent("POST", "/billing/checkout", ORDER) == page
    await world.pay(page["url"])
    assert await world.told() > 1
    shown = await world.sent("GET", "/subscription")
    assert (shown["plan"], shown["seats"], shown["status"]) == ("pro", 3, "trialing")
    assert shown["entitlements"]["limits"]["executions"] == 5_000
    assert "two-person-approval" in shown["entitlements"]["features"]
    refused = await world.send("POST", "/billing/checkout", ORDER)
    assert refused.status_code == 409
    types = [each.attributes["ce-type"] for each in await world.topic.take(1)]
    assert types.count("assent.subscription.changed.v1") == 1


async def test_a_page_for_another_order_closes_the_first(world: World) -> None:
    first = await world.sent("POST", "/billing/checkout", ORDER)
    second = await world.sent("POST", "/billing/checkout", {**ORDER, "seats": 5})
    assert first["url"] != second["url"]
    customer = (await world.kept()).customer_id
    assert customer is not None
    listed = world.stripe.v1.checkout.sessions.list({"customer": customer}).data
    assert sorted(str(each.status) for each in listed) == ["expired", "open"]


async def test_two_orders_at_once_leave_one_page_open(world: World) -> None:
    orders = [{**ORDER, "seats": seats} for seats in (1, 2, 4)]
    answers = await asyncio.gather(
        *(world.send("POST", "/billing/checkout", each) for each in orders)
    )
    assert {each.status_code for each in answers} <= {200, 409, 503}
    customer = (await world.kept()).customer_id
    assert customer is not None
    listed = world.stripe.v1.checkout.sessions.list({"customer": customer}).data
    assert len([each for each in listed if each.status == "open"]) <= 1


async def test_a_change_is_prorated_and_the_same_again_is_none(world: World) -> None:
    await world.buys()
    wanted = {**ORDER, "plan": "team", "add_ons": [{"add_on": "tokens", "quantity": 2}]}
    shown = await world.sent("PUT", "/subscription", wanted)
    assert (shown["plan"], shown["add_ons"]) == ("team", wanted["add_ons"])
    assert shown["entitlements"]["limits"]["tokens"] == 25_000_000
    readings = (await world.kept()).readings
    assert await world.sent("PUT", "/subscription", wanted) == shown
    assert await world.sent("GET", "/subscription") == shown
    [seats] = [each for each in shown["quotas"] if each["meter"] == "seats"]
    assert (seats["limit"], seats["stops"]) == (3, True)
    kept = await world.kept()
    assert kept.change is None
    assert kept.readings == readings + 1
    assert kept.stripe_id is not None
    at_stripe = world.stripe.v1.subscriptions.retrieve(kept.stripe_id).to_dict()
    assert sorted(each["quantity"] for each in at_stripe["items"]["data"]) == [2, 3]


async def test_what_loosens_governance_waits_for_an_approval_of_exactly_that(world: World) -> None:
    await world.buys()
    await world.topic.take()
    shown = await world.sent("PUT", "/subscription", {"plan": "free"})
    assert (shown["plan"], shown["cancel_at_period_end"]) == ("pro", False)
    assert await world.sent("PUT", "/subscription", {"plan": "free"}) == shown
    kept = await world.kept()
    assert kept.waiting is not None
    assert shown["waits_for"] == kept.waiting.approval_id
    [asked] = await world.topic.take(1)
    assert asked.attributes["ce-type"] == "assent.subscription.approval_needed.v1"
    await world.decide(shown["waits_for"], "approve")
    # More seats lose nothing, and make the approved change another one.
    more = await world.sent("PUT", "/subscription", {**ORDER, "seats": 4})
    assert more["seats"] == 4
    again = await world.sent("PUT", "/subscription", {"plan": "free"})
    assert again["cancel_at_period_end"] is False
    assert again["waits_for"] not in (None, shown["waits_for"])
    await world.decide(again["waits_for"], "approve")
    ended = await world.sent("PUT", "/subscription", {"plan": "free"})
    assert (ended["plan"], ended["cancel_at_period_end"], ended["waits_for"]) == ("pro", True, None)


@pytest.mark.nightly
async def test_a_change_that_was_rejected_is_not_made_and_may_be_asked_again(world: World) -> None:
    await world.buys()
    first = (await world.sent("PUT", "/subscription", {"plan": "free"}))["waits_for"]
    await world.decide(first, "reject")
    refused = await world.send("PUT", "/subscription", {"plan": "free"})
    assert refused.status_code == 409
    assert f"{first} is rejected" in refused.json()["detail"]
    assert (await world.kept()).waiting is None
    again = await world.sent("PUT", "/subscription", {"plan": "free"})
    assert again["waits_for"] not in (None, first)


async def test_what_nobody_sells_is_refused_with_what_to_choose(world: World) -> None:
    for body, field, said in (
        ({**ORDER, "seats": 6}, "seats", "choose team"),
        ({**ORDER, "plan": "enterprise"}, "plan", "by contract"),
        ({**ORDER, "add_ons": [{"add_on": "capacity", "quantity": 1}]}, "add_ons", "only with"),
        ({"plan": "pro"}, "", "interval and seats"),
        ({"plan": "free", "seats": 1}, "", "leave out"),
        ({**ORDER, "seats": 2.0}, "seats", ""),
        ({**ORDER, "card_number": "4242"}, "card_number", ""),
    ):
        for call in ("POST /billing/checkout", "PUT /subscription", "POST /subscription/preview"):
            method, path = call.split()
            answer = await world.send(method, path, body)
            assert answer.status_code == 422, (call, answer.text)
            assert field in answer.text
            assert said in answer.text
    refused = await world.send("PUT", "/subscription", ORDER)
    assert refused.status_code == 409


@pytest.mark.parametrize(
    "call", ["PUT /subscription", "POST /billing/checkout", "POST /subscription/preview"]
)
async def test_only_an_admin_of_the_tenant_buys(world: World, call: str) -> None:
    method, path = call.split()
    answer = await world.send(method, path, ORDER, roles=("developer", "governor"))
    assert answer.status_code == 403


async def test_notices_in_any_order_and_number_end_in_the_same(world: World) -> None:
    shown = await world.buys()
    events = await world.events()
    for each in (*reversed(events), *events):
        fresh = {**each, "id": new_id("evt", (await world.kept()).period_start)}  # type: ignore[arg-type]
        assert (await world.notice(fresh)).status_code == 200
    assert await world.sent("GET", "/subscription") == shown
    await world.topic.take()


async def test_a_forged_an_old_and_a_repeated_notice_do_nothing(world: World) -> None:
    await world.buys()
    [event, *_] = await world.events()
    before = await world.kept()
    for answer in (
        await world.notice(event, secret="whsec_other"),
        await world.notice(event, ago=301),
        await world.notice(event, ago=-360),
        await world.notice(event, header=""),
        await world.notice(event, header="t=1,v1=é"),
        await world.notice(event, header=f"t={'9' * 40},v1=00"),
    ):
        assert answer.status_code == 400, answer.text
        assert answer.json()["code"] == "notice_refused"
    assert (await world.notice(event)).status_code == 200
    assert await world.kept() == before


async def test_a_notice_that_can_not_be_handled_is_told_to_the_operator(world: World) -> None:
    await world.buys()
    kept = await world.kept()
    other: Any = {
        "currency": "usd",
        "unit_amount": 700,
        "recurring": {"interval": "month"},
        "product_data": {"name": "Coffee"},
    }
    price = world.stripe.v1.prices.create(other).id
    world.stripe.v1.subscriptions.update(str(kept.stripe_id), {"items": [{"price": price}]})
    [newest, *_] = await world.events()
    with listening() as logged:
        answer = await world.notice(newest)
    assert answer.status_code == 409, answer.text
    assert "a price that the catalogue does not know" in answer.text
    told = [matches(LATE_NOTICES.filter, each) for each in logged.entries(BILLING)]
    assert sum(told) == 1


async def test_another_tenants_customer_in_a_notice_changes_only_that_tenant(world: World) -> None:
    await world.buys()
    before = await world.kept()
    other = f"{world.tenant}-other"
    await world.sent("POST", "/billing/checkout", ORDER, tenant=other)
    theirs = (await world.kept(other)).customer_id
    # The other tenant's customer claims the account of this one, in its metadata.
    metadata = {"account": before.account}
    world.stripe.v1.customers.update(str(theirs), {"metadata": metadata})
    event = {
        "id": "evt_forged",
        "type": "customer.subscription.updated",
        "data": {"object": {"id": before.stripe_id, "customer": theirs, "metadata": metadata}},
    }
    assert (await world.notice(event)).status_code == 200
    assert await world.kept() == before
    assert (await world.kept(other)).stripe_id is None
    assert (
        await world.notice(
            {**event, "id": "evt_x", "data": {"object": {"id": "in_1", "customer": "cus_nobody"}}}
        )
    ).status_code == 200


@pytest.mark.nightly
async def test_odd_objects_at_stripe_leave_the_plan_as_it_is(world: World) -> None:
    shown = await world.buys()
    customer = str((await world.kept()).customer_id)
    for notice in (
        {"type": "invoice.upcoming", "data": {"object": {"customer": customer}}},
        {"type": "invoice.paid", "data": {"object": {"id": "in_none", "customer": customer}}},
    ):
        answer = await world.notice({"id": new_id("evt", clock.now()), **notice})
        assert answer.status_code == 200, answer.text
    assert await world.sent("GET", "/subscription") == shown


async def test_an_invoice_keeps_its_lines_beyond_the_first_hundred(world: World) -> None:
    await world.buys()
    customer = str((await world.kept()).customer_id)
    for number in range(_MANY):
        world.stripe.v1.invoice_items.create(
            {"customer": customer, "amount": 1, "currency": "usd", "description": f"{number}"}
        )
    made = world.stripe.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    shown = await invoice_calls.retrieve_invoice(str(made.id))
    names = [each["description"] for each in shown["lines"]["data"]]
    assert len(set(names)) == _MANY


@pytest.mark.nightly
async def test_a_page_that_was_never_opened_is_in_nobodys_way(world: World) -> None:
    # A crash after the order was committed, and half an hour: Stripe opens no page for so short.
    caller = Caller.acting("service:billing", world.tenant, clock.now())
    await customer_of(caller)

    async def begin(work: Command) -> Subscription:
        known = await known_to(work)
        order, began = Order.model_validate(ORDER), work.at - timedelta(minutes=40)
        return await work.save_change(known, *rules.begin_checkout(known, order, None, began))

    await RUN.command(caller, begin, Subscription)
    page = await world.sent("POST", "/billing/checkout", ORDER)
    await world.pay(page["url"])
    await world.told()
    assert (await world.sent("GET", "/subscription"))["plan"] == "pro"


@pytest.mark.nightly
async def test_seats_are_never_fewer_than_the_people_who_have_one(world: World) -> None:
    await world.buys(seats=4)
    batch = Batch()
    batch.put("tenant_records", world.tenant, {"state": '{"people": 3}'})
    await TenantStore(world.tenant).commit(batch)
    fewer, enough = {**ORDER, "seats": 2}, {**ORDER, "seats": 3}
    for method, path in (
        ("PUT", "/subscription"),
        ("POST", "/subscription/preview"),
        ("POST", "/billing/checkout"),
    ):
        refused = await world.send(method, path, fewer)
        assert refused.status_code == 422, refused.text
        assert "3 people belong to the tenant: order 3 at least" in refused.text
    assert (await world.sent("PUT", "/subscription", enough))["seats"] == 3
