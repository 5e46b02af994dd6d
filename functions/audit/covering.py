"""Says of which runs a checkpoint covers all, so that their documents may go."""

from events.audit import RunEvidenceCovered, RunEvidenceState
from events.retention import RunRetentionReached
from functions.audit import store
from functions.audit.aggregates import EVIDENCE, RUN
from functions.audit.appending import append
from functions.audit.checkpoints import open_checkpoints
from functions.audit.rules.receipts import subject_of
from functions.audit.stored_checkpoints import newest_checkpoint
from shared.aggregates import Transition, UnitOfWork
from shared.messaging.envelope import Envelope


async def answer(event: Envelope) -> None:
    """Appends the event, and says of which runs that it names each event and each receipt is
    covered by the newest checkpoint, whose signature is verified; of the others, nothing: `runs`
    asks again. Raises SignatureInvalid, Unavailable."""
    await append(event)
    asked = {each.run_id: each.events for each in event.payload(RunRetentionReached).runs}
    size = await _covered(event.tenantid)
    entries = await store.entries_about(event.tenantid, [*map(subject_of, asked)])
    whole = [
        run_id
        for run_id, events in asked.items()
        if (found := entries.get(subject_of(run_id))) is not None
        and found.events >= events
        and found.last <= size
    ]

    async def use_case(work: UnitOfWork) -> None:
        known = await work.find(EVIDENCE, "current")
        if whole and (known is None or known.asked != event.id):
            state = RunEvidenceState(asked=event.id, run_ids=tuple(whole))
            await work.save(Transition(state, RunEvidenceCovered))

    await RUN.reaction(event, use_case)


async def _covered(tenant_id: str) -> int:
    newest = await newest_checkpoint(tenant_id)
    return (await open_checkpoints(tenant_id, [newest]))[0].size if newest is not None else 0
