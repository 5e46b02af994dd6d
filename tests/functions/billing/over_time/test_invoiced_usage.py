"""Usage beyond the plan's limits on invoices, with Stripe's stand-in and a real database."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulators.buckets import Buckets
from events.disagreements import InvoiceLineDisagreed
from functions.audit.appender import append
from functions.audit.checkpoints import cover
from functions.billing.aggregates import USAGE_MONTHS
from shared.kit import clock
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.firestore import TenantStore
from shared.usage.anchoring import prove_anchored
from shared.usage.lines import lines_of
from shared.usage.outside import OutsideEvent
from shared.usage.rows import add_events
from shared.verify.__main__ import main
from tests.functions.billing.timed import AGAIN, RENEWED, USED, told, usage_lines
from tests.functions.billing.worlds import ORDER, SCOPES, World
from tests.shared.usage.logs import turn, write

AFTER_TRIAL = datetime(2025, 10, 1, 12, tzinfo=UTC)
DRAFTED = datetime(2025, 11, 17, 12, 10, tzinfo=UTC)
AGAIN_DRAFTED = datetime(2025, 12, 17, 12, 20, tzinfo=UTC)
AGAIN_FINAL = datetime(2025, 12, 17, 13, 30, tzinfo=UTC)


async def reaches_the_log(world: World) -> None:
    """What was published becomes entries of the audit log, which a checkpoint covers."""
    found = [each async for each in TenantStore(world.tenant).find_all(EVENT_LOG)]
    for each in found:
        await append(logged_event(each.data, clock.now()))
    await cover(world.tenant)


async def test_a_line_leads_to_the_entries_of_the_audit_log(
    world: World,
    time: Callable[[datetime], Awaitable[None]],
    tmp_path: Path,
    buckets: Buckets,
    database: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await world.buys()
    await time(USED)
    asked = turn(world.tenant, "one", 400_000, 250_999, USED)
    await write(world.tenant, asked)
    used_at = int(USED.timestamp() * 1000)
    # A program may tell an event of its own by the id of a receipt.
    await add_events(world.tenant, [OutsideEvent(asked.event_id, "pages", 3, used_at)])
    await time(RENEWED)
    await told(world, "invoice.created", "invoice.created")
    # Somebody reads the roots of the closed month, which makes the lines of declared meters.
    month = await lines_of(world.tenant, "2025-10", RENEWED)
    assert "pages" in {each.meter for each in month.lines if each.closed_at is not None}
    [line] = await usage_lines(world)
    invoice = (await world.sent("GET", "/invoices"))["items"][0]["invoice_id"]
    path = f"/invoices/{invoice}/lines/{line['line_id']}/proof?event={asked.event_id}"
    reads: dict[str, Any] = {"scopes": (*SCOPES, "audit:read")}
    # No checkpoint covers anything yet.
    for each in (await world.sent("GET", path, **reads))["usage"]:
        assert each["entry"] is each["closing"] is None

    await reaches_the_log(world)
    months = [each async for each in TenantStore(world.tenant).find_all(USAGE_MONTHS.collection)]
    assert [each.id for each in months] == ["2025-10.1"]
    proof = await world.sent("GET", path, **reads)
    for each in proof["usage"]:
        assert each["entry"]["body"] == asked.body
        closed = json.loads(json.loads(each["closing"]["entry"]["body"])["data"])
        assert each["root"] in [one["root"] for one in closed["lines"]]
    (tmp_path / "line.json").write_text(json.dumps(proof))
    assert main([str(tmp_path / "line.json")]) == 0
    said = capsys.readouterr().out
    assert said.count("closed by entry") == said.count("as the audit log says") == 2
    # Its proof is of the program's event alone, now that a checkpoint covers the receipt.
    about = (world.tenant, "2025-10", "pages", 1, asked.event_id)
    pages = await prove_anchored(*about, with_entry=True)
    assert (pages.quantity, pages.entry, pages.closing) == (3, None, None)
    assert pages.event is not None
    assert pages.event.line.endswith("\tpages=3")
    # A token that does not open the log gets nothing of it but the closing.
    for each in (await world.sent("GET", path))["usage"]:
        assert each["entry"] is None
        assert each["closing"] is not None

    # What somebody altered in the database since is not proved.
    async with await psycopg.AsyncConnection.connect(database) as owner:
        altered = "UPDATE audit_entries SET body = body || ' ' WHERE event_id = %s"
        await owner.execute(altered, (asked.event_id,))
    refused = await world.send("GET", path, **reads)
    assert refused.status_code == 500, refused.text


async def test_usage_is_on_the_next_invoice_once_and_is_proved(
    world: World, time: Callable[[datetime], Awaitable[None]], tmp_path: Path
) -> None:
    await world.buys()
    await time(USED)
    asked = turn(world.tenant, "one", 400_000, 250_999, USED)
    await write(world.tenant, asked)
    await time(RENEWED)
    await told(world, "invoice.paid", "invoice.created", "invoice.created")
    [line] = await usage_lines(world)
    assert (line["cents"], line["agrees"]) == (301, True)
    assert line["description"] == "2025-10: 150,999 tokens beyond 500,000"
    assert line["usage"]["included"] == 500_000
    assert line["period"]["start"] == "2025-10-01T00:00:00.000Z"

    # What comes late is a correction on the next invoice, and the first line stays as it is.
    await write(world.tenant, turn(world.tenant, "late", 1, 1_000, USED))
    await time(AGAIN)
    await told(world, "invoice.created", "invoice.finalized")
    correction, same = await usage_lines(world)
    assert same == line
    assert (correction["cents"], correction["usage"]["section"]) == (3, 2)
    assert correction["usage"]["before"] == 650_999
    assert correction["description"].endswith("(correction 1)")

    file, proofs = tmp_path / "proof.json", dict[str, str]()
    for each in (await world.sent("GET", "/invoices"))["items"]:
        assert sum(one["cents"] for one in each["lines"]) == each["total_cents"]
        for one in each["lines"]:
            path = f"/invoices/{each['invoice_id']}/lines/{one['line_id']}/proof"
            if one["usage"] is None:
                assert (await world.send("GET", path)).status_code == 409
                continue
            proofs[one["line_id"]] = path
            file.write_text(json.dumps(await world.sent("GET", path)))
            assert main([str(file)]) == 0
    assert len(proofs) == 2
    path = proofs[line["line_id"]]
    proof = await world.sent("GET", f"{path}?event={asked.event_id}")
    assert [each["event"] is None for each in proof["usage"]] == [False, False]
    for wrong in (f"{path}?event=rct_none", path.replace(line["line_id"], "il_none")):
        assert (await world.send("GET", wrong)).status_code == 404
    assert (await world.send("GET", path, roles=("developer",))).status_code == 403
    assert (await world.sent("POST", "/billing/portal"))["url"].startswith("http")


async def test_a_line_that_somebody_alters_at_stripe_is_told_and_its_proof_does_not_hold(
    world: World, time: Callable[[datetime], Awaitable[None]], tmp_path: Path
) -> None:
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    await time(RENEWED)
    await told(world, "invoice.created")
    [line] = await usage_lines(world)
    customer = str((await world.kept()).customer_id)
    items = world.stripe.v1.invoice_items.list({"customer": customer}).to_dict()["data"]
    [item] = [each for each in items if each["amount"] == line["cents"]]
    world.stripe.v1.invoice_items.update(item["id"], {"amount": 999})
    await told(world, "invoice.created")
    [altered] = await usage_lines(world)
    assert (altered["agrees"], altered["cents"]) == (False, 999)
    # The operator is told once, in the platform's own log.
    await told(world, "invoice.created", "invoice.created")
    found = [each async for each in TenantStore(PLATFORM_TENANT).find_all(EVENT_LOG)]
    events = [logged_event(each.data, clock.now()) for each in found]
    kind = InvoiceLineDisagreed
    lines = [each.payload(kind) for each in events if each.type == kind.event_type]
    [about] = [each for each in lines if each.tenant_id == world.tenant]
    assert (about.line_id, about.cents, about.section) == (altered["line_id"], 999, 1)
    invoice = (await world.sent("GET", "/invoices"))["items"][0]["invoice_id"]
    file = tmp_path / "proof.json"
    path = f"/invoices/{invoice}/lines/{altered['line_id']}/proof"
    file.write_text(json.dumps(await world.sent("GET", path)))
    assert main([str(file)]) == 1


@pytest.mark.nightly
async def test_a_year_instead_of_a_month_is_asked_for_at_once(
    world: World, time: Callable[[datetime], Awaitable[None]]
) -> None:
    await world.buys()
    await time(AFTER_TRIAL)
    order = {"plan": "pro", "interval": "year", "seats": 3}
    shown = await world.sent("PUT", "/subscription", order)
    assert shown["current_period"]["end"] == "2026-10-01T12:00:00.000Z"
    await told(world, "invoice.paid")
    newest = (await world.sent("GET", "/invoices"))["items"][0]
    assert (newest["status"], newest["due_cents"]) == ("paid", 0)
    # What is left of the month's 14,700 comes back: 16 of 30 days.
    assert sorted(each["cents"] for each in newest["lines"]) == [-7_840, 3 * 46_800]
    assert newest["paid_cents"] == 3 * 46_800 - 7_840


@pytest.mark.nightly
async def test_usage_moves_from_a_draft_that_never_becomes_final(
    world: World, time: Callable[[datetime], Awaitable[None]]
) -> None:
    await world.buys()
    await time(USED)
    await write(world.tenant, turn(world.tenant, "one", 400_000, 250_999, USED))
    await time(DRAFTED)
    await told(world, "invoice.created")
    assert [each["cents"] for each in await usage_lines(world)] == [301]
    # The operator ends the subscription while its invoice is a draft, which stays one.
    world.stripe.v1.subscriptions.cancel(str((await world.kept()).stripe_id))
    await told(world, "customer.subscription.deleted", "invoice.updated")
    await world.buys()
    await time(AGAIN_DRAFTED)
    await told(world, "invoice.created")
    await time(AGAIN_FINAL)
    await told(world, "invoice.updated", "invoice.paid")
    listed = (await world.sent("GET", "/invoices"))["items"]
    asking = [each for each in listed if any(line["usage"] for line in each["lines"])]
    assert [each["status"] for each in asking] == ["paid"]
    assert [line["cents"] for line in await usage_lines(world)] == [301]


async def test_a_page_where_somebody_bought_is_not_shown_again(
    world: World, time: Callable[[datetime], Awaitable[None]]
) -> None:
    page = await world.sent("POST", "/billing/checkout", ORDER)
    await world.pay(page["url"])
    customer = str((await world.kept()).customer_id)
    [bought] = world.stripe.v1.subscriptions.list({"customer": customer}).data
    world.stripe.v1.subscriptions.cancel(bought.id)
    again = await world.sent("POST", "/billing/checkout", ORDER)
    assert again["url"] != page["url"]
    await world.pay(again["url"])
    await world.told()
    assert (await world.sent("GET", "/subscription"))["plan"] == "pro"
