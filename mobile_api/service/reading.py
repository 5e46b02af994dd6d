"""Reads: from the projection only, so that a governor's look wakes nobody."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from mobile_api.rules.agents import shown_agent
from mobile_api.rules.cards import as_of, bucket_of
from mobile_api.rules.counters import all_shards, awaited_field, totals
from mobile_api.rules.dashboard import MOST_VETOES, dashboard
from mobile_api.rules.documents import AGENTS, CARDS, SEEDS, VIOLATIONS
from mobile_api.rules.seeds import with_matches
from mobile_api.store import read_documents
from mobile_api.views import (
    Agent,
    AgentPage,
    Card,
    CardDetail,
    CardPage,
    Dashboard,
    Seed,
    SeedPage,
    Violation,
    ViolationPage,
)
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.kit.instants import format_instant
from shared.messaging.misses import report_miss
from shared.messaging.outbox import Outbox
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

Bucket = Literal["pending", "veto_open", "decided"]

OUTBOX = Outbox("mobile-api")


async def read_dashboard(caller: Caller) -> Dashboard:
    """The first screen. Its cost is the same for every tenant, however old and large: the shards,
    and where they say that there are any, the last vetoes and counts of what is overdue."""
    store = TenantStore(caller.tenant_id)
    shards = await read_documents(store, all_shards())
    counted = totals([shard.data for shard in shards.values()])
    vetoes, stuck = await asyncio.gather(
        _last_vetoes(store, counted), _count_stuck(store, counted, caller.received_at)
    )
    return dashboard(counted, vetoes, stuck)


async def list_cards(
    caller: Caller, bucket: Bucket | None, limit: int, cursor: str | None
) -> CardPage:
    """Cards of one bucket or of all, newest first. Where silence has just spoken a card leaves
    `pending` by the clock, and enters `decided` once its timer has run."""
    page = await TenantStore(caller.tenant_id).find(
        CARDS,
        where=[("bucket", "==", bucket)] if bucket else [],
        order_by="requested_at",
        descending=True,
        limit=limit,
        cursor=cursor,
    )
    cards = [as_of(_card(document), caller.received_at) for document in page.items]
    items = tuple(c for c in cards if bucket != "pending" or bucket_of(c.status) == "pending")
    return CardPage(items=items, next_cursor=page.next_cursor)


async def read_card(caller: Caller, approval_id: str) -> CardDetail:
    """A card with all a decision needs. Raises NotFound."""
    document = await _existing(caller, CARDS, "apr", approval_id)
    card = json.loads(document.data["card"])
    detail = CardDetail.model_validate(
        {
            **card,
            "content": json.loads(document.data["content"]),
            "evidence": json.loads(document.data["evidence"]),
            "risk_reasons": document.data["risk_reasons"],
            "rollback_plan": document.data["rollback_plan"],
            "timeline": document.data["timeline"],
        }
    )
    return as_of(detail, caller.received_at)


async def require_card(caller: Caller, approval_id: str) -> None:
    """Raises NotFound, and reports the miss, where the tenant has no such approval."""
    await _existing(caller, CARDS, "apr", approval_id)


async def list_seeds(caller: Caller, limit: int, cursor: str | None) -> SeedPage:
    """Precedents, newest first."""
    store = TenantStore(caller.tenant_id)
    page = await store.find(
        SEEDS, order_by="created_at", descending=True, limit=limit, cursor=cursor
    )
    seeds = await asyncio.gather(*(_seed(store, document) for document in page.items))
    return SeedPage(items=tuple(seeds), next_cursor=page.next_cursor)


async def read_seed(caller: Caller, seed_id: str) -> Seed:
    """One precedent. Raises NotFound."""
    document = await _existing(caller, SEEDS, "pre", seed_id)
    return await _seed(TenantStore(caller.tenant_id), document)


async def list_agents(caller: Caller, limit: int, cursor: str | None) -> AgentPage:
    """Agents, by name."""
    page = await TenantStore(caller.tenant_id).find(
        AGENTS, order_by="name", limit=limit, cursor=cursor
    )
    agents = tuple(shown_agent(document.data) for document in page.items)
    return AgentPage(items=agents, next_cursor=page.next_cursor)


async def read_agent(caller: Caller, agent_id: str) -> Agent:
    """One agent. Raises NotFound."""
    return shown_agent((await _existing(caller, AGENTS, "agt", agent_id)).data)


async def list_violations(caller: Caller, limit: int, cursor: str | None) -> ViolationPage:
    """Violations, newest first."""
    page = await TenantStore(caller.tenant_id).find(
        VIOLATIONS, order_by="at", descending=True, limit=limit, cursor=cursor
    )
    items = tuple(Violation.model_validate(document.data) for document in page.items)
    return ViolationPage(items=items, next_cursor=page.next_cursor)


async def not_found(caller: Caller, prefix: str, id: str) -> NotFound:
    """The refusal for an id that is not there; a well-formed one is reported. Raises
    Unavailable."""
    if is_id(prefix, id):
        await report_miss(OUTBOX, caller, id)
    return NotFound()


async def _existing(caller: Caller, collection: str, prefix: str, id: str) -> Document:
    store = TenantStore(caller.tenant_id)
    document = await store.get(collection, id) if is_id(prefix, id) else None
    if document is None:
        raise await not_found(caller, prefix, id)
    return document


async def _last_vetoes(store: TenantStore, counted: Mapping[str, int]) -> list[Card]:
    if not counted["vetoed_approvals"]:
        return []
    page = await store.find(
        CARDS,
        where=[("vetoed_at", ">", "")],
        order_by="vetoed_at",
        descending=True,
        limit=MOST_VETOES,
    )
    return [_card(document) for document in page.items]


async def _count_stuck(
    store: TenantStore, counted: Mapping[str, int], now: datetime
) -> dict[str, int]:
    async def count(collection: str, function: str) -> int:
        if not counted[awaited_field(function)]:
            return 0
        overdue = (f"overdue_after_{function}", "<=", format_instant(now))
        return await store.count(collection, where=[overdue])

    approvals, reversals, deployments = await asyncio.gather(
        count(CARDS, "approvals"), count(CARDS, "agents"), count(AGENTS, "agents")
    )
    return {"approvals": approvals, "agents": reversals + deployments}


async def _seed(store: TenantStore, document: Document) -> Seed:
    matched, compared = await asyncio.gather(
        store.count(CARDS, where=[("precedent_id", "==", document.id)]),
        store.count(CARDS, where=[("compared_with", "array_contains", document.id)]),
    )
    seed = Seed.model_validate_json(document.data["seed"])
    return with_matches(seed, matched=matched, compared=compared)


def _card(document: Document) -> Card:
    return Card.model_validate_json(document.data["card"])
