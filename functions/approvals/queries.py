"""The queries that decisions about approvals and precedents need."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from events.effects import ApprovalKind
from events.precedents import PrecedentStatus
from functions.approvals.aggregates import APPROVALS, DEVICES, PASSKEYS, PRECEDENTS
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import Precedent
from functions.approvals.rules.refusals import MOST_READ
from functions.approvals.rules.standing import takeover_cutoff
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.control import Suspension
from shared.kit.instants import format_instant
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore

READ_AT_ONCE = 25
# Missed requests that are read, the newest first, to find one that the deputy did not write.
MOST_MISSED = 100
# The collections whose documents say when a governor acted last.
_GOVERNED = (APPROVALS.collection, PRECEDENTS.collection)


async def find_like(work: UnitOfWork, row: str, limit: int) -> list[Approval]:
    """The latest requests of the row that a person decided and that count, newest first."""
    found = await work.query(
        APPROVALS,
        where=[("row", "==", row)],
        order_by="counted_at",
        descending=True,
        limit=limit,
    )
    return [approval for approval in found if approval.counted_at is not None]


async def find_precedent_like(
    work: UnitOfWork, row: str, statuses: Sequence[PrecedentStatus]
) -> Precedent | None:
    """A precedent for the requests of the row, with one of these statuses."""
    where = [("row", "==", row), ("status", "in", list(statuses))]
    return next(iter(await work.query(PRECEDENTS, where=where, limit=1)), None)


async def find_refused(
    work: UnitOfWork, request: Approval
) -> tuple[list[Approval], list[Approval]]:
    """Refused requests with the same content, and about the same subject: `MOST_READ` of each at
    most. Two reads where there are none."""
    same_content, same_subject = await asyncio.gather(
        *(
            work.query(
                APPROVALS, where=[("refused_marks", "array_contains_any", marks)], limit=MOST_READ
            )
            for marks in (request.content_marks, (request.subject_mark,))
        )
    )
    return same_content, same_subject


async def find_tacit(work: UnitOfWork, request: Approval, limit: int) -> list[Approval]:
    """Requests with the same content, `limit` at most, that stand approved unless somebody
    objects."""
    where = [("tacit_marks", "array_contains_any", request.content_marks)]
    return await work.query(APPROVALS, where=where, limit=limit)


async def find_refused_since(
    store: TenantStore, kind: ApprovalKind, since: datetime
) -> AsyncIterator[Approval]:
    """Every request of the kind that was refused after `since`, newest first, a few at a time."""
    where = [("refused_kind", "==", kind), ("refused_at", ">", format_instant(since))]
    cursor = None
    while True:
        page = await store.find(
            APPROVALS.collection,
            where=where,
            order_by="refused_at",
            descending=True,
            limit=READ_AT_ONCE,
            cursor=cursor,
        )
        for document in page.items:
            if (approval := APPROVALS.read(document).state) is not None:
                yield approval
        if (cursor := page.next_cursor) is None:
            return


async def find_ended(
    work: UnitOfWork,
    kind: ApprovalKind,
    status: PrecedentStatus,
    limit: int,
    since: datetime | None = None,
) -> list[Precedent]:
    """Precedents of the kind with this status, `limit` at most; those that ended at
    `since` or later, newest first."""
    where: list[Condition] = [("kind", "==", kind), ("status", "==", status)]
    if since is None:
        return await work.query(PRECEDENTS, where=where, limit=limit)
    where.append(("ended_at", ">=", format_instant(since)))
    return await work.query(
        PRECEDENTS, where=where, order_by="ended_at", descending=True, limit=limit
    )


async def is_governor_absent(
    store: TenantStore, deputy: str, at: datetime, suspensions: Sequence[Suspension]
) -> bool:
    """Whether a request that others made passed its deadline in silence at least four hours, in
    which the tenant was open, before `at`, and no governor acted since on an approval or a
    precedent. Looks at the `MOST_MISSED` latest such requests: a deputy takes over only where one
    of them shows it."""
    acted = await asyncio.gather(*(_last_governed(store, each) for each in _GOVERNED))
    missed = await store.find_page(
        APPROVALS.collection,
        select=("authors",),
        where=[
            ("silence_at", ">", max(acted)),
            ("silence_at", "<=", format_instant(takeover_cutoff(at, suspensions))),
        ],
        order_by=("silence_at",),
        limit=MOST_MISSED,
        cursor=None,
        looks_ahead=False,
    )
    return any(deputy not in document.data["authors"] for document in missed.items)


async def holds_passkey(principal: str) -> bool:
    """Whether a passkey of theirs still signs. One read."""
    held = await TenantStore(PLATFORM_TENANT).find(
        PASSKEYS.collection, where=[("held_by", "==", principal)], limit=1
    )
    return bool(held.items)


async def has_devices(store: TenantStore) -> bool:
    """Whether somebody in the tenant has a device that acknowledges notices. One read."""
    found = await store.find(DEVICES.collection, where=[("signs", "==", True)], limit=1)
    return bool(found.items)


async def _last_governed(store: TenantStore, collection: str) -> str:
    """When a governor last acted on one of the collection, as text; empty for never."""
    found = await store.find(collection, order_by="governed_at", descending=True, limit=1)
    return (found.items[0].data["governed_at"] or "") if found.items else ""
