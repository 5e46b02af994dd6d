"""Reads what the run gave that a replay repeats, to compare each burst of the replay with it."""

from collections.abc import Mapping, Sequence

from events.invocations import InvocationView
from functions.runs.aggregates import RESULTS, RUNS
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.replay import (
    Position,
    Replay,
    compared_ids,
    playable,
    position_of,
    taken_over_ids,
)
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult, result_id
from functions.runs.service.invocations import read_arguments
from functions.runs.service.plans import Plan
from functions.runs.service.results import read_results
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import NotFound
from shared.storage.firestore import TenantStore


async def begin_replay(
    work: UnitOfWork, run: Run, plan: Plan, results: Mapping[str, StepResult]
) -> Replay:
    """The replay from where it stands. Raises NotFound where the run that it repeats is gone,
    Unavailable."""
    content = playable(plan.content)
    repeated = await work.find(RUNS, str(run.replay_of))
    if repeated is None:
        raise NotFound(f"there is no run {run.replay_of} any more")
    taken = await read_results(work.store, taken_over_ids(run, content))
    mine = [each.but(run_id=run.run_id) for each in taken.values()]
    return Replay(
        run,
        content,
        None,
        {**{each.id: each for each in mine}, **results},
        repeated=repeated,
        earlier=await _read(work.store, compared_ids(run, content)),
    )


async def note_earlier(
    store: TenantStore, replay: Replay, calls: Sequence[tuple[ConcreteCall, InvocationView]]
) -> None:
    """Lets the replay compare these calls with what the earlier run gave in the same iterations
    and, where a call has no record, with the earlier arguments. Raises Unavailable."""
    id = str(replay.run.replay_of)
    of_iterations = [
        result_id(id, each.placed.number, each.iteration)
        for each, _ in calls
        if each.iteration is not None
    ]
    replay.earlier |= await _read(store, of_iterations)
    positions: dict[str, Position] = {}
    for call, view in calls:
        known = replay.earlier.get((call.placed.number, call.iteration))
        if view.status != "confirmed" and known is not None and known.invocation_id is not None:
            positions[known.invocation_id] = position_of(known)
    for invocation_id, arguments in (await read_arguments(store, positions)).items():
        replay.arguments[positions[invocation_id]] = arguments


async def _read(store: TenantStore, ids: Sequence[str]) -> dict[Position, StepResult]:
    if not ids:
        return {}
    documents = await store.get_many([(RESULTS.collection, id) for id in ids])
    found = (RESULTS.state_in(each.data) for each in documents if each is not None)
    return {position_of(each): each for each in found}
