"""One tenant whose people upload files, and what is due of these."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from functions.artifacts.aggregates import KEPT_BYTES
from functions.artifacts.reactions import HANDLERS
from shared.artifacts.artifact import ARTIFACT_DUE
from shared.artifacts.content import object_name
from shared.kit import clock
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from shared.storage.firestore import TenantStore
from tests.bearers import authorization
from tests.shared.cloud import Mailbox

CSV = b"day,amount\n1,20\n"
SCOPES = ("runs:read", "runs:write")


def said(content: bytes = CSV, **fields: Any) -> dict[str, Any]:
    """What announces a file with that content."""
    digest = hashlib.sha256(content).hexdigest()
    named = {"name": "sales.csv", "media_type": "text/csv"}
    return {**named, "size": len(content), "sha256": digest, **fields}


@dataclass(frozen=True)
class World:
    """Uploads, completes and removes as people do, and fires timers as Cloud Tasks does."""

    api: httpx.AsyncClient
    outside: httpx.AsyncClient
    key: OKPKey
    tenant: str
    topic: Mailbox

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    async def send(
        self, method: str, path: str, body: Any = None, *, by: str = "ada", **claims: Any
    ) -> httpx.Response:
        tenant = claims.pop("tenant", self.tenant)
        roles = claims.pop("roles", ("developer",))
        headers = authorization(self.key, by, tenant, SCOPES, roles, **claims)
        more = {} if body is None else {"json": body}
        return await self.api.request(method, f"/v1/artifacts{path}", headers=headers, **more)

    async def sent(self, method: str, path: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.send(method, path, body, **claims)
        assert answer.is_success, answer.text
        return answer.json()

    async def announced(self, content: bytes = CSV, **fields: Any) -> Any:
        return await self.sent("POST", "", said(content, **fields))

    async def put(self, artifact: Any, content: bytes) -> None:
        """Uploads to the address that was given, whatever was announced."""
        upload = artifact["upload"]
        answer = await self.outside.put(upload["url"], content=content, headers=upload["headers"])
        assert answer.status_code == 200, answer.text

    async def completed(self, artifact: Any) -> Any:
        return await self.sent("POST", f"/{artifact['artifact_id']}/complete")

    async def uploaded(self, content: bytes = CSV, **fields: Any) -> Any:
        artifact = await self.announced(content, **fields)
        await self.put(artifact, content)
        return await self.completed(artifact)

    async def shown(self, artifact: Any) -> Any:
        return await self.sent("GET", f"/{artifact['artifact_id']}")

    async def fire(self, artifact: Any, *, later: timedelta = timedelta()) -> None:
        """What is due of the file by now."""
        id = artifact["artifact_id"]
        now = clock.now() + later
        event = timer_event(
            "artifacts", self.tenant, Timer(ARTIFACT_DUE, f"artifact/{id}", now), now
        )
        await HANDLERS[ARTIFACT_DUE](event)

    async def bytes_of(self, artifact: Any) -> bytes | None:
        return await KEPT_BYTES.read(object_name(self.tenant, artifact["artifact_id"]))


def after(text: str, step: timedelta) -> timedelta:
    """How long it is from now until that long after an instant."""
    return datetime.fromisoformat(text) + step - clock.now()
