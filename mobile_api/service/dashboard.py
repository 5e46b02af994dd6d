"""The dashboard, from the projection, and from the tenant's budget where `runs` keeps it."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from events.approvals import Card
from events.buckets import NEWEST_FIRST, Bucket, in_bucket
from mobile_api.rules.counters import AWAITED, all_shards, awaited_in, totals
from mobile_api.rules.dashboard import MOST_VETOES, PAUSED, dashboard
from mobile_api.rules.documents import CARDS
from mobile_api.service.cards import card_in
from mobile_api.store import read_documents
from mobile_api.views import Dashboard
from shared.budgets.limits import Spending
from shared.budgets.reading import read_months_spending
from shared.kit.callers import Caller
from shared.kit.instants import format_instant
from shared.kit.workspaces import within
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore


async def read_dashboard(caller: Caller) -> Dashboard:
    """The dashboard of what the caller's token opens. Its cost does not grow with a tenant's age:
    the shards and, where these count any, the last vetoes, the numbers of overdue documents, and
    those of waiting approvals, a read for each thousand."""
    store, now = TenantStore(caller.tenant_id), caller.received_at
    counted, place = await _counted(store, caller.workspace_id), within(caller.workspace_id)
    vetoes, stuck, pending, windows, month = await asyncio.gather(
        _last_vetoes(store, counted, place),
        _count_stuck(store, counted, place, now),
        _count_in("pending", store, counted, place, now),
        _count_in("veto_open", store, counted, place, now),
        _month(store, caller.workspace_id, now),
    )
    return dashboard(counted, vetoes, stuck, pending=pending, windows=windows, month=month)


async def _month(store: TenantStore, workspace_id: str | None, now: datetime) -> Spending | None:
    """What the tenant has spent this month, which a token for a workspace does not show."""
    if workspace_id is not None:
        return None
    return await read_months_spending(store, now)


async def _counted(store: TenantStore, workspace_id: str | None) -> Mapping[str, int]:
    """The counters of a workspace, or of the whole tenant. The pipeline is the whole tenant's:
    while it is paused, no case of a workspace enters it either."""
    everything, own = all_shards(), all_shards(workspace_id)
    shards = await read_documents(store, {*everything, *own})
    counted, of_all = (
        totals(shards[key].data for key in keys if key in shards) for keys in (own, everything)
    )
    return {**counted, PAUSED: of_all.get(PAUSED, 0)}


async def _count_in(
    bucket: Bucket,
    store: TenantStore,
    counted: Mapping[str, int],
    place: Sequence[Condition],
    now: datetime,
) -> int:
    """How many cards the list of the bucket has. Each of them waits for `approvals`."""
    if not counted.get(f"{AWAITED}/{CARDS}/approvals"):
        return 0
    where = [*place, *in_bucket(bucket, now)]
    return await store.count(CARDS, where=where, order_by=NEWEST_FIRST)


async def _last_vetoes(
    store: TenantStore, counted: Mapping[str, int], place: Sequence[Condition]
) -> list[Card]:
    if not counted.get("vetoed_approvals"):
        return []
    page = await store.find(
        CARDS,
        where=[*place, ("vetoed_at", ">", "")],
        order_by="vetoed_at",
        descending=True,
        limit=MOST_VETOES,
    )
    return [card_in(document) for document in page.items]


async def _count_stuck(
    store: TenantStore, counted: Mapping[str, int], place: Sequence[Condition], now: datetime
) -> Mapping[str, int]:
    async def count(collection: str, function: str) -> tuple[str, int]:
        overdue = (f"overdue_after_{function}", "<=", format_instant(now))
        return function, await store.count(collection, where=[*place, overdue])

    stuck: Counter[str] = Counter()
    for function, number in await asyncio.gather(*(count(*each) for each in awaited_in(counted))):
        stuck[function] += number
    return stuck
