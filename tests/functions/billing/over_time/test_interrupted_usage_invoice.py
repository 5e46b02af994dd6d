"""A usage invoice whose making is interrupted: it asks for nothing before all of its lines are
there, and nobody gets an invoice of nothing."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.billing.service import invoice_calls, usage_invoice
from functions.billing.service.stripe_calls import Unknown
from shared.kit import clock
from tests.functions.billing.over_time.test_drafts import OVER, asked, at_stripe, created, usage_on
from tests.functions.billing.over_time.test_usage_invoice import swept
from tests.functions.billing.timed import USED, told
from tests.functions.billing.worlds import ORDER, World
from tests.shared.usage.logs import turn, write
from tests.simulation.billing.dying import DIED, dying_at_a_line, dying_at_release

Move = Callable[[datetime], Awaitable[None]]
DUE = datetime(2025, 11, 1, 1, 30, tzinfo=UTC)


async def has_ended(world: World, time: Move) -> None:
    """A tenant used more than its plan has, ended, and its month is over."""
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted")
    await time(DUE)


async def own(world: World) -> list[dict[str, Any]]:
    """The usage invoices at Stripe."""
    return [each for each in await at_stripe(world) if each["billing_reason"] == "manual"]


async def is_asked_for_once(world: World, time: Move) -> None:
    """What remained undone is done by the next sweeps: one invoice, which is paid."""
    await swept(world)
    await time(clock.now() + timedelta(hours=2))
    await told(world, "invoice.paid")
    for _ in range(2):
        await swept(world)
    assert [(each["status"], each["amount_paid"]) for each in await own(world)] == [("paid", OVER)]
    assert await asked(world) == [OVER]
    assert (await world.kept()).usage_invoice is None
    shown = (await world.sent("GET", "/invoices"))["items"]
    assert [each["paid_cents"] for each in shown if each["paid_cents"] == OVER] == [OVER]


@pytest.mark.by_day(2)
@pytest.mark.parametrize("dying", [dying_at_a_line, dying_at_release])
@pytest.mark.parametrize("later", [timedelta(hours=3), timedelta(days=3)])
async def test_who_dies_before_the_release_leaves_a_draft_that_nobody_sees(
    world: World, time: Move, dying: Any, later: timedelta
) -> None:
    await has_ended(world, time)
    shown = (await world.sent("GET", "/invoices"))["items"]
    with dying() as under_way, suppress(Unknown):
        await swept(world)
    assert len(under_way) == 1
    await time(DUE + later)
    [made] = await own(world)
    assert (made["status"], made["auto_advance"]) == ("draft", False)
    assert (await world.sent("GET", "/invoices"))["items"] == shown
    await is_asked_for_once(world, time)


async def test_a_notice_of_the_draft_completes_what_a_sweep_left(world: World, time: Move) -> None:
    await has_ended(world, time)
    with dying_at_a_line(), suppress(Unknown):
        await swept(world)
    await told(world, "invoice.created", "invoice.created")
    [made] = await own(world)
    assert (usage_on(made), made["auto_advance"]) == ([OVER], True)
    newest = (await world.sent("GET", "/invoices"))["items"][0]
    assert (newest["status"], newest["total_cents"]) == ("draft", OVER)
    await is_asked_for_once(world, time)


@pytest.mark.by_day(1)
@pytest.mark.parametrize("later", [timedelta(hours=3), timedelta(days=3)])
async def test_who_dies_before_it_is_noted_makes_no_second_one(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch, later: timedelta
) -> None:
    await has_ended(world, time)
    create = invoice_calls.create_usage_invoice

    async def create_and_die(key: str, said: Any) -> str:
        await create(key, said)
        raise DIED

    with monkeypatch.context() as patch, suppress(Unknown):
        patch.setattr(usage_invoice, "create_usage_invoice", create_and_die)
        await swept(world)
    kept = (await world.kept()).usage_invoice
    assert (kept is not None and kept.stripe_id, len(await own(world))) == ("", 1)
    # After a day Stripe has forgotten the key under which it was made.
    await time(DUE + later)
    await is_asked_for_once(world, time)


@pytest.mark.nightly
async def test_whoever_buys_again_is_asked_by_the_renewal_and_the_draft_is_gone(
    world: World, time: Move
) -> None:
    await has_ended(world, time)
    with dying_at_release() as under_way, suppress(Unknown):
        await swept(world)
    [made] = await own(world)
    assert usage_on(made) == [OVER]
    page = await world.sent("POST", "/billing/checkout", ORDER)
    await world.pay(page["url"])
    await time(DUE + timedelta(days=30, minutes=10))
    assert (await world.notice(await created(world))).status_code == 200
    # Whoever was about to release it finds it no more.
    assert await own(world) == []
    [(stripe_id, said)] = under_way
    with pytest.raises(Exception, match="No such invoice"):
        await invoice_calls.update_invoice(stripe_id, said)
    assert await asked(world) == [OVER]


async def test_one_that_nobody_waits_for_is_deleted_at_its_notice(world: World, time: Move) -> None:
    await has_ended(world, time)
    with dying_at_release(), suppress(Unknown):
        await swept(world)
    page = await world.sent("POST", "/billing/checkout", ORDER)
    await world.pay(page["url"])
    await told(world, "invoice.created")
    assert await own(world) == []
    assert await asked(world) == []
