"""What Stripe's objects say, in our words. Pure; nothing about cards or persons is read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from events.subscriptions import AddOnTaken
from functions.billing.rules.order import named_by
from functions.billing.rules.subscription import LIVE, Bought
from shared.kit.errors import ContentInvalid
from shared.kit.plans import SubscriptionStatus

Shown = Mapping[str, Any]
# Stripe gave up on what is unpaid: the tenant has no paid plan until it pays. What was never paid
# for the first time, `incomplete` and `incomplete_expired`, was never bought.
_STATUS: Mapping[str, SubscriptionStatus] = {
    "trialing": "trialing",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "paused",
    "paused": "paused",
    "canceled": "canceled",
}


def latest(found: Sequence[Shown]) -> Shown | None:
    """The one of a customer's subscriptions that counts: the newest that is not canceled, or else
    the newest; none whose first payment was not made, and none that is of nothing we sell."""
    ours = [each for each in found if each["status"] in _STATUS and _is_of_ours(each)]
    return max(ours, key=lambda each: (_status(each) in LIVE, each["created"]), default=None)


def read_subscription(shown: Shown) -> Bought:
    """A subscription as Stripe shows it. Raises ContentInvalid for one that has not exactly one
    plan of the catalogue."""
    plans: list[tuple[str, Shown]] = []
    add_ons: list[tuple[str, Shown]] = []
    for item in shown["items"]["data"]:
        named = named_by(item["price"].get("lookup_key") or "")
        if named is None:
            raise ContentInvalid(f"{shown['id']} has a price that the catalogue does not know")
        (plans if named[0] == "plan" else add_ons).append((named[1], item))
    if len(plans) != 1:
        raise ContentInvalid(f"{shown['id']} has {len(plans)} plans, not one")
    [(plan, item)] = plans
    metadata = shown.get("metadata") or {}
    taken = sorted(
        (
            AddOnTaken.model_validate({"add_on": name, "quantity": each["quantity"]})
            for name, each in add_ons
        ),
        key=lambda each: each.add_on,
    )
    return Bought.model_validate(
        {
            "stripe_id": shown["id"],
            "customer_id": shown["customer"],
            "account": metadata.get("account", ""),
            "change_id": metadata.get("change", ""),
            "plan": plan,
            "interval": item["price"]["recurring"]["interval"],
            "seats": item["quantity"],
            "add_ons": tuple(taken),
            "status": _status(shown),
            "period_start": instant(item["current_period_start"]),
            "period_end": instant(item["current_period_end"]),
            "cancel_at_period_end": bool(shown["cancel_at_period_end"]),
            "trial_ends_at": maybe_instant(shown.get("trial_end")),
            "created_at": instant(shown["created"]),
            "referral": metadata.get("referral", ""),
            "is_unpaid": _is_unpaid(shown),
            "collects": not shown.get("pause_collection"),
        }
    )


def instant(seconds: int) -> datetime:
    """The instant of Stripe's seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def _is_of_ours(shown: Shown) -> bool:
    return any(named_by(each["price"].get("lookup_key") or "") for each in shown["items"]["data"])


def maybe_instant(seconds: int | None) -> datetime | None:
    """The instant of Stripe's seconds since 1970, where there are any."""
    return instant(seconds) if seconds is not None else None


def _is_unpaid(shown: Shown) -> bool:
    why = (shown.get("cancellation_details") or {}).get("reason")
    return shown["status"] in ("past_due", "unpaid") or why == "payment_failed"


def _status(shown: Shown) -> SubscriptionStatus:
    if shown.get("pause_collection") and shown["status"] in ("trialing", "active", "past_due"):
        return "paused"
    return _STATUS[shown["status"]]
