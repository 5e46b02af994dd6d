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
    crossed_threshold,
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
    """Raises StorageLimitReached where the tenant may not keep one more file of `more` bytes.
    Returns the threshold of its room to note when the file is kept, None for most files. Files that
    are made at the very same time are not counted yet. One read for up to a thousand files. Raises
    Unavailable."""
    check_size(keeping.tier, more)
    number, kept = await store.count_and_sum(COLLECTION, KEPT_BYTES)
    check_room(keeping, number, kept, more)
    return crossed_threshold(keeping, kept, more)


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
    return crossed_threshold(keeping, kept, more)
