"""Reads documents of `tools` by their ids; writes nothing."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel

from shared.storage.firestore import TenantStore
from shared.storage.states import read_state_texts

M = TypeVar("M", bound=BaseModel)

# A definition has at most 128 KB, and a document two of them.
_PARSED_REMEMBERED = 32


async def read_stored(
    store: TenantStore, collection: str, model: type[M], ids: Iterable[str]
) -> Mapping[str, M]:
    """As `read_states`, but that a text is parsed once as long as this process remembers it. Raises
    Unavailable."""
    texts = await read_state_texts(store, collection, ids)
    return {id: _parsed(model, text) for id, text in texts.items()}


@lru_cache(maxsize=_PARSED_REMEMBERED)
def _parsed(model: type[M], state: str) -> M:
    """Nobody changes what it gives: the next reader of the same text gets the same."""
    return model.model_validate_json(state)
