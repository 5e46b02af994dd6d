"""Calls of Stripe, by its own client. A call that changes something has an idempotency key, under
which Stripe does it once. Nothing about cards or persons is kept."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from functions.billing.rules.order import Item
from functions.billing.rules.referral import Coupon
from functions.billing.rules.refusals import (
    NothingSold,
    NothingUpcoming,
    StripeMissing,
    StripeRefused,
)
from functions.billing.settings import Account, account
from shared.kit.errors import Unavailable, VersionConflict

if TYPE_CHECKING:
    from stripe import StripeClient

WITHIN_SECONDS = 20.0
MOST_SUBSCRIPTIONS = 100
_KINDS: Mapping[str, type[StripeRefused]] = {
    "resource_missing": StripeMissing,
    "invoice_upcoming_none": NothingUpcoming,
}
# Stripe's ids of the prices that this process has found, by lookup key.
_prices: dict[str, str] = {}


class Unknown(Unavailable):
    """Stripe did not answer: it may have done what it was asked for."""


class KeyUsed(Unknown):
    """The key was used for something else before, so Stripe did nothing."""


async def require_account() -> Account:
    """The operator's account. Raises NothingSold where there is none, Unavailable."""
    found = await account()
    if found is None:
        reason = "nothing is sold here: the operator has no account at Stripe"
        raise NothingSold(f"{reason}; the operator sets one up by docs/guides/sell-it.md")
    return found


async def create_customer(reference: str) -> str:
    """Makes the customer for that reference, once, and returns its id. Raises Unknown,
    StripeRefused, Unavailable."""
    params = {"metadata": {"account": reference}}
    made = await call_stripe("post", "customers", params, key=f"assent-customer-{reference}")
    return str(made["id"])


async def retrieve_customer(customer_id: str) -> dict[str, Any]:
    """A customer. Raises StripeMissing for an unknown one, Unavailable."""
    return await call_stripe("get", f"customers/{named(customer_id)}")


async def subscriptions_of(customer_id: str) -> list[dict[str, Any]]:
    """The customer's subscriptions with their discounts, also those that were canceled. Raises
    Unavailable."""
    params = {"customer": customer_id, "status": "all", "limit": MOST_SUBSCRIPTIONS}
    found = await call_stripe("get", "subscriptions", {**params, "expand": ["data.discounts"]})
    return list(found["data"])


async def update_subscription(stripe_id: str, key: str, params: Any) -> None:
    """Changes the subscription, once under that key. Raises Unknown, StripeRefused."""
    await call_stripe("post", f"subscriptions/{named(stripe_id)}", params, key=key)


async def retrieve_subscription(stripe_id: str) -> dict[str, Any]:
    """A subscription. Raises StripeMissing for an unknown one, Unavailable."""
    return await call_stripe("get", f"subscriptions/{named(stripe_id)}")


async def create_session(key: str, params: Any) -> tuple[str, str]:
    """Makes a checkout session, once under that key; returns its id and its address. Raises
    Unknown, StripeRefused."""
    made = await call_stripe("post", "checkout/sessions", params, key=key)
    return str(made["id"]), str(made["url"])


async def expire_session(session_id: str) -> None:
    """Expires a checkout session; nothing where it is over. Raises Unknown, Unavailable."""
    try:
        await call_stripe("post", f"checkout/sessions/{named(session_id)}/expire")
    except StripeRefused:
        return


async def create_portal(customer_id: str, return_url: str) -> str:
    """Makes a session of the portal and returns its address. Raises Unknown, StripeRefused."""
    params = {"customer": customer_id, "return_url": return_url}
    made = await call_stripe("post", "billing_portal/sessions", params)
    return str(made["url"])


async def require_coupon(coupon: Coupon) -> None:
    """Makes the coupon where Stripe does not have it. Raises VersionConflict where Stripe has it
    with another percentage or duration, Unknown."""
    percent = coupon.basis_points / 100
    params = {
        "id": coupon.coupon_id,
        "name": "Referral",
        "percent_off": percent,
        "duration": "repeating",
        "duration_in_months": coupon.months,
    }
    try:
        found = await call_stripe("get", f"coupons/{named(coupon.coupon_id)}")
    except StripeMissing:
        found = await call_stripe("post", "coupons", params, key=f"coupon-{coupon.coupon_id}")
    if (found["percent_off"], found["duration_in_months"]) != (percent, coupon.months):
        raise VersionConflict(f"the coupon {coupon.coupon_id} at Stripe is another one")


