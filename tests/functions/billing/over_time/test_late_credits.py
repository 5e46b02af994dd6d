"""Credits on a draft that does not become final, written by processes that died on the way."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.billing.service import credit, invoice_calls
from functions.billing.service.stripe_calls import Unknown
from tests.functions.billing.timed import AGAIN, BOUGHT, told
from tests.functions.billing.worlds import World

Move = Callable[..., Awaitable[None]]
# Three seats of Pro.
PLAN = 3 * 4_900
DRAWN_UP = BOUGHT + timedelta(days=14, minutes=5)
AGAIN_DRAWN_UP = BOUGHT + timedelta(days=44, hours=1)
DIED = Unknown("Stripe did not answer; send it again")
LATER = AGAIN + timedelta(days=90)


async def statuses(world: World) -> tuple[int, list[tuple[str, int]]]:
    """What is left of the tenant's credits, and what they pay, the latest first."""
    shown = (await world.sent("GET", "/subscription"))["credits"]
    return shown["balance_cents"], [(each["status"], each["cents"]) for each in shown["spendings"]]


async def drafts(world: World) -> list[dict[str, Any]]:
    """Those that ask for something, the newest first."""
    customer = str((await world.kept()).customer_id)
    found = world.stripe.v1.invoices.list({"customer": customer}).to_dict()["data"]
    return [each for each in found if each["status"] == "draft"]


async def draws_up(
    world: World, time: Move, *cents: int, monkeypatch: pytest.MonkeyPatch, writes: int = 0
) -> tuple[str, list[tuple[str, Any]]]:
    """A tenant with these credits has a draft, and whoever writes its lines dies after so many: the
    draft, and the calls of Stripe that are still on their way."""
    await world.buys()
    for each in cents:
        assert (await world.granted(each, LATER)).is_success
    await time(DRAWN_UP)
    write, under_way = invoice_calls.write_line, list[tuple[str, Any]]()
    written = 0

    async def write_some(key: str, said: Any) -> None:
        nonlocal written
        if written == writes:
            under_way.append((key, said))
            raise DIED
        written += 1
        await write(key, said)

    [created, *_] = [each for each in await world.events() if each["type"] == "invoice.created"]
    with monkeypatch.context() as patch:
        patch.setattr(credit, "write_line", write_some)
        answer = await world.notice(created)
        assert answer.status_code == (503 if under_way else 200), answer.text
    [draft] = await drafts(world)
    return draft["id"], under_way


async def is_held_and_another_is_due(world: World, time: Move) -> None:
    """The operator ends the subscription while its invoice is a draft, which stays one; the tenant
    buys again, and that renews."""
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted", "invoice.updated")
    await world.buys()
    await time(AGAIN_DRAWN_UP)


async def test_a_line_that_comes_late_is_taken_off_a_draft_that_gave_its_credits_back(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, [late] = await draws_up(world, time, 10_000, monkeypatch=monkeypatch)
    await is_held_and_another_is_due(world, time)
    await told(world, "invoice.created")
    before = await statuses(world)
    assert before == (0, [("reserved", 10_000), ("returned", 10_000)])
    # What the process that died had sent to Stripe arrives there.
    await invoice_calls.write_line(*late)
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN - 10_000
    await told(world, "invoice.created")
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN
    assert await statuses(world) == before
    newest, *_ = await drafts(world)
    assert newest["total"] == PLAN - 10_000


@pytest.mark.nightly
async def test_what_a_late_line_took_is_spent_where_somebody_makes_its_draft_final(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, [late] = await draws_up(world, time, 40_000, monkeypatch=monkeypatch)
    await is_held_and_another_is_due(world, time)
    await told(world, "invoice.created")
    await invoice_calls.write_line(*late)
    world.stripe.v1.invoices.finalize_invoice(held)
    for _ in range(2):
        await told(world, "invoice.finalized", "invoice.paid", "invoice.created")
        balance, spendings = await statuses(world)
        assert balance == 40_000 - 2 * PLAN
        assert sorted(spendings) == [("reserved", PLAN), ("spent", PLAN)]


@pytest.mark.nightly
async def test_a_held_draft_that_lacks_a_line_gives_all_back(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, [_] = await draws_up(world, time, 1_000, 2_000, monkeypatch=monkeypatch, writes=1)
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN - 1_000
    await is_held_and_another_is_due(world, time)
    await told(world, "invoice.created", "invoice.created")
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN
    newest, *_ = await drafts(world)
    assert newest["total"] == PLAN - 3_000
    assert await statuses(world) == (0, [("reserved", 3_000), ("returned", 3_000)])


async def test_who_dies_between_taking_lines_off_and_giving_back_is_made_good(
    world: World, time: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, _ = await draws_up(world, time, 10_000, monkeypatch=monkeypatch, writes=1)
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN - 10_000
    await is_held_and_another_is_due(world, time)
    look = credit._status_of

    async def look_and_die(stripe_id: str) -> Any:
        await look(stripe_id)
        raise DIED

    [created, *_] = [each for each in await world.events() if each["type"] == "invoice.created"]
    with monkeypatch.context() as patch:
        patch.setattr(credit, "_status_of", look_and_die)
        assert (await world.notice(created)).status_code == 503
    assert world.stripe.v1.invoices.retrieve(held).total == PLAN
    assert await statuses(world) == (0, [("reserved", 10_000)])
    assert (await world.notice(created)).status_code == 200
    newest, *_ = await drafts(world)
    assert newest["total"] == PLAN - 10_000
    assert await statuses(world) == (0, [("reserved", 10_000), ("returned", 10_000)])
