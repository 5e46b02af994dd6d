"""Removes records of calls: of a run, once that is gone; of agents elsewhere, once their time is
over and the audit log covers them."""

from datetime import timedelta

from events.audit import RunEvidenceCovered
from events.direct_calls import CallToRemove
from events.retention import RETENTION, RETENTION_ID, RunsKept, RunsRemoved
from functions.tools.aggregates import CALL_RETENTION, CURRENT, INVOCATIONS
from functions.tools.rules.retention import MOST_TOGETHER, CallRetention, begin, look
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.instants import format_instant
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope
from shared.storage.firestore import READ_AT_ONCE, TenantStore

MOST_REMEMBERED = 10_000
# Tenants whose document is there, which is never removed.
_looked_after: set[str] = set()


async def keep_from_first(work: UnitOfWork) -> tuple[Transition[CallRetention], ...]:
    """Lets somebody look later, from a tenant's first call of an agent elsewhere on. One read in
    each process. Raises Unavailable."""
    tenant_id = work.store.tenant_id
    if tenant_id in _looked_after:
        return ()
    if await work.find(CALL_RETENTION, CURRENT) is None:
        return (Transition(begin(work.at)),)
    if len(_looked_after) == MOST_REMEMBERED:
        _looked_after.clear()
    _looked_after.add(tenant_id)
    return ()


async def look_at_calls(work: UnitOfWork, retention: CallRetention) -> None:
    """Says of which calls the time is over that the tenant set for its runs. One that nobody
    settled stays. Raises Unavailable."""
    stored = await work.store.get(RETENTION, RETENTION_ID)
    kept = RunsKept.model_validate_json(stored.data["state"]) if stored is not None else RunsKept()
    latest = format_instant(work.at - timedelta(days=kept.days_at(work.at)))
    old = [("over_since", ">", ""), ("over_since", "<=", latest)]
    over = await work.query(INVOCATIONS, where=old, order_by="over_since", limit=MOST_TOGETHER)
    ids = [each.invocation_id for each in over]
    counted = (CallToRemove(invocation_id=id, events=work.sequence(INVOCATIONS, id)) for id in ids)
    await work.save(look(retention, tuple(counted), work.at))


async def remove_covered(event: Envelope) -> None:
    """Removes the records of calls of agents elsewhere of which all is covered; a redelivery
    removes what is left. What the log says of them stays. Raises Unavailable."""
    store = TenantStore(event.tenantid)
    ids = event.payload(RunEvidenceCovered).invocation_ids
    found = await store.get_many([(INVOCATIONS.collection, id) for id in ids])
    over = [
        each
        for each in found
        if each is not None
        and (state := INVOCATIONS.state_in(each.data)) is not None
        and state.over_since is not None
    ]
    if over:
        await store.delete_all(over)


async def remove_calls(event: Envelope) -> None:
    """Removes what is recorded of the calls of the removed runs, with the tokens that they
    consumed; a redelivery removes what is left. No token of these runs is alive any more: they
    ended hours ago, and a token lives for five minutes. Raises Unavailable."""
    store = TenantStore(event.tenantid)
    for run_id in event.payload(RunsRemoved).run_ids:
        is_its = [("run_id", "==", run_id)]
        while found := (
            await store.find(INVOCATIONS.collection, where=is_its, limit=READ_AT_ONCE)
        ).items:
            await store.delete_all(found)
