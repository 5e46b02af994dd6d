"""States of things as whoever owns them stored them, for all who read these documents."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

M = TypeVar("M", bound=BaseModel)


def state_in(document: Document | None, model: type[M]) -> M | None:
    """The state in a document; None where there is no document, or it has no state yet."""
    text = document.data.get("state") if document is not None else None
    return model.model_validate_json(text) if text is not None else None


async def read_state(store: TenantStore, collection: str, model: type[M], id: str) -> M | None:
    """The state with that id; None where it is not there. One read. Raises Unavailable."""
    return state_in(await store.get(collection, id), model)


async def read_states(
    store: TenantStore, collection: str, model: type[M], ids: Iterable[str]
) -> Mapping[str, M]:
    """The states with these ids that are there. One round trip, none for no id. Raises
    Unavailable."""
    texts = await read_state_texts(store, collection, ids)
    return {id: model.model_validate_json(text) for id, text in texts.items()}


async def read_state_texts(
    store: TenantStore, collection: str, ids: Iterable[str]
) -> Mapping[str, str]:
    """The same, as the JSON that is stored."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    documents = await store.get_many([(collection, each) for each in wanted])
    return {
        id: document.data["state"]
        for id, document in zip(wanted, documents, strict=True)
        if document is not None and "state" in document.data
    }
