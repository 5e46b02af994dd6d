"""Reads artifacts' documents by their ids; writes nothing."""

from collections.abc import Iterable, Mapping

from shared.artifacts.artifact import COLLECTION, Artifact
from shared.storage.firestore import TenantStore


async def read_artifacts(
    store: TenantStore, ids: Iterable[str], workspace_id: str | None
) -> Mapping[str, Artifact]:
    """The artifacts with these ids in the workspace or, for None, among those in none. One round
    trip, none for no id. Raises Unavailable."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    documents = await store.get_many([(COLLECTION, each) for each in wanted])
    states = (each.data.get("state") for each in documents if each is not None)
    found = (Artifact.model_validate_json(each) for each in states if each is not None)
    return {each.artifact_id: each for each in found if each.workspace_id == workspace_id}
