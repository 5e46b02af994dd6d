"""What steps gave, read by the ids that follow from run, step and iteration."""

from collections.abc import Sequence

from functions.runs.aggregates import RESULTS
from functions.runs.rules.needed_results import iterations_to_read
from functions.runs.rules.step_result import StepResult
from shared.storage.firestore import TenantStore


async def read_results(
    store: TenantStore, ids: Sequence[str], *, chosen: bool = False
) -> dict[str, StepResult]:
    """The results that exist, and those of the iterations of these steps, by their ids; those of
    calls that a model chose only where `chosen` is set. Two round trips at most. Raises
    Unavailable."""
    found = await read_step_results(store, ids)
    iterations = iterations_to_read(found, chosen=chosen)
    return {**found, **await read_step_results(store, iterations)}


async def read_step_results(store: TenantStore, ids: Sequence[str]) -> dict[str, StepResult]:
    """Those results that exist, by their ids, without those of iterations. Raises Unavailable."""
    if not ids:
        return {}
    documents = await store.get_many([(RESULTS.collection, id) for id in ids])
    return {each.id: RESULTS.state_in(each.data) for each in documents if each is not None}
