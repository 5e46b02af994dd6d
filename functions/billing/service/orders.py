"""Buying, changing and ending a subscription: what Stripe is asked for is committed before it is
asked, and what came of it is read from Stripe."""

from typing import Any

from functions.billing.aggregates import RUN
from functions.billing.rules import checkout as pages
from functions.billing.rules import subscription as rules
from functions.billing.rules.asked import Change, Checkout
from functions.billing.rules.loosening import asked_for, check_assent
from functions.billing.rules.order import (
    Order,
    Pause,
    Resume,
    Wish,
    changes_of,
    check_order,
    check_people,
    items_of,
)
from functions.billing.rules.pausing import (
    check_changeable,
    check_wish,
    pause_params,
    resume_params,
)
from functions.billing.rules.referral import CheckoutBody, coupon_for, discounts_left, ends_discount
from functions.billing.rules.refusals import StripeRefused
from functions.billing.rules.subscription import Subscription
from functions.billing.service import stripe_calls
from functions.billing.service.assents import waits_for
from functions.billing.service.customers import customer_of
from functions.billing.service.met_drafts import newest_after_pause
from functions.billing.service.referring import check_code
from functions.billing.service.subscriptions import follow, known_to
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
    """Raises Invalid for what nobody sells, and for other seats than the plan has or fewer than the
    tenant's people need; Unavailable."""
    check_order(order)
    if order.seats is not None:
        check_people(order, await read_people(TenantStore(caller.tenant_id)))


async def check_out(caller: Caller, body: CheckoutBody) -> CheckoutView:
    """The page at Stripe where the order is paid for: the same one for the same order while it is
    open; an earlier one for another order is closed first, so that nobody buys twice. Raises
    Invalid, VersionConflict, Unknown, StripeRefused, Unavailable."""
    order, referral = body.order, body.referral or ""
    await check(caller, order)
    if order.plan == "free":
        raise Invalid(FieldError("plan", "Free is not bought: end the subscription instead"))
    await stripe_calls.require_account()
    if referral:
        await check_code(caller, referral)
    before = await customer_of(caller)
    closed = pages.to_close(before, order, caller.received_at, referral)
    if closed is not None:
        await _close(before, closed)
    number = closed.number if closed is not None else None
    # What was paid for on that page, or in another tab, is seen here.
    await follow(caller)

    async def begin(work: Command) -> Subscription:
        known = await known_to(work)
        steps = pages.begin_checkout(known, order, number, work.at, referral)
        return await work.save_change(known, *steps)

    asked = await RUN.command(caller, begin, Subscription)
    page = asked.checkout
    assert page is not None
    if not page.url:
        try:
            session_id, url = await _open(asked, page)
        except StripeRefused:
            await _drop_page(caller, page)
            raise
        page = await _noted(caller, page, session_id, url)
    return CheckoutView(url=page.url, expires_at=page.expires_at)


async def open_portal(caller: Caller) -> PortalView:
    """The page at Stripe where the tenant sees to its means of payment. Raises VersionConflict for
    a tenant that never bought anything, Unknown, Unavailable."""
    known = await follow(caller)
    if known.customer_id is None:
        raise VersionConflict("nothing was bought yet: buy it with POST /v1/billing/checkout")
    url = await stripe_calls.create_portal(known.customer_id, _back())
    return PortalView(url=url)


async def change(caller: Caller, order: Order) -> Subscription:
    """The subscription after the change, which Stripe prorates; Free ends it with its period.
    One that loosens governance waits for an approval first: the same call again makes it once that
    is given. Raises Invalid, VersionConflict, Unknown where Stripe did not answer: the same call
    again asks what became of it."""
    await check(caller, order)
    known = await follow(caller)
    if rules.is_as_ordered(known, order):
        return known
    check_changeable(known, order)
    return await carry_out(caller, known, order)


async def carry_out(caller: Caller, known: Subscription, order: Wish) -> Subscription:
    """The subscription after what was wished for; where that loosens governance, while it waits for
    an approval. Raises as `change`."""
    if (waiting := await waits_for(caller, known, order)) is not None:
        return waiting
    assented = asked_for(known, order, caller.received_at)

    async def begin(work: Command) -> Subscription:
        before = await known_to(work)
        check_wish(before, order)
        check_assent(before, order, assented, work.at)
        steps = rules.begin_change(before, order, new_id(PREFIX, work.at), work.at, assented)
        return await work.save_change(before, *steps)

    asked = await RUN.command(caller, begin, Subscription)
    assert asked.change is not None
    try:
        await _ask_for(asked, asked.change)
    except StripeRefused:
        await _drop(caller, asked.change)
        raise
    return await follow(caller)


async def _ask_for(known: Subscription, change: Change) -> None:
    assert known.stripe_id is not None
    said: dict[str, Any] = {"metadata": {"account": known.account, "change": change.change_id}}
    if isinstance(change.order, Pause):
        said |= pause_params()
    elif isinstance(change.order, Resume):
        said |= resume_params(await newest_after_pause(known))
    elif change.order.plan == "free":
        said["cancel_at_period_end"] = True
    else:
        said["cancel_at_period_end"] = False
        items, discounts = await changed_to(known, change.order)
        said |= {"items": items, "proration_behavior": "create_prorations", **discounts}
    await stripe_calls.update_subscription(known.stripe_id, change.change_id, said)


async def changed_to(
    known: Subscription, order: Order
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The items of the subscription at Stripe as it becomes those of the order, and the discounts
    that stay where that ends one. Raises Unknown."""
    items = items_of(order)
    prices = await stripe_calls.prices_of(items)
    assert known.customer_id is not None
    shown = await stripe_calls.subscriptions_of(known.customer_id)
    [current] = [each for each in shown if each["id"] == known.stripe_id]
    ends = ends_discount(known, order)
    discounts = {"discounts": discounts_left(current["discounts"])} if ends else {}
    return changes_of(current["items"]["data"], items, prices), discounts


async def _open(known: Subscription, page: Checkout) -> tuple[str, str]:
    """The page's id and address: the same again for the same number."""
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
    said = {
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
    return await stripe_calls.create_session(f"checkout-{known.account}-{page.number}", said)


async def _close(known: Subscription, page: Checkout) -> None:
    """Closes the page, of which nobody may have heard whether it was opened; what Stripe refuses to
    open now was not. Raises Unknown, Unavailable."""
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
