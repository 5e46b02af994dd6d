"""A tenant's subscription. What Stripe says is read anew each time and replaces what was known, so
neither the order nor the number of its notices matters."""

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
# A call of Stripe takes twenty seconds at most: what is older arrived, or never will.
IN_FLIGHT = timedelta(minutes=2)


class Subscription(SubscriptionState):
    """The published state, and how it is known at Stripe: `account` is a reference that nobody
    guesses and Stripe's customer carries. `readings` counts what was read of Stripe, so that an
    older reading never replaces a newer one; `seen` are the latest notices that were handled.
    `collects` says whether Stripe collects its invoices: not while it is paused.
    `terms` are the limits that were paid for, by month. `usage_invoice` asks for what was used
    before an end or a pause. `referral_code` is what it refers others by; `referred` says whether
    it came by another tenant's."""

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
        """Whether somebody paused it, as opposed to one that Stripe gave up."""
        return self.is_live and not self.collects

    @property
    def is_renewed(self) -> bool:
        """Whether renewals ask for what is used."""
        return self.is_live and self.collects


class StripeSubscription(Model):
    """A subscription as Stripe shows it."""

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
    """A feature that governs and that a change would take away."""

    feature: Feature
    summary: str


Steps = tuple[Transition[Subscription], ...]


def unsubscribed(tenant_id: str) -> Subscription:
    """A tenant that never bought anything."""
    return Subscription(tenant_id=tenant_id, seats=_free_seats())


def open_account(subscription: Subscription, account: str) -> Steps:
    """The subscription with a reference for Stripe's customer; the first one stays."""
    return (Transition(subscription.but(account=account)),) if not subscription.account else ()


def know_customer(subscription: Subscription, customer_id: str) -> Steps:
    """The subscription of that customer of Stripe's; the first one stays."""
    if subscription.customer_id is not None:
        return ()
    return (Transition(subscription.but(customer_id=customer_id)),)


def adopt(
    subscription: Subscription, bought: StripeSubscription | None, at: datetime, notice_id: str = ""
) -> Steps:
    """The subscription as Stripe shows it, and an event where that is different from what was
    published. None: Stripe has none. Raises ContentInvalid where the customer or the account is
    another tenant's."""
    newer = _noted(subscription, notice_id)
    if bought is None:
        return (Transition(newer),)
    if bought.customer_id != subscription.customer_id or bought.account != subscription.account:
        raise ContentInvalid("the subscription at Stripe is of another customer or account")
    since = subscription.past_due_since or at
    # It was bought on the page that was open: nobody can buy there again.
    is_new = bought.stripe_id != subscription.stripe_id
    newer = newer.but(
        stripe_id=bought.stripe_id,
        collects=bought.collects,
        plan=bought.plan,
        interval=bought.interval,
        seats=bought.seats,
        add_ons=bought.add_ons,
        status=bought.status,
        period_start=bought.period_start,
        period_end=bought.period_end,
        cancel_at_period_end=bought.cancel_at_period_end,
        trial_ends_at=bought.trial_ends_at,
        past_due_since=since if bought.status == "past_due" else None,
        trialed=subscription.trialed or bought.trial_ends_at is not None,
        change=_unless(subscription.change, bought.change_id),
        checkout=None if bought.status in LIVE or is_new else newer.checkout,
        discount=bought.discount,
        referred=subscription.referred or bool(bought.referral),
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
    if (lost := _loss(subscription, newer, bought)) is not None:
        steps += (Transition(newer, SubscriptionPlanLost, {"reason": lost}),)
    if newer.referred and not subscription.referred and (off := bought.discount) is not None:
        steps += (Transition(newer, SubscriptionReferred, off.model_dump()),)
    return steps


def controlled(subscription: Subscription, known: Control | None = None) -> Control:
    """The control document as the subscription makes it: what is known of a tenant that never
    bought anything."""
    control = known or Control()
    if subscription.stripe_id is None:
        return control
    return control.but(subscription=subscription.subscribed())


def lost_features(
    subscription: Subscription, order: ChangeRequest, at: datetime
) -> tuple[LostFeature, ...]:
    """What of governance the tenant would lose by the order; a pause leaves what Free has."""
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
    """Whether there is nothing to change: what was bought is what is ordered, and no other change
    that Stripe was asked for may still arrive."""
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
    """The subscription with the change that Stripe is asked for next, by that approval: the one
    under way where that is the same, which may arrive late from now on again. One that can arrive
    no more is asked for under another id, since Stripe repeats its answer, also that it failed.
    Raises VersionConflict where there is nothing to change, and where another change may still
    arrive."""
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
    # What was approved is used once.
    return (Transition(subscription.but(change=change, waiting=None)),)


def drop_change(subscription: Subscription, change_id: str) -> Steps:
    """The subscription without the change, which Stripe refused."""
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


def _loss(
    before: Subscription, newer: Subscription, bought: StripeSubscription
) -> PlanLossReason | None:
    """Why the plan holds no more that held before; None where it holds, or did not."""
    if before.entitled_to == "free" or newer.entitled_to != "free":
        return None
    if bought.is_unpaid:
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
