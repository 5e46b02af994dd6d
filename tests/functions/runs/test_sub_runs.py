"""Runs within runs: whoever starts, stops or undoes one does so to all of it, and whatever dies in
between, each step acts once."""

import asyncio
from typing import Any

import pytest

from events.approvals import ApprovalApproved, ApprovalOverturned
from events.decisions import statement_of
from events.plan_content import Call, PlanStep, SubRun
from functions.runs.aggregates import RUNS
from functions.runs.rules.run import Run
from shared.kit.signing import sign
from shared.storage.secrets import signing_key
from tests.deaths import Death, dies
from tests.functions.runs.worlds import World, add, append, deliver

SUM = {"sum": "${{ steps.inner.output.value }}"}


def starts(id: str, plan_hash: str, **step: Any) -> PlanStep:
    """A step that starts the run of another plan."""
    return PlanStep(id=id, does=SubRun(plan_hash=plan_hash), **step)


async def _inner(world: World, *steps: PlanStep, **fields: Any) -> str:
    """A plan as a step runs it, which nobody rehearsed by itself."""
    whole = {"outputs": SUM, **fields}
    return await world.plan(*(steps or (add("inner", 10),)), status="compiled", **whole)


async def _below(world: World, run_id: str) -> Any:
    """The newest run that a step of the run started."""
    return next(each for each in await world.listed() if each["parent_run_id"] == run_id)


async def test_a_step_gives_what_the_run_that_it_starts_gave(world: World) -> None:
    below = starts("below", await _inner(world))
    last = add("last", "${{ steps.below.output.sum }}")
    run = await world.start(await world.plan(add("one"), below, last))
    assert (run["status"], run["done"], run["depth"]) == ("completed", 3, 0)
    assert await world.counter() == {"value": 22, "additions": 3}
    inner = await _below(world, run["run_id"])
    assert (inner["status"], inner["depth"], inner["started_by"]) == ("completed", 1, "ada")
    step = (await world.steps(run["run_id"]))[1]
    assert (step["step"], step["sub_run_id"]) == ("below", inner["run_id"])
    assert step["output"] == {"value": {"sum": 11}, "labels": []}
    assert [(each["step"], each["run_id"]) for each in await world.receipts()] == [
        ("one", run["run_id"]), ("inner", inner["run_id"]), ("last", run["run_id"])
    ]  # fmt: skip
    assert await world.events() == ["started", "started", "went_on", "completed", "completed"]


async def test_a_plan_is_assented_to_with_all_plans_in_it(world: World) -> None:
    inner = await _inner(world, add("inner", 10, assent="plan"))
    middle = await world.plan(starts("middle", inner, assent="plan"), status="compiled")
    run = await world.start(await world.plan(starts("outer", middle, assent="plan")))
    assert (run["status"], await world.counter()) == (
        "awaiting_approval", {"value": 0, "additions": 0}
    )  # fmt: skip
    assert (await world.approval(run["run_id"]))["decision_hash"] == run["plan_hash"]
    await world.decide(run["run_id"])
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    (receipt,) = await world.receipts()
    lowest = next(each for each in await world.listed() if each["depth"] == 2)
    assert (receipt["run_id"], receipt["plan_hash"]) == (lowest["run_id"], inner)
    assert (receipt["approval_id"], receipt["assented_by"]) == (run["approval_id"], "gala")


async def test_a_sub_run_asks_itself_for_assent_to_its_step(world: World) -> None:
    inner = await _inner(world, add("inner", 10, assent="step"))
    run = await world.start(await world.plan(starts("below", inner), add("last")))
    assert (run["status"], run["waiting"]["kind"]) == ("running", "run")
    below = await _below(world, run["run_id"])
    assert run["waiting"]["run_id"] == below["run_id"]
    assert below["status"] == "awaiting_approval"
    await world.decide(below["run_id"])
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert await world.counter() == {"value": 11, "additions": 2}


async def test_somebody_assents_to_the_run_that_a_step_starts(world: World) -> None:
    inner = await _inner(world, add("inner", 10, assent="plan"))
    run = await world.start(await world.plan(starts("below", inner, assent="step")))
    content = (await world.approval(run["run_id"]))["content"]
    assert content["operation"] == "assent/capsule.run"
    assert content["calls"] == [{"iteration": None, "arguments": {"plan_hash": inner}}]
    assert len(await world.listed()) == 1
    await world.decide(run["run_id"])
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert (await world.counter())["value"] == 10


async def test_refusing_a_sub_run_its_assent_ends_the_whole(world: World) -> None:
    inner = await _inner(world, add("inner", 10, assent="step"))
    run = await world.start(await world.plan(add("one"), starts("below", inner), add("last")))
    await world.decide((await _below(world, run["run_id"]))["run_id"], "reject")
    assert (await world.shown(run["run_id"]))["status"] == "cancelled"
    assert (await world.counter())["additions"] == 1


