"""Reads what `tools` recorded of calls; writes nothing."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import BaseModel

from shared.storage.firestore import TenantStore
from shared.storage.states import read_states, state_in

M = TypeVar("M", bound=BaseModel)

# `functions/tools` alone writes them.
INVOCATIONS = "invocations"


async def read_invocations(
    store: TenantStore, model: type[M], ids: Iterable[str]
) -> Mapping[str, M]:
    """The calls with these ids that reached `tools`, as far as the `model` knows them. One round
    trip, none for no id. Raises Unavailable."""
    return await read_states(store, INVOCATIONS, model, ids)


async def read_calls_of_run(store: TenantStore, model: type[M], run_id: str, most: int) -> list[M]:
    """Up to `most` calls of the run, in no order. Raises Unavailable."""
    page = await store.find(INVOCATIONS, where=[("run_id", "==", run_id)], limit=most)
    states = (state_in(each, model) for each in page.items)
    return [each for each in states if each is not None]
