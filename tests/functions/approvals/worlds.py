"""One tenant and everything people, cases and clocks do to its approvals."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from google.cloud.tasks_v2 import Task

from events.agents import AgentApprovalNeeded
from events.cases import (
    CreationCaseCancelled,
    CreationCaseReversalUnneeded,
    CreationCaseRollbackFailed,
    CreationCaseRolledBack,
    CreationCaseWithdrawalRequested,
    Withdrawal,
)
from events.precedents import Condition, PrecedentBody, PrecedentSeed
from functions.approvals.aggregates import RUN
from functions.approvals.reactions import HANDLERS
from functions.approvals.rules.commands import DecisionBody, ReviewBody, VetoBody
from functions.approvals.service.decisions import give_review, take_decision, take_veto
from functions.approvals.service.precedents import (
    activate_precedent,
    post_precedent,
    suspend_precedent,
)
from functions.approvals.service.requests import request_approval
from functions.approvals.views import ApprovalCard, SignedCard
from shared.kit.callers import Actor, Caller
from shared.kit.contents import Content
from shared.kit.control import Control
from shared.kit.ids import derive_id, new_id
from shared.messaging.changes import Timer
from shared.messaging.contents import keep, read_contents
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.timers import timer_event
from shared.storage import firestore_rpc
from shared.storage.batches import Batch
from shared.storage.encoding import plain_fields, put_query
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from tests.functions.approvals.builders import (
    ASKER,
    GOVERNOR,
    OTHER_GOVERNOR,
    RATIONALE,
    REQUESTER,
    START,
    request_body,
)
from tests.shared.cloud import Cloud
from tests.shared.control import write_control

SPEC: dict[str, Any] = {
    "name": "clinic-content-writer",
    "industry": "healthcare",
    "skills": ["research", "draft"],
    "systems": [{"name": "clinic-cms"}],
    "alone_effects": ["read", "draft"],
    "irreversible": [],
    "findings": [{"check": "completeness", "verdict": "pass"}],
}


ASSESSMENT: dict[str, Any] = {
    "risk_reasons": ["public data only"],
    "rollback_plan": "Delete the drafts it wrote.",
}
PASSED = [{"check": "completeness", "verdict": "pass"}]


@dataclass
class World:
    """Acts through the function's own use cases and handlers."""

    store: TenantStore
    cloud: Cloud
    asked: list[Envelope] = field(default_factory=list)
    contents: dict[str, Content] = field(default_factory=dict)
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)
    control: Control = field(default_factory=Control)
    # What everybody's token is for; None for the whole tenant.
    workspace: str | None = None

    def within(self, workspace: str | None) -> "World":
        """The same tenant, where everybody's token is for that workspace."""
        return replace(self, workspace=workspace)

    def caller(self, actor: Actor, at: datetime = START) -> Caller:
        return Caller(
            principal=actor.principal,
            tenant_id=self.store.tenant_id,
            scopes=frozenset(),
            roles=actor.roles,
            received_at=at,
            token="",
            control=self.control,
            workspace_id=self.workspace,
        )

    async def say(self, control: Control) -> None:
        """Identity writes the tenant's control document, and every function knows it."""
        await write_control(self.store, control)
        self.control = control

    async def ask(self, at: datetime = START, **fields: Any) -> SignedCard:
        """Somebody asks over the API."""
        return await self.ask_as(ASKER, at, **fields)

    async def ask_as(self, actor: Actor, at: datetime = START, **fields: Any) -> SignedCard:
        """This person asks over the API."""
        caller = self.caller(actor, at)
        return await request_approval(caller, IdempotencyKey(caller), request_body(**fields))

    async def decide(
        self,
        verb: Any,
        card: ApprovalCard,
        actor: Actor = GOVERNOR,
        at: datetime = START,
        client_decision_id: str | None = None,
        **fields: Any,
    ) -> ApprovalCard:
        """Somebody decides."""
        fields.setdefault("note", "shorter, please" if verb == "request_changes" else "")
        body = DecisionBody(
            decision=verb,
            decision_hash=card.decision_hash,
            client_decision_id=UUID(client_decision_id) if client_decision_id else uuid4(),
            **fields,
        )
        return await take_decision(self.caller(actor, at), card.id, body)

    async def veto(
        self,
        card: ApprovalCard,
        actor: Actor = GOVERNOR,
        at: datetime = START,
        client_decision_id: str | None = None,
    ) -> ApprovalCard:
        """Somebody vetoes."""
        body = VetoBody(
            approval_id=card.id,
            decision_hash=card.decision_hash,
            client_decision_id=UUID(client_decision_id) if client_decision_id else uuid4(),
            reason_category="safety",
            explanation="It reads like advice.",
        )
        return await take_veto(self.caller(actor, at), card.id, body)

    async def review(
        self, card: ApprovalCard, verdict: Any, actor: Actor, at: datetime = START
    ) -> ApprovalCard:
        """Somebody reviews."""
        caller = self.caller(actor, at)
        body = ReviewBody(verdict=verdict, note="why")
        return await give_review(caller, IdempotencyKey(caller), card.id, body)

    async def precedent(self, at: datetime = START, **fields: Any) -> PrecedentSeed:
        """A precedent for what `ask` asks: posted by one governor, activated by another."""
        seed = await self.post(at, **fields)
        assert seed.status == "approved", seed.findings
        return await self.activate(seed, at=at)

    async def post(self, at: datetime = START, **fields: Any) -> PrecedentSeed:
        """One governor posts a precedent, with an example that was approved just before."""
        if "example_approval_id" not in fields:
            example = await self.ask(at, **({"kind": fields["kind"]} if "kind" in fields else {}))
            example_id = (await self.decide("approve", example, at=at)).id
            fields["example_approval_id"] = example_id
        values = {
            "title": "Reindex patient articles",
            "domain": "GOV",
            "kind": "execution",
            "max_risk": "medium",
            "conditions": (Condition(field="content.action", op="eq", value="reindex"),),
            "rationale": RATIONALE,
        }
        caller = self.caller(GOVERNOR, at)
        key = IdempotencyKey(caller)
        return await post_precedent(caller, key, PrecedentBody(**{**values, **fields}))

    async def activate(
        self, seed: PrecedentSeed, actor: Actor = OTHER_GOVERNOR, at: datetime = START
    ) -> PrecedentSeed:
        caller = self.caller(actor, at)
        return await activate_precedent(caller, IdempotencyKey(caller), seed.seed_id)

    async def suspend(
        self, seed: PrecedentSeed, actor: Actor = GOVERNOR, at: datetime = START
    ) -> PrecedentSeed:
        caller = self.caller(actor, at)
        return await suspend_precedent(caller, IdempotencyKey(caller), seed.seed_id)

    def approval_needed(self, at: datetime = START, **fields: Any) -> tuple[Envelope, str]:
        """A case asks: the event, and the id of the approval that follows from it. What it asks
        about is stored when the event is delivered."""
        content = Content.of(fields.pop("content", SPEC))
        evidence = Content.of(fields.pop("evidence", PASSED))
        assessment = Content.of(ASSESSMENT | {n: fields.pop(n) for n in ASSESSMENT if n in fields})
        self.contents |= {each.hash: each for each in (content, evidence, assessment)}
        values = {
            "agent_id": "agt_01KAGQ0000000000000000000A",
            "name": "clinic-content-writer",
            "version": "0.0.0",
            "status": "certified",
            "mode": "production",
            "health": "unknown",
            "spec_hash": "0" * 64,
            "industry": "healthcare",
            "budget": {"per_run_usd_micros": 500_000, "per_day_usd_micros": 5_000_000},
            "requested_by": REQUESTER,
            "case_id": "cas_01KAGQ0000000000000000000A",
            "revision": 1,
            "stage": {"number": 6, "name": "governor approval", "of": 7},
            "purpose": "creation",
            "summary": "Create clinic-content-writer",
            "content_hash": content.hash,
            "evidence_hash": evidence.hash,
            "assessment_hash": assessment.hash,
            "risk": "low",
            "requested_at": at,
            "authors": (REQUESTER,),
            "precedents_allowed": True,
        }
        event = self.event(AgentApprovalNeeded(**{**values, **fields}), "agent/agt_1", at)
        return event, derive_id("apr", event.time, event.id)

    def withdrawn(
        self, approval_id: str | None, at: datetime = START, *, by: str = REQUESTER
    ) -> Envelope:
        """Somebody cancelled the case, which waits for the approval."""
        fields = {"status": "ethics_cleared", "withdrawal": Withdrawal(by=by, at=at)}
        return self._case_event(CreationCaseWithdrawalRequested, approval_id, at, **fields)

    def cancelled(self, approval_id: str | None, at: datetime = START) -> Envelope:
        """The case is cancelled."""
        withdrawal = Withdrawal(by=REQUESTER, at=at, outcome="cancelled")
        fields = {"status": "cancelled", "withdrawal": withdrawal}
        return self._case_event(CreationCaseCancelled, approval_id, at, **fields)

    def rolled_back(
        self,
        approval_id: str | None,
        at: datetime = START,
        *,
        cause: str = "veto",
        ends: str | None = None,
    ) -> Envelope:
        """The case is rolled back, which `ends` its later approval too."""
        reversal = {"status": "rolled_back", "caused_by": cause, "agent_version": "0.0.0"}
        reversal |= {"ends_approval_id": ends} if ends else {}
        return self._case_event(CreationCaseRolledBack, approval_id, at, **reversal)

    def unneeded(self, approval_id: str) -> Envelope:
        """The case had replaced what was approved."""
        return self._case_event(
            CreationCaseReversalUnneeded, approval_id, START, status="ethics_cleared"
        )

    def rollback_failed(self, approval_id: str | None, at: datetime = START) -> Envelope:
        """The case cannot be rolled back."""
        reversal = {"status": "rollback_failed", "caused_by": "veto", "agent_version": "1.0.0"}
        return self._case_event(CreationCaseRollbackFailed, approval_id, at, **reversal)

    def event(self, data: Any, subject: str, at: datetime) -> Envelope:
        """An event of agents, as it is delivered."""
        id = new_id("evt", at)
        return Envelope(
            id=id,
            type=data.event_type,
            source="//assent/agents",
            subject=subject,
            time=at,
            tenantid=self.store.tenant_id,
            actorid=REQUESTER,
            correlationid=id,
            causationid=id,
            sequence=1,
            data=data.model_dump_json(),
            received_at=at,
        )

    async def deliver(self, event: Envelope) -> None:
        """Hands the event to its handler."""
        await self.store_contents()
        await HANDLERS[event.type](event)

    async def store_contents(self) -> None:
        """Stores what cases have asked about so far, as their own commits did."""
        async with self.storing:
            stored = (await read_contents(self.store, self.contents)).present
            batch = Batch()
            for content in self.contents.values():
                if content.hash not in stored:
                    keep(batch, content, START, REQUESTER)
            self.contents.clear()
            if batch.writes:
                await self.store.commit(batch)

    async def fire(self, type: str, approval_id: str, at: datetime) -> None:
        """A timer fires at `at`."""
        timer = Timer(type=type, subject=f"approval/{approval_id}", at=at)
        await self.deliver(timer_event("approvals", self.store.tenant_id, timer, at))

    async def sweep(self, at: datetime) -> None:
        """The scheduled sweep runs at `at`."""
        await RUN.sweep(HANDLERS).run(at)

    async def log(self) -> list[Envelope]:
        """Every event of this tenant, in the order of commit: of the entries' own create times. The
        emulator's server timestamps contradict it where commits are made at once."""
        documents = f"{firestore_rpc.database()}/documents"
        parent = f"{documents}/tenants/{self.store.tenant_id}"
        request = firestore_rpc.request("RunQuery", parent=parent)
        put_query(request.structured_query, EVENT_LOG, where=())
        answers = await firestore_rpc.read("RunQuery", request)
        entries = [each.document for each in answers if each.HasField("document")]
        times = [(each.create_time.ToNanoseconds(), plain_fields(each.fields)) for each in entries]
        in_order = sorted(times, key=lambda each: (each[0], each[1]["position"]))
        return [logged_event(fields, START) for _, fields in in_order]

    async def unpublished(self) -> int:
        """How many events of this tenant still wait to be published."""
        return await self.store.count(EVENT_LOG, where=[("unpublished", "==", True)])

    async def tasks(self, type: str, approval_id: str) -> list[Task]:
        """The tasks that wait to fire a timer about one approval."""
        wanted = {"ce-type": type, "ce-subject": f"approval/{approval_id}"}
        return [
            task
            for task in await self.cloud.tasks_in(f"{self.cloud.location}/queues/approvals")
            if wanted.items() <= dict(task.http_request.headers).items()
        ]

    async def told(self, approval_id: str) -> list[str]:
        """The past tenses of what happened to one approval."""
        return [
            event.type.split(".")[2]
            for event in await self.log()
            if event.subject == f"approval/{approval_id}"
        ]

    def _case_event(
        self, model: Any, approval_id: str | None, at: datetime, **fields: Any
    ) -> Envelope:
        case = model(
            case_id="cas_01KAGQ0000000000000000000A",
            agent_id="agt_01KAGQ0000000000000000000A",
            agent_name="clinic-content-writer",
            agent_status="certified",
            kind="creation",
            revision=1,
            stages=(),
            version="1.0.0",
            spec_hash="0" * 64,
            findings_hash="0" * 64,
            approval_id=approval_id,
            requested_by=REQUESTER,
            requested_at=at,
            authors=(REQUESTER,),
            **fields,
        )
        return self.event(case, "creation_case/cas_1", at)
