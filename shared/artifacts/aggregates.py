"""The documents of artifacts, and how many a tenant has."""

from shared.aggregates.aggregate import Aggregate
from shared.artifacts.artifact import COLLECTION, Artifact, check_quota, is_swept, next_timer
from shared.kit.workspaces import WORKSPACE
from shared.storage.firestore import TenantStore

KEPT_BYTES = "kept_bytes"

ARTIFACTS = Aggregate(
    noun="artifact",
    model=Artifact,
    collection=COLLECTION,
    prefix="art",
    indexed=("status", "created_at"),
    sparse=(KEPT_BYTES,),
    composites=(
        ("status", "-created_at"),
        (WORKSPACE, "-created_at"),
        (WORKSPACE, "status", "-created_at"),
    ),
    queried=("-created_at", KEPT_BYTES),
    next_timer=next_timer,
    swept=is_swept,
    in_workspaces=True,
)


async def require_room(store: TenantStore, more: int) -> None:
    """Raises VersionConflict where the tenant may not keep one more file of so many bytes. What is
    made at the very same time is not counted yet. Two reads where there are up to a thousand.
    Raises Unavailable."""
    number, kept = await store.count_and_sum(COLLECTION, KEPT_BYTES)
    check_quota(number, kept, more)
