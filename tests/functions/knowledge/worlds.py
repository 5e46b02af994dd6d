"""One tenant whose people add documents and ask about them, and what is due of these."""

import uuid
from dataclasses import dataclass, replace
from typing import Any

import httpx
import psycopg
from joserfc.jwk import OKPKey

from functions.knowledge.aggregates import DOCUMENTS
from functions.knowledge.reactions import HANDLERS
from functions.knowledge.rules.document import Document
from shared.kit import clock
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from shared.storage.firestore import TenantStore
from tests.bearers import authorization

PUMP = """# Pumps

## Warranty

The warranty of a pump is three years from the day of its delivery.

## Returns

A broken pump goes back to the warehouse in Bergen within thirty days.
"""
LEAVE = """# Leave

Each employee has twenty-five days of vacation in a year.
"""
SCOPES = ("knowledge:read", "knowledge:write", "runs:read")


@dataclass(frozen=True)
class World:
    """Calls as people do, and fires timers as Cloud Tasks does."""

    api: httpx.AsyncClient
    key: OKPKey
    tenant: str
    database: str

    def elsewhere(self) -> "World":
        """The same function for another tenant."""
        return replace(self, tenant=f"clinic-{uuid.uuid4().hex[:12]}")

    async def send(
        self, method: str, path: str, body: Any = None, *, by: str = "ada", **claims: Any
    ) -> httpx.Response:
        roles = claims.pop("roles", ("developer",))
        headers = authorization(self.key, by, self.tenant, SCOPES, roles, **claims)
        headers["Idempotency-Key"] = uuid.uuid4().hex
        more = {} if body is None else {"json": body}
        return await self.api.request(method, path, headers=headers, **more)

    async def sent(self, method: str, path: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.send(method, path, body, **claims)
        assert answer.is_success, answer.text
        return answer.json()

    async def corpus(self, **fields: Any) -> str:
        body = {"name": "Handbook", "readers": ["developer"], **fields}
        made = await self.sent("POST", "/v1/corpora", body)
        return str(made["corpus_id"])

    async def added(self, corpus: str, text: str = PUMP, name: str = "pumps.md") -> Any:
        body = {"name": name, "text": text}
        return await self.sent("POST", f"/v1/corpora/{corpus}/documents", body)

    async def read(self, document: Any, *, most: int = 6) -> Document:
        """The document once nothing is due of it any more."""
        store, id = TenantStore(self.tenant), document["document_id"]
        for _ in range(most):
            found = await store.get(DOCUMENTS.collection, id)
            assert found is not None
            state = DOCUMENTS.state_in(found.data)
            timer = DOCUMENTS.timer(state)
            if timer is None:
                return state
            now = clock.now()
            due = Timer(timer[0], f"document/{id}", now)
            await HANDLERS[timer[0]](timer_event("knowledge", self.tenant, due, now))
        raise AssertionError(f"something is still due of {state}")

    async def handbook(self, text: str = PUMP, **fields: Any) -> str:
        """A corpus with one document that is embedded."""
        corpus = await self.corpus(**fields)
        assert (await self.read(await self.added(corpus, text))).status == "embedded"
        return corpus

    async def asked(self, query: str, *, by: str = "ada", **fields: Any) -> Any:
        claims = {
            name: fields.pop(name) for name in ("roles", "agent", "workspace") if name in fields
        }
        body = {"query": query, **fields}
        return await self.sent("POST", "/v1/knowledge/search", body, by=by, **claims)

    async def verdicts(self, *citations: Any, **claims: Any) -> list[Any]:
        body = {"citations": citations}
        path = "/v1/knowledge/citations/verify"
        return list((await self.sent("POST", path, body, **claims))["items"])

    async def rows(self, table: str) -> int:
        """How many rows of the tenant a table has."""
        async with await psycopg.AsyncConnection.connect(self.database) as connection:
            counted = await connection.execute(
                f"SELECT count(*) FROM {table} WHERE tenant_id = %s", (self.tenant,)
            )
            row = await counted.fetchone()
        assert row is not None
        return int(row[0])
