"""The dashboard, from the projection only."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from events.approvals import Card
from events.buckets import NEWEST_FIRST, Bucket, in_bucket
from mobile_api.rules.counters import AWAITED, all_shards, awaited_in, totals
from mobile_api.rules.dashboard import MOST_VETOES, dashboard
from mobile_api.rules.documents import CARDS
from mobile_api.service.cards import card_in
from mobile_api.store import read_documents
from mobile_api.views import Dashboard
from shared.kit.callers import Caller
from shared.kit.instants import format_instant
from shared.storage.firestore import TenantStore


async def read_dashboard(caller: Caller) -> Dashboard:
    """The dashboard. Its cost does not grow with a tenant's age: the shards and, where these count
    any, the last vetoes, the numbers of overdue documents, and those of waiting approvals, a read
    for each thousand."""
    store, now = TenantStore(caller.tenant_id), caller.received_at
    shards = await read_documents(store, all_shards())
    counted = totals(shard.data for shard in shards.values())
    vetoes, stuck, pending, windows = await asyncio.gather(
        _last_vetoes(store, counted),
        _count_stuck(store, counted, now),
        _count_in("pending", store, counted, now),
        _count_in("veto_open", store, counted, now),
    )
    return dashboard(counted, vetoes, stuck, pending=pending, windows=windows)


async def _count_in(
    bucket: Bucket, store: TenantStore, counted: Mapping[str, int], now: datetime
) -> int:
    """How many cards the list of the bucket has. Each of them waits for `approvals`."""
    if not counted.get(f"{AWAITED}/{CARDS}/approvals"):
        return 0
    return await store.count(CARDS, where=in_bucket(bucket, now), order_by=NEWEST_FIRST)


async def _last_vetoes(store: TenantStore, counted: Mapping[str, int]) -> list[Card]:
    if not counted.get("vetoed_approvals"):
        return []
    page = await store.find(
        CARDS,
        where=[("vetoed_at", ">", "")],
        order_by="vetoed_at",
        descending=True,
        limit=MOST_VETOES,
    )
    return [card_in(document) for document in page.items]


async def _count_stuck(
    store: TenantStore, counted: Mapping[str, int], now: datetime
) -> Mapping[str, int]:
    async def count(collection: str, function: str) -> tuple[str, int]:
        overdue = (f"overdue_after_{function}", "<=", format_instant(now))
        return function, await store.count(collection, where=[overdue])

    stuck: Counter[str] = Counter()
    for function, number in await asyncio.gather(*(count(*each) for each in awaited_in(counted))):
        stuck[function] += number
    return stuck
