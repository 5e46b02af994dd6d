"""An agent that runs elsewhere, at the door of the tools function: by the official SDK's client, or
by hand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from events.approvals import ApprovalApproved
from events.elicitation import ELICITATION, content_of_answer
from functions.tools.api import ROUTER, RUN
from shared.approvals.reading import APPROVALS
from shared.kit import clock
from shared.kit.contents import Content
from shared.kit.signing import sign
from shared.messaging.contents import keep, read_contents
from shared.messaging.log import EVENT_LOG, logged_event
from shared.runtime.app import create_api
from shared.storage.batches import Batch
from shared.storage.secrets import signing_key
from tests.bearers import authorization
from tests.functions.tools.worlds import AGENT, World

URL = "http://tools/mcp"
MODERN, LEGACY = "2026-07-28", "legacy"
COUNTER, LEDGER = "assent__counter_add", "assent__ledger_append"
ADD, LINE = {"counter": "visits", "amount": 3}, {"ledger": "log", "line": "x"}


def right(operation: str, effect: str = "change", **more: Any) -> dict[str, Any]:
    return {"operation": operation, "effect": effect, **more}


RIGHTS: dict[str, Any] = {
    "alone": [
        right("assent/counter.add", undo="assent/counter.add"),
        right("newsroom/articles.read", "read"),
    ],
    "with_approval": [right("assent/ledger.append"), right("newsroom/articles.create")],
    "never": ["assent/people.notify"],
}


@dataclass(frozen=True)
class Elsewhere:
    """A service of a tenant whose key names the agent; or, with an `audience`, the program that the
    person `principal` signed in as that agent."""

    world: World
    agent: str | None = AGENT
    tenant: str | None = None
    roles: tuple[str, ...] = ("service_runtime",)
    scopes: tuple[str, ...] = ("tools:write",)
    workspace: str | None = None
    principal: str = "service_1"
    audience: str = "assent"
    headers: dict[str, str] = field(default_factory=dict)

    async def serves(self, rights: dict[str, Any] | None = None, **state: Any) -> None:
        """The agent's document with its spec, as `agents` would write them."""
        spec = Content.of({"rights": rights or RIGHTS})
        batch = Batch()
        keep(batch, spec, clock.now(), "agents")
        if await self.world.store.get("contents", spec.hash) is None:
            await self.world.store.commit(batch)
        await self.world.agent(spec_hash=spec.hash, **state)

    @property
    def authorization(self) -> dict[str, str]:
        return authorization(
            self.world.key,
            self.principal,
            self.tenant or self.world.tenant,
            self.scopes,
            self.roles,
            self.workspace,
            self.agent,
            self.audience,
        )

    @asynccontextmanager
    async def client(self, mode: str = MODERN, **options: Any) -> AsyncIterator[Client]:
        """The official SDK's client at the function."""
        app = create_api(function="tools", router=ROUTER, run=RUN)
        transport = httpx2.ASGITransport(app=app)
        headers = self.authorization
        async with httpx2.AsyncClient(transport=transport, headers=headers) as http:
            wire = streamable_http_client(URL, http_client=http)
            async with Client(wire, mode=mode, **options) as client:
                yield client

    async def called(self, name: str, arguments: dict[str, Any], **options: Any) -> dict[str, Any]:
        """What the client's program reads of the call."""
        async with self.client(**options) as client:
            result = await client.call_tool(name, arguments)
        told: dict[str, Any] = {**result.structured_content, "is_error": bool(result.is_error)}
        return told

    async def post(self, content: str | bytes, **headers: str) -> httpx.Response:
        said = {"Content-Type": "application/json", "Accept": "application/json"}
        said |= self.authorization | headers
        return await self.world.tools.post("/mcp", content=content, headers=said)

    async def events(self, type: str) -> list[dict[str, Any]]:
        """What the function published of that type, as its log has it."""
        found = [each async for each in self.world.store.find_all(EVENT_LOG)]
        events = (logged_event(each.data, clock.now()) for each in found)
        return [json.loads(each.data) for each in events if each.type == type]

    async def question(self, approval_id: str) -> dict[str, Any]:
        """What was asked about the call that waits for the approval."""
        asked = await self.events("assent.direct_call.approval_needed.v1")
        return next(each for each in asked if each["approval_id"] == approval_id)

    async def receipts(self) -> list[dict[str, Any]]:
        """The receipts that were reported."""
        reported = await self.events("assent.invocation.reported.v1")
        return [each for event in reported for each in event["receipts"]]

    async def decide(
        self,
        approval_id: str,
        status: str = "approved",
        *,
        forged: bool = False,
        answer: dict[str, Any] | None = None,
        **said: Any,
    ) -> None:
        """The approval, as `approvals` would store it once somebody decided, with their `answer`;
        or, where it is `forged`, as whoever may write documents and has another key could."""
        event = await self.question(approval_id)
        at = clock.now()
        state: dict[str, Any] = {
            **event,
            "approval_id": approval_id,
            "status": status,
            "subject": {"type": "direct_call", "id": event["direct_call_id"], "name": "x"},
            "deadline_at": event["requested_at"],
            "on_timeout": "deny",
            "decision_hash": event["content_hash"],
            "rule": {"kind": "any", "of": [{"role": "governor"}]},
            "decided_by": "gala",
            "decided_at": at.isoformat().replace("+00:00", "Z"),
            "version": 2,
            **said,
        }
        outcome = ApprovalApproved.event_type.split(".")[2]
        signed = {
            "tenant_id": self.world.tenant,
            "outcome": outcome,
            "capacity": "governor",
            "passkey_id": None,
            "case": None,
            "record_hash": "a" * 64,
            **{name: state[name] for name in ("approval_id", "kind", "risk", "version")},
            **{name: state[name] for name in ("decision_hash", "decided_by", "decided_at")},
        }
        if answer is not None:
            signed["answer_hash"] = await self._kept_answer(event, answer)
        state["signature"] = sign(
            signed, await signing_key(f"{'runs' if forged else 'approvals'}-signing-key")
        )
        batch = Batch()
        batch.put(APPROVALS, approval_id, {"state": json.dumps(state), "sequence": 2})
        await self.world.store.commit(batch)

    async def _kept_answer(self, event: dict[str, Any], answer: dict[str, Any]) -> str:
        """The hash of the content that an answer to that question is kept as."""
        asked = (await self.content(event["content_hash"]))[ELICITATION]
        kept = Content.of(content_of_answer(asked, answer))
        batch = Batch()
        keep(batch, kept, clock.now(), "gala")
        await self.world.store.commit(batch)
        return kept.hash

    async def content(self, hash: str) -> dict[str, Any]:
        """The content of that hash."""
        found: dict[str, Any] = (await read_contents(self.world.store, [hash])).value(hash)
        return found
