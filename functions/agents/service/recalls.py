"""What a recall does to the agent itself: it is suspended, and comes back once that was lifted."""

from events.recalls import RecallStarted
from functions.agents.aggregates import AGENTS, RUN
from functions.agents.rules.agent import SUSPENDABLE, Agent, reactivate, suspend
from functions.agents.views import AgentView
from shared.agents.stops import STOPS, AgentStops
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.messaging.envelope import Envelope
from shared.storage.idempotency import IdempotencyKey
from shared.storage.states import read_state


async def suspend_recalled(event: Envelope) -> None:
    """Suspends the recalled agent where it runs as a version that the recall stops, and with it its
    dependents; nothing where the recall was lifted before."""
    recall = event.payload(RecallStarted)

    async def use_case(work: UnitOfWork) -> None:
        agent = await work.find(AGENTS, recall.agent_id)
        if agent is None or agent.status not in SUSPENDABLE:
            return
        if await _recall_of(work, agent) == recall.recall_id:
            reason = f"it was recalled: {recall.recall_id}"
            await work.save(*suspend(agent, "recalled", reason, recall.recalled_by, work.at))

    await RUN.reaction(event, use_case)


async def reactivate_agent(
    caller: Caller, key: IdempotencyKey, agent_id: str, reason: str
) -> AgentView:
    """The agent on probation. Raises NotFound, Forbidden, SeparationOfDuties, VersionConflict also
    where a recall of its version is in force."""

    async def use_case(work: Command) -> AgentView:
        agent = await work.get(AGENTS, agent_id)
        steps = reactivate(agent, reason, caller.actor, work.at)
        if (recall_id := await _recall_of(work, agent)) is not None:
            detail = f"it was recalled: a governor lifts that by POST /v1/recalls/{recall_id}/lift"
            raise VersionConflict(detail)
        return AgentView.of(await work.save_change(agent, *steps))

    return await RUN.command(caller, use_case, AgentView, key=key, about=(AGENTS, agent_id))


async def _recall_of(work: UnitOfWork, agent: Agent) -> str | None:
    """The recall in force that stops the version that serves. One read."""
    stops = await read_state(work.store, STOPS, AgentStops, agent.agent_id)
    return stops.recall_of(agent.version) if stops is not None else None
