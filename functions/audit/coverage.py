"""Says of which runs, and calls without one, a checkpoint covers all, so that their documents may
go."""

from collections.abc import Mapping

from events.audit import RunEvidenceCovered, RunEvidenceState
from events.direct_calls import CallRetentionReached
from events.retention import RunRetentionReached
from functions.audit import store
from functions.audit.aggregates import EVIDENCE, RUN
from functions.audit.appender import append
from functions.audit.rules.receipts import subject_of
from shared.aggregates import Transition, UnitOfWork
from shared.audit_log.opening import open_checkpoints
from shared.audit_log.stored_checkpoints import newest_checkpoint
from shared.messaging.envelope import Envelope


async def answer(event: Envelope) -> None:
    """Appends the event, and says of which runs that it names each event and each receipt is
    covered by the newest checkpoint, whose signature is verified; of the others, nothing: `runs`
    asks again. Raises SignatureInvalid, Unavailable."""
    await append(event)
    asked = {each.run_id: each.events for each in event.payload(RunRetentionReached).runs}
    whole = await _whole(event.tenantid, {subject_of(id): asked[id] for id in asked})
    await _say(event, run_ids=tuple(id for id in asked if subject_of(id) in whole))


async def answer_calls(event: Envelope) -> None:
    """As `answer`, of calls that were made without a run, for `tools`."""
    await append(event)
    asked = {
        f"invocation/{each.invocation_id}": each
        for each in event.payload(CallRetentionReached).calls
    }
    whole = await _whole(event.tenantid, {about: each.events for about, each in asked.items()})
    named = (each.invocation_id for about, each in asked.items() if about in whole)
    await _say(event, run_ids=(), invocation_ids=tuple(named))


async def _whole(tenant_id: str, asked: Mapping[str, int]) -> frozenset[str]:
    """The subjects of which all is covered, of those with so many events each."""
    size = await _covered(tenant_id)
    entries = await store.entries_about(tenant_id, [*asked])
    return frozenset(
        subject
        for subject, events in asked.items()
        if (found := entries.get(subject)) is not None
        and found.events >= events
        and found.last <= size
    )


async def _say(event: Envelope, **whole: tuple[str, ...]) -> None:
    async def use_case(work: UnitOfWork) -> None:
        known = await work.find(EVIDENCE, "current")
        if any(whole.values()) and (known is None or known.asked != event.id):
            state = RunEvidenceState(asked=event.id, **whole)
            await work.save(Transition(state, RunEvidenceCovered))

    await RUN.reaction(event, use_case)


async def _covered(tenant_id: str) -> int:
    newest = await newest_checkpoint(tenant_id)
    return (await open_checkpoints(tenant_id, [newest]))[0].size if newest is not None else 0
