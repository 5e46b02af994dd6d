"""The queries that decisions about approvals and precedents need."""

from datetime import datetime

from events.approvals import Kind
from functions.approvals.aggregates import APPROVALS, PRECEDENTS
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import Precedent
from functions.approvals.rules.standing import takeover_cutoff
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.instants import format_instant
from shared.storage.firestore import TenantStore

MOST_COMPARED = 25


async def find_like(work: UnitOfWork, likeness: str, limit: int) -> list[Approval]:
    """The latest similar requests that a person decided and that count, newest first."""
    found = await work.query(
        APPROVALS,
        where=[("likeness", "==", likeness)],
        order_by="counted_at",
        descending=True,
        limit=limit,
    )
    return [approval for approval in found if approval.counted_at is not None]


async def find_precedents_like(work: UnitOfWork, likeness: str) -> list[Precedent]:
    """Precedents for similar requests."""
    where = [("likeness", "==", likeness)]
    return await work.query(PRECEDENTS, where=where, limit=MOST_COMPARED)


async def find_ended(work: UnitOfWork, kind: Kind) -> list[Precedent]:
    """Precedents of the kind that vetoes deprecated or people suspended."""
    where = [("kind", "==", kind), ("status", "in", ["deprecated", "suspended"])]
    return await work.query(PRECEDENTS, where=where, limit=MOST_COMPARED)


async def find_rejected_since(work: UnitOfWork, kind: Kind, since: datetime) -> list[Approval]:
    """Requests of the kind that people rejected after `since`, newest first."""
    return await work.query(
        APPROVALS,
        where=[
            ("kind", "==", kind),
            ("status", "==", "rejected"),
            ("decided_at", ">", format_instant(since)),
        ],
        order_by="decided_at",
        descending=True,
        limit=MOST_COMPARED,
    )


async def is_governor_absent(store: TenantStore, deputy: str, at: datetime) -> bool:
    """Whether a request that others made passed its deadline in silence at least four hours before
    `at`, and no governor acted since. Looks at the 25 latest such requests."""
    acted = await store.find(APPROVALS.collection, order_by="governed_at", descending=True, limit=1)
    latest = acted.items[0].data["governed_at"] if acted.items else None
    missed = await store.find(
        APPROVALS.collection,
        where=[
            ("silence_at", ">", latest or ""),
            ("silence_at", "<=", format_instant(takeover_cutoff(at))),
        ],
        order_by="silence_at",
        descending=True,
        limit=MOST_COMPARED,
    )
    return any(deputy not in document.data["authors"] for document in missed.items)


async def count_matches(store: TenantStore, precedent_id: str) -> int:
    """How many requests the precedent approved."""
    where = [("precedent_id", "==", precedent_id)]
    return await store.count(APPROVALS.collection, where=where)


async def count_compared(store: TenantStore, precedent_id: str) -> int:
    """How many requests the precedent was compared with."""
    where = [("considered", "array_contains", precedent_id)]
    return await store.count(APPROVALS.collection, where=where)
