"""A tenant whose jobs are compiled by `capsules`, called through its API."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from functions.runs.aggregates import SCHEDULES
from shared.messaging.changes import Timer
from shared.policy import published
from shared.policy.published import COLLECTION, PUBLISHED, Published
from shared.policy.sources import Source
from shared.storage.batches import Batch
from tests.bearers import authorization
from tests.functions.runs.worlds import SCOPES, World

COUNT = """\
capsule: count-stock
version: {version}
agent: stock-keeper
inputs:
  shelf: {{type: string, minLength: 1, maxLength: 40}}
steps:
  - id: count
    use: assent/counter.add
    with: {{counter: "{counter}", amount: 1}}
outputs: {{total: "${{{{ steps.count.output.value }}}}"}}
"""
JOB = {"capsule": "count-stock", "inputs": {"shelf": "a7"}}


class Apart(httpx.AsyncBaseTransport):
    """Another function's app, which shares no context with whoever calls it. `before` and `after`
    are called around each request."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self.calls: list[str] = []
        self.fails = ""
        # Only from this call on.
        self.fails_from = 1

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url.path)
        fails = self.fails if len(self.calls) >= self.fails_from else ""
        if fails == "before":
            raise httpx.ConnectError("down")
        answer = await asyncio.create_task(self._inner.handle_async_request(request))
        if fails == "after":
            raise httpx.ReadTimeout("too late")
        return answer


@dataclass(frozen=True)
class Jobs:
    """Jobs of one tenant."""

    world: World
    capsules: httpx.AsyncClient
    wire: Apart
    scopes: tuple[str, ...] = (*SCOPES, "capsules:read", "capsules:write")

    def of(self, principal: str, *roles: str) -> "Jobs":
        return replace(self, world=self.world.of(principal, *roles))

    def headers(self) -> dict[str, str]:
        w = self.world
        return authorization(w.key, w.principal, w.tenant, self.scopes, w.roles, w.workspace)

    async def govern(self, policy: str) -> None:
        """The only policy that the tenant has published."""
        held = Published(version=1, sources=(Source("tenant/x", policy),))
        batch = Batch()
        batch.put(COLLECTION.name, PUBLISHED, {"state": held.model_dump_json()})
        await self.world.store.commit(batch)
        published.forget()

    async def ask(self, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
        """A call of `runs`."""
        headers = self.headers() | ({"Idempotency-Key": key} if key else {})
        return await self.world.runs.request(method, path, json=body, headers=headers)

    async def post(self, body: Any = None, key: str = "") -> httpx.Response:
        return await self.ask("POST", "/v1/jobs", body or JOB, key)

    async def timer(self, schedule_id: str) -> Timer:
        """The timer that the schedule waits for."""
        document = await self.world.store.get(SCHEDULES.collection, schedule_id)
        assert document is not None
        due = datetime.fromisoformat(document.data["next_timer_at"])
        return Timer(document.data["next_timer_type"], f"schedule/{schedule_id}", due)

    async def fire(self, timer: Timer, after: timedelta = timedelta(0)) -> None:
        """The timer fires, so long after it was due."""
        await self.world.fire_timer(timer, after)

    async def publish(
        self, version: str = "1.0.0", counter: str = "visits", source: str = COUNT
    ) -> None:
        """A version of the capsule, published."""
        await self.write(source.format(version=version, counter=counter))
        await self.command(version, "publish")

    async def write(self, source: str) -> None:
        headers = self.headers() | {"Content-Type": "application/yaml"}
        answer = await self.capsules.post("/v1/capsules", content=source.encode(), headers=headers)
        assert answer.status_code == 201, answer.text

    async def command(self, version: str, verb: str, name: str = "count-stock") -> None:
        path = f"/v1/capsules/{name}/versions/{version}/{verb}"
        answer = await self.capsules.post(path, headers=self.headers())
        assert answer.status_code == 200, answer.text
