"""What devices acknowledged of automatic approvals."""

from events.deliveries import DeliveryAcknowledged
from functions.approvals.aggregates import APPROVALS, RUN
from functions.approvals.rules.veto_clock import start_clock
from shared.aggregates.unit_of_work import UnitOfWork
from shared.messaging.envelope import Envelope


async def note_delivered(event: Envelope) -> None:
    """A device had the notice of an automatic approval: its veto window closes in time, also after
    redeliveries; nothing for any other approval."""
    had = event.payload(DeliveryAcknowledged)

    async def use_case(work: UnitOfWork) -> None:
        approval = await work.find(APPROVALS, had.approval_id)
        if approval is not None:
            await work.save(*start_clock(approval, had, work.at))

    if APPROVALS.may_be_id(had.approval_id):
        await RUN.reaction(event, use_case)
