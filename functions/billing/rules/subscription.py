"""A tenant's subscription. Each reading of Stripe replaces the state that we knew, so neither the
order nor the number of Stripe's notices matters. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from events.subscriptions import (
    AddOnTaken,
    PlanLossReason,
    SubscriptionChanged,
    SubscriptionPlanLost,
    SubscriptionReferred,
    SubscriptionState,
)
from functions.billing.rules.order import ChangeRequest, Order, Pause, Resume
from functions.billing.rules.subscription_parts import Change, ChangeApproval, Checkout, Discount
from functions.billing.rules.terms import Terms, limits_of, note_terms
from functions.billing.rules.usage_due import UsageInvoice, usage_invoice_of
from shared.catalogue import catalogue, entitlements
from shared.kit.control import Control
from shared.kit.errors import ContentInvalid, VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.plans import Feature, Interval, Meter, Plan, SubscriptionStatus
from shared.kit.transitions import Transition
from shared.quotas.plans import entitlements_at, plan_of

LIVE: frozenset[SubscriptionStatus] = frozenset({"trialing", "active", "past_due", "paused"})
MOST_SEEN = 50
# A call of Stripe takes twenty seconds at most: an older change has arrived, or never will.
IN_FLIGHT = timedelta(minutes=2)


class Subscription(SubscriptionState):
    """The published state, and what we know of it at Stripe. `account` is a random reference in the
    metadata of Stripe's customer. `readings` counts the readings of Stripe, so that an older one
    never replaces a newer one; `seen` are the ids of the latest notices that were handled.
    `collects` says whether Stripe collects its invoices: not while it is paused. `terms` are the
    limits that were paid for, by month. `usage_invoice` is the invoice for usage before an end or a
    pause. `referral_code` is the tenant's own code; `referred` says whether another tenant's code
    brought it."""

    account: str = ""
    customer_id: str | None = None
    stripe_id: str | None = None
    collects: bool = True
    trialed: bool = False
    readings: int = 0
    seen: tuple[str, ...] = ()
    change: Change | None = None
    checkout: Checkout | None = None
    checkouts: int = 0
    waiting: ChangeApproval | None = None
    terms: tuple[Terms, ...] = ()
    usage_invoice: UsageInvoice | None = None
    referral_code: str = ""
    referred: bool = False
    discount: Discount | None = None

    @property
    def is_live(self) -> bool:
        """Whether Stripe has a subscription that was not canceled."""
        return self.stripe_id is not None and self.status in LIVE

    @property
    def is_paused(self) -> bool:
        """Whether somebody paused it; false where Stripe stopped it because it is not paid."""
        return self.is_live and not self.collects

    @property
    def is_renewed(self) -> bool:
        """Whether Stripe renews it, so that renewals charge for its usage."""
        return self.is_live and self.collects


class StripeSubscription(Model):
    """A subscription at Stripe, in our form."""

    stripe_id: str
    customer_id: str
    account: str
    change_id: str
    plan: Plan
    interval: Interval
    seats: int
    add_ons: tuple[AddOnTaken, ...]
    status: SubscriptionStatus
    period_start: Instant
    period_end: Instant
    cancel_at_period_end: bool
    trial_ends_at: Instant | None
    created_at: Instant
    referral: str = ""
    discount: Discount | None = None
    is_unpaid: bool = False
    collects: bool = True


class LostFeature(NamedTuple):
    """A feature that governs, which a change would take away."""

    feature: Feature
    summary: str


Steps = tuple[Transition[Subscription], ...]


def unsubscribed(tenant_id: str) -> Subscription:
    """The subscription of a tenant that never bought anything."""
    return Subscription(tenant_id=tenant_id, seats=_free_seats())


def open_account(subscription: Subscription, account: str) -> Steps:
    """The subscription with a reference for Stripe's customer; an earlier reference stays."""
    return (Transition(subscription.but(account=account)),) if not subscription.account else ()


def know_customer(subscription: Subscription, customer_id: str) -> Steps:
    """The subscription with the id of its customer at Stripe; an earlier customer stays."""
    if subscription.customer_id is not None:
        return ()
    return (Transition(subscription.but(customer_id=customer_id)),)


def adopt(
    subscription: Subscription,
    at_stripe: StripeSubscription | None,
    at: datetime,
    notice_id: str = "",
) -> Steps:
    """The subscription as it is at Stripe, with an event where its published state changed, one
    where the tenant lost its plan and one where a referral counts. Only notes the reading where
    Stripe has no subscription. Raises ContentInvalid where the customer or the account is another
    tenant's."""
    newer = _noted(subscription, notice_id)
    if at_stripe is None:
        return (Transition(newer),)
    if (
        at_stripe.customer_id != subscription.customer_id
        or at_stripe.account != subscription.account
    ):
        raise ContentInvalid("the subscription at Stripe is of another customer or account")
    since = subscription.past_due_since or at
    # A new one was bought on the open page, on which nobody can buy again.
    is_new = at_stripe.stripe_id != subscription.stripe_id
    newer = newer.but(
        stripe_id=at_stripe.stripe_id,
        collects=at_stripe.collects,
        plan=at_stripe.plan,
        interval=at_stripe.interval,
        seats=at_stripe.seats,
        add_ons=at_stripe.add_ons,
        status=at_stripe.status,
        period_start=at_stripe.period_start,
        period_end=at_stripe.period_end,
        cancel_at_period_end=at_stripe.cancel_at_period_end,
        trial_ends_at=at_stripe.trial_ends_at,
        past_due_since=since if at_stripe.status == "past_due" else None,
        trialed=subscription.trialed or at_stripe.trial_ends_at is not None,
        change=_unless(subscription.change, at_stripe.change_id),
        checkout=None if at_stripe.status in LIVE or is_new else newer.checkout,
        discount=at_stripe.discount,
        referred=subscription.referred or bool(at_stripe.referral),
    )
    newer = newer.but(entitled_to=plan_of(controlled(newer), at))
    ended = not newer.is_renewed and (subscription.is_renewed or is_new)
    newer = newer.but(
        terms=note_terms(newer.terms, _paid_limits(newer), at),
        usage_invoice=usage_invoice_of(
            newer.usage_invoice, is_renewed=newer.is_renewed, just_ended=ended, at=at
        ),
    )
    is_same = _published(newer) == _published(subscription)
    steps: Steps = (Transition(newer) if is_same else Transition(newer, SubscriptionChanged),)
    if (lost := _plan_loss(subscription, newer, at_stripe)) is not None:
        steps += (Transition(newer, SubscriptionPlanLost, {"reason": lost}),)
    if newer.referred and not subscription.referred and (off := at_stripe.discount) is not None:
        steps += (Transition(newer, SubscriptionReferred, off.model_dump()),)
    return steps


