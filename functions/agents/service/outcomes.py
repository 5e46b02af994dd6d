"""What approvals decided about our cases, acted on: deploy, end, return, take back."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from events.agents import AgentStatus, Cause
from events.approvals import ApprovalState, verify_decision
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import (
    CreationCase,
    Turn,
    clear_ethics,
    hold,
    reject,
    return_for_changes,
)
from functions.agents.rules.deployment import go_live, health_checks, take_back
from functions.agents.rules.skills import CATALOGUE
from functions.agents.service.breaker import Breaker
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
from shared.runtime.secrets import public_keys
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

KNOWN_SKILLS = frozenset(name for name, skill in CATALOGUE.items() if skill.status == "available")

Rule = Callable[[Agent, CreationCase, datetime], Turn | None]
Decide = Callable[[TenantStore, Agent, CreationCase, datetime], Awaitable[Turn | None]]


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
        """Takes back what the assent had led to, wherever it had led."""
        await self._hear(
            event, decision, _plainly(lambda agent, case, at: take_back(agent, case, cause, at))
        )

    async def deploy_held(self, event: Envelope, case_id: str) -> None:
        """Deploys a case that waited for the pipeline."""

        async def once() -> None:
            store = TenantStore(event.tenantid)
            case = read_case(await store.get(CASES, case_id))
            if case is None or case.value.status != "approved":
                return
            agent = await agent_of(store, case.value)
            turn = await self._live(store, agent.value, case.value, event.received_at)
            await self._save(event, store, turn, agent, case)

        await decide_again(once)

    async def _hear(self, event: Envelope, decision: ApprovalState, decide: Decide) -> None:
        if decision.case is None:
            return
        verify_decision(decision, event.tenantid, await public_keys(APPROVALS_KEYS))
        await decide_again(lambda: self._hear_once(event, decision, decide))

    async def _hear_once(self, event: Envelope, decision: ApprovalState, decide: Decide) -> None:
        assert decision.case is not None
        store = TenantStore(event.tenantid)
        case = read_case(await store.get(CASES, decision.case.case_id))
        if case is None or not _concerns(case.value, decision):
            return
        agent = await agent_of(store, case.value)
        heard = _heard(case.value, decision.version)
        turn = await decide(store, agent.value, heard, event.received_at)
        await self._save(event, store, turn, agent, case)

    async def _deploy(
        self, store: TenantStore, agent: Agent, case: CreationCase, at: datetime
    ) -> Turn | None:
        if case.status == "escalated":
            return clear_ethics(agent, case, at)
        pipeline = read_pipeline(await store.get(PIPELINES, CREATION_PIPELINE))
        if pipeline is not None and pipeline.value.paused:
            return hold(agent, case, at)
        return await self._live(store, agent, case, at)

    async def _live(
        self, store: TenantStore, agent: Agent, case: CreationCase, at: datetime
    ) -> Turn | None:
        neighbours: dict[str, AgentStatus] = {
            kept.value.name: kept.value.status
            for kept in await find_neighbours(store, agent.newest.depends_on)
        }
        checks = health_checks(
            case,
            tenant_id=store.tenant_id,
            own_keys=await public_keys(OWN_KEYS),
            known_skills=KNOWN_SKILLS,
            neighbours=neighbours,
        )
        return go_live(agent, case, checks, at)

    async def _save(
        self,
        event: Envelope,
        store: TenantStore,
        turn: Turn | None,
        agent: Kept[Agent],
        case: Kept[CreationCase],
    ) -> None:
        if turn is None:
            return
        change = Change()
        writer = Writer(change, Recorder.for_reaction(function=FUNCTION, event=event))
        save_turn(writer, turn, agent, case, event.received_at)
        if turn.case.status == "rolled_back":
            await self._breaker.consider(writer, store, turn.case, event.received_at)
        await self._outbox.commit(store, change, now=event.received_at)


def _plainly(rule: Rule) -> Decide:
    async def decided(
        store: TenantStore, agent: Agent, case: CreationCase, at: datetime
    ) -> Turn | None:
        return rule(agent, case, at)

    return decided


def _concerns(case: CreationCase, decision: ApprovalState) -> bool:
    """Whether the case asked for exactly this and heard nothing newer. Raises SignatureInvalid for
    an assent to other content than was asked about: assent for one hash authorizes no other."""
    asked = case.asked
    if asked is None or decision.case is None or asked.approval_id != decision.approval_id:
        return False
    if decision.case.revision != case.revision or decision.version <= asked.heard:
        return False
    if decision.decision_hash != asked.decision_hash or decision.case.purpose != asked.purpose:
        raise SignatureInvalid("the decision is about other content than the case asked about")
    return True


def _heard(case: CreationCase, version: int) -> CreationCase:
    assert case.asked is not None
    return case.model_copy(update={"asked": case.asked.model_copy(update={"heard": version})})
