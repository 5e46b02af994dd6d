"""Compares what billing keeps, what Stripe's stand-in has, and what both must be."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.verify.__main__ import main as verify
from tests.simulation.billing.bill import DELETED, Bill
from tests.simulation.billing.tenant import Tenant

StripeObject = dict[str, Any]
_MANY = 100


async def reconcile(tenant: Tenant) -> list[StripeObject]:
    """Raises AssertionError for anything that differs, once no notice is waiting; the tenant's
    invoices as billing shows them."""
    assert not tenant.waiting
    if not tenant.customer:
        return []
    at_stripe = _invoices_at_stripe(tenant)
    for each in at_stripe:
        _check_asks(each)
    await _compare_subscription(tenant)
    _compare_bills(tenant, at_stripe)
    _compare_money(tenant, at_stripe)
    ours = await _invoices(tenant)
    _compare_invoices(ours, at_stripe)
    _compare_usage(tenant, ours)
    return ours


async def verify_offline(tenant: Tenant, invoices: list[StripeObject], file: Path) -> int:
    """How many lines of usage were verified by `assent-verify`, from their proofs alone."""
    verified = 0
    for invoice in invoices:
        for line in invoice["lines"]:
            if line["usage"] is None:
                continue
            path = f"/invoices/{invoice['invoice_id']}/lines/{line['line_id']}/proof"
            proof = await tenant.world.sent("GET", path)
            assert proof["charge"]["cents"] == line["cents"]
            assert _verifies(proof, file)
            verified += 1
    return verified


def _verifies(proof: StripeObject, file: Path) -> bool:
    file.write_text(json.dumps(proof))
    return verify([str(file)]) == 0


async def _compare_subscription(tenant: Tenant) -> None:
    """The newest at Stripe is what billing shows, and what was ordered."""
    newest = tenant.listed("subscriptions", customer=tenant.customer, status="all")[0]
    items = [(each["price"]["lookup_key"].split(":"), each) for each in newest["items"]["data"]]
    [(key, plan)] = [(key, each) for key, each in items if key[1] == "plan"]
    add_ons = {key[2]: each["quantity"] for key, each in items if key[1] == "add_on"}
    is_paused = newest["pause_collection"] and newest["status"] != "canceled"
    there = {
        "plan": key[2],
        "interval": key[3],
        "seats": plan["quantity"],
        "add_ons": add_ons,
        "status": "paused" if is_paused else newest["status"],
        "ends": newest["cancel_at_period_end"],
        "until": plan["current_period_end"],
    }
    shown = await tenant.world.sent("GET", "/subscription")
    ours = {
        **{name: shown[name] for name in ("plan", "interval", "seats", "status")},
        "add_ons": {each["add_on"]: each["quantity"] for each in shown["add_ons"]},
        "ends": shown["cancel_at_period_end"],
        "until": _seconds(shown["current_period"]["end"]),
    }
    wanted, ledger = tenant.wanted, tenant.ledger
    assert wanted is not None
    must = {
        "plan": wanted.plan,
        "interval": wanted.interval,
        "seats": wanted.seats,
        "add_ons": dict(wanted.add_ons),
        "status": ledger.standing,
        "ends": ledger.ends,
        "until": ledger.renews_at,
    }
    assert ours == there
    assert there == must


def _compare_bills(tenant: Tenant, at_stripe: list[StripeObject]) -> None:
    """Each invoice at Stripe has the lines, the total and the state that the ledger reckons."""
    made = zip(tenant.invoices, tenant.ledger.bills, strict=True)
    kept = [(name, bill) for name, bill in made if bill.status != DELETED]
    assert [each["id"] for each in at_stripe] == [name for name, _ in kept]
    for there, (_, must) in zip(at_stripe, kept, strict=True):
        assert _of_invoice(there) == _of_bill(must), there["id"]
    customer = tenant.read(f"customers/{tenant.customer}")
    assert customer["balance"] == tenant.ledger.balance


def _of_invoice(shown: StripeObject) -> StripeObject:
    lines = shown["lines"]["data"]
    usage: Counter[tuple[str, str]] = Counter()
    for each in filter(_is_usage, lines):
        usage[each["metadata"]["period"], each["metadata"]["meter"]] += each["amount"]
    return {
        "created": shown["created"],
        "reason": shown["billing_reason"],
        "status": shown["status"],
        "due": None if shown["status"] == "draft" else shown["amount_due"],
        "next": shown["next_payment_attempt"],
        "lines": sorted(each["amount"] for each in lines if not _is_usage(each)),
        "usage": dict(usage),
        "total": shown["total"],
    }


def _waits_for_lines(shown: StripeObject) -> bool:
    is_draft = shown["billing_reason"] == "manual" and shown["status"] == "draft"
    return is_draft and not shown["auto_advance"]


def _check_asks(shown: StripeObject) -> None:
    """A usage invoice that is final asks for something."""
    if shown["billing_reason"] == "manual" and shown["status"] != "draft":
        assert shown["lines"]["data"], shown["id"]


def _of_bill(bill: Bill) -> StripeObject:
    return {
        "created": bill.created,
        "reason": bill.reason,
        "status": bill.status,
        "due": bill.due,
        "next": bill.next_try,
        "lines": sorted(bill.lines),
        "usage": bill.usage,
        "total": bill.total,
    }


def _is_usage(line: StripeObject) -> bool:
    return "section" in line["metadata"]


def _compare_money(tenant: Tenant, at_stripe: list[StripeObject]) -> None:
    """What was invoiced was paid, is open, was given up, or is on the balance; what was taken was
    for an invoice; no line is on two of them."""
    names = [line["id"] for each in at_stripe for line in each["lines"]["data"]]
    assert len(names) == len(set(names))
    final = [each for each in at_stripe if each["status"] != "draft"]
    by_state: Counter[str] = Counter()
    for each in final:
        assert each["total"] == sum(line["amount"] for line in each["lines"]["data"])
        assert each["amount_due"] == each["amount_paid"] + each["amount_remaining"]
        by_state[each["status"]] += each["amount_due"]
        if each["status"] != "void":
            by_state["balance"] += each["total"] - each["amount_due"]
    standing = [each for each in final if each["status"] != "void"]
    invoiced = sum(each["total"] for each in standing)
    owed = by_state["open"] + by_state["uncollectible"]
    assert invoiced == by_state["paid"] + owed + by_state["balance"]
    assert by_state["balance"] == tenant.ledger.balance
    taken = tenant.listed("charges", customer=tenant.customer)
    paid = sum(each["amount_paid"] for each in final)
    assert sum(each["amount_captured"] for each in taken) == paid
    assert sum(each["amount_refunded"] for each in taken) == tenant.refunded


def _compare_invoices(ours: list[StripeObject], at_stripe: list[StripeObject]) -> None:
    """Billing keeps each invoice as Stripe shows it, and no other; of usage invoices those that it
    released."""
    kept = [
        (
            *(each["total_cents"], each["due_cents"], each["paid_cents"], each["status"]),
            *(_seconds(each["created_at"]), each["attempts"]),
            sorted((line["line_id"], line["cents"]) for line in each["lines"]),
        )
        for each in ours
    ]
    there = [
        (
            *(each["total"], each["amount_remaining"], each["amount_paid"], each["status"]),
            *(each["created"], each["attempt_count"]),
            sorted((line["id"], line["amount"]) for line in each["lines"]["data"]),
        )
        for each in at_stripe
        if not _waits_for_lines(each)
    ]
    assert sorted(kept) == sorted(there)


def _compare_usage(tenant: Tenant, ours: list[StripeObject]) -> None:
    """Each section of each month and meter is on one line of what is not void, which agrees with
    what was counted; all of a month's cost what the metering reckons."""
    asking = [each for each in ours if each["status"] != "void"]
    lines = [line for each in asking for line in each["lines"] if line["usage"] is not None]
    assert all(each["agrees"] for each in lines)
    usage = [each["usage"] for each in lines]
    keys = [(each["period"], each["meter"], each["section"]) for each in usage]
    assert len(keys) == len(set(keys))
    cents: Counter[tuple[str, str]] = Counter()
    for each in usage:
        cents[each["period"], each["meter"]] += each["cents"]
    assert cents == Counter(
        {key: each for key, each in tenant.usage.metering.asked.items() if each}
    )


def _invoices_at_stripe(tenant: Tenant) -> list[StripeObject]:
    """The oldest first, with all of their lines."""
    found = tenant.listed("invoices", customer=tenant.customer)
    for each in found:
        if each["lines"]["has_more"]:
            each["lines"]["data"] = tenant.listed(f"invoices/{each['id']}/lines")
    return found[::-1]


async def _invoices(tenant: Tenant) -> list[StripeObject]:
    found, cursor = list[StripeObject](), ""
    while True:
        after = f"&cursor={cursor}" if cursor else ""
        page = await tenant.world.sent("GET", f"/invoices?limit={_MANY}{after}")
        found += page["items"]
        if not page.get("next_cursor"):
            return found
        cursor = page["next_cursor"]


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())