def controlled(subscription: Subscription, known: Control | None = None) -> Control:
    """The control document with that subscription; `known` for a tenant that never bought
    anything."""
    control = known or Control()
    if subscription.stripe_id is None:
        return control
    return control.but(subscription=subscription.subscribed())


def lost_features(
    subscription: Subscription, order: ChangeRequest, at: datetime
) -> tuple[LostFeature, ...]:
    """The features that govern which the tenant would lose by the order; a pause leaves those of
    Free."""
    if isinstance(order, Resume):
        return ()
    now = set(entitlements_at(controlled(subscription), at).features)
    kept = Order(plan="free") if isinstance(order, Pause) else order
    wanted = {each.add_on: each.quantity for each in kept.add_ons}
    gone = now - set(entitlements(kept.plan, wanted).features)
    governing = {name: each for name, each in catalogue().features.items() if each.governs}
    return tuple(
        LostFeature(name, each.summary) for name, each in governing.items() if name in gone
    )


def is_as_ordered(subscription: Subscription, order: Order) -> bool:
    """Whether there is nothing to change: the subscription is as ordered, and no change is on its
    way to Stripe."""
    if not subscription.is_live:
        return order.plan == "free"
    if order.plan == "free":
        is_same = subscription.cancel_at_period_end
    else:
        bought = (
            subscription.plan,
            subscription.interval,
            subscription.seats,
            subscription.add_ons,
        )
        wanted = (order.plan, order.interval, order.seats, order.taken)
        is_same = bought == wanted and not subscription.cancel_at_period_end
    return is_same and subscription.change is None


def begin_change(
    subscription: Subscription,
    order: ChangeRequest,
    change_id: str,
    at: datetime,
    approved: ChangeApproval | None = None,
) -> Steps:
    """The subscription with the change that Stripe is asked for next, made by the approval
    `approved`. The same change on its way keeps its id, and may arrive for two minutes again. A
    change that can arrive no more is asked for under a new id, since Stripe repeats its answer to a
    known key, also a failure. Raises VersionConflict where the tenant has no subscription, and
    where another change may still arrive."""
    if not subscription.is_live:
        raise VersionConflict("nothing was bought yet: buy it with POST /v1/billing/checkout")
    under_way = subscription.change
    if under_way is not None and at - under_way.asked_at < IN_FLIGHT:
        if under_way.order == order and under_way.approved == approved:
            again = under_way.but(asked_at=max(at, under_way.asked_at))
            return (Transition(subscription.but(change=again)),) if again != under_way else ()
        if under_way.order != order:
            raise VersionConflict("another change is under way; send yours again in two minutes")
        change_id = under_way.change_id
    change = Change(change_id=change_id, order=order, asked_at=at, approved=approved)
    # An approval is used once.
    return (Transition(subscription.but(change=change, waiting=None)),)


def drop_change(subscription: Subscription, change_id: str) -> Steps:
    """The subscription without the change of that id, which Stripe refused."""
    if subscription.change is None or subscription.change.change_id != change_id:
        return ()
    return (Transition(subscription.but(change=None)),)


def _noted(subscription: Subscription, notice_id: str) -> Subscription:
    seen = subscription.seen
    if notice_id and notice_id not in seen:
        seen = (*seen, notice_id)[-MOST_SEEN:]
    return subscription.but(readings=subscription.readings + 1, seen=seen)


def _paid_limits(subscription: Subscription) -> dict[Meter, int] | None:
    plan = subscription.entitled_to
    taken = {each.add_on: each.quantity for each in subscription.add_ons}
    return limits_of(entitlements(plan, taken if plan == subscription.plan else {}))


def _plan_loss(
    before: Subscription, newer: Subscription, at_stripe: StripeSubscription
) -> PlanLossReason | None:
    """Why the tenant fell from its plan to Free; None where it did not."""
    if before.entitled_to == "free" or newer.entitled_to != "free":
        return None
    if at_stripe.is_unpaid:
        return "not_paid"
    return "paused" if newer.status == "paused" else "ended"


def _unless(change: Change | None, arrived: str) -> Change | None:
    return None if change is not None and change.change_id == arrived else change


def _published(subscription: Subscription) -> dict[str, object]:
    return {name: getattr(subscription, name) for name in SubscriptionState.model_fields}


def _free_seats() -> int:
    seats = catalogue().plans["free"].most_seats
    assert seats is not None
    return seats
