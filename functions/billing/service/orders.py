"""Buys, changes and ends a subscription. Each change is committed before Stripe is asked for it,
and its outcome is read from Stripe."""

from typing import Any

from functions.billing.aggregates import RUN
from functions.billing.rules import checkout as pages
from functions.billing.rules import subscription as rules
from functions.billing.rules.change_approval import approval_of, check_assent
from functions.billing.rules.order import (
    ChangeRequest,
    Order,
    Pause,
    Resume,
    check_order,
    check_people,
    item_changes,
    items_of,
)
from functions.billing.rules.pause import (
    check_changeable,
    check_request,
    pause_params,
    resume_params,
)
from functions.billing.rules.referral import CheckoutBody, coupon_for, discounts_left, ends_discount
from functions.billing.rules.refusals import StripeRefused
from functions.billing.rules.subscription import Subscription
from functions.billing.rules.subscription_parts import Change, Checkout
from functions.billing.service import stripe_calls
from functions.billing.service.change_approval import require_approval
from functions.billing.service.customers import customer_of
from functions.billing.service.leftover_drafts import void_leftover_drafts
from functions.billing.service.referral import check_code
from functions.billing.service.subscriptions import known_to, refresh_subscription
from functions.billing.settings import console_url
from functions.billing.views import CheckoutView, PortalView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.ids import new_id
from shared.quotas.reading import read_people
from shared.storage.firestore import TenantStore

PREFIX = "chg"


async def check(caller: Caller, order: Order) -> None:
    """Raises Invalid as `check_order`, and for fewer seats than the tenant has people;
    Unavailable."""
    check_order(order)
    if order.seats is not None:
        check_people(order, await read_people(TenantStore(caller.tenant_id)))


async def check_out(caller: Caller, body: CheckoutBody) -> CheckoutView:
    """The checkout page at Stripe for the order: the same page for the same order while it is open.
    Closes an open page for another order first, so that nobody buys twice. Raises Invalid,
    VersionConflict, Unknown, StripeRefused, Unavailable."""
    order, referral = body.order, body.referral or ""
    await check(caller, order)
    if order.plan == "free":
        raise Invalid(FieldError("plan", "Free is not bought: end the subscription instead"))
    await stripe_calls.require_account()
    if referral:
        await check_code(caller, referral)
    before = await customer_of(caller)
    closed = pages.page_to_close(before, order, caller.received_at, referral)
    if closed is not None:
        await _close(before, closed)
    number = closed.number if closed is not None else None
    # A payment on that page, or in another tab, is found here.
    await refresh_subscription(caller)

    async def begin(work: Command) -> Subscription:
        known = await known_to(work)
        steps = pages.begin_checkout(known, order, number, work.at, referral)
        return await work.save_change(known, *steps)

    begun = await RUN.command(caller, begin, Subscription)
    page = begun.checkout
    assert page is not None
    if not page.url:
        try:
            session_id, url = await _open(begun, page)
        except StripeRefused:
            await _drop_page(caller, page)
            raise
        page = await _noted(caller, page, session_id, url)
    return CheckoutView(url=page.url, expires_at=page.expires_at)


async def open_portal(caller: Caller) -> PortalView:
    """The portal page at Stripe, for the tenant's means of payment. Raises VersionConflict for a
    tenant that never bought anything, Unknown, Unavailable."""
    known = await refresh_subscription(caller)
    if known.customer_id is None:
        raise VersionConflict("nothing was bought yet: buy it with POST /v1/billing/checkout")
    url = await stripe_calls.create_portal(known.customer_id, _back())
    return PortalView(url=url)


async def change(caller: Caller, order: Order) -> Subscription:
    """The subscription after the change, which Stripe prorates; Free ends it with its period. A
    change that loosens governance waits for an approval first: the same call makes it once that is
    given. Raises Invalid, VersionConflict, and Unknown where Stripe did not answer: the same call
    again finds out whether the change was made."""
    await check(caller, order)
    known = await refresh_subscription(caller)
    if rules.is_as_ordered(known, order):
        return known
    check_changeable(known, order)
    return await carry_out(caller, known, order)


