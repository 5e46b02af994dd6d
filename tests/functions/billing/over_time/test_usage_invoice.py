"""What was used before a subscription ended, on an invoice of its own, with Stripe's stand-in and a
real database."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.billing.service.usage_invoice import ask_for_usage
from shared.kit import clock
from shared.kit.callers import Caller
from shared.verify.__main__ import main
from tests.functions.billing.timed import USED, told, usage_lines
from tests.functions.billing.worlds import ORDER, World
from tests.shared.usage.logs import turn, write

END_OF_OCTOBER = datetime(2025, 10, 31, 23, tzinfo=UTC)
SETTLED = datetime(2025, 11, 1, 1, 30, tzinfo=UTC)


async def swept(world: World) -> None:
    """What a sweep does for the tenant."""
    acting = Caller.acting("service:billing", world.tenant, clock.now())
    await ask_for_usage(acting)


async def test_what_was_used_before_an_end_is_asked_for_on_an_invoice_of_its_own(
    world: World, time: Callable[[datetime], Awaitable[None]], tmp_path: Path
) -> None:
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted")
    for early in (USED, END_OF_OCTOBER):
        await time(early)
        await swept(world)
        assert await usage_lines(world) == []
    await time(SETTLED)
    await swept(world)
    # What comes late, and with two notices of the draft, is on the same one.
    await write(world.tenant, turn(world.tenant, "late", 1, 1_000, USED))
    await told(world, "invoice.created", "invoice.created")
    lines = await usage_lines(world)
    assert sorted(each["cents"] for each in lines) == [3, 301]
    assert all(each["agrees"] for each in lines)
    newest = (await world.sent("GET", "/invoices"))["items"][0]
    assert (newest["status"], newest["total_cents"]) == ("draft", 304)
    await time(SETTLED + timedelta(hours=2))
    await told(world, "invoice.paid")
    # What comes after it is final is on another.
    await write(world.tenant, turn(world.tenant, "later", 1, 2_000, USED))
    for _ in range(3):
        await swept(world)
    await time(SETTLED + timedelta(hours=5))
    await swept(world)
    await told(world, "invoice.paid")
    another, paid = (await world.sent("GET", "/invoices"))["items"][:2]
    assert [(each["status"], each["paid_cents"]) for each in (paid, another)] == [
        ("paid", 304),
        # Less than Stripe takes: it stays on the balance.
        ("paid", 0),
    ]
    assert [each["cents"] for each in another["lines"]] == [4]
    kept = await world.kept()
    assert (kept.usage_invoice, kept.status) == (None, "canceled")
    file = tmp_path / "proof.json"
    for invoice in (another, paid):
        for line in invoice["lines"]:
            path = f"/invoices/{invoice['invoice_id']}/lines/{line['line_id']}/proof"
            file.write_text(json.dumps(await world.sent("GET", path)))
            assert main([str(file)]) == 0


async def test_whoever_used_nothing_beyond_gets_no_usage_invoice(
    world: World, time: Callable[[datetime], Awaitable[None]]
) -> None:
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 10, 10, USED))
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted", "invoice.paid")
    before = (await world.sent("GET", "/invoices"))["items"]
    await time(SETTLED)
    await swept(world)
    assert (await world.kept()).usage_invoice is None
    assert (await world.sent("GET", "/invoices"))["items"] == before


@pytest.mark.nightly
async def test_whoever_bought_again_gets_no_invoice_of_its_own(
    world: World, time: Callable[[datetime], Awaitable[None]]
) -> None:
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted")
    page = await world.sent("POST", "/billing/checkout", ORDER)
    await world.pay(page["url"])
    await time(SETTLED)
    # No notice arrived yet: the sweep reads it itself.
    await swept(world)
    assert await usage_lines(world) == []
    assert (await world.kept()).usage_invoice is None


async def test_a_usage_invoice_that_somebody_deletes_is_made_again(
    world: World, time: Callable[[datetime], Awaitable[None]]
) -> None:
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted")
    # The card is the subscription's alone.
    customer = str((await world.kept()).customer_id)
    nobody: Any = {"invoice_settings": {"default_payment_method": ""}}
    world.stripe.v1.customers.update(customer, nobody)
    await time(SETTLED)
    await swept(world)
    first = (await world.kept()).usage_invoice
    assert first is not None
    world.stripe.v1.invoices.delete(first.stripe_id)
    for _ in range(2):
        await swept(world)
    second = (await world.kept()).usage_invoice
    assert second is not None
    assert second.stripe_id not in ("", first.stripe_id)
    await time(SETTLED + timedelta(hours=2))
    shown = world.stripe.v1.invoices.retrieve(second.stripe_id)
    assert (shown.status, shown.amount_paid) == ("paid", 301)
