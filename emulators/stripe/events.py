"""The endpoints that events are sent to, and the signed messages that carry them."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

from emulators.stripe import form
from emulators.stripe.account import VERSION, Account, new_id
from emulators.stripe.failures import invalid, missing
from emulators.stripe.form import Form
from emulators.stripe.periods import DAY
from emulators.stripe.rendering import rendered
from emulators.stripe.store import Delivery, Document

GIVEN_UP_AFTER = 3 * DAY
_PLATFORM = "platform"
_FIRST_PAUSE, _LONGEST_PAUSE = 1, 3_600


def create_endpoint(account: Account, params: Form) -> Document:
    """An endpoint; only this answer shows its secret."""
    form.check(params, ("url", "enabled_events", "description", "metadata", "api_version"))
    url = form.needed(params, "url")
    if not url.startswith(("http://", "https://")):
        raise invalid("Invalid URL: an explicit scheme (such as https) must be provided.", "url")
    wanted = form.rows(params, "enabled_events")
    if not wanted:
        raise missing("enabled_events")
    if form.text(params, "api_version") not in (None, VERSION):
        raise invalid(f"This stand-in sends events of {VERSION} only.", "api_version")
    secret = new_id("whsec", 32)
    endpoint: Document = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": VERSION,
        "application": None,
        "created": account.live(),
        "description": form.text(params, "description"),
        "enabled_events": wanted,
        "livemode": False,
        "metadata": form.metadata(params),
        "status": "enabled",
        "url": url,
        "_secret": secret,
    }
    account.save(endpoint)
    return endpoint | {"secret": secret}


def update_endpoint(account: Account, params: Form, identifier: str) -> Document:
    form.check(params, ("url", "enabled_events", "description", "metadata", "disabled"))
    endpoint = account.get("webhook_endpoint", identifier)
    endpoint["url"] = form.text(params, "url") or endpoint["url"]
    endpoint["enabled_events"] = form.rows(params, "enabled_events") or endpoint["enabled_events"]
    endpoint["metadata"] = form.metadata(params, endpoint["metadata"])
    if "disabled" in params:
        endpoint["status"] = "disabled" if form.truth(params, "disabled") else "enabled"
    return account.save(endpoint)


def delete_endpoint(account: Account, params: Form, identifier: str) -> Document:
    """Deletes an endpoint; nothing more is sent there."""
    account.get("webhook_endpoint", identifier)
    for each in account.store.owed():
        if each.endpoint == identifier:
            taken(account, each)
    account.store.remove(identifier)
    return {"id": identifier, "object": "webhook_endpoint", "deleted": True}


def platform_endpoint(account: Account, url: str) -> str:
    """The secret of the one endpoint that the platform itself has, which is at that address now."""
    for each in account.store.all("webhook_endpoint"):
        if each["metadata"].get("of") == _PLATFORM:
            account.save(each | {"url": url})
            return str(each["_secret"])
    params = {"url": url, "enabled_events": {"0": "*"}, "metadata": {"of": _PLATFORM}}
    return str(create_endpoint(account, params)["secret"])


def message(account: Account, delivery: Delivery) -> tuple[str, str, bytes] | None:
    """The address, the secret and the body of a delivery; None where the endpoint is gone."""
    endpoint, event = account.store.find(delivery.endpoint), account.store.find(delivery.event)
    if endpoint is None or event is None or endpoint["status"] != "enabled":
        return None
    body = json.dumps(rendered(account.store, event), indent=2).encode()
    return endpoint["url"], endpoint["_secret"], body


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of the header `Stripe-Signature`. `at` is the real time, because the client
    compares it with its own clock."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def taken(account: Account, delivery: Delivery) -> None:
    """Notes that the endpoint took the event. A draft may become final once every endpoint took its
    `invoice.created`."""
    account.store.delivered(delivery.event, delivery.endpoint)
    event = account.store.find(delivery.event)
    if event is None or event["type"] != "invoice.created" or account.store.owed(event["id"]):
        return
    invoice: Any = account.store.find(event["data"]["object"]["id"])
    if invoice is not None and invoice["webhooks_delivered_at"] is None:
        account.save(invoice | {"webhooks_delivered_at": account.now(invoice)})


def refused(account: Account, delivery: Delivery) -> None:
    """Lets the event be sent again after a pause that doubles, until three days after it."""
    now, tries = account.live(), delivery.attempts + 1
    due = now + min(_FIRST_PAUSE * 2 ** min(tries - 1, 20), _LONGEST_PAUSE)
    if due > delivery.since + GIVEN_UP_AFTER:
        account.store.delivered(delivery.event, delivery.endpoint)
        return
    account.store.owe(replace(delivery, attempts=tries, due=due))
