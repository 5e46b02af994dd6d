"""Checkout pages at Stripe: a tenant has one open at a time, so that nobody buys twice. Pure."""

from datetime import datetime, timedelta

from functions.billing.rules.order import Order
from functions.billing.rules.subscription import Steps, Subscription
from functions.billing.rules.subscription_parts import Checkout
from shared.catalogue import catalogue
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

CHECKOUT_LASTS = timedelta(hours=1)


def page_to_close(
    subscription: Subscription, order: Order, at: datetime, referral: str = ""
) -> Checkout | None:
    """The open page that has to be closed before one for the order is opened; None where no page is
    open, or where the open one serves for the order."""
    page = subscription.checkout
    if page is None or at >= page.expires_at or _serves(page, order, referral, at):
        return None
    return page


def begin_checkout(
    subscription: Subscription,
    order: Order,
    closed: int | None,
    at: datetime,
    referral: str = "",
) -> Steps:
    """The subscription with the page that Stripe is asked for next; unchanged where the open page
    serves for the order. `closed` is the number of the page that was closed at Stripe. Raises
    VersionConflict where the tenant has a subscription, and where another page was opened
    meanwhile."""
    if subscription.is_live:
        raise VersionConflict("the tenant has a subscription: change it with PUT /v1/subscription")
    page = subscription.checkout
    if page is not None and _serves(page, order, referral, at):
        return ()
    open_one = page_to_close(subscription, order, at, referral)
    if open_one is not None and open_one.number != closed:
        raise VersionConflict("another page was opened meanwhile; send yours again")
    number = subscription.checkouts + 1
    trial = 0 if subscription.trialed else catalogue().plans[order.plan].trial_days
    newer = Checkout(
        number=number,
        order=order,
        trial_days=trial,
        expires_at=at + CHECKOUT_LASTS,
        referral=referral,
    )
    return (Transition(subscription.but(checkout=newer, checkouts=number)),)


def note_session(subscription: Subscription, number: int, session_id: str, url: str) -> Steps:
    """The subscription with the address of the page of that number; unchanged where Stripe was
    asked for a newer page."""
    page = subscription.checkout
    if page is None or page.number != number:
        return ()
    return (Transition(subscription.but(checkout=page.but(session_id=session_id, url=url))),)


def drop_checkout(subscription: Subscription, number: int) -> Steps:
    """The subscription without the page of that number, which Stripe refused to open."""
    page = subscription.checkout
    if page is None or page.number != number or page.session_id:
        return ()
    return (Transition(subscription.but(checkout=None)),)


def _serves(page: Checkout, order: Order, referral: str, at: datetime) -> bool:
    is_same = (page.order, page.referral) == (order, referral)
    return is_same and at < page.expires_at - CHECKOUT_LASTS / 2
