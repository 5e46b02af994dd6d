"""An agent after its birth: suspension with its dependents, reactivation, reports, timers."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from events.agents import AgentState, AgentSuspended, Health, Trigger
from functions.agents.rules.agent import (
    PROBATION_DUE,
    SUSPENDABLE,
    TRIAL_DUE,
    Agent,
    Moved,
    Told,
    end_probation,
    end_trial,
    reactivate,
    read_health,
    report_violation,
    suspend,
)
from functions.agents.service.loading import load_agent
from functions.agents.service.views import agent_view
from functions.agents.service.wiring import FUNCTION
from functions.agents.store import AGENTS, Kept, Writer, read_agent
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, SeparationOfDuties
from shared.messaging.changes import Change, Timer
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again

MAY_REACTIVATE = frozenset({"governor", "genesis"})
PAGE = 100


class Lifecycle:
    """What happens to agents that exist."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def suspend(
        self, caller: Caller, key: IdempotencyKey, agent_id: str, reason: Callable[[], str]
    ) -> dict[str, Any]:
        """The agent, suspended by hand; its dependents follow. `reason` is asked for once the
        agent is found. Raises NotFound, Invalid, VersionConflict."""

        def decide(agent: Agent) -> Moved:
            why = reason()
            moved = suspend(agent, "by_hand", why, caller.principal, caller.received_at)
            return moved or Moved(agent, ())

        return await self._command(caller, key, agent_id, decide)

    async def reactivate(
        self, caller: Caller, key: IdempotencyKey, agent_id: str, reason: Callable[[], str]
    ) -> dict[str, Any]:
        """The agent, on probation. Raises NotFound, Forbidden without the role governor or
        genesis, SeparationOfDuties for whoever asked for the agent, Invalid, VersionConflict."""

        def decide(agent: Agent) -> Moved:
            if not caller.roles & MAY_REACTIVATE:
                raise Forbidden("reactivation needs the role governor or genesis")
            if agent.requested_by == caller.principal:
                raise SeparationOfDuties("whoever asked for an agent does not reactivate it")
            reason()
            return reactivate(agent, caller.received_at)

        return await self._command(caller, key, agent_id, decide)

    async def report(
        self,
        caller: Caller,
        key: IdempotencyKey,
        agent_id: str,
        report: Callable[[], tuple[Trigger, Health | None, str]],
    ) -> dict[str, Any]:
        """The agent after a violation or a reading of its health was reported."""

        def decide(agent: Agent) -> Moved:
            trigger, reading, evidence = report()
            by, at = caller.principal, caller.received_at
            if trigger == "health" and reading is not None:
                return read_health(agent, reading, evidence, by, at)
            return report_violation(agent, trigger, evidence, by, at)

        return await self._command(caller, key, agent_id, decide)

    async def reach_dependents(self, event: Envelope) -> None:
        """Suspends every running agent that depends on the suspended one; each of those reaches
        its own. An agent that came back to life before this was heard reaches nobody."""
        suspended = event.payload(AgentSuspended)
        store = TenantStore(event.tenantid)
        origin = read_agent(await store.get(AGENTS, suspended.agent_id))
        if origin is None or origin.value.status != "suspended":
            return
        cursor = None
        while True:
            page = await store.find(
                AGENTS,
                where=[("depends_on", "array_contains", suspended.name)],
                limit=PAGE,
                cursor=cursor,
            )
            for document in page.items:
                await self._reach(event, suspended, document.id)
            cursor = page.next_cursor
            if cursor is None:
                return

    async def fire(self, event: Envelope) -> None:
        """A timer about an agent: reads its state again, and does nothing if somebody was
        first."""

        async def once() -> None:
            store = TenantStore(event.tenantid)
            kept = read_agent(await store.get(AGENTS, event.subject_id))
            if kept is None:
                return
            ends = {PROBATION_DUE: end_probation, TRIAL_DUE: end_trial}[event.type]
            moved = ends(kept.value, event.received_at)
            recorder = Recorder.for_timer(function=FUNCTION, event=event, latest=kept.latest)
            if moved is not None:
                await self._save(store, kept, moved, recorder)

        await decide_again(once)

    async def _reach(self, event: Envelope, suspended: AgentSuspended, agent_id: str) -> None:
        async def once() -> None:
            store = TenantStore(event.tenantid)
            kept = read_agent(await store.get(AGENTS, agent_id))
            if kept is None or kept.value.status not in SUSPENDABLE:
                return
            moved = suspend(
                kept.value,
                "dependency",
                f"{suspended.name}, which it depends on, is suspended",
                f"service:{FUNCTION}",
                event.received_at,
                origin=suspended.agent_id,
            )
            recorder = Recorder.for_reaction(function=FUNCTION, event=event)
            if moved is not None:
                await self._save(store, kept, moved, recorder)

        await decide_again(once)

    async def _command(
        self,
        caller: Caller,
        key: IdempotencyKey,
        agent_id: str,
        decide: Callable[[Agent], Moved],
    ) -> dict[str, Any]:
        async def once() -> dict[str, Any]:
            store = TenantStore(caller.tenant_id)
            kept = await load_agent(store, self._outbox, caller, agent_id)
            if (answer := await key.recall(store)) is not None:
                return answer
            moved = decide(kept.value)
            answer = agent_view(moved.agent)
            recorder = Recorder.for_command(function=FUNCTION, caller=caller, latest=kept.latest)
            await self._save(store, kept, moved, recorder, key, answer)
            return answer

        return await decide_again(once)

    async def _save(
        self,
        store: TenantStore,
        kept: Kept[Agent],
        moved: Moved,
        recorder: Recorder,
        key: IdempotencyKey | None = None,
        answer: dict[str, Any] | None = None,
    ) -> None:
        if moved.agent == kept.value and not moved.told:
            return
        change = Change()
        payloads = [_payload(told, moved.agent) for told in moved.told]
        Writer(change, recorder).agent(moved.agent, payloads, kept)
        timer = moved.agent.timer
        if timer is not None and timer != kept.value.timer:
            subject = f"agent/{moved.agent.agent_id}"
            change.schedule(Timer(type=timer.type, subject=subject, at=timer.at))
        if key is not None and answer is not None:
            key.remember(change, answer)
        await self._outbox.commit(store, change, now=recorder.at)


def _payload(told: Told, agent: Agent) -> BaseModel:
    published = {name: getattr(agent, name) for name in AgentState.model_fields}
    return told.event.model_validate({**published, **told.extra}, from_attributes=True)
