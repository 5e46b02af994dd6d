"""Calls of Stripe, with its own client. Each that changes something has a key, under which Stripe
does it once. Nothing that Stripe says about cards or persons is kept."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from functions.billing.rules.invoice import MOST_LINES
from functions.billing.rules.order import Item
from functions.billing.rules.referral import Coupon
from functions.billing.rules.refusals import NothingSold, StripeMissing, StripeRefused
from functions.billing.settings import Account, account
from shared.kit.errors import Unavailable, VersionConflict

if TYPE_CHECKING:
    from stripe import StripeClient

T = TypeVar("T")

WITHIN_SECONDS = 20.0
MOST_SUBSCRIPTIONS = 100
# Prices that are known to be there, of this process.
_prices: dict[str, str] = {}


class Unknown(Unavailable):
    """Stripe did not answer: it may have done it."""


async def require_account() -> Account:
    """The operator's account. Raises NothingSold where there is none, Unavailable."""
    found = await account()
    if found is None:
        said = "nothing is sold here: the operator has no account at Stripe"
        raise NothingSold(f"{said}; the operator sets one up by docs/guides/sell-it.md")
    return found


async def create_customer(reference: str) -> str:
    """The customer of an account of ours, once. Raises Unknown, StripeRefused, Unavailable."""
    params: Any = {"metadata": {"account": reference}}
    made = await _done(
        lambda client: client.v1.customers.create(params, _once(f"assent-customer-{reference}"))
    )
    return str(made["id"])


async def retrieve_customer(customer_id: str) -> dict[str, Any]:
    """A customer. Raises StripeRefused for none, Unavailable."""
    return await _done(lambda client: client.v1.customers.retrieve(customer_id))


async def subscriptions_of(customer_id: str) -> list[dict[str, Any]]:
    """The customer's subscriptions with their discounts, also those that were canceled. Raises
    Unavailable."""
    params: Any = {"customer": customer_id, "status": "all", "limit": MOST_SUBSCRIPTIONS}
    params["expand"] = ["data.discounts"]
    found = await _done(lambda client: client.v1.subscriptions.list(params))
    return list(found["data"])


async def update_subscription(stripe_id: str, key: str, params: Any) -> None:
    """Changes the subscription, once under that key. Raises Unknown, StripeRefused."""
    await _done(lambda client: client.v1.subscriptions.update(stripe_id, params, _once(key)))


async def latest_invoice_of(stripe_id: str) -> dict[str, Any] | None:
    """The newest invoice of the subscription; None where it has none. Raises StripeRefused,
    Unavailable."""
    shown = await _done(lambda client: client.v1.subscriptions.retrieve(stripe_id))
    newest = shown.get("latest_invoice")
    return await retrieve_invoice(str(newest)) if newest else None


async def create_session(key: str, params: Any) -> tuple[str, str]:
    """The id and the address of a page for paying, once under that key. Raises Unknown,
    StripeRefused."""
    made = await _done(lambda client: client.v1.checkout.sessions.create(params, _once(key)))
    return str(made["id"]), str(made["url"])


async def expire_session(session_id: str) -> None:
    """Closes a page for paying; nothing where it is over. Raises Unknown, Unavailable."""
    try:
        await _done(lambda client: client.v1.checkout.sessions.expire(session_id))
    except StripeRefused:
        return


async def create_portal(customer_id: str, return_url: str) -> str:
    """The address of a page where the customer sees to its means of payment. Raises Unknown,
    StripeRefused."""
    params: Any = {"customer": customer_id, "return_url": return_url}
    made = await _done(lambda client: client.v1.billing_portal.sessions.create(params))
    return str(made["url"])


async def retrieve_invoice(stripe_id: str) -> dict[str, Any]:
    """An invoice with its lines, MOST_LINES of them at least where it has so many. Raises
    StripeRefused for none, Unavailable."""
    shown = await _done(lambda client: client.v1.invoices.retrieve(stripe_id))
    lines = page = shown["lines"]
    while page["has_more"] and len(lines["data"]) < MOST_LINES:
        page = await _done(_listing_lines(stripe_id, lines["data"][-1]["id"]))
        lines["data"] += page["data"]
    return shown


async def usage_items_of(customer_id: str) -> list[dict[str, Any]]:
    """What was ever asked of the customer beside its subscriptions. Raises Unavailable."""
    return await _all_items({"customer": customer_id})


async def items_on(stripe_id: str) -> list[dict[str, Any]]:
    """What is asked on an invoice beside the subscription. Raises StripeRefused, Unavailable."""
    return await _all_items({"invoice": stripe_id})


