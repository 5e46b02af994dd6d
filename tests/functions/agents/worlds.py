"""One tenant and everything people, approvals and clocks do to its agents."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from events.agents import AgentApprovalNeeded
from events.approvals import (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalState,
    ApprovalVetoed,
    CaseBinding,
    Subject,
)
from events.decisions import statement_of
from events.quorum import Place, Rule
from functions.agents.aggregates import AGENTS, CASES, RUN
from functions.agents.reactions import HANDLERS
from functions.agents.rules.agent import Agent
from shared.kit.ids import derive_id, new_id
from shared.kit.instants import to_milliseconds
from shared.kit.signing import sign
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.timers import timer_event
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.secrets import signing_key
from tests.bearers import authorization
from tests.functions.agents.specs import document
from tests.shared.cloud import Cloud

SCOPES = ("agents:read", "agents:write")
OUTCOMES: dict[str, type[ApprovalState]] = {
    "approved": ApprovalApproved,
    "auto_approved": ApprovalAutoApproved,
    "rejected": ApprovalRejected,
    "cancelled": ApprovalCancelled,
    "expired": ApprovalExpired,
    "changes_requested": ApprovalChangesRequested,
    "vetoed": ApprovalVetoed,
    "overturned": ApprovalOverturned,
}


@dataclass(frozen=True)
class World:
    """Acts through the function's own API and handlers; calls with a token of its own each."""

    client: httpx.AsyncClient
    key: OKPKey
    tenant: str
    cloud: Cloud
    principal: str = "amira"
    scopes: tuple[str, ...] = SCOPES
    roles: tuple[str, ...] = ()

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    def of(self, principal: str, *roles: str) -> "World":
        return replace(self, principal=principal, roles=roles)

    def at(self, tenant: str) -> "World":
        return replace(self, tenant=tenant)

    def with_scopes(self, *scopes: str) -> "World":
        return replace(self, scopes=scopes)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.client.get(path, params=query, headers=self._headers())

    async def post(
        self, path: str, body: Any = None, *, key: str = "", media_type: str = "application/json"
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**self._headers(), "Content-Type": media_type}
        if key:
            headers["Idempotency-Key"] = key
        return await self.client.post(path, content=content, headers=headers)

    async def submit(self, slug: str = "healthcare-content-writer", /, **changes: Any) -> Any:
        """A spec of the corpus, submitted: the answer."""
        answer = await self.post("/v1/agents", document(slug, **changes))
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def live(self, slug: str = "healthcare-content-writer", /, **changes: Any) -> Any:
        """A spec of the corpus, submitted and assented to: the answer to the submission."""
        answer = await self.submit(slug, **changes)
        await self.decide(answer["case_id"], "approved")
        assert (await self.case(answer["case_id"]))["status"] == "live"
        return answer

    async def case(self, case_id: str) -> Any:
        answer = await self.get(f"/v1/workflows/{case_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def cases(self, **wanted: str) -> Any:
        answer = await self.get("/v1/workflows", **wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def agent(self, agent_id: str) -> Any:
        answer = await self.get(f"/v1/agents/{agent_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def stored_agent(self, agent_id: str) -> Agent:
        """The agent as it is stored."""
        document = await self.store.get(AGENTS.collection, agent_id)
        assert document is not None
        agent = AGENTS.read(document).state
        assert agent is not None
        return agent

    async def cancel(self, case_id: str) -> Any:
        """The case, cancelled by its author, and the approval that it waited for."""
        answer = await self.post(f"/v1/workflows/{case_id}/cancel")
        assert answer.status_code == 202, answer.text
        await self.decide(case_id, "cancelled")
        return await self.case(case_id)

    async def decide(self, case_id: str, outcome: str, **fields: Any) -> Envelope:
        """Approvals decides about what the case asked last, and the event is delivered."""
        event = await self.decision(case_id, outcome, **fields)
        await self.deliver(event)
        return event

    async def decision(
        self,
        case_id: str,
        outcome: str,
        *,
        version: int = 2,
        asked: Envelope | None = None,
        key: OKPKey | None = None,
        at: datetime | None = None,
        **fields: Any,
    ) -> Envelope:
        """What approvals publishes about what a case asked (last, unless `asked` says which)."""
        asked = asked or (await self.asked(case_id))[-1]
        request = asked.payload(AgentApprovalNeeded)
        values: dict[str, Any] = {
            "approval_id": derive_id("apr", asked.time, asked.id),
            "kind": "constitutional",
            "risk": request.risk,
            "status": outcome,
            "summary": request.summary,
            "subject": Subject(type="agent", id=request.agent_id, name=request.name),
            "requested_by": request.requested_by,
            "authors": request.authors,
            "requested_at": request.requested_at,
            "deadline_at": request.requested_at + timedelta(days=1),
            "on_timeout": "deny",
            "decision_hash": request.content_hash,
            "evidence_hash": request.evidence_hash,
            "assessment_hash": request.assessment_hash,
            "rule": Rule(kind="any", of=(Place(role="governor"),)),
            "case": CaseBinding(
                case_id=case_id, revision=request.revision, purpose=request.purpose
            ),
            "decided_by": "gala",
            "decided_at": request.requested_at,
            "note": "a note",
            "version": version,
        }
        values |= fields
        unsigned = OUTCOMES[outcome](**values)
        signed = statement_of(unsigned, self.tenant)
        assert signed is not None
        signature = sign(
            signed.model_dump(mode="json"), key or await signing_key("approvals-signing-key")
        )
        payload = unsigned.model_copy(update={"signature": signature})
        return self.event(payload, f"approval/{values['approval_id']}", version, asked, at)

    def event(
        self,
        payload: Any,
        subject: str,
        sequence: int,
        cause: Envelope,
        at: datetime | None = None,
        source: str = "approvals",
    ) -> Envelope:
        """An event of another function, as it is delivered."""
        moment = to_milliseconds(at or cause.time + timedelta(milliseconds=1))
        return Envelope(
            id=new_id("evt", moment),
            type=payload.event_type,
            source=f"//assent/{source}",
            subject=subject,
            time=moment,
            tenantid=self.tenant,
            actorid="gala",
            correlationid=cause.correlationid,
            causationid=cause.id,
            sequence=sequence,
            data=payload.model_dump_json(),
            received_at=moment,
        )

    async def deliver(self, event: Envelope) -> None:
        """Hands the event to its handler."""
        await HANDLERS[event.type](event)

    async def deliver_own(self, type: str) -> None:
        """Delivers our own latest event of a type to ourselves."""
        events = [event for event in await self.log() if event.type == type]
        await self.deliver(events[-1])

    async def fire(self, type: str, agent_id: str, at: datetime) -> None:
        """A timer fires at `at`."""
        timer = Timer(type=type, subject=f"agent/{agent_id}", at=at)
        await self.deliver(timer_event("agents", self.tenant, timer, at))

    async def sweep(self, at: datetime) -> None:
        """The scheduled sweep runs at `at`."""
        await RUN.sweep(HANDLERS).run(at)

    async def log(self) -> list[Envelope]:
        """Every event of this tenant, in the order of commit."""
        entries = [entry async for entry in self.store.find_all(EVENT_LOG)]
        in_order = sorted(
            entries, key=lambda each: (each.data["committed_at"], each.data["position"])
        )
        return [
            logged_event(document.data, datetime.fromisoformat(document.data["time"]))
            for document in in_order
        ]

    async def events(self) -> list[str]:
        """What happened in this tenant: noun and past tense."""
        return [".".join(event.type.split(".")[1:3]) for event in await self.log()]

    async def asked(self, case_id: str) -> list[Envelope]:
        """The requests for assent of a case."""
        return [
            event
            for event in await self.log()
            if event.type == AgentApprovalNeeded.event_type
            and event.payload(AgentApprovalNeeded).case_id == case_id
        ]

    async def unpublished(self) -> int:
        """How many events of this tenant still wait to be published."""
        return await self.store.count(EVENT_LOG, where=[("unpublished", "==", True)])

    async def tamper(self, case_id: str, **fields: Any) -> None:
        """Somebody with the database's keys changes a case."""
        document = await self.store.get(CASES.collection, case_id)
        assert document is not None
        case = CASES.read(document).state
        assert case is not None
        batch = Batch()
        changed = case.model_copy(update=fields)
        batch.replace(document, {**document.data, "state": changed.model_dump_json()})
        await self.store.commit(batch)

    def _headers(self) -> dict[str, str]:
        return authorization(self.key, self.principal, self.tenant, self.scopes, self.roles)
