"""Whether a subscription can be paused or resumed, and the parameters of Stripe's calls. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from functions.billing.rules.invoice import is_held
from functions.billing.rules.order import ChangeRequest, Order, Pause, Resume
from functions.billing.rules.stripe_objects import StripeObject, subscription_of
from functions.billing.rules.subscription import IN_FLIGHT, Steps, Subscription, drop_change
from shared.kit.errors import VersionConflict

# Nobody is asked to pay for the period of an invoice with such a status.
_NOT_PAID = ("void", "uncollectible")


def check_pausable(
    subscription: Subscription, items: Iterable[StripeObject], drafts: Iterable[StripeObject]
) -> None:
    """Raises VersionConflict unless the subscription is active and goes on; where one of its
    customer's `items` waits for its next invoice, which a pause would void; and where one of the
    `drafts` charges for its period once it is final, since Stripe does not document what a pause
    does to it."""
    if not subscription.is_live:
        raise VersionConflict("nothing was bought yet: buy it with POST /v1/billing/checkout")
    if subscription.status == "trialing":
        raise VersionConflict("a trial costs nothing: end it by PUT /v1/subscription, or wait")
    if subscription.status != "active":
        raise VersionConflict("what is open is paid first: by POST /v1/billing/portal")
    if subscription.cancel_at_period_end:
        raise VersionConflict(
            "it ends with its period: order it anew by PUT /v1/subscription, then pause it"
        )
    if any(not is_held(each) and _is_of(each, subscription) for each in drafts):
        reason = "the invoice of the period that began is a draft, for an hour as a rule"
        raise VersionConflict(f"{reason}: pause it once that is paid")
    if any(_waits(each, subscription) for each in items):
        ends = subscription.period_end
        reason = "a change of this period is on the next invoice, which a pause would void"
        raise VersionConflict(f"{reason}: pause it after {ends:%Y-%m-%d}")


def check_resumable(subscription: Subscription) -> None:
    """Raises VersionConflict where nothing was bought, and where Stripe stopped the subscription
    because it is not paid; one that is active needs no resumption and passes."""
    if not subscription.is_live:
        raise VersionConflict("nothing is paused: buy it with POST /v1/billing/checkout")
    if subscription.status in ("paused", "past_due") and not subscription.is_paused:
        raise VersionConflict("nobody paused it: pay what is open by POST /v1/billing/portal")


def check_changeable(subscription: Subscription, order: Order) -> None:
    """Raises VersionConflict for any order but Free while the subscription is paused: the proration
    of the change would be on an invoice that is voided."""
    if subscription.is_paused and order.plan != "free":
        raise VersionConflict("it is paused: resume it first with POST /v1/subscription/resume")


def check_request(subscription: Subscription, request: ChangeRequest) -> None:
    """Raises VersionConflict where the subscription was paused, resumed or ended since it was read
    before, so that the request cannot be met any more."""
    if isinstance(request, Order):
        check_changeable(subscription, request)
    elif isinstance(request, Resume):
        if not subscription.is_paused:
            raise VersionConflict("it is not paused any more; send yours again")
    elif subscription.is_paused:
        raise VersionConflict("it is paused by now; send yours again")
    else:
        check_pausable(subscription, (), ())


def withdraw(subscription: Subscription, kind: type[Pause | Resume], at: datetime) -> Steps:
    """The subscription without the pause or the resumption, by `kind`, that Stripe was asked for
    before and did not answer, so that nobody makes it later by the approval that it had: somebody
    asks for the opposite now, which still holds at Stripe. Raises VersionConflict while the earlier
    change may still arrive."""
    change = subscription.change
    if change is None or not isinstance(change.order, kind):
        return ()
    if at - change.asked_at < IN_FLIGHT:
        earlier = "a pause" if kind is Pause else "its resumption"
        reason = f"Stripe has not answered {earlier} that was asked before, which may still arrive"
        raise VersionConflict(f"{reason}: send yours again in two minutes")
    return drop_change(subscription, change.change_id)


def pause_params() -> dict[str, Any]:
    """The parameters that pause a subscription: Stripe voids the invoices of later periods."""
    return {"pause_collection": {"behavior": "void"}}


def pauses_by_voiding(subscription: StripeObject) -> bool:
    """Whether the subscription at Stripe was paused as we pause it. Whoever pauses it otherwise, in
    Stripe's dashboard, chooses there what becomes of its invoices."""
    return (subscription.get("pause_collection") or {}).get("behavior") == "void"


def leftover_drafts(subscription: Subscription, drafts: Iterable[StripeObject]) -> tuple[str, ...]:
    """The ids of the subscription's drafts that Stripe kept through a pause: after the resumption
    they could be charged beside the new period."""
    kept = [each for each in drafts if is_held(each) and _is_of(each, subscription)]
    return tuple(str(each["id"]) for each in kept)


def resume_params(latest_invoice: StripeObject | None) -> dict[str, Any]:
    """The parameters that resume a subscription. Where nobody was asked to pay for the period that
    runs, a new period begins now and is charged, and nothing is given back for the one that was not
    paid."""
    params = {"pause_collection": ""}
    if latest_invoice is None or latest_invoice["status"] not in _NOT_PAID:
        return params
    return {**params, "billing_cycle_anchor": "now", "proration_behavior": "none"}


def _is_of(draft: StripeObject, subscription: Subscription) -> bool:
    return subscription.stripe_id is not None and subscription_of(draft) == subscription.stripe_id


def _waits(item: StripeObject, subscription: Subscription) -> bool:
    return item["invoice"] is None and subscription_of(item) in (None, subscription.stripe_id)
