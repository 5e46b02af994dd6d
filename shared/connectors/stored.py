"""Reads documents of `tools` by their ids; writes nothing."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel

from shared.storage.firestore import TenantStore

M = TypeVar("M", bound=BaseModel)

# A definition has at most 128 KB, and a document two of them.
_PARSED_REMEMBERED = 32


async def read_states(
    store: TenantStore, collection: str, model: type[M], ids: Iterable[str]
) -> Mapping[str, M]:
    """The states with these ids that are there. One round trip, none for no id. Raises
    Unavailable."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    documents = await store.get_many([(collection, each) for each in wanted])
    return {
        id: _parsed(model, document.data["state"])
        for id, document in zip(wanted, documents, strict=True)
        if document is not None and "state" in document.data
    }


@lru_cache(maxsize=_PARSED_REMEMBERED)
def _parsed(model: type[M], state: str) -> M:
    """Nobody changes what it gives: the next reader of the same text gets the same."""
    return model.model_validate_json(state)
