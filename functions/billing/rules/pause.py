"""When a subscription may be paused and go on, and what Stripe is asked for then. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from functions.billing.rules.invoice import is_held, is_of_subscription
from functions.billing.rules.order import Order, Pause, Resume, Wish
from functions.billing.rules.stripe_objects import Shown
from functions.billing.rules.subscription import IN_FLIGHT, Steps, Subscription, drop_change
from shared.kit.errors import VersionConflict

# Nobody is asked for the period of such an invoice.
_NOT_PAID = ("void", "uncollectible")


def check_pausable(
    subscription: Subscription, items: Iterable[Mapping[str, Any]], drafts: Iterable[Shown]
) -> None:
    """Raises VersionConflict unless the subscription is paid for and goes on; where one of these
    items of its customer waits for its next invoice, which a pause would void; and where one of
    these drafts asks for its period once it is final, since Stripe does not say what a pause makes
    of it."""
    if not subscription.is_live:
        raise VersionConflict("nothing was bought yet: buy it with POST /v1/billing/checkout")
    if subscription.status == "trialing":
        raise VersionConflict("a trial costs nothing: end it by PUT /v1/subscription, or wait")
    if subscription.status != "active":
        raise VersionConflict("what is open is paid first: by POST /v1/billing/portal")
    if subscription.cancel_at_period_end:
        said = "it ends with its period: order it anew by PUT /v1/subscription, then pause it"
        raise VersionConflict(said)
    if any(not is_held(each) and _is_of(each, subscription) for each in drafts):
        said = "the invoice of the period that began is a draft, for an hour as a rule"
        raise VersionConflict(f"{said}: pause it once that is paid")
    if any(_waits(each, subscription) for each in items):
        ends = subscription.period_end
        said = "a change of this period is on the next invoice, which a pause would void"
        raise VersionConflict(f"{said}: pause it after {ends:%Y-%m-%d}")


def check_resumable(subscription: Subscription) -> None:
    """Raises VersionConflict for one that nobody paused and that does not hold."""
    if not subscription.is_live:
        raise VersionConflict("nothing is paused: buy it with POST /v1/billing/checkout")
    if subscription.status in ("paused", "past_due") and not subscription.is_paused:
        raise VersionConflict("nobody paused it: pay what is open by POST /v1/billing/portal")


def check_changeable(subscription: Subscription, order: Order) -> None:
    """Raises VersionConflict for another order than the end while it is paused: what the change
    costs would be on an invoice that is voided."""
    if subscription.is_paused and order.plan != "free":
        raise VersionConflict("it is paused: resume it first with POST /v1/subscription/resume")


def check_wish(subscription: Subscription, wish: Wish) -> None:
    """Raises VersionConflict where the subscription, as it is by now, takes that wish no more: what
    was read before may have been paused, have gone on or been ended meanwhile."""
    if isinstance(wish, Order):
        check_changeable(subscription, wish)
    elif isinstance(wish, Resume):
        if not subscription.is_paused:
            raise VersionConflict("it is not paused any more; send yours again")
    elif subscription.is_paused:
        raise VersionConflict("it is paused by now; send yours again")
    else:
        check_pausable(subscription, (), ())


def withdraw(subscription: Subscription, what: type[Pause | Resume], at: datetime) -> Steps:
    """The subscription as it was read at Stripe, without the pause, or the resumption, that Stripe
    was asked for before and did not answer: somebody wants the opposite now, which it still is. So
    nobody makes it later by the approval that it had. Raises VersionConflict while it may still
    arrive: what was asked last is to hold."""
    change = subscription.change
    if change is None or not isinstance(change.order, what):
        return ()
    if at - change.asked_at < IN_FLIGHT:
        named = "a pause" if what is Pause else "its resumption"
        said = f"Stripe has not answered {named} that was asked before, which may still arrive"
        raise VersionConflict(f"{said}: send yours again in two minutes")
    return drop_change(subscription, change.change_id)


def pause_params() -> dict[str, Any]:
    """What pauses it: invoices of later periods are void."""
    return {"pause_collection": {"behavior": "void"}}


def pauses_by_voiding(shown: Shown) -> bool:
    """Whether the subscription that Stripe shows was paused as we pause it. Another pause somebody
    made in Stripe's dashboard, and said there what becomes of its invoices."""
    return (shown.get("pause_collection") or {}).get("behavior") == "void"


def left_by_pause(subscription: Subscription, drafts: Iterable[Shown]) -> tuple[str, ...]:
    """The ids of the drafts that a pause met and Stripe kept: as the subscription goes on, somebody
    could be asked for them beside the new period."""
    kept = [each for each in drafts if is_held(each) and _is_of(each, subscription)]
    return tuple(str(each["id"]) for each in kept)


def resume_params(latest_invoice: Shown | None) -> dict[str, Any]:
    """What lets it go on. Where nobody was asked for the period that runs, a new one begins now and
    is asked for, and nothing is given back for the one that was not paid."""
    goes_on = {"pause_collection": ""}
    if latest_invoice is None or latest_invoice["status"] not in _NOT_PAID:
        return goes_on
    return {**goes_on, "billing_cycle_anchor": "now", "proration_behavior": "none"}


def _is_of(draft: Shown, subscription: Subscription) -> bool:
    return is_of_subscription(draft, subscription.stripe_id)


def _waits(item: Mapping[str, Any], subscription: Subscription) -> bool:
    of = ((item.get("parent") or {}).get("subscription_details") or {}).get("subscription")
    return item["invoice"] is None and of in (None, subscription.stripe_id)
