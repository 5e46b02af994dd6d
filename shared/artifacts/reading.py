"""Reads artifacts' documents by their ids; writes nothing."""

from collections.abc import Iterable, Mapping

from shared.artifacts.artifact import COLLECTION, Artifact
from shared.storage.firestore import TenantStore
from shared.storage.states import read_states


async def read_artifacts(
    store: TenantStore, ids: Iterable[str], workspace_id: str | None
) -> Mapping[str, Artifact]:
    """The artifacts with these ids in the workspace or, for None, among those in none. One round
    trip, none for no id. Raises Unavailable."""
    found = await read_states(store, COLLECTION, Artifact, sorted(set(ids)))
    return {id: each for id, each in found.items() if each.workspace_id == workspace_id}
