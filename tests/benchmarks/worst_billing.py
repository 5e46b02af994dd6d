"""The worst calls of billing: the largest order, and many invoices with the most lines."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import httpx
import stripe

from emulators.demo.person import Person
from functions.billing.aggregates import INVOICES, REVENUES
from functions.billing.rules.invoice import MOST_LINES, MOST_TEXT, Invoice
from functions.billing.rules.revenue import MOST_PAID, Revenue
from functions.billing.settings import Account, account
from shared.catalogue import catalogue
from shared.kit import clock
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.usage.lines import close_periods
from tests.benchmarks.largest import MANY
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_control import PlatformAdmin
from tests.benchmarks.worst_runs import running
from tests.journeys.world import World
from tests.shared.usage.logs import turn, write

SCOPES = ("identity:read", "identity:write")
CHECKOUT = "/v1/billing/checkout"
ORDER = {
    "plan": "team",
    "interval": "month",
    "seats": 3,
    "add_ons": [{"add_on": each, "quantity": 2} for each in catalogue().add_ons],
}
MONTH = "2026-10"
USED = {
    "period": MONTH,
    "section": 1,
    "meter": "tokens",
    "quantity": 10,
    "before": 0,
    "included": 0,
    "charged": 10,
    "price_cents": 2,
    "price_units": 1_000,
    "cents": 0,
    "counted": [
        {"meter": each, "quantity": 5, "root": "0" * 64} for each in ("tokens_in", "tokens_out")
    ],
}


class StripeSigns(NamedTuple):
    """Sends a body as Stripe does, signed with the secret of its notices."""

    scene: Scene
    account: Account

    def send(
        self, method: str, path: str, *, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        secret, at = self.account.webhook_secret.get_secret_value().encode(), int(time.time())
        made = hmac.new(secret, f"{at}.".encode() + content, hashlib.sha256).hexdigest()
        signed = {**headers, "Stripe-Signature": f"t={at},v1={made}"}
        return self.scene.platform.http.request(method, path, content=content, headers=signed)


@cache
def admin(scene: Scene) -> Person:
    """An admin of the tenant that others buy for."""
    return running(scene).world.person("ana", SCOPES, ("tenant_admin",))


@cache
def subscriber(scene: Scene) -> Person:
    """The admin, once the tenant has a subscription."""
    ana = admin(scene)
    url = ana.send("POST", CHECKOUT, json=ORDER).json()["url"]
    paid = httpx.post(url, data={"card": "pm_card_visa", "email": "ana@acme.example"})
    assert paid.is_redirect, paid.text
    running(scene).world.settle()
    return ana


@cache
def operator() -> Account:
    """The operator's account at Stripe."""
    found = asyncio.run(account())
    assert found is not None
    return found


@cache
def keep_invoices(scene: Scene, many: int) -> str:
    """So many invoices with the most lines, as billing stores them; the id of the last."""
    at = datetime(2020, 1, 1, tzinfo=UTC)
    line = {
        "description": "x" * MOST_TEXT,
        "cents": 10,
        "quantity": 1,
        "period_start": at,
        "period_end": at,
        "usage": USED,
    }
    said = {
        "customer_id": "cus_1",
        "status": "paid",
        "total_cents": 10,
        "due_cents": 0,
        "paid_cents": 10,
        "number": "A-1",
        "url": None,
        "period_start": at,
        "period_end": at,
    }
    lines = [{"line_id": f"il_{number}", **line} for number in range(MOST_LINES)]
    batches: list[Batch] = []
    for number in range(many):
        drawn = at + timedelta(days=number)
        known = {"invoice_id": new_id("ivc", drawn), "stripe_id": f"in_{number}"}
        invoice = Invoice.model_validate({**said, **known, "lines": lines, "created_at": drawn})
        batches.append(Batch())
        batches[-1].put(INVOICES.collection, invoice.invoice_id, INVOICES.fields(invoice, 1, None))

    async def kept() -> None:
        for batch in batches:
            await TenantStore(running(scene).world.tenant).commit(batch)

    asyncio.run(kept())
    return invoice.invoice_id


@worst_of("GET", "/v1/plans-catalogue")
def show_catalogue(scene: Scene) -> Iterator[Call]:
    yield Call(admin(scene), "/v1/plans-catalogue")


@worst_of("POST", CHECKOUT)
def check_out(scene: Scene) -> Iterator[Call]:
    newcomer = World(scene.platform).person("ana", SCOPES, ("tenant_admin",))
    yield Call(newcomer, CHECKOUT, ORDER, what="the first one")


@worst_of("GET", "/v1/subscription")
def show_subscription(scene: Scene) -> Iterator[Call]:
    yield Call(subscriber(scene), "/v1/subscription")


@worst_of("POST", "/v1/subscription/preview")
def preview_change(scene: Scene) -> Iterator[Call]:
    yield Call(subscriber(scene), "/v1/subscription/preview", {**ORDER, "seats": 4})


