"""A decision that does not verify never acts: it is told as a violation and changes nothing."""

from events.agents import AgentState, AgentViolationReported, Violation
from functions.agents.service.loading import agent_of
from functions.agents.service.wiring import FUNCTION
from functions.agents.store import CASES, Writer, read_case
from shared.kit.ids import derive_id, is_id
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again


async def report_forgery(outbox: Outbox, event: Envelope, case_id: str, reason: str) -> None:
    """Records one violation of the agent whose case the forged decision named, however often it
    comes. Suspends nobody: else whoever can forge could stop any agent."""
    if not is_id("cas", case_id):
        return
    told_id = derive_id("evt", event.time, event.id, "forged")

    async def once() -> None:
        store = TenantStore(event.tenantid)
        document, told = await store.get_many([(CASES, case_id), (EVENT_LOG, told_id)])
        case = read_case(document)
        if case is None or told is not None:
            return
        agent = await agent_of(store, case.value)
        change = Change()
        violation = Violation(
            rule="signed_decisions",
            summary=f"a decision about {case.value.agent_name} does not verify",
            evidence=(reason, f"event {event.id}"),
        )
        state = {name: getattr(agent.value, name) for name in AgentState.model_fields}
        payload = AgentViolationReported(
            **state, violation=violation, reported_by=f"service:{FUNCTION}"
        )
        writer = Writer(change, Recorder.for_reaction(function=FUNCTION, event=event))
        writer.agent(agent.value, [payload], agent, last_id=told_id)
        await outbox.commit(store, change, now=event.received_at)

    await decide_again(once)
