"""What approvals decided about our cases, acted on: deploy, end, return, take back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from events.agents import Cause
from events.approvals import (
    ApprovalOverturned,
    ApprovalState,
    ApprovalVetoed,
    verify_decision,
)
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import (
    CreationCase,
    Turn,
    clear_ethics,
    hold,
    reject,
    return_for_changes,
)
from functions.agents.rules.deployment import go_live, take_back
from functions.agents.rules.health import Surroundings, health_checks
from functions.agents.rules.hearing import Decision, hear
from functions.agents.rules.skills import CATALOGUE
from functions.agents.service.breaker import Breaker
from functions.agents.service.forgeries import report_forgery
from functions.agents.service.loading import agent_of
from functions.agents.service.turns import save_turn
from functions.agents.service.wiring import FUNCTION
from functions.agents.settings import APPROVALS_KEYS, OWN_KEYS
from functions.agents.store import (
    CASES,
    CREATION_PIPELINE,
    PIPELINES,
    Kept,
    Writer,
    find_neighbours,
    read_case,
    read_pipeline,
)
from shared.kit.errors import SignatureInvalid
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.secrets import public_keys
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

# What an assent is once it no longer holds: an overturned one keeps its status.
WITHDRAWN = ("vetoed", "approved", "auto_approved")
KNOWN_SKILLS = frozenset(name for name, skill in CATALOGUE.items() if skill.status == "available")

Rule = Callable[[Agent, CreationCase, datetime], Turn | None]


@dataclass(frozen=True)
class Decided:
    """What follows from a decision, and the documents that must still be as they were read."""

    turn: Turn | None
    relied_on: tuple[Document, ...] = ()


Decide = Callable[[TenantStore, Agent, CreationCase, datetime], Awaitable[Decided]]


class Outcomes:
    """Reactions to decisions about cases. Each may come late, twice or out of order: a case hears
    only what is about the assent it asks for, and nothing older than what it heard."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._breaker = Breaker(outbox)

    async def approved(self, event: Envelope, decision: ApprovalState) -> None:
        """Deploys the case, holds it where the pipeline is paused, or opens stage 6 where the
        assent was about an escalation."""
        await self._hear(event, decision, self._deploy)

    async def rejected(self, event: Envelope, decision: ApprovalState) -> None:
        """Ends the case."""
        reason = f"{decision.status} by {decision.decided_by}: {decision.note}".rstrip(": ")
        await self._hear(
            event, decision, _plainly(lambda agent, case, at: reject(agent, case, reason, at))
        )

    async def changes_requested(self, event: Envelope, decision: ApprovalState) -> None:
        """Returns the case for a revision."""
        note = decision.note
        await self._hear(
            event,
            decision,
            _plainly(lambda agent, case, at: return_for_changes(agent, case, note, at)),
        )

    async def withdrawn(self, event: Envelope, decision: ApprovalState, cause: Cause) -> None:
        """Takes back what the assent had led to, wherever it had led: also one that let an
        escalated case pass stage 5. A refusal that was overturned led to nothing."""
        if decision.status not in WITHDRAWN:
            return
        approval_id = decision.approval_id
        await self._hear(
            event,
            decision,
            _plainly(
                lambda agent, case, at: take_back(
                    agent, case, approval_id=approval_id, caused_by=cause, at=at
                )
            ),
        )

    async def deploy_held(self, event: Envelope, case_id: str) -> None:
        """Deploys a case that waited for the pipeline."""

        async def once() -> None:
            store = TenantStore(event.tenantid)
            document, pipeline = await store.get_many(
                [(CASES, case_id), (PIPELINES, CREATION_PIPELINE)]
            )
            case, state = read_case(document), read_pipeline(pipeline)
            if case is None or case.value.status != "approved" or (state and state.value.paused):
                return
            agent = await agent_of(store, case.value)
            decided = await self._live(store, agent.value, case.value, event.received_at)
            # One of several that the event leads to.
            await self._save(event, Change(), store, decided, agent, case)

        await decide_again(once)

    async def _hear(self, event: Envelope, decision: ApprovalState, decide: Decide) -> None:
        if decision.case is None:
            return
        try:
            keys = await public_keys(APPROVALS_KEYS, to_verify=[decision.signature or ""])
            verify_decision(decision, event.tenantid, keys)
            await decide_again(lambda: self._hear_once(event, decision, decide))
        except SignatureInvalid as forgery:
            await report_forgery(self._outbox, event, decision.case.case_id, forgery.detail)
            raise

    async def _hear_once(self, event: Envelope, decision: ApprovalState, decide: Decide) -> None:
        assert decision.case is not None
        store = TenantStore(event.tenantid)
        case = read_case(await store.get(CASES, decision.case.case_id))
        heard = hear(case.value, _decision(decision)) if case else None
        if case is None or heard is None:
            await self._outbox.publish_again(store, event)
            return
        agent = await agent_of(store, case.value)
        decided = await decide(store, agent.value, heard, event.received_at)
        await self._save(event, Change(is_redelivered=True), store, decided, agent, case)

    async def _deploy(
        self, store: TenantStore, agent: Agent, case: CreationCase, at: datetime
    ) -> Decided:
        if case.status == "escalated":
            return Decided(clear_ethics(agent, case, at))
        pipeline = read_pipeline(await store.get(PIPELINES, CREATION_PIPELINE))
        if pipeline is not None and pipeline.value.paused:
            # Held only if nobody resumes the pipeline meanwhile: resuming looks for held cases.
            return Decided(hold(agent, case, at), (pipeline.document,))
        return await self._live(store, agent, case, at)

    async def _live(
        self, store: TenantStore, agent: Agent, case: CreationCase, at: datetime
    ) -> Decided:
        neighbours = await find_neighbours(store, agent.newest.depends_on)
        assents = [asked.signature or "" for asked in (case.asked, case.escalation) if asked]
        around = Surroundings(
            tenant_id=store.tenant_id,
            own_keys=await public_keys(OWN_KEYS, to_verify=case.certifications),
            approvals_keys=await public_keys(APPROVALS_KEYS, to_verify=assents),
            known_skills=KNOWN_SKILLS,
            neighbours={kept.value.name: kept.value.status for kept in neighbours},
        )
        turn = go_live(agent, case, health_checks(agent, case, around), at)
        # Live only if what it needs still serves: a suspension looks for running dependents.
        return Decided(turn, tuple(kept.document for kept in neighbours))

    async def _save(
        self,
        event: Envelope,
        change: Change,
        store: TenantStore,
        decided: Decided,
        agent: Kept[Agent],
        case: Kept[CreationCase],
    ) -> None:
        turn = decided.turn
        if turn is None:
            return
        writer = Writer(change, Recorder.for_reaction(function=FUNCTION, event=event))
        save_turn(writer, turn, agent, case, event.received_at)
        for document in decided.relied_on:
            change.check(document)
        if turn.case.status == "rolled_back":
            await self._breaker.consider(writer, store, turn.case, event.received_at)
        await self._outbox.commit(store, change, now=event.received_at)


def _plainly(rule: Rule) -> Decide:
    async def decided(
        store: TenantStore, agent: Agent, case: CreationCase, at: datetime
    ) -> Decided:
        return Decided(rule(agent, case, at))

    return decided


def _decision(state: ApprovalState) -> Decision:
    assert state.case is not None
    return Decision(
        approval_id=state.approval_id,
        version=state.version,
        revision=state.case.revision,
        purpose=state.case.purpose,
        decision_hash=state.decision_hash,
        signature=state.signature,
        withdraws=isinstance(state, ApprovalVetoed | ApprovalOverturned),
    )