async def preview(params: Any) -> dict[str, Any]:
    """The next invoice, which is not made. Raises NothingUpcoming where no invoice would come,
    StripeRefused, Unavailable."""
    return await call_stripe("post", "invoices/create_preview", params)


async def prices_of(items: tuple[Item, ...]) -> dict[str, str]:
    """Stripe's ids of the prices, by lookup key; makes those that Stripe does not have. Raises
    VersionConflict where Stripe has one with another amount than the catalogue, Unknown."""
    missing = [each for each in items if each.lookup_key not in _prices]
    if missing:
        await _find_prices(missing)
    for each in missing:
        if each.lookup_key not in _prices:
            _prices[each.lookup_key] = await _create_price(each)
    return {each.lookup_key: _prices[each.lookup_key] for each in items}


async def _find_prices(items: list[Item]) -> None:
    params = {"lookup_keys": [each.lookup_key for each in items], "limit": 100}
    found = await call_stripe("get", "prices", params)
    wanted = {each.lookup_key: each for each in items}
    for price in found["data"]:
        item = wanted[price["lookup_key"]]
        if (price["unit_amount"], price["currency"]) != (item.unit_cents, "usd"):
            raise VersionConflict(f"the price {item.lookup_key} at Stripe is another one")
        _prices[item.lookup_key] = price["id"]


async def _create_price(item: Item) -> str:
    params = {
        "lookup_key": item.lookup_key,
        "currency": "usd",
        "unit_amount": item.unit_cents,
        "recurring": {"interval": item.interval},
        "product_data": {"name": item.name},
    }
    made = await call_stripe("post", "prices", params, key=f"price-{item.lookup_key}")
    return str(made["id"])


def seconds(at: datetime) -> int:
    """An instant as Stripe's seconds since 1970."""
    return int(at.timestamp())


def named(identifier: str) -> str:
    """An id of Stripe's, as a path has it."""
    return quote(identifier, safe="")


async def call_stripe(
    method: Literal["get", "post", "delete"],
    path: str,
    params: Mapping[str, Any] | None = None,
    *,
    key: str = "",
) -> dict[str, Any]:
    """Calls Stripe, once where there is a key, and returns its answer as plain data: making the
    client's own objects would take as long as the call. Raises StripeRefused and its subclasses,
    KeyUsed, Unknown, Unavailable."""
    import stripe

    operator = await require_account()
    client = _client(operator.api_key.get_secret_value(), operator.api)
    try:
        options = {**(params or {}), **({"idempotency_key": key} if key else {})}
        answer = await asyncio.to_thread(client.raw_request, method, f"/v1/{path}", **options)
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        is_card = isinstance(error, stripe.CardError)
        by_card = "see to the means of payment with POST /v1/billing/portal"
        remedy = by_card if is_card else "the operator sees at Stripe why"
        reason = error.user_message or "no reason given"
        kind = _KINDS.get(error.code or "", StripeRefused)
        raise kind(f"Stripe refused it: {reason[:200]}: {remedy}") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Unavailable("Stripe does not take the operator's key") from error
    except stripe.IdempotencyError as error:
        raise KeyUsed("Stripe was asked for something else under this key") from error
    except stripe.StripeError as error:
        raise Unknown("Stripe did not answer; send it again") from error
    plain: dict[str, Any] = answer.data
    return plain


@cache
def _client(api_key: str, api: str) -> "StripeClient":
    import requests
    import stripe

    # Its lines name each call of the API, as ours do already.
    logging.getLogger("stripe").setLevel(logging.WARNING)
    addresses: Any = {"api": api} if api else {}
    # One for all threads, of which each would open connections of its own. It asks no proxy.
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return stripe.StripeClient(
        api_key,
        base_addresses=addresses,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=WITHIN_SECONDS / 2, session=session),
    )
