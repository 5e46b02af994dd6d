"""Reads Stripe's objects into ours. Nothing about cards or persons is read. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from events.subscriptions import AddOnTaken
from functions.billing.rules.order import product_of
from functions.billing.rules.subscription import LIVE, StripeSubscription
from shared.kit.errors import ContentInvalid
from shared.kit.plans import SubscriptionStatus

StripeObject = Mapping[str, Any]
# Stripe gave up on an `unpaid` one: the tenant has no paid plan until it pays. One whose first
# payment was not made, `incomplete` or `incomplete_expired`, was never bought.
_STATUS: Mapping[str, SubscriptionStatus] = {
    "trialing": "trialing",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "paused",
    "paused": "paused",
    "canceled": "canceled",
}


def latest(subscriptions: Sequence[StripeObject]) -> StripeObject | None:
    """The one of a customer's subscriptions that counts: the newest that is not canceled, or else
    the newest. Ignores those whose first payment was not made, and those without a price of
    ours."""
    ours = [each for each in subscriptions if each["status"] in _STATUS and _is_of_ours(each)]
    return max(ours, key=lambda each: (_status(each) in LIVE, each["created"]), default=None)


def read_subscription(subscription: StripeObject) -> StripeSubscription:
    """Our form of a subscription at Stripe. Raises ContentInvalid for one that has not exactly one
    plan of the catalogue."""
    plans: list[tuple[str, StripeObject]] = []
    add_ons: list[tuple[str, StripeObject]] = []
    for item in subscription["items"]["data"]:
        named = product_of(item["price"].get("lookup_key") or "")
        if named is None:
            raise ContentInvalid(
                f"{subscription['id']} has a price that the catalogue does not know"
            )
        (plans if named[0] == "plan" else add_ons).append((named[1], item))
    if len(plans) != 1:
        raise ContentInvalid(f"{subscription['id']} has {len(plans)} plans, not one")
    [(plan, item)] = plans
    metadata = subscription.get("metadata") or {}
    taken = sorted(
        (
            AddOnTaken.model_validate({"add_on": name, "quantity": each["quantity"]})
            for name, each in add_ons
        ),
        key=lambda each: each.add_on,
    )
    return StripeSubscription.model_validate(
        {
            "stripe_id": subscription["id"],
            "customer_id": subscription["customer"],
            "account": metadata.get("account", ""),
            "change_id": metadata.get("change", ""),
            "plan": plan,
            "interval": item["price"]["recurring"]["interval"],
            "seats": item["quantity"],
            "add_ons": tuple(taken),
            "status": _status(subscription),
            "period_start": instant(item["current_period_start"]),
            "period_end": instant(item["current_period_end"]),
            "cancel_at_period_end": bool(subscription["cancel_at_period_end"]),
            "trial_ends_at": maybe_instant(subscription.get("trial_end")),
            "created_at": instant(subscription["created"]),
            "referral": metadata.get("referral", ""),
            "is_unpaid": _is_unpaid(subscription),
            "collects": not subscription.get("pause_collection"),
        }
    )


def subscription_of(billed: StripeObject) -> str | None:
    """The id at Stripe of the subscription that an invoice or an invoice item is for; None where it
    is for none."""
    details = (billed.get("parent") or {}).get("subscription_details") or {}
    stripe_id: str | None = details.get("subscription")
    return stripe_id


def instant(seconds: int) -> datetime:
    """The instant of Stripe's seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_instant(seconds: int | None) -> datetime | None:
    """The instant of Stripe's seconds since 1970; None for None."""
    return instant(seconds) if seconds is not None else None


def _is_of_ours(subscription: StripeObject) -> bool:
    return any(
        product_of(each["price"].get("lookup_key") or "") for each in subscription["items"]["data"]
    )


def _is_unpaid(subscription: StripeObject) -> bool:
    why = (subscription.get("cancellation_details") or {}).get("reason")
    return subscription["status"] in ("past_due", "unpaid") or why == "payment_failed"


def _status(subscription: StripeObject) -> SubscriptionStatus:
    status = subscription["status"]
    if subscription.get("pause_collection") and status in ("trialing", "active", "past_due"):
        return "paused"
    return _STATUS[status]
