"""Usage on drafts whose subscription ends or is paused, and lines that come late: each is asked for
once, whatever Stripe makes of the draft."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.billing.service import invoice_calls
from functions.billing.service.stripe_calls import KeyUsed
from shared.kit import clock
from tests.functions.billing.over_time.test_pauses import PAUSE, RESUME
from tests.functions.billing.over_time.test_usage_invoice import swept
from tests.functions.billing.timed import USED, told
from tests.functions.billing.worlds import World, browser
from tests.shared.usage.logs import turn, write
from tests.simulation.billing.dying import dying_at_a_line

Move = Callable[[datetime], Awaitable[None]]
DRAFTED = datetime(2025, 11, 17, 12, 10, tzinfo=UTC)
DUE = datetime(2025, 12, 1, 1, 30, tzinfo=UTC)
# Three seats of Pro, and tokens beyond its limit.
PLAN, OVER = 3 * 4_900, 301
CHOICES = ("collect", "void", "keep_as_draft", "mark_uncollectible")


async def is_drawn_up(world: World, time: Move) -> None:
    """A tenant has used more than its plan has, and a renewal's draft is there."""
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    await time(DRAFTED)


async def created(world: World) -> Any:
    """Stripe's notice of the newest draft."""
    return next(each for each in await world.events() if each["type"] == "invoice.created")


async def dies(world: World) -> tuple[str, Any]:
    """Whoever takes that notice dies: the line that is still on its way to Stripe."""
    notice = await created(world)
    with dying_at_a_line() as under_way:
        assert (await world.notice(notice)).status_code == 503
    [late] = under_way
    return late


async def at_stripe(world: World) -> list[dict[str, Any]]:
    """The customer's invoices, the oldest first."""
    customer = str((await world.kept()).customer_id)
    listed = world.stripe.v1.invoices.list({"customer": customer, "limit": 100})
    found: list[dict[str, Any]] = listed.to_dict()["data"]
    return found[::-1]


def usage_on(invoice: dict[str, Any]) -> list[int]:
    return [each["amount"] for each in invoice["lines"]["data"] if "section" in each["metadata"]]


async def asked(world: World) -> list[int]:
    """The lines of usage that are not on a void invoice."""
    found = await at_stripe(world)
    return [cents for each in found if each["status"] != "void" for cents in usage_on(each)]


async def ends_with_a_draft(world: World) -> str:
    """The operator ends the subscription, whose draft stays one: its id."""
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted", "invoice.updated")
    held = (await at_stripe(world))[-1]
    assert (held["status"], held["auto_advance"]) == ("draft", False)
    return str(held["id"])


async def test_a_line_that_is_late_is_refused_once_another_invoice_asks_for_it(
    world: World, time: Move
) -> None:
    await is_drawn_up(world, time)
    late = await dies(world)
    held = await ends_with_a_draft(world)
    await world.buys()
    await time(datetime(2025, 12, 17, 12, 20, tzinfo=UTC))
    await told(world, "invoice.created")
    assert await asked(world) == [OVER]
    with pytest.raises(KeyUsed):
        await invoice_calls.write_line(*late)
    world.stripe.v1.invoices.finalize_invoice(held)
    await time(clock.now() + timedelta(hours=2))
    await told(world, "invoice.created", "invoice.finalized", "invoice.paid")
    assert await asked(world) == [OVER]
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN


@pytest.mark.parametrize("is_final", [False, True])
async def test_a_line_that_came_before_is_asked_for_where_its_draft_was_made_final(
    world: World, time: Move, is_final: bool
) -> None:
    await is_drawn_up(world, time)
    late = await dies(world)
    held = await ends_with_a_draft(world)
    await invoice_calls.write_line(*late)
    if is_final:
        world.stripe.v1.invoices.finalize_invoice(held)
        await told(world, "invoice.finalized")
    await time(DUE)
    for _ in range(2):
        await swept(world)
    # Either way the line is on one of them, and nobody gets an invoice of nothing.
    assert await asked(world) == [OVER]
    own = [each for each in await at_stripe(world) if each["billing_reason"] == "manual"]
    assert [usage_on(each) for each in own] == ([] if is_final else [[OVER]])
    if not is_final:
        world.stripe.v1.invoices.finalize_invoice(held)
        await told(world, "invoice.finalized")
    await time(DUE + timedelta(hours=3))
    await told(world, "invoice.paid")
    await swept(world)
    assert await asked(world) == [OVER]
    assert (await world.kept()).usage_invoice is None


@pytest.mark.by_day(2)
@pytest.mark.parametrize("choice", CHOICES)
async def test_a_draft_that_a_pause_meets_asks_once_whatever_stripe_makes_of_it(
    world: World, time: Move, stripe_url: str, choice: str
) -> None:
    async with browser() as operator:
        said = {"met_by_pause": choice}
        assert (await operator.post(f"{stripe_url}/_/settings", json=said)).is_success
    await is_drawn_up(world, time)
    await told(world, "invoice.created")
    assert await asked(world) == [OVER]
    refused = await world.send("POST", PAUSE)
    assert (refused.status_code, "pause it once that is paid" in refused.text) == (409, True)
    # In the dashboard, or as the draft was drawn up in the same second.
    pause: Any = {"pause_collection": {"behavior": "void"}}
    world.stripe.v1.subscriptions.update(str((await world.kept()).stripe_id), pause)
    await told(world, "customer.subscription.updated")
    await time(DRAFTED + timedelta(hours=2))
    await told(world, "invoice.updated", "invoice.voided", "invoice.paid")
    await time(DUE)
    for _ in range(3):
        await swept(world)
    await time(DUE + timedelta(hours=2))
    await told(world, "invoice.paid")
    await swept(world)
    assert await asked(world) == [OVER]
    assert (await world.kept()).usage_invoice is None

    shown = await world.sent("POST", RESUME)
    assert shown["status"] == "active"
    # Each period is paid for once: the one that the draft was for, or the one that begins now.
    later = [each for each in await at_stripe(world) if each["created"] >= _seconds()]
    met, newest = later[0], later[-1]
    paid = met["status"] == "paid"
    assert paid == (choice == "collect")
    if paid:
        assert shown["current_period"]["start"] == "2025-11-17T12:00:00.000Z"
        assert newest["billing_reason"] != "subscription_update"
    else:
        assert met["status"] == "void"
        assert shown["current_period"]["start"] == "2025-12-01T03:30:00.000Z"
        assert (newest["billing_reason"], newest["amount_paid"]) == ("subscription_update", PLAN)
    assert await asked(world) == [OVER]


def _seconds() -> int:
    return int(datetime(2025, 11, 17, 12, tzinfo=UTC).timestamp())