async def test_a_sub_run_without_the_assent_that_its_plan_needs_does_not_begin(
    world: World,
) -> None:
    """As no compiler writes it."""
    inner = await _inner(world, add("inner", 10, assent="plan"))
    run = await world.start(await world.plan(starts("below", inner)))
    assert (run["status"], run["failure"]["code"]) == ("failed", "not_assented")
    assert (await world.counter())["additions"] == 0


async def test_a_run_more_than_five_deep_is_refused(world: World) -> None:
    plan = await _inner(world)
    for _ in range(6):
        plan = await world.plan(starts("inner", plan), status="compiled")
    run = await world.start(await world.plan(starts("below", plan)))
    assert run["status"] == "failed"
    runs = await world.listed()
    assert [each["depth"] for each in sorted(runs, key=lambda each: each["depth"])] == [*range(6)]
    assert {each["status"] for each in runs} == {"failed"}
    deepest = max(runs, key=lambda each: each["depth"])
    assert deepest["failure"]["code"] == "too_deep"
    assert (await world.counter())["additions"] == 0


async def test_the_whole_fails_and_is_tried_again_where_it_failed(world: World) -> None:
    inner = await _inner(world, add("one", 10), add("inner", "${{ inputs.more }}"), inputs={})
    run = await world.start(await world.plan(add("zero"), starts("below", inner)))
    id = run["run_id"]
    assert (run["status"], run["failure"]["code"]) == ("failed", "sub_run_failed")
    assert (await _below(world, id))["status"] == "failed"
    again = await world.act(id, "retry")
    assert again["status"] == "failed"
    assert await world.counter() == {"value": 11, "additions": 2}


async def test_a_doubt_in_a_sub_run_lets_the_whole_rest(world: World) -> None:
    inner = await _inner(world, append("inner"), outputs={})
    await world.fail(drop=1)
    run = await world.start(await world.plan(starts("below", inner), add("last")))
    assert (run["status"], run["failure"]["code"]) == ("paused", "sub_run_paused")
    below = await _below(world, run["run_id"])
    assert (below["status"], below["waiting"]["kind"]) == ("paused", "doubt")
    for verb in ("resume", "retry", "cancel", "pause", "undo"):
        refused = await world.post(f"/v1/runs/{below['run_id']}/{verb}")
        assert refused.status_code == 409, verb
        assert run["run_id"] in refused.json()["detail"]
    await world.tell(below["waiting"]["invocation_id"], happened=True)
    assert (await world.act(run["run_id"], "resume"))["status"] == "completed"
    assert await world.lines() == ["done"]
    assert (await world.counter())["additions"] == 1


@pytest.mark.parametrize("verb", ["pause", "cancel"])
async def test_stopping_a_run_stops_those_below_it(world: World, verb: str) -> None:
    inner = await _inner(world, add("inner", 10, assent="step"))
    middle = await world.plan(starts("middle", inner), status="compiled")
    run = await world.start(await world.plan(starts("below", middle), add("last")))
    stopped = {"pause": "paused", "cancel": "cancelled"}[verb]
    assert (await world.act(run["run_id"], verb))["status"] == stopped
    runs = await world.listed()
    assert {each["status"] for each in runs} == {stopped}
    asking = next(each for each in runs if each["depth"] == 2)
    if verb == "pause":
        await world.decide(asking["run_id"])
        assert (await world.shown(run["run_id"]))["status"] == "paused"
        assert (await world.counter())["additions"] == 0
        await world.act(run["run_id"], "resume")
        assert (await world.shown(run["run_id"]))["status"] == "completed"
        assert await world.counter() == {"value": 11, "additions": 2}
    else:
        approval = await world.approval(asking["run_id"])
        assert approval["status"] == "cancelled"
        assert (await world.counter())["additions"] == 0


async def test_an_assent_that_is_taken_back_stops_the_whole(world: World) -> None:
    inner = await _inner(world, add("inner", 10, assent="plan"), add("two", assent="step"))
    plan = await world.plan(starts("below", inner, assent="plan"))
    run = await world.start(plan)
    await world.decide(run["run_id"])
    assert (await world.counter())["additions"] == 1
    (approved,) = (each for each in await world.log() if each.type == ApprovalApproved.event_type)
    overturned = approved.payload(ApprovalOverturned).but(status="overturned", signature=None)
    signed = statement_of(overturned, world.tenant)
    assert signed is not None
    key = await signing_key("approvals-signing-key")
    signature = sign(signed.model_dump(mode="json"), key)
    data = overturned.but(signature=signature).model_dump_json()
    await deliver(approved.but(id="evt_x", type=ApprovalOverturned.event_type, data=data))
    await world.settle()
    assert {each["status"] for each in await world.listed()} == {"cancelled"}
    assert (await world.shown(run["run_id"]))["failure"]["code"] == "assent_taken_back"
    asking = await _below(world, run["run_id"])
    assert (await world.approval(asking["run_id"]))["status"] == "cancelled"
    assert (await world.counter())["additions"] == 1


