"""The documents of artifacts, and how many a tenant has."""

import asyncio

from events.budgets import Threshold
from shared.aggregates.aggregate import Aggregate
from shared.artifacts.artifact import COLLECTION, Artifact, is_swept, next_timer
from shared.artifacts.room import (
    Keeping,
    check_room,
    check_size,
    check_unfinished,
    newly_reached,
)
from shared.kit.workspaces import WORKSPACE
from shared.storage.firestore import TenantStore

KEPT_BYTES = "kept_bytes"

ARTIFACTS = Aggregate(
    noun="artifact",
    model=Artifact,
    collection=COLLECTION,
    prefix="art",
    indexed=("status", "created_at"),
    sparse=(KEPT_BYTES, "uncited_since"),
    composites=(
        ("status", "-created_at"),
        (WORKSPACE, "-created_at"),
        (WORKSPACE, "status", "-created_at"),
    ),
    queried=("-created_at", "status", KEPT_BYTES, "uncited_since"),
    next_timer=next_timer,
    swept=is_swept,
    in_workspaces=True,
)


async def require_room(store: TenantStore, keeping: Keeping, more: int) -> Threshold | None:
    """The threshold of its room that the tenant reaches by a file of so many bytes, which whoever
    keeps it notes; None for most files. Raises StorageLimitReached where the tenant may not keep
    it. What is made at the very same time is not counted yet. One read where there are up to a
    thousand. Raises Unavailable."""
    check_size(keeping.tier, more)
    number, kept = await store.count_and_sum(COLLECTION, KEPT_BYTES)
    check_room(keeping, number, kept, more)
    return newly_reached(keeping, kept, more)


async def require_upload(store: TenantStore, keeping: Keeping, more: int) -> Threshold | None:
    """As `require_room` for one that is still to be uploaded; raises TooManyRequests where too many
    are. One read more."""
    pending = [("status", "==", "pending")]
    check_size(keeping.tier, more)
    (number, kept), unfinished = await asyncio.gather(
        store.count_and_sum(COLLECTION, KEPT_BYTES), store.count(COLLECTION, where=pending)
    )
    check_room(keeping, number, kept, more)
    check_unfinished(keeping.tier, unfinished)
    return newly_reached(keeping, kept, more)