async def carry_out(caller: Caller, known: Subscription, order: ChangeRequest) -> Subscription:
    """The subscription after the change; unchanged while the change waits for an approval. Raises
    as `change`."""
    if (waiting := await require_approval(caller, known, order)) is not None:
        return waiting
    assented = approval_of(known, order, caller.received_at)

    async def begin(work: Command) -> Subscription:
        before = await known_to(work)
        check_request(before, order)
        check_assent(before, order, assented, work.at)
        steps = rules.begin_change(before, order, new_id(PREFIX, work.at), work.at, assented)
        return await work.save_change(before, *steps)

    begun = await RUN.command(caller, begin, Subscription)
    assert begun.change is not None
    try:
        await _change_at_stripe(begun, begun.change)
    except StripeRefused:
        await _drop(caller, begun.change)
        raise
    return await refresh_subscription(caller)


async def _change_at_stripe(known: Subscription, change: Change) -> None:
    assert known.stripe_id is not None
    params: dict[str, Any] = {"metadata": {"account": known.account, "change": change.change_id}}
    if isinstance(change.order, Pause):
        params |= pause_params()
    elif isinstance(change.order, Resume):
        params |= resume_params(await void_leftover_drafts(known))
    elif change.order.plan == "free":
        params["cancel_at_period_end"] = True
    else:
        params["cancel_at_period_end"] = False
        items, discounts = await order_params(known, change.order)
        params |= {"items": items, "proration_behavior": "create_prorations", **discounts}
    await stripe_calls.update_subscription(known.stripe_id, change.change_id, params)


async def order_params(
    known: Subscription, order: Order
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The parameters that turn the subscription's items at Stripe into those of the order, and
    those that keep its other discounts where the order ends one. Raises Unknown."""
    items = items_of(order)
    prices = await stripe_calls.prices_of(items)
    assert known.customer_id is not None
    subscriptions = await stripe_calls.subscriptions_of(known.customer_id)
    [current] = [each for each in subscriptions if each["id"] == known.stripe_id]
    ends = ends_discount(known, order)
    discounts = {"discounts": discounts_left(current["discounts"])} if ends else {}
    return item_changes(current["items"]["data"], items, prices), discounts


async def _open(known: Subscription, page: Checkout) -> tuple[str, str]:
    """The id and the address of the page: the same for the same number."""
    items = items_of(page.order)
    prices = await stripe_calls.prices_of(items)
    trial = {"trial_period_days": page.trial_days} if page.trial_days else {}
    metadata = {"account": known.account}
    discounts: dict[str, Any] = {}
    if page.referral and page.order.interval is not None:
        coupon = coupon_for(page.order.interval)
        await stripe_calls.require_coupon(coupon)
        metadata["referral"] = page.referral
        discounts = {"discounts": [{"coupon": coupon.coupon_id}]}
    params = {
        "mode": "subscription",
        "customer": known.customer_id,
        "client_reference_id": known.account,
        "line_items": [
            {"price": prices[each.lookup_key], "quantity": each.quantity} for each in items
        ],
        "subscription_data": {"metadata": metadata, **trial},
        **discounts,
        "expires_at": stripe_calls.seconds(page.expires_at),
        "success_url": f"{_back()}/bought",
        "cancel_url": _back(),
    }
    return await stripe_calls.create_session(f"checkout-{known.account}-{page.number}", params)


async def _close(known: Subscription, page: Checkout) -> None:
    """Closes the page. Where nobody knows whether Stripe opened it, asks again by the same key, and
    then closes it: what Stripe refuses to open now was not opened before. Raises Unknown,
    Unavailable."""
    try:
        session_id = page.session_id or (await _open(known, page))[0]
    except StripeRefused:
        return
    await stripe_calls.expire_session(session_id)


async def _noted(caller: Caller, page: Checkout, session_id: str, url: str) -> Checkout:
    async def note(work: Command) -> Subscription:
        known = await known_to(work)
        steps = pages.note_session(known, page.number, session_id, url)
        return await work.save_change(known, *steps)

    await RUN.command(caller, note, Subscription)
    return page.but(session_id=session_id, url=url)


async def _drop_page(caller: Caller, page: Checkout) -> None:
    async def drop(work: Command) -> Subscription:
        known = await known_to(work)
        return await work.save_change(known, *pages.drop_checkout(known, page.number))

    await RUN.command(caller, drop, Subscription)


async def _drop(caller: Caller, change: Change) -> None:
    async def drop(work: Command) -> Subscription:
        known = await known_to(work)
        return await work.save_change(known, *rules.drop_change(known, change.change_id))

    await RUN.command(caller, drop, Subscription)


def _back() -> str:
    return f"{console_url()}/console/plan"
