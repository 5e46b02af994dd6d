"""A subscription is paused and goes on, with Stripe's stand-in and a real database."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.billing.service import orders, stripe_calls
from functions.billing.service.change_approval import require_approval
from functions.billing.service.stripe_calls import Unknown
from tests.functions.billing.timed import BOUGHT, told
from tests.functions.billing.worlds import ORDER, World

Move = Callable[[datetime], Awaitable[None]]
PAID = BOUGHT + timedelta(days=15)
RENEWAL = datetime.fromisoformat("2025-10-17T12:00:00+00:00")
PAUSE, RESUME = "/subscription/pause", "/subscription/resume"


async def pays(world: World, time: Move) -> None:
    """The tenant buys, and its first invoice after the trial is paid."""
    await world.buys()
    await time(PAID)
    await told(world, "invoice.paid")


async def paused(world: World) -> dict[str, Any]:
    waiting = await world.sent("POST", PAUSE)
    assert waiting["status"] == "active"
    await world.decide(waiting["waits_for"], "approve")
    shown: dict[str, Any] = await world.sent("POST", PAUSE)
    return shown


async def unanswered(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Awaitable[None]]:
    """Asks for it while Stripe does not answer; what is returned lets it arrive there."""
    asked: list[tuple[str, str, Any]] = []

    async def never(stripe_id: str, key: str, params: Any) -> None:
        asked.append((stripe_id, key, params))
        raise Unknown("Stripe did not answer; send it again")

    with monkeypatch.context() as patch:
        patch.setattr(stripe_calls, "update_subscription", never)
        answer = await world.send("POST", path)
    assert answer.status_code == 503, answer.text

    async def arrive() -> None:
        await stripe_calls.update_subscription(*asked[-1])

    return arrive


async def invoiced(world: World) -> list[tuple[str, int]]:
    await told(world, "invoice.paid", "invoice.voided", "invoice.updated")
    listed = (await world.sent("GET", "/invoices"))["items"]
    return [(each["status"], each["paid_cents"]) for each in listed]


async def test_a_pause_waits_for_an_approval_and_ends_in_the_period_that_was_paid(
    world: World, time: Move
) -> None:
    await world.buys()
    on_trial = await world.send("POST", PAUSE)
    assert (on_trial.status_code, "a trial costs nothing" in on_trial.text) == (409, True)
    await time(PAID)
    await told(world, "invoice.paid")
    first = await world.sent("POST", PAUSE)
    assert await world.sent("POST", PAUSE) == first
    assert (await world.kept()).collects
    # An approval of the pause ends nothing.
    ending = await world.sent("PUT", "/subscription", {"plan": "free"})
    assert ending["waits_for"] not in (None, first["waits_for"])
    await time(PAID + timedelta(hours=1))
    shown = await paused(world)
    assert (shown["status"], shown["entitlements"]["plan"]) == ("paused", "free")
    assert await world.sent("POST", PAUSE) == shown
    for call in (("PUT", "/subscription"), ("POST", "/subscription/preview")):
        changed = await world.send(*call, {**ORDER, "seats": 4})
        assert (changed.status_code, "/v1/subscription/resume" in changed.text) == (409, True)
    before = await invoiced(world)
    shown = await world.sent("POST", RESUME)
    assert (shown["status"], shown["entitlements"]["plan"]) == ("active", "pro")
    assert await world.sent("POST", RESUME) == shown
    assert await invoiced(world) == before
    assert shown["current_period"]["end"] == "2025-10-17T12:00:00.000Z"


async def test_nobody_is_asked_for_a_period_in_the_pause_nor_gets_one_for_nothing(
    world: World, time: Move
) -> None:
    await world.buys()
    await time(RENEWAL - timedelta(days=1))
    await told(world, "invoice.paid")
    await paused(world)
    back = RENEWAL + timedelta(days=20)
    await time(back)
    assert (await invoiced(world))[0] == ("void", 0)
    shown = await world.sent("POST", RESUME)
    assert shown["current_period"]["start"] == "2025-11-06T12:00:00.000Z"
    assert (await invoiced(world))[0] == ("paid", 3 * 4_900)
    customer = (await world.kept()).customer_id
    assert customer is not None
    assert world.stripe.v1.customers.retrieve(customer).balance == 0


@pytest.mark.nightly
async def test_a_change_that_waits_for_the_next_invoice_is_not_voided_by_a_pause(
    world: World, time: Move
) -> None:
    await pays(world, time)
    await world.sent("PUT", "/subscription", {**ORDER, "plan": "team"})
    refused = await world.send("POST", PAUSE)
    assert (refused.status_code, "pause it after 2025-10-17" in refused.text) == (409, True)


async def test_what_is_not_there_or_not_paid_is_neither_paused_nor_resumed(world: World) -> None:
    for path in (PAUSE, RESUME):
        answer = await world.send("POST", path)
        assert (answer.status_code, "/v1/billing/checkout" in answer.text) == (409, True)
        assert (await world.send("POST", path, roles=("governor",))).status_code == 403


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_resumption_holds_also_where_an_earlier_pause_arrives_late(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    await pays(world, time)
    waiting = await world.sent("POST", PAUSE)
    await world.decide(waiting["waits_for"], "approve")
    arrive = await unanswered(world, PAUSE, monkeypatch)
    early = await world.send("POST", RESUME)
    assert (early.status_code, "may still arrive" in early.text) == (409, True), early.text
    if arrives:
        await arrive()
    await time(PAID + timedelta(minutes=3))
    shown = await world.sent("POST", RESUME)
    assert (shown["status"], shown["entitlements"]["plan"]) == ("active", "pro")
    kept = await world.kept()
    assert (kept.collects, kept.change) == (True, None)
    # Nobody pauses by the approval of what was taken back.
    anew = await world.sent("POST", PAUSE)
    assert anew["status"] == "active"
    assert anew["waits_for"] not in (None, waiting["waits_for"])


async def test_a_pause_holds_also_where_an_earlier_resumption_never_arrives(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pays(world, time)
    await paused(world)
    await unanswered(world, RESUME, monkeypatch)
    early = await world.send("POST", PAUSE)
    assert (early.status_code, "may still arrive" in early.text) == (409, True), early.text
    await time(PAID + timedelta(minutes=3))
    assert (await world.sent("POST", PAUSE))["status"] == "paused"
    assert (await world.kept()).change is None


async def test_nothing_is_changed_that_is_paused_just_then(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pays(world, time)
    stripe_id = str((await world.kept()).stripe_id)

    async def once_it_is_paused(*asked: Any) -> Any:
        said: Any = {"pause_collection": {"behavior": "void"}}
        world.stripe.v1.subscriptions.update(stripe_id, said)
        await told(world, "customer.subscription.updated")
        return await require_approval(*asked)

    monkeypatch.setattr(orders, "require_approval", once_it_is_paused)
    refused = await world.send("PUT", "/subscription", {**ORDER, "seats": 4})
    assert (refused.status_code, "resume it first" in refused.text) == (409, True), refused.text
    kept = await world.kept()
    assert (kept.seats, kept.change, kept.is_paused) == (3, None, True)
