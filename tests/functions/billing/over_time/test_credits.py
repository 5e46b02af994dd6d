"""Credits that pay invoices, with Stripe's stand-in."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.billing.service import credit, invoice_calls
from functions.billing.service.stripe_calls import Unknown
from shared.kit import clock
from shared.kit.instants import format_instant
from tests.bearers import authorization
from tests.functions.billing.timed import AGAIN, BOUGHT, RENEWED, told
from tests.functions.billing.worlds import SCOPES, World

Move = Callable[..., Awaitable[None]]
# Three seats of Pro.
PLAN = 3 * 4_900


async def credits_of(world: World) -> Any:
    return (await world.sent("GET", "/subscription"))["credits"]


async def invoices(world: World) -> list[dict[str, Any]]:
    """Those that ask for something, the newest first."""
    listed = (await world.sent("GET", "/invoices"))["items"]
    return [each for each in listed if each["lines"][0]["cents"]]


async def test_the_first_to_expire_pays_first_and_once(world: World, time: Move) -> None:
    await world.buys()
    for cents, expires_at in (
        (5_000, BOUGHT + timedelta(days=400)),
        (12_000, AGAIN + timedelta(days=1)),
        (9_999, RENEWED - timedelta(days=2)),
    ):
        assert (await world.granted(cents, expires_at)).status_code == 201
    assert (await credits_of(world))["balance_cents"] == 26_999
    # The trial ends on the 17th of September, when the first month begins.
    await time(BOUGHT + timedelta(days=14, minutes=5))
    first = await world.events()
    await asyncio.gather(*(world.notice(each) for each in first), return_exceptions=True)
    await told(world, "invoice.created", "invoice.created")
    [draft] = await invoices(world)
    assert draft["total_cents"] == 0
    lines = {each["description"]: each["cents"] for each in draft["lines"]}
    assert lines["Credit until 2025-11-15: An outage in June"] == -9_999
    assert lines["Credit until 2025-12-18: An outage in June"] == -(PLAN - 9_999)
    shown = await credits_of(world)
    assert shown["balance_cents"] == 26_999 - PLAN
    assert [each["status"] for each in shown["spendings"]] == ["reserved"]

    await time(BOUGHT + timedelta(days=14, hours=2))
    await told(world, "invoice.paid", "invoice.finalized", "invoice.created")
    [paid] = await invoices(world)
    assert (paid["status"], paid["paid_cents"]) == ("paid", 0)
    shown = await credits_of(world)
    assert [(each["status"], each["cents"]) for each in shown["spendings"]] == [("spent", PLAN)]
    assert [each["left_cents"] for each in shown["grants"]] == [0, 7_299, 5_000]
    assert [each["status"] for each in shown["grants"]] == ["used", "open", "open"]

    await time(AGAIN)
    await told(world, "invoice.created")
    newest, *before = await invoices(world)
    # Those between are final, and nobody was told of them while they were drafts.
    assert newest["total_cents"] == PLAN - 12_299
    assert [each["total_cents"] for each in before] == [PLAN, PLAN, 0]
    types = [each.attributes["ce-type"] for each in await world.topic.take(4)]
    assert types.count("assent.credit.granted.v1") == 3
    assert types.count("assent.credit.applied.v1") == 2
    assert "assent.credit.returned.v1" not in types


@pytest.mark.nightly
async def test_what_expired_pays_nothing(world: World, time: Move) -> None:
    await world.buys()
    ends = BOUGHT + timedelta(days=14)
    assert (await world.granted(9_999, ends)).is_success
    await time(ends + timedelta(minutes=5))
    await told(world, "invoice.created")
    [draft] = await invoices(world)
    assert draft["total_cents"] == PLAN
    shown = await credits_of(world)
    assert (shown["balance_cents"], shown["grants"][0]["status"]) == (0, "expired")


async def test_a_voided_invoice_gives_its_credits_back(world: World, time: Move) -> None:
    await world.buys()
    customer = str((await world.kept()).customer_id)
    await _has_a_bad_card(world, customer)
    assert (await world.granted(10_000, AGAIN)).is_success
    await time(BOUGHT + timedelta(days=14, minutes=5))
    await told(world, "invoice.created")
    await time(BOUGHT + timedelta(days=14, hours=2))
    await told(world, "invoice.finalized", "invoice.payment_failed")
    [unpaid] = await invoices(world)
    assert (unpaid["status"], unpaid["due_cents"]) == ("open", PLAN - 10_000)
    assert (await credits_of(world))["balance_cents"] == 0
    [stripe_id] = [
        each["id"]
        for each in world.stripe.v1.invoices.list({"customer": customer}).to_dict()["data"]
        if each["status"] == "open"
    ]
    world.stripe.v1.invoices.void_invoice(stripe_id)
    for _ in range(2):
        await told(world, "invoice.voided", "invoice.finalized", "invoice.created")
    shown = await credits_of(world)
    assert (shown["balance_cents"], shown["spendings"][0]["status"]) == (10_000, "returned")


@pytest.mark.nightly
async def test_credits_move_from_a_draft_that_never_becomes_final_and_may_come_back(
    world: World, time: Move
) -> None:
    await world.buys()
    assert (await world.granted(10_000, AGAIN + timedelta(days=90))).is_success
    await time(BOUGHT + timedelta(days=14, minutes=5))
    await told(world, "invoice.created")
    kept = await world.kept()
    [held] = [
        each["id"]
        for each in world.stripe.v1.invoices.list({"customer": str(kept.customer_id)}).to_dict()[
            "data"
        ]
        if each["status"] == "draft"
    ]
    # The operator ends the subscription while its invoice is a draft, which stays one.
    world.stripe.v1.subscriptions.cancel(str(kept.stripe_id))
    await told(world, "customer.subscription.deleted", "invoice.updated")
    assert (await credits_of(world))["balance_cents"] == 0
    await world.buys()
    await time(BOUGHT + timedelta(days=44, hours=1))
    await told(world, "invoice.created")
    newest, *_ = await invoices(world)
    assert (newest["status"], newest["total_cents"]) == ("draft", PLAN - 10_000)
    shown = await credits_of(world)
    assert [each["status"] for each in shown["spendings"]] == ["reserved", "returned"]
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN
    await time(BOUGHT + timedelta(days=44, hours=4))
    await told(world, "invoice.paid")
    assert (await credits_of(world))["spendings"][0]["status"] == "spent"
    # What is granted later pays the first one, once the operator lets that go on.
    assert (await world.granted(700, AGAIN + timedelta(days=90))).is_success
    world.stripe.v1.invoices.update(held, {"auto_advance": True})
    await told(world, "invoice.updated", "invoice.updated")
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN - 700


async def test_what_a_crash_left_out_is_written_or_given_back(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.buys()
    assert (await world.granted(1_000, AGAIN)).is_success
    assert (await world.granted(2_000, AGAIN)).is_success
    await time(BOUGHT + timedelta(days=14, minutes=5))
    write, calls = invoice_calls.write_line, 0

    async def write_once(key: str, said: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Unknown("Stripe did not answer; send it again")
        await write(key, said)

    monkeypatch.setattr(credit, "write_line", write_once)
    [created, *_] = [each for each in await world.events() if each["type"] == "invoice.created"]
    assert (await world.notice(created)).status_code == 503
    assert (await credits_of(world))["balance_cents"] == 0
    # An hour passes in which nobody writes the second one.
    await time(BOUGHT + timedelta(days=14, hours=2))
    await told(world, "invoice.paid")
    [paid] = await invoices(world)
    assert paid["total_cents"] == PLAN - 1_000
    shown = await credits_of(world)
    assert (shown["balance_cents"], shown["spendings"][0]["cents"]) == (2_000, 1_000)
    assert (await world.notice({**created, "id": "evt_late"})).status_code == 200
    assert (await credits_of(world)) == shown


async def test_only_the_platforms_owner_grants_and_what_is_wrong_is_told(
    world: World, time: Move
) -> None:
    assert (await world.granted(1, clock.now() + timedelta(days=9))).status_code == 404
    await world.buys()
    later = clock.now().replace(year=2090, day=1)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"amount_cents": 0}, "amount_cents"),
        ({"amount_cents": -5}, "amount_cents"),
        ({"reason": " "}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        ({}, "five years"),
    )
    for body, field in wrong:
        refused = await world.granted(5, later, **body)
        assert refused.status_code == 422, refused.text
        assert field in refused.text
    past = await world.granted(5, clock.now())
    assert past.status_code == 422
    assert "has passed" in past.text
    until = format_instant(clock.now() + timedelta(days=9))
    said = {"tenant_id": world.tenant, "amount_cents": 5, "reason": "Me", "expires_at": until}
    for tenant, roles in ((world.tenant, ("tenant_admin",)), (None, ("tenant_admin",))):
        headers = authorization(world.key, "ada", tenant, SCOPES, roles)
        answer = await world.api.post("/v1/credits", json=said, headers=headers)
        assert answer.status_code == 403, answer.text
    headers = authorization(world.key, "olga", None, SCOPES, ("platform_admin",))
    headers["Idempotency-Key"] = f"outage-{world.tenant}"
    once, again = [
        (await world.api.post("/v1/credits", json=said, headers=headers)).json() for _ in range(2)
    ]
    assert once == again
    assert len(once["grants"]) == 1


async def _has_a_bad_card(world: World, customer: str) -> None:
    card = world.stripe.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer}
    )
    world.stripe.v1.customers.update(
        customer, {"invoice_settings": {"default_payment_method": card.id}}
    )
    kept = await world.kept()
    world.stripe.v1.subscriptions.update(str(kept.stripe_id), {"default_payment_method": card.id})
