"""One tenant that buys, and Stripe."""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import stripe
from joserfc.jwk import OKPKey

from events.subscriptions import SubscriptionApprovalNeeded
from functions.approvals.service.requests import open_for_question
from functions.billing.aggregates import SUBSCRIPTIONS
from functions.billing.rules.subscription import Subscription
from shared.kit import clock
from shared.kit.instants import format_instant
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.firestore import TenantStore
from tests.bearers import authorization
from tests.shared.cloud import Mailbox

WEBHOOK_SECRET = "whsec_test"
SCOPES = ("identity:read", "identity:write")
ORDER = {"plan": "pro", "interval": "month", "seats": 3}


def browser() -> httpx.AsyncClient:
    """For pages of Stripe's stand-in, which have no certificate: to read all that a machine trusts
    would take twenty times as long as a page."""
    return httpx.AsyncClient(verify=False, trust_env=False)


@dataclass
class World:
    """Asks as the tenant's people do, pays at Stripe's page, and sends Stripe's notices."""

    api: httpx.AsyncClient
    key: OKPKey
    tenant: str
    topic: Mailbox
    stripe: stripe.StripeClient
    approvals: httpx.AsyncClient

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: str = "ada",
        roles: tuple[str, ...] = ("tenant_admin",),
        tenant: str | None = None,
        scopes: tuple[str, ...] = SCOPES,
    ) -> httpx.Response:
        headers = authorization(self.key, by, tenant or self.tenant, scopes, roles)
        more = {} if body is None else {"json": body}
        return await self.api.request(method, f"/v1{path}", headers=headers, **more)

    async def sent(self, method: str, path: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.send(method, path, body, **claims)
        assert answer.is_success, answer.text
        return answer.json()

    async def granted(self, cents: int, expires_at: datetime, **more: Any) -> httpx.Response:
        """What a platform admin is answered who grants the tenant a credit."""
        headers = authorization(self.key, "olga", None, SCOPES, ("platform_admin",))
        said = {"amount_cents": cents, "expires_at": format_instant(expires_at)}
        body = {"tenant_id": self.tenant, "reason": "An outage in June", **said, **more}
        return await self.api.post("/v1/credits", json=body, headers=headers)

    async def pay(self, url: str, card: str = "pm_card_visa") -> None:
        """What a person does on Stripe's page."""
        async with browser() as person:
            said = {"card": card, "email": "ada@acme.example"}
            answer = await person.post(url, data=said, follow_redirects=False)
        assert answer.status_code == 303, answer.text

    async def buys(self, **order: Any) -> dict[str, Any]:
        """The subscription that was bought, after Stripe's notices."""
        page = await self.sent("POST", "/billing/checkout", {**ORDER, **order})
        await self.pay(page["url"])
        await self.told()
        shown: dict[str, Any] = await self.sent("GET", "/subscription")
        return shown

    async def told(self) -> int:
        """Sends each notice about the tenant, as Stripe would; says how many there are."""
        own = [each for each in await self.events() if each["data"]["object"].get("customer")]
        for each in own:
            answer = await self.notice(each)
            assert answer.status_code == 200, answer.text
        return len(own)

    async def events(self) -> list[dict[str, Any]]:
        """Stripe's events about the tenant's customer, the newest first."""
        customer = (await self.kept()).customer_id
        # As they are: to make the library's objects of a hundred takes longer than all else here.
        answer: Any = self.stripe.raw_request("get", "/v1/events", limit=100)
        found = answer.data["data"]
        return [each for each in found if each["data"]["object"].get("customer") == customer]

    async def notice(
        self,
        event: Any,
        *,
        secret: str = WEBHOOK_SECRET,
        ago: int = 0,
        header: str | None = None,
    ) -> httpx.Response:
        body = event if isinstance(event, bytes) else json.dumps(event, default=str).encode()
        at = int(time.time()) - ago
        made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        signed = f"t={at},v1={made}" if header is None else header
        headers = [
            (b"Stripe-Signature", signed.encode("latin-1")),
            (b"Content-Type", b"application/json; charset=utf-8"),
        ]
        path = "/v1/billing/stripe/webhook"
        return await self.api.post(path, content=body, headers=headers)

    async def decide(self, approval_id: str, verb: str) -> None:
        """A governor decides what was asked, as `approvals` takes it."""
        asked = [("type", "==", SubscriptionApprovalNeeded.event_type)]
        async for each in TenantStore(self.tenant).find_all(EVENT_LOG, where=asked):
            await open_for_question(logged_event(each.data, clock.now()))
        scopes = ("approvals:read", "approvals:write")
        headers = authorization(self.key, "gala", self.tenant, scopes, ("governor",))
        path = f"/v1/approvals/{approval_id}"
        card = (await self.approvals.get(path, headers=headers)).json()
        body = {
            "decision": verb,
            "decision_hash": card["decision_hash"],
            "client_decision_id": str(uuid.uuid4()),
            "note": "as discussed",
        }
        answer = await self.approvals.post(f"{path}/decisions", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    async def kept(self, tenant: str | None = None) -> Subscription:
        """What is stored of the tenant's subscription."""
        store = TenantStore(tenant or self.tenant)
        document = await store.get(SUBSCRIPTIONS.collection, tenant or self.tenant)
        assert document is not None
        return SUBSCRIPTIONS.state_in(document.data)
