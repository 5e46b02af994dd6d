"""Keeps runs for the time that the tenant set, and removes those whose time is over.

A run goes in three steps, of which each may be done again: its time is over, which the event log
says; `audit` says that a checkpoint covers all that it did; then its document goes, with an event,
and after it what its steps gave. `tools` removes the records of its calls after that event."""

from datetime import timedelta

from events.audit import RunEvidenceCovered
from events.principals import PersonErased
from events.retention import RunsRemoved
from functions.runs.aggregates import RESULTS, RETENTION, RETENTION_ID, RUN, RUNS, TURNS
from functions.runs.rules import retention as rules
from functions.runs.rules.retention import DEFAULT_DAYS, LEAST_DAYS, Retention
from functions.runs.rules.run import Run, Steps
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import instant_of
from shared.kit.instants import format_instant
from shared.kit.retention import RetentionView
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

# So many are looked at for those that go, where some of them have to wait for others.
LOOKED_AT = 300
MOST_REMEMBERED = 10_000
# What lies under ids that begin with the run's.
_OF_A_RUN = (RESULTS, TURNS)
# Tenants whose document is there, which is never removed.
_looked_after: set[str] = set()


async def keep_from_first(work: UnitOfWork) -> Steps:
    """Lets somebody look later, from a tenant's first run on. One read in each process. Raises
    Unavailable."""
    tenant_id = work.store.tenant_id
    if tenant_id in _looked_after:
        return ()
    if await work.find(RETENTION, RETENTION_ID) is None:
        return (Transition(rules.begin(work.at)),)
    if len(_looked_after) == MOST_REMEMBERED:
        _looked_after.clear()
    _looked_after.add(tenant_id)
    return ()


async def show(caller: Caller) -> RetentionView:
    """For how long the tenant's runs are kept. Raises Unavailable."""
    known = await _known(caller) or rules.begin(caller.received_at)
    return RetentionView.of(known, known.set_by, caller.received_at)


async def put(caller: Caller, key: IdempotencyKey, days: int) -> RetentionView:
    """Keeps runs for so many days after they ended. Raises Unavailable."""

    async def use_case(work: Command) -> RetentionView:
        known = await work.find(RETENTION, RETENTION_ID)
        steps = rules.set_days(known, days, work.caller.principal, work.at)
        kept = await work.save_change(known or rules.begin(work.at), *steps)
        return RetentionView.of(kept, kept.set_by, work.at)

    return await RUN.command(caller, use_case, RetentionView, key=key)


async def read_run(caller: Caller, run_id: str) -> Run:
    """The run. Raises NotFound, which says of one that may have been removed where to find what it
    did; Unavailable."""
    try:
        return await RUN.read(caller, RUNS, run_id)
    except NotFound as missing:
        if not RUNS.may_be_id(run_id):
            raise
        began, now = instant_of(run_id), caller.received_at
        if began > now - timedelta(days=LEAST_DAYS):
            raise
        known = await _known(caller)
        days = known.days_at(now) if known is not None else DEFAULT_DAYS
        raise NotFound(
            f"{missing.detail}: runs are kept for {days} days after they ended, and one of"
            f" {format_instant(began)[:10]} may have been removed; what it did is in"
            f" GET /v1/receipts?run_id={run_id}"
        ) from missing


async def _known(caller: Caller) -> Retention | None:
    document = await TenantStore(caller.tenant_id).get(RETENTION.collection, RETENTION_ID)
    return RETENTION.state_in(document.data) if document is not None else None


async def look(work: UnitOfWork, retention: Retention) -> None:
    """Says which runs' time is over. Raises Unavailable."""
    over: list[Run] = []
    erasing: list[str] = []
    for principal in retention.erasing:
        started = await work.query(RUNS, where=[("started_by", "==", principal)], limit=LOOKED_AT)
        erasing += [principal] if started else []
        over += started
    retention = retention.but(erasing=tuple(erasing))
    latest = work.at - timedelta(days=retention.days_at(work.at))
    old = [("over_since", ">", ""), ("over_since", "<=", format_instant(latest))]
    over += await work.query(RUNS, where=old, order_by="over_since", limit=LOOKED_AT)
    parents = await work.find_all(RUNS, {run.parent_run_id for run in over if run.parent_run_id})
    going = rules.going(retention, over, [each for each in parents if each], work.at)
    left = [("over_since", ">", format_instant(latest))]
    younger = await work.query(RUNS, where=left, order_by="over_since", limit=1)
    oldest = younger[0].over_since if younger else None
    counted = [(run, work.sequence(RUNS, run.run_id)) for run in going]
    await work.save(*rules.look(retention, counted, oldest, work.at))


async def erase(event: Envelope) -> None:
    """Lets the runs go that an erased person started. Raises Unavailable."""
    person = event.payload(PersonErased)

    async def use_case(work: UnitOfWork) -> None:
        known = await work.find(RETENTION, RETENTION_ID)
        started = [("started_by", "==", person.principal_id)]
        if await work.query(RUNS, where=started, limit=1):
            await work.save(*rules.erase(known, person.principal_id, work.at))

    await RUN.reaction(event, use_case)


async def remove(event: Envelope) -> None:
    """Removes those runs of which all is covered that may go still: one that somebody let go on
    meanwhile stays. Raises Unavailable."""
    ids = event.payload(RunEvidenceCovered).run_ids

    async def use_case(work: UnitOfWork) -> None:
        retention = await work.find(RETENTION, RETENTION_ID)
        runs = await work.find_all(RUNS, ids)
        if retention is None:
            return
        going = [run for run in runs if run is not None and retention.time_is_over(run, work.at)]
        for run in going:
            stored = work.stored(RUNS, run.run_id)
            assert stored is not None
            work.change.delete(RUNS.collection, run.run_id, stored.document)
        if going:
            said = {"run_ids": tuple(run.run_id for run in going)}
            await work.save(Transition(retention, RunsRemoved, said))

    await RUN.reaction(event, use_case)
    await _remove_results(TenantStore(event.tenantid), ids)


async def _remove_results(store: TenantStore, ids: tuple[str, ...]) -> None:
    """What the steps of those runs gave that are gone: a process may have died before it came here,
    so an earlier event's too."""
    documents = await store.get_many([(RUNS.collection, id) for id in ids])
    for id, document in zip(ids, documents, strict=True):
        if document is None:
            for aggregate in _OF_A_RUN:
                await store.delete_below(aggregate.collection, f"{id}.")