@worst_of("PUT", "/v1/subscription")
def change_subscription(scene: Scene) -> Iterator[Call]:
    yield Call(subscriber(scene), "/v1/subscription", {**ORDER, "seats": 5})


@worst_of("POST", "/v1/billing/portal")
def open_portal(scene: Scene) -> Iterator[Call]:
    yield Call(subscriber(scene), "/v1/billing/portal")


def at_stripe() -> stripe.StripeClient:
    """What the operator sees there."""
    found = operator()
    key = found.api_key.get_secret_value()
    return stripe.StripeClient(key, base_addresses={"api": found.api})


@cache
def payer(scene: Scene) -> Person:
    """The admin, once the trial is over."""
    ana = subscriber(scene)
    for each in at_stripe().v1.subscriptions.list({"status": "trialing"}).data:
        at_stripe().v1.subscriptions.update(each.id, {"trial_end": "now"})
    running(scene).world.settle()
    return ana


@worst_of("POST", "/v1/billing/referral")
def refer_others(scene: Scene) -> Iterator[Call]:
    yield Call(payer(scene), "/v1/billing/referral", what="the first time")


@worst_of("POST", "/v1/subscription/pause")
def pause_subscription(scene: Scene) -> Iterator[Call]:
    yield Call(payer(scene), "/v1/subscription/pause", what="asks for an approval")


@worst_of("POST", "/v1/subscription/resume")
def resume_subscription(scene: Scene) -> Iterator[Call]:
    ana = payer(scene)
    for each in at_stripe().v1.subscriptions.list({"status": "active"}).data:
        at_stripe().v1.subscriptions.update(each.id, {"pause_collection": {"behavior": "void"}})
    running(scene).world.settle()
    yield Call(ana, "/v1/subscription/resume")


@worst_of("POST", "/v1/credits")
def grant_credit(scene: Scene) -> Iterator[Call]:
    subscriber(scene)
    tenant, later = running(scene).world.tenant, clock.now() + timedelta(days=30)
    body = {"amount_cents": 5, "reason": "x" * 120, "expires_at": format_instant(later)}
    yield Call(PlatformAdmin(scene), "/v1/credits", {"tenant_id": tenant, **body})


@worst_of("POST", "/v1/billing/stripe/webhook")
def take_notice(scene: Scene) -> Iterator[Call]:
    subscriber(scene)
    found = operator()
    client = stripe.StripeClient(
        found.api_key.get_secret_value(), base_addresses={"api": found.api}
    )
    told: dict[str, Any] = client.v1.events.list({"limit": 100, "type": "invoice.paid"}).to_dict()
    notice = {**told["data"][0], "id": "evt_again"}
    body = json.loads(json.dumps(notice, default=str))
    signs = StripeSigns(scene, found)
    yield Call(signs, "/v1/billing/stripe/webhook", body, what="an invoice was paid")


@worst_of("GET", "/v1/invoices")
def list_invoices(scene: Scene) -> Iterator[Call]:
    keep_invoices(scene, MANY)
    for limit in LIMITS:
        path = f"/v1/invoices?limit={limit}"
        yield Call(admin(scene), path, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/invoices/{invoice_id}")
def show_invoice(scene: Scene) -> Iterator[Call]:
    yield Call(admin(scene), f"/v1/invoices/{keep_invoices(scene, MANY)}")


@worst_of("GET", "/v1/invoices/{invoice_id}/lines/{line_id}/proof")
def prove_line(scene: Scene) -> Iterator[Call]:
    invoice_id, tenant = keep_invoices(scene, MANY), running(scene).world.tenant
    at = datetime(2026, 10, 20, tzinfo=UTC)

    async def counted() -> None:
        turns = [turn(tenant, f"turn-{number}", 10**6, 10**6, at) for number in range(1_000)]
        await write(tenant, *turns)
        await close_periods(tenant, [MONTH], datetime(2026, 11, 2, tzinfo=UTC))

    asyncio.run(counted())
    yield Call(admin(scene), f"/v1/invoices/{invoice_id}/lines/il_0/proof", what="1,000 turns")


@worst_of("GET", "/v1/kpis")
def show_figures(scene: Scene) -> Iterator[Call]:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    paid = [{"invoice_id": "ivc_1", "cents": 10, "start": at, "end": at}] * MOST_PAID
    batch = Batch()
    for number in range(MANY):
        revenue = Revenue.model_validate({"tenant_id": f"figures-{number}", "paid": paid})
        batch.put(REVENUES.collection, revenue.tenant_id, REVENUES.fields(revenue, 1, None))
    asyncio.run(TenantStore(PLATFORM_TENANT).commit(batch))
    yield Call(PlatformAdmin(scene), "/v1/kpis", what=f"{MANY} tenants", limit=MANY)
