"""Keeps files that no approval cites for the time that the tenant set, and ends those whose time is
over."""

from datetime import timedelta

from functions.artifacts.aggregates import RETENTION, RETENTION_ID, RUN
from functions.artifacts.rules import retention as rules
from functions.artifacts.rules.retention import MOST_TOGETHER, Retention
from shared.aggregates import Command, UnitOfWork
from shared.artifacts.aggregates import ARTIFACTS
from shared.kit.callers import Caller
from shared.kit.instants import format_instant
from shared.kit.retention import RetentionView
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey


async def show(caller: Caller) -> RetentionView:
    """For how long at most the tenant's files are kept. Raises Unavailable."""
    document = await TenantStore(caller.tenant_id).get(RETENTION.collection, RETENTION_ID)
    at = caller.received_at
    known = RETENTION.state_in(document.data) if document is not None else rules.begin(at)
    return RetentionView.of(known, known.set_by, at)


async def put(caller: Caller, key: IdempotencyKey, days: int) -> RetentionView:
    """Keeps files for so many days at most after they were stored. Raises Unavailable."""

    async def use_case(work: Command) -> RetentionView:
        known = await work.find(RETENTION, RETENTION_ID)
        steps = rules.set_days(known, days, work.caller.principal, work.at)
        kept = await work.save_change(known or rules.begin(work.at), *steps)
        return RetentionView.of(kept, kept.set_by, work.at)

    return await RUN.command(caller, use_case, RetentionView, key=key)


async def look(work: UnitOfWork, retention: Retention) -> None:
    """Ends the files whose time is over. Raises Unavailable."""
    if not (await work.control()).is_open:
        await work.save(*rules.postponed(retention, work.at))
        return
    latest = format_instant(work.at - timedelta(days=retention.days_at(work.at)))
    old = [("uncited_since", ">", ""), ("uncited_since", "<=", latest)]
    over = await work.query(ARTIFACTS, where=old, order_by="uncited_since", limit=MOST_TOGETHER)
    left = [("uncited_since", ">", latest)]
    younger = await work.query(ARTIFACTS, where=left, order_by="uncited_since", limit=1)
    oldest = younger[0].stored_at if younger else None
    await work.save(*rules.look(retention, over, oldest, work.at))
