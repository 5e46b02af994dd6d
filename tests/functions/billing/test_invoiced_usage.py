"""Usage beyond the plan's limits on invoices, with Stripe's stand-in and a real database."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from events.disagreements import InvoiceLineDisagreed
from shared.kit import clock
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.firestore import TenantStore
from shared.verify.__main__ import main
from tests.functions.billing.timed import AGAIN, RENEWED, USED, stripe_url, time, told
from tests.functions.billing.worlds import World
from tests.shared.usage.logs import turn, write

__all__ = ["stripe_url", "time"]


async def usage_lines(world: World) -> list[dict[str, Any]]:
    listed = (await world.sent("GET", "/invoices"))["items"]
    return [line for each in listed for line in each["lines"] if line["usage"]]


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

    # What somebody alters at Stripe is seen, and its proof does not hold.
    customer = str((await world.kept()).customer_id)
    items = world.stripe.v1.invoice_items.list({"customer": customer}).to_dict()["data"]
    [item] = [each for each in items if each["amount"] == correction["cents"]]
    world.stripe.v1.invoice_items.update(item["id"], {"amount": 999})
    await told(world, "invoice.created")
    altered, same = await usage_lines(world)
    assert (same["agrees"], altered["agrees"], altered["cents"]) == (True, False, 999)
    # The operator is told once, in the platform's own log.
    await told(world, "invoice.created", "invoice.created")
    found = [each async for each in TenantStore(PLATFORM_TENANT).find_all(EVENT_LOG)]
    events = [logged_event(each.data, clock.now()) for each in found]
    kind = InvoiceLineDisagreed
    lines = [each.payload(kind) for each in events if each.type == kind.event_type]
    [about] = [each for each in lines if each.tenant_id == world.tenant]
    assert (about.line_id, about.cents, about.section) == (altered["line_id"], 999, 2)
    path = proofs[correction["line_id"]].replace(correction["line_id"], altered["line_id"])
    file.write_text(json.dumps(await world.sent("GET", path)))
    assert main([str(file)]) == 1