@pytest.mark.parametrize("verb", ["cancel", "pause"])
@pytest.mark.parametrize("later", [0.0, 0.1])
async def test_a_run_that_is_stopped_while_one_below_it_acts_notes_all_that_was_done(
    world: World, verb: str, later: float
) -> None:
    """Whichever comes first: every outcome is possible, and each is whole."""
    inner = await _inner(world, add("inner"), add("b"), add("c"))
    plan = await world.plan(starts("below", inner), add("last"))
    starting = asyncio.ensure_future(world.start(plan, settles=False))
    while len(found := await world.listed()) < 2:
        await asyncio.wait([starting], timeout=0.005)
    top = next(each["run_id"] for each in found if each["depth"] == 0)
    await asyncio.sleep(later)
    answer = await world.post(f"/v1/runs/{top}/{verb}")
    await starting
    await world.settle()
    run = await world.shown(top)
    additions = (await world.counter())["additions"]
    assert len(await world.receipts()) == additions
    if run["status"] == "completed":
        assert additions == 4
        return
    assert answer.status_code == 202
    assert run["status"] == {"cancel": "cancelled", "pause": "paused"}[verb]
    assert run["stopping"] is None
    assert {each["stopping"] for each in await world.listed()} == {None}
    if verb == "pause":
        assert (await world.act(top, "resume"))["status"] == "completed"
        assert await world.counter() == {"value": 4, "additions": 4}


async def test_undo_goes_back_through_the_runs_below(world: World) -> None:
    inner = await _inner(world, add("a", 10), add("b", 100), append("note"), outputs={})
    middle = await world.plan(starts("middle", inner), add("c", 1000), status="compiled")
    run = await world.start(await world.plan(add("one"), starts("below", middle), add("last", 5)))
    id = run["run_id"]
    assert (await world.counter())["value"] == 1116
    assert (await world.act(id, "undo"))["is_undone"]
    assert await world.counter() == {"value": 0, "additions": 10}
    undone = [each for each in await world.receipts() if each["outcome"] == "undone"]
    depth = {each["run_id"]: each["depth"] for each in await world.listed()}
    assert sorted((depth[each["run_id"]], each["step"]) for each in undone) == [
        (0, "undo:last"), (0, "undo:one"), (1, "undo:c"), (2, "undo:a"), (2, "undo:b")
    ]  # fmt: skip
    assert {each["is_undone"] for each in await world.listed()} == {True}
    await world.act(id, "undo", status=409)


async def test_a_sub_run_spends_no_more_than_is_left_to_the_run_above_it(world: World) -> None:
    priced = add("inner", 10)
    assert isinstance(priced.does, Call)
    priced = priced.but(does=priced.does.but(price_usd_micros=600))
    below = starts("below", await _inner(world, priced))
    run = await world.start(await world.plan(below, budget_usd_micros=500, estimate=500))
    assert (run["status"], run["held_usd_micros"]) == ("paused", 500)
    inner = await _below(world, run["run_id"])
    assert (inner["status"], inner["failure"]["code"]) == ("paused", "budget_exhausted")
    assert inner["held_usd_micros"] == 0
    budgets = (await world.get("/v1/budgets")).json()["items"]
    assert {each["held_usd_micros"] for each in budgets} == {500}
    await world.act(run["run_id"], "cancel")
    budgets = (await world.get("/v1/budgets")).json()["items"]
    assert {each["held_usd_micros"] for each in budgets} == {0}
    assert (await world.counter())["additions"] == 0


async def _ended(world: World, run_id: str) -> Any:
    """The run once nothing follows by itself: lost processes are found by the timers."""
    for _ in range(8):
        await world.settle()
        run = await world.shown(run_id)
        if run["status"] != "running":
            return run
        moving = [each for each in await _states(world) if each.is_moving]
        assert len(moving) == 1, "one of them acts, and no other"
        await world.fire(moving[0].run_id)
    raise AssertionError(f"it never ends: {run}")


async def _states(world: World) -> list[Run]:
    return [RUNS.state_in(each.data) async for each in world.store.find_all(RUNS.collection)]


DEATHS: list[Death] = [
    (method, moment, number)
    for method, most in (("Commit", 8), ("BatchGetDocuments", 24))
    for number in range(1, most + 1)
    for moment in ("before", "after")
]
# Those around the commits in which one run hands over to another.
EDGES = [each for each in DEATHS if each[0] == "Commit" and each[2] in (2, 4, 5, 6)]
each_death = pytest.mark.parametrize(
    "death",
    [
        pytest.param(
            each,
            id="-".join(map(str, each)),
            marks=() if each in EDGES else pytest.mark.nightly,
        )
        for each in DEATHS
    ],
)


@pytest.mark.by_day(2)
@each_death
async def test_wherever_a_process_dies_each_run_ends_once(world: World, death: Death) -> None:
    below = starts("below", await _inner(world))
    plan = await world.plan(add("one"), below, add("last", 100))
    await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
    begun = await world.start(plan, key="once")
    run = await _ended(world, begun["run_id"])
    assert (run["status"], run["done"]) == ("completed", 3)
    assert await world.counter() == {"value": 111, "additions": 3}
    assert [each["step"] for each in await world.receipts()] == ["one", "inner", "last"]
    assert sorted(await world.events()) == [
        "completed", "completed", "started", "started", "went_on"
    ]  # fmt: skip