async def _all_items(which: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        params: Any = {**which, "limit": 100, **after}
        page = await _done(_listing_items(params))
        found += page["data"]
        if not page["has_more"]:
            return found
        after = {"starting_after": found[-1]["id"]}


async def create_usage_invoice(key: str, params: Any) -> str:
    """The id of an invoice that is of no subscription, once under that key. Raises Unknown,
    StripeRefused."""
    made = await _done(lambda client: client.v1.invoices.create(params, _once(key)))
    return str(made["id"])


async def create_usage_item(key: str, params: Any) -> None:
    """Writes a line on a draft, once under that key. Raises Unknown; StripeRefused where the
    invoice is no draft any more."""
    await _done(lambda client: client.v1.invoice_items.create(params, _once(key)))


async def delete_usage_item(item_id: str) -> None:
    """Takes a line off its draft; nothing where that is final by now, or the line is gone. Raises
    Unknown, Unavailable."""
    try:
        await _done(lambda client: client.v1.invoice_items.delete(item_id))
    except StripeRefused:
        return


async def require_coupon(coupon: Coupon) -> None:
    """Makes the coupon where it is not there. Raises VersionConflict where it takes off another
    part than the catalogue says, Unknown."""
    percent = coupon.basis_points / 100
    params: Any = {
        "id": coupon.coupon_id,
        "name": "Referral",
        "percent_off": percent,
        "duration": "repeating",
        "duration_in_months": coupon.months,
    }
    try:
        found = await _done(lambda client: client.v1.coupons.retrieve(coupon.coupon_id))
    except StripeMissing:
        key = _once(f"coupon-{coupon.coupon_id}")
        found = await _done(lambda client: client.v1.coupons.create(params, key))
    if (found["percent_off"], found["duration_in_months"]) != (percent, coupon.months):
        raise VersionConflict(f"the coupon {coupon.coupon_id} at Stripe is another one")


async def preview(params: Any) -> dict[str, Any]:
    """The invoice that would come next. Raises StripeRefused, Unavailable."""
    return await _done(lambda client: client.v1.invoices.create_preview(params))


async def prices_of(items: tuple[Item, ...]) -> dict[str, str]:
    """Stripe's ids of the prices, by their lookup keys; makes those that are not there. Raises
    VersionConflict where one of them asks for other money than the catalogue, Unknown."""
    missing = [each for each in items if each.lookup_key not in _prices]
    if missing:
        await _find_prices(missing)
    for each in missing:
        if each.lookup_key not in _prices:
            _prices[each.lookup_key] = await _create_price(each)
    return {each.lookup_key: _prices[each.lookup_key] for each in items}


async def _find_prices(items: list[Item]) -> None:
    params: Any = {"lookup_keys": [each.lookup_key for each in items], "limit": 100}
    found = await _done(lambda client: client.v1.prices.list(params))
    wanted = {each.lookup_key: each for each in items}
    for price in found["data"]:
        item = wanted[price["lookup_key"]]
        if (price["unit_amount"], price["currency"]) != (item.unit_cents, "usd"):
            raise VersionConflict(f"the price {item.lookup_key} at Stripe is another one")
        _prices[item.lookup_key] = price["id"]


async def _create_price(item: Item) -> str:
    params: Any = {
        "lookup_key": item.lookup_key,
        "currency": "usd",
        "unit_amount": item.unit_cents,
        "recurring": {"interval": item.interval},
        "product_data": {"name": item.name},
    }
    made = await _done(
        lambda client: client.v1.prices.create(params, _once(f"price-{item.lookup_key}"))
    )
    return str(made["id"])


def seconds(at: datetime) -> int:
    """An instant as Stripe's seconds since 1970."""
    return int(at.timestamp())


def _listing_items(params: Any) -> "Callable[[StripeClient], Any]":
    return lambda client: client.v1.invoice_items.list(params)


def _listing_lines(stripe_id: str, after: str) -> "Callable[[StripeClient], Any]":
    params: Any = {"limit": 100, "starting_after": after}
    return lambda client: client.v1.invoices.line_items.list(stripe_id, params)


def _once(key: str) -> Any:
    return {"idempotency_key": key}


async def _done(call: "Callable[[StripeClient], Any]") -> dict[str, Any]:
    """What Stripe answered, as plain data. Raises StripeRefused, Unknown, Unavailable."""
    import stripe

    found = await require_account()
    client = _client(found.api_key.get_secret_value(), found.api)
    try:
        answer = await asyncio.to_thread(call, client)
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        is_card = isinstance(error, stripe.CardError)
        by_card = "see to the means of payment with POST /v1/billing/portal"
        remedy = by_card if is_card else "the operator sees at Stripe why"
        said = error.user_message or "no reason given"
        kind = StripeMissing if error.code == "resource_missing" else StripeRefused
        raise kind(f"Stripe refused it: {said[:200]}: {remedy}") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Unavailable("Stripe does not take the operator's key") from error
    except stripe.StripeError as error:
        raise Unknown("Stripe did not answer; send it again") from error
    plain: dict[str, Any] = answer.to_dict()
    return plain


@cache
def _client(api_key: str, api: str) -> "StripeClient":
    import stripe

    # Its lines name each call of the API, as ours do already.
    logging.getLogger("stripe").setLevel(logging.WARNING)
    addresses: Any = {"api": api} if api else {}
    return stripe.StripeClient(
        api_key,
        base_addresses=addresses,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=WITHIN_SECONDS / 2),
    )
