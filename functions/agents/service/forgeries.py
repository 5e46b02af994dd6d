"""Reports a decision that does not verify as a violation; such a decision never changes a case."""

from events.agents import AgentViolationReported, Violation
from functions.agents.aggregates import CASES, RUN
from functions.agents.service.steps import agent_of
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG


async def report_forgery(event: Envelope, case_id: str, reason: str) -> None:
    """Records one violation of the agent whose case the forged decision names, also after
    redeliveries. Suspends nobody: otherwise a forger could stop any agent."""
    event_id = derive_id("evt", event.time, event.id, "forged")

    async def use_case(work: UnitOfWork) -> None:
        case = await work.find(CASES, case_id)
        if case is None or await work.store.get(EVENT_LOG, event_id) is not None:
            return
        violation = Violation(
            rule="signed_decisions",
            summary=f"a decision about {case.agent_name} does not verify",
            evidence=(reason, f"event {event.id}"),
        )
        fields = {"violation": violation, "reported_by": f"service:{RUN.function}"}
        agent = await agent_of(work, case)
        await work.save(Transition(agent, AgentViolationReported, fields, event_id))

    if CASES.may_be_id(case_id):
        await RUN.reaction(event, use_case, is_one_of_several=True)
