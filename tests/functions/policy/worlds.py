"""One tenant with its policies, and approvals that decides about them; deliveries by hand."""

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from functions.approvals.reactions import HANDLERS as IN_APPROVALS
from functions.policy.reactions import HANDLERS as IN_POLICY
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.policy.published import COLLECTION, PUBLISHED, Published
from shared.storage.firestore import TenantStore
from tests.bearers import authorization
from tests.functions.deliveries import Deliveries
from tests.shared.cloud import Cloud

SCOPES = ("policies:read", "policies:write", "approvals:read", "approvals:write")
SCOPES_OF_A_GOVERNOR = (*SCOPES, "governance:read", "governance:write")
# Reads and writes of the platform's own nouns.
PERMIT_EXPORTS = """
@id("analysts-export")
permit (
  principal in Role::"end_user",
  action == Action::"audit.exports.create",
  resource
);
"""


@dataclass(frozen=True)
class World:
    """Acts through both functions' APIs and handlers; calls with a token of its own each."""

    policy: httpx.AsyncClient
    approvals: httpx.AsyncClient
    key: OKPKey
    tenant: str
    cloud: Cloud
    principal: str = "devin"
    roles: tuple[str, ...] = ("developer",)
    scopes: tuple[str, ...] = SCOPES
    deliveries: Deliveries = field(default_factory=Deliveries)

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    def of(self, principal: str, *roles: str) -> "World":
        return replace(self, principal=principal, roles=roles)

    def with_scopes(self, *scopes: str) -> "World":
        return replace(self, scopes=scopes)

    def at(self, tenant: str) -> "World":
        return replace(self, tenant=tenant)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.policy.get(path, params=query, headers=self._headers())

    async def post(self, path: str, body: Any = None, *, key: str = "") -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        headers = self._headers() | ({"Content-Type": "application/json"} if content else {})
        headers |= {"Idempotency-Key": key} if key else {}
        return await self.policy.post(path, content=content, headers=headers)

    async def draft(self, name: str = "exports", source: str = PERMIT_EXPORTS) -> Any:
        """A new version: the answer."""
        answer = await self.post("/v1/policies", {"name": name, "source": source})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def ask(self, policy_id: str, key: str = "") -> Any:
        """The publication is asked for, and the request reaches approvals."""
        answer = await self.post(f"/v1/policies/{policy_id}/publish", key=key)
        assert answer.status_code == 202, answer.text
        await self.settle()
        return answer.json()

    async def publish(self, name: str = "exports", source: str = PERMIT_EXPORTS) -> Any:
        """A new version, published: its last state."""
        drafted = await self.draft(name, source)
        await self.ask(drafted["policy_id"])
        await self.decide(drafted["policy_id"], "approve")
        return await self.shown(drafted["policy_id"])

    async def shown(self, policy_id: str) -> Any:
        answer = await self.get(f"/v1/policies/{policy_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def approval(self, policy_id: str) -> Any:
        """The approval that the version waits for, as its governor sees it."""
        approval_id = (await self.shown(policy_id))["approval_id"]
        governor = self.of("gala", "governor").with_scopes(*SCOPES_OF_A_GOVERNOR)
        answer = await self.approvals.get(
            f"/v1/approvals/{approval_id}", headers=governor._headers()
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def decide(self, policy_id: str, verb: str, *, settles: bool = True) -> Any:
        """The governor decides about what the version waits for."""
        asked = await self.approval(policy_id)
        body = {
            "decision": verb,
            "decision_hash": asked["decision_hash"],
            "client_decision_id": str(uuid.uuid4()),
            "note": "as discussed",
        }
        answer = await self.decided(asked["id"], body)
        if settles:
            await self.settle()
        return answer

    async def decided(self, approval_id: str, body: Any) -> Any:
        governor = self.of("gala", "governor").with_scopes(*SCOPES_OF_A_GOVERNOR)
        answer = await self.approvals.post(
            f"/v1/approvals/{approval_id}/decisions",
            content=json.dumps(body).encode(),
            headers={**governor._headers(), "Content-Type": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def settle(self) -> None:
        """Delivers the events of the log to both functions until nothing follows: some of them
        twice."""
        await self.deliveries.settle(self.log, deliver)

    async def log(self) -> list[Envelope]:
        """Every event of this tenant, in the order of commit."""
        entries = [entry async for entry in self.store.find_all(EVENT_LOG)]
        in_order = sorted(
            entries, key=lambda each: (each.data["committed_at"], each.data["position"])
        )
        return [
            logged_event(each.data, datetime.fromisoformat(each.data["time"])) for each in in_order
        ]

    async def events(self, noun: str = "policy") -> list[str]:
        """What happened to a kind of thing, in past tenses."""
        words = (event.type.split(".") for event in await self.log())
        return [each[2] for each in words if each[1] == noun]

    async def published(self) -> Published:
        """What decides in the tenant."""
        document = await self.store.get(COLLECTION.name, PUBLISHED)
        if document is None:
            return Published(version=0, sources=())
        return Published.model_validate_json(document.data["state"])

    def _headers(self) -> dict[str, str]:
        return authorization(self.key, self.principal, self.tenant, self.scopes, self.roles)


async def deliver(event: Envelope) -> None:
    """Hands the event to both functions."""
    for handlers in (IN_APPROVALS, IN_POLICY):
        if event.type in handlers:
            await handlers[event.type](event)
