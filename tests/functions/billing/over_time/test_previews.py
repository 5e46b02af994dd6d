"""What a preview says is what is then charged, with Stripe's stand-in and a real database."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tests.functions.billing.timed import BOUGHT, told
from tests.functions.billing.worlds import ORDER, World

Move = Callable[[datetime], Awaitable[None]]
PREVIEW = "/subscription/preview"


async def test_what_was_to_end_and_is_ordered_anew_costs_what_its_preview_said(
    world: World, time: Move
) -> None:
    await world.buys()
    waiting = await world.sent("PUT", "/subscription", {"plan": "free"})
    await world.decide(waiting["waits_for"], "approve")
    ending = await world.sent("PUT", "/subscription", {"plan": "free"})
    assert ending["cancel_at_period_end"] is True
    previewed = await world.sent("POST", PREVIEW, ORDER)
    assert previewed["next_invoice_cents"] == 3 * 4_900
    assert (await world.sent("PUT", "/subscription", ORDER))["cancel_at_period_end"] is False
    assert await world.sent("POST", PREVIEW, ORDER) == previewed
    await time(BOUGHT + timedelta(days=15))
    await told(world, "invoice.paid")
    newest, *_ = (await world.sent("GET", "/invoices"))["items"]
    assert newest["paid_cents"] == previewed["next_invoice_cents"]
