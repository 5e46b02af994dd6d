"""The dashboard, from the projection only."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from events.approvals import Card
from mobile_api.rules.counters import all_shards, awaited_in, totals
from mobile_api.rules.dashboard import MOST_VETOES, dashboard
from mobile_api.rules.documents import CARDS
from mobile_api.service.cards import card_in
from mobile_api.store import read_documents
from mobile_api.views import Dashboard
from shared.kit.callers import Caller
from shared.kit.instants import format_instant
from shared.storage.firestore import TenantStore


async def read_dashboard(caller: Caller) -> Dashboard:
    """The dashboard. Its cost is the same for every tenant of any size and age: the shards and,
    where these count any, the last vetoes and the numbers of overdue documents."""
    store = TenantStore(caller.tenant_id)
    shards = await read_documents(store, all_shards())
    counted = totals(shard.data for shard in shards.values())
    vetoes, stuck = await asyncio.gather(
        _last_vetoes(store, counted), _count_stuck(store, counted, caller.received_at)
    )
    return dashboard(counted, vetoes, stuck)


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
