"""The items of subscriptions: their periods, and what they cost for a whole period or the rest of
one. An item remembers what was billed for its current period, so that no more is given back for
unused time than was charged for it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from emulators.stripe.account import new_id
from emulators.stripe.amounts import price_of, rounded, share
from emulators.stripe.lines import item_parent, line, net, percent_left
from emulators.stripe.periods import period_at
from emulators.stripe.store import Document


def new_item(
    subscription: str, price: Document, quantity: int | None, metadata: dict[str, str], now: int
) -> Document:
    """An item whose period begins later, with `begin`."""
    return {
        "id": new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": now,
        "current_period_end": now,
        "current_period_start": now,
        "discounts": [],
        "metadata": metadata,
        "plan": plan(price),
        "price": price,
        "subscription": subscription,
        "tax_rates": [],
        **({} if metered(price) else {"quantity": 1 if quantity is None else quantity}),
        "_billed": {"amount": 0, "start": now, "end": now},
        "_new": False,
    }


def metered(price: Document) -> bool:
    return bool(price["recurring"]["usage_type"] == "metered")


def plan(price: Document) -> Document:
    """A price as the older object that items still have beside it."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": recurring["usage_type"],
    }


def begin(item: Document, anchor: int, now: int) -> None:
    """Sets the period around now; its first one may begin late."""
    recurring = item["price"]["recurring"]
    start, end = period_at(anchor, recurring["interval"], recurring["interval_count"], now)
    item |= {"current_period_start": max(start, now), "current_period_end": end}
    item["_billed"] = {"amount": 0, "start": item["current_period_start"], "end": end}
    item |= {"_whole": [start, end], "_new": False}


def cost(item: Document) -> int:
    """What a whole period costs before discounts."""
    return 0 if metered(item["price"]) else price_of(item["price"], item["quantity"])


def full_line(subscription: Document, item: Document, name: str, *, free: bool = False) -> Document:
    """The line of the current period, of which a late beginning costs its part."""
    start, end = item["current_period_start"], item["current_period_end"]
    since, until = item.get("_whole", (start, end))
    amount = share(cost(item), since=since, until=until, at=start)
    quantity = 0 if metered(item["price"]) else item["quantity"]
    return line(
        amount=0 if free else amount,
        currency=subscription["currency"],
        period=(start, end),
        description=f"Trial period for {name}" if free else _described(item, quantity, name),
        quantity=quantity,
        price=item["price"],
        parent=item_parent(subscription["id"], item["id"], proration=False),
        subscription=subscription["id"],
        metadata=subscription["metadata"],
    )


def billed(item: Document, of: Document) -> None:
    """Remembers what a line charged for the item's current period."""
    period = (item["current_period_start"], item["current_period_end"])
    item["_billed"] = {"amount": net(of), "start": period[0], "end": period[1]}


def unused(item: Document, at: int) -> int:
    """The amount given back for the time after `at`, below zero."""
    paid = item["_billed"]
    return -share(paid["amount"], since=paid["start"], until=paid["end"], at=at)


def remaining(item: Document, coupons: Sequence[Document], at: int) -> int:
    """What the rest of the period costs, after percentages off."""
    since, until = item.get("_whole", (item["current_period_start"], item["current_period_end"]))
    whole = rounded(percent_left(coupons) * cost(item))
    return share(whole, since=since, until=until, at=at)


def prorated(subscription: Document, item: Document, amount: int, at: int, name: str) -> Document:
    """The invoice item of a change within a period."""
    day = f"{datetime.fromtimestamp(at, UTC):%d %b %Y}"
    quantity = item.get("quantity", 1)
    which = "Unused" if amount < 0 else "Remaining"
    many = f"{quantity} × " if quantity != 1 else ""
    return {
        "id": new_id("ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "date": at,
        "description": f"{which} time on {many}{name} after {day}",
        "discountable": False,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(subscription["metadata"]),
        "net_amount": amount,
        "parent": {
            "subscription_details": {
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_details",
        },
        "period": {"start": at, "end": item["current_period_end"]},
        "pricing": {
            "price_details": {
                "price": item["price"]["id"],
                "product": item["price"]["product"],
            },
            "type": "price_details",
            "unit_amount_decimal": item["price"]["unit_amount_decimal"],
        },
        "proration": True,
        "proration_details": {"discount_amounts": []},
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
        "test_clock": subscription["test_clock"],
    }


def _described(item: Document, quantity: int, name: str) -> str:
    recurring = item["price"]["recurring"]
    count, interval = recurring["interval_count"], recurring["interval"]
    each = f"every {count} {interval}s" if count > 1 else interval
    price = item["price"]["unit_amount_decimal"]
    if price is None or metered(item["price"]):
        return f"{quantity} × {name}"
    return f"{quantity} × {name} (at ${float(price) / 100:.2f} / {each})"
