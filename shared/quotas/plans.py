"""The plan that a tenant has now, and what it may use by that. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from shared.catalogue import Entitlements, catalogue, entitlements
from shared.kit.control import Control, Subscribed
from shared.kit.plans import AddOn, Plan
from shared.kit.tier_limits import Tier

SMALLEST: Plan = "free"
# Whoever is asked for money again keeps the plan for so long.
GRACE = timedelta(days=14)


def is_in_force(subscription: Subscribed, at: datetime) -> bool:
    """Whether the tenant has what it subscribed to: on trial, while it pays, and for fourteen days
    after it was asked for money in vain; not while it is paused, and not after it was cancelled."""
    if subscription.status == "past_due" and subscription.past_due_since is not None:
        return at < subscription.past_due_since + GRACE
    return subscription.status in ("trialing", "active")


def plan_of(control: Control, at: datetime) -> Plan:
    """The plan in force: the smallest where none is paid for. A tenant that never had a
    subscription has the plan that its tier names."""
    subscription = control.subscription
    if subscription is None:
        return control.tier
    return subscription.plan if is_in_force(subscription, at) else SMALLEST


def tier_of_plan(plan: Plan) -> Tier:
    """The tier whose requests a minute and an hour the plan has."""
    return catalogue().plans[plan].tier


def entitlements_at(control: Control, at: datetime) -> Entitlements:
    """What the tenant may use at the moment, by its plan in force and the add-ons to that."""
    plan = plan_of(control, at)
    subscription = control.subscription
    add_ons: Mapping[AddOn, int] = {}
    if subscription is not None and is_in_force(subscription, at):
        add_ons = subscription.add_ons
    held = _known(plan, tuple(sorted(add_ons.items())))
    lapsed = lapse_of(subscription, at) if subscription is not None else ""
    return held.but(lapsed=lapsed) if lapsed else held


def lapse_of(subscription: Subscribed, at: datetime) -> str:
    """Why what was subscribed to does not hold, and what brings it back; empty where it does."""
    sold = catalogue().plans[subscription.plan]
    if is_in_force(subscription, at) or not sold.is_paid:
        return ""
    if subscription.status == "past_due" and subscription.past_due_since is not None:
        since = f"{subscription.past_due_since:%Y-%m-%d}"
        said = f"a payment for the plan {sold.name} failed on {since}, and it holds no more"
        return (
            f"{said}: an admin mends the card by POST /v1/billing/portal, and paying brings it back"
        )
    if subscription.status == "paused":
        said = f"the plan {sold.name} is paused: an admin resumes it by POST"
        return f"{said} /v1/subscription/resume, or pays what is open by POST /v1/billing/portal"
    return f"the plan {sold.name} ended: an admin buys it again by POST /v1/billing/checkout"


def seats_at(control: Control, at: datetime) -> int | None:
    """How many people the tenant may have: the seats that it pays for, or the most that its plan
    has; None where neither says."""
    subscription, plan = control.subscription, plan_of(control, at)
    most = catalogue().plans[plan].most_seats
    if subscription is None or not catalogue().plans[plan].is_paid:
        return most
    if catalogue().plans[plan].by_contract:
        return None
    return subscription.seats


@lru_cache(maxsize=256)
def _known(plan: Plan, add_ons: tuple[tuple[AddOn, int], ...]) -> Entitlements:
    return entitlements(plan, dict(add_ons))
