"""Pages at Stripe where a tenant buys: one is open at a time, so that nobody buys twice. Pure."""

from datetime import datetime, timedelta

from functions.billing.rules.order import Order
from functions.billing.rules.subscription import Steps, Subscription
from functions.billing.rules.subscription_parts import Checkout
from shared.catalogue import catalogue
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

CHECKOUT_LASTS = timedelta(hours=1)


def to_close(
    subscription: Subscription, order: Order, at: datetime, referral: str = ""
) -> Checkout | None:
    """The page that has to be closed before one for the order is opened, so that nobody buys twice;
    None where there is none, or where it serves for the order."""
    known = subscription.checkout
    if known is None or at >= known.expires_at or _serves(known, order, referral, at):
        return None
    return known


def begin_checkout(
    subscription: Subscription,
    order: Order,
    closed: int | None,
    at: datetime,
    referral: str = "",
) -> Steps:
    """The subscription with a page that Stripe is asked for next: the one that is open where it
    serves for the order. `closed` is the number of the page that was closed at Stripe. Raises
    VersionConflict where the tenant has a subscription, and where another page was opened."""
    if subscription.is_live:
        raise VersionConflict("the tenant has a subscription: change it with PUT /v1/subscription")
    known = subscription.checkout
    if known is not None and _serves(known, order, referral, at):
        return ()
    open_one = to_close(subscription, order, at, referral)
    if open_one is not None and open_one.number != closed:
        raise VersionConflict("another page was opened meanwhile; send yours again")
    number = subscription.checkouts + 1
    trial = 0 if subscription.trialed else catalogue().plans[order.plan].trial_days
    asked = Checkout(
        number=number,
        order=order,
        trial_days=trial,
        expires_at=at + CHECKOUT_LASTS,
        referral=referral,
    )
    return (Transition(subscription.but(checkout=asked, checkouts=number)),)


def note_session(subscription: Subscription, number: int, session_id: str, url: str) -> Steps:
    """The subscription with the address of the page; nothing where a newer one was asked for."""
    asked = subscription.checkout
    if asked is None or asked.number != number:
        return ()
    return (Transition(subscription.but(checkout=asked.but(session_id=session_id, url=url))),)


def drop_checkout(subscription: Subscription, number: int) -> Steps:
    """The subscription without the page, which Stripe refused to open."""
    asked = subscription.checkout
    if asked is None or asked.number != number or asked.session_id:
        return ()
    return (Transition(subscription.but(checkout=None)),)


def _serves(page: Checkout, order: Order, referral: str, at: datetime) -> bool:
    is_same = (page.order, page.referral) == (order, referral)
    return is_same and at < page.expires_at - CHECKOUT_LASTS / 2
