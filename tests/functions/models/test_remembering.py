"""A process holds calls by what it remembers, and asks nobody by what others have changed."""

from functions.models.aggregates import ROUTES
from functions.models.rules.route import ModelRoute
from functions.models.service.process_memory import MEMORIES
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.storage.batches import Batch
from tests.functions.models.worlds import World, until


async def _warm(world: World, goal: str) -> None:
    """Lets the process remember all that a call is decided by."""
    await world.script(goal, *({"text": "yes"} for _ in range(3)))
    assert (await world.chat(goal)).status_code == 200
    known = MEMORIES.of(world.tenant).known
    assert {each[0] for each in known} >= {BUDGETS.collection, LIMITS.collection, ROUTES.collection}


async def _set_elsewhere(world: World, **changed: str) -> None:
    """Sets the route as another process of the function does."""
    document = await world.store.get(ROUTES.collection, "small")
    assert document is not None
    stored = ROUTES.read(document)
    assert stored.state is not None
    route = ModelRoute.model_validate({**stored.state.model_dump(), **changed})
    batch = Batch()
    batch.replace(document, ROUTES.fields(route, stored.sequence + 1, stored.last_event))
    await world.store.commit(batch)


async def test_a_route_that_was_set_elsewhere_counts_from_the_next_call(world: World) -> None:
    await _warm(world, "moved")
    await _set_elsewhere(world, model="another")
    answer = await world.chat("moved")
    assert answer.status_code == 200, answer.text
    assert [each["model"] for each in await world.asked("moved")] == ["scripted", "another"]
    await until(world.is_settled)
    calls = {each.call_id: each for each in await world.calls()}
    assert sorted(each.status for each in calls.values()) == ["answered", "answered", "refused"]
    told = calls[answer.headers["Assent-Model-Call"]]
    assert (told.status, told.model) == ("answered", "another")
    budget = await world.budget()
    assert budget is not None
    spent = sum(each.cost_usd_micros for each in calls.values())
    assert (budget.held_usd_micros, budget.spent_usd_micros) == (0, spent)


async def test_a_route_that_was_removed_elsewhere_is_asked_by_nobody(world: World) -> None:
    await _warm(world, "removed")
    batch = Batch()
    batch.delete(ROUTES.collection, "small")
    await world.store.commit(batch)
    answer = await world.chat("removed")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
    assert len(await world.asked("removed")) == 1
    budget = await world.budget()
    assert budget is not None
    assert budget.held_usd_micros == 0


async def test_what_memory_refuses_is_read_before_it_is_refused(world: World) -> None:
    await world.script("raised", {"text": "yes"})
    await world.limit(100)
    assert (await world.chat("raised")).status_code == 402
    await world.limit(100_000_000)
    assert (await world.chat("raised")).status_code == 200


async def test_a_limit_that_was_lowered_elsewhere_holds_for_the_next_call(world: World) -> None:
    await _warm(world, "lowered")
    await world.limit(10)
    assert (await world.chat("lowered")).status_code == 402
    assert len(await world.asked("lowered")) == 1
    budget = await world.budget()
    assert budget is not None
    assert budget.held_usd_micros == 0
