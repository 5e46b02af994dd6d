"""Runs are paused, resumed, cancelled and tried again; a person settles a doubt."""

from datetime import timedelta
from functools import partial

import pytest

from events.plan_content import PlanStep, Wait
from tests.deaths import dies
from tests.functions.runs.worlds import World, add, append, deliver


async def test_a_paused_run_waits_for_its_assent_and_for_whoever_resumes_it(world: World) -> None:
    run = await world.start(await world.plan(add("only", assent="step")))
    id = run["run_id"]
    assert (await world.act(id, "pause"))["status"] == "paused"
    await world.decide(id)
    paused = await world.shown(id)
    assert (paused["status"], (await world.counter())["value"]) == ("paused", 0)
    resumed = await world.act(id, "resume")
    assert (resumed["status"], (await world.counter())["value"]) == ("completed", 1)


async def test_a_cancelled_run_gives_up_its_approval(world: World) -> None:
    run = await world.start(await world.plan(add("only", assent="step")))
    id = run["run_id"]
    assert (await world.act(id, "cancel"))["status"] == "cancelled"
    assert "cancelled" in await world.events("approval")
    assert (await world.counter())["value"] == 0
    await world.act(id, "resume", status=409)


async def test_an_approval_that_crosses_a_cancellation_lets_nothing_act(world: World) -> None:
    run = await world.start(await world.plan(add("only", assent="step")))
    id = run["run_id"]
    await world.decide(id, settles=False)
    assert (await world.act(id, "cancel"))["status"] == "cancelled"
    assert (await world.counter())["value"] == 0


async def test_a_wait_is_over_when_its_timer_fires(world: World) -> None:
    steps = add("before"), PlanStep(id="rest", does=Wait(seconds=3600)), add("after")
    run = await world.start(await world.plan(*steps))
    id = run["run_id"]
    waiting = await world.shown(id)
    assert (waiting["status"], waiting["waiting"]["kind"]) == ("running", "time")
    await world.fire(id, after=timedelta(seconds=-1))
    assert (await world.counter())["value"] == 1
    await world.fire(id)
    assert (await world.shown(id))["status"] == "completed"
    assert (await world.counter())["value"] == 2


async def test_a_paused_wait_goes_on_until_the_same_instant(world: World) -> None:
    steps = PlanStep(id="rest", does=Wait(seconds=3600)), add("after")
    run = await world.start(await world.plan(*steps))
    id = run["run_id"]
    until = (await world.shown(id))["waiting"]["until"]
    await world.act(id, "pause")
    resumed = await world.act(id, "resume")
    assert (resumed["status"], resumed["waiting"]["until"]) == ("running", until)
    await world.fire(id)
    assert (await world.shown(id))["status"] == "completed"


async def test_a_failed_run_is_tried_again_from_where_it_stopped(world: World) -> None:
    broken = add("two", "${{ steps.one.output.value / inputs.by }}")
    plan = await world.plan(add("one"), broken, inputs={"by": 0})
    run = await world.start(plan)
    assert (run["status"], run["failure"]["code"]) == ("failed", "expression_failed")
    again = await world.act(run["run_id"], "retry")
    assert (again["status"], again["done"]) == ("failed", 1)
    assert await world.counter() == {"value": 1, "additions": 1}


async def test_a_doubtful_call_waits_for_a_persons_word(world: World) -> None:
    await world.fail(drop=1)
    run = await world.start(await world.plan(append("note"), add("after")))
    paused = await world.shown(run["run_id"])
    assert (paused["status"], paused["waiting"]["kind"]) == ("paused", "doubt")
    assert paused["waiting"]["invocation_id"].startswith("inv_")
    still = await world.act(run["run_id"], "resume")
    assert (still["status"], still["waiting"]["kind"]) == ("paused", "doubt")
    assert await world.lines() == ["done"]
    await world.tell(paused["waiting"]["invocation_id"], happened=True)
    ended = await world.act(run["run_id"], "resume")
    assert ended["status"] == "completed"
    assert await world.lines() == ["done"]
    assert (await world.receipts())[-2]["settled_by"] == "gala"


async def test_what_did_not_happen_is_done_once_a_person_said_so(world: World) -> None:
    await world.fail(drop=1)
    run = await world.start(await world.plan(append("note")))
    paused = await world.shown(run["run_id"])
    await world.tell(paused["waiting"]["invocation_id"], happened=False)
    ended = await world.act(run["run_id"], "resume")
    assert ended["status"] == "completed"
    assert len(await world.lines()) == 2


async def test_an_agent_that_stopped_stops_its_run_before_it_acts(world: World) -> None:
    run = await world.start(await world.plan(add("only", assent="step")))
    await world.agent(status="suspended")
    await world.decide(run["run_id"])
    paused = await world.shown(run["run_id"])
    assert (paused["status"], paused["failure"]["code"]) == ("paused", "agent_stopped")
    assert (await world.counter())["value"] == 0
    await world.agent()
    assert (await world.act(run["run_id"], "resume"))["status"] == "completed"
    assert (await world.counter())["value"] == 1


@pytest.mark.parametrize("verb", ["cancel", "pause"])
async def test_a_run_that_waits_for_tools_stops_once_it_knows_what_its_call_did(
    world: World, verb: str
) -> None:
    """The counter was added to and the answer lost: the run cannot stop as if nothing was."""
    plan = await world.plan(add("one"), add("two"))
    await world.fail(drop=1)
    begun = await world.start(plan)
    run_id = begun["run_id"]
    assert (begun["status"], begun["waiting"]["kind"], begun["done"]) == ("running", "time", 0)
    assert (await world.act(run_id, verb))["stopping"] == verb
    await world.fire(run_id)
    run = await world.shown(run_id)
    assert (run["status"], run["done"]) == ({"cancel": "cancelled", "pause": "paused"}[verb], 1)
    assert await world.counter() == {"value": 1, "additions": 1}
    assert [each["outcome"] for each in await world.receipts()] == ["confirmed"]


@pytest.mark.parametrize("is_back", [True, False])
async def test_a_run_whose_agent_stops_while_its_call_is_unanswered_ends_once_it_knows(
    world: World, is_back: bool
) -> None:
    """The counter was added to and the answer lost; whoever asks again may not, for a while."""
    await world.fail(drop=1)
    run_id = (await world.start(await world.plan(add("one"), add("two"))))["run_id"]
    await world.agent(status="suspended")
    await world.fire(run_id)
    paused = await world.shown(run_id)
    assert (paused["status"], paused["failure"]["code"]) == ("paused", "agent_stopped")
    refused = await world.act(run_id, "undo", status=409)
    assert "cancel the run, which asks for that" in refused["detail"]
    if is_back:
        await world.agent()
    assert (await world.act(run_id, "cancel"))["stopping"] == "cancel"
    await world.fire(run_id)
    assert (await world.shown(run_id))["status"] == "cancelled"
    outcome = "confirmed" if is_back else "doubtful"
    assert [each["outcome"] for each in await world.receipts()] == [outcome]
    if is_back:
        await world.act(run_id, "undo")
        assert (await world.counter())["value"] == 0


@pytest.mark.wired
async def test_a_run_whose_process_died_in_a_call_stops_once_it_knows_what_that_did(
    world: World,
) -> None:
    """`tools` has acted and died before it recorded anything, and so has the run."""
    rest = PlanStep(id="rest", does=Wait(seconds=60))
    plan = await world.plan(add("one"), rest, add("two"))
    for number in range(1, 9):
        # One after the other dies at a later commit, until one has acted.
        start = partial(world.start, plan, key=f"once-{number}", settles=False)
        await dies(world.cloud, start, ("Commit", "before", number))
        if (await world.counter())["additions"]:
            break
    run_id = (await world.listed())[0]["run_id"]
    assert (await world.act(run_id, "cancel"))["stopping"] == "cancel"
    await world.fire(run_id)
    assert (await world.shown(run_id))["status"] == "cancelled"
    assert await world.counter() == {"value": 1, "additions": 1}
    assert [each["step"] for each in await world.receipts()] == ["one"]


@pytest.mark.wired
async def test_an_assent_taken_back_while_its_call_is_unanswered_leaves_a_receipt(
    world: World,
) -> None:
    """`tools` has acted by the assent and died before it recorded that, and so has the run."""
    run = await world.start(await world.plan(add("one", assent="plan"), add("two")))
    run_id = run["run_id"]
    card = await world.approval(run_id)
    await world.answer(card, "break_glass", grounds="outage", settles=False)
    for number in range(1, 9):
        # One after the other dies at a later commit, until one has acted.
        await dies(world.cloud, world.settle, ("Commit", "before", number))
        if (await world.counter())["additions"]:
            break
    assert (await world.state(run_id)).is_moving
    assert not await world.receipts()
    await world.overturn(card, settles=False)
    await deliver((await world.log())[-1])
    ended = await world.shown(run_id)
    assert (ended["status"], ended["failure"]["code"]) == ("cancelled", "assent_taken_back")
    assert await world.counter() == {"value": 1, "additions": 1}
    assert [each["step"] for each in await world.receipts()] == ["one"]


async def test_a_run_goes_on_from_its_newest_snapshot(world: World) -> None:
    run = await world.start(await world.plan(add("one"), add("two", assent="step")))
    id = run["run_id"]
    await world.act(id, "pause")
    shown = await world.get(f"/v1/runs/{id}/snapshots")
    first, newest = shown.json()["items"]
    assert (first["snapshot"], first["next_steps"], first["is_newest"]) == ("u0", ["one"], False)
    assert (newest["done"], newest["next_steps"], newest["is_newest"]) == (1, ["two"], True)
    earlier = await world.post(f"/v1/runs/{id}/resume", {"snapshot": first["snapshot"]})
    assert (earlier.status_code, earlier.json()["code"]) == (409, "version_conflict")
    resumed = await world.post(f"/v1/runs/{id}/resume", {"snapshot": newest["snapshot"]})
    assert resumed.json()["status"] == "awaiting_approval"
    assert await world.counter() == {"value": 1, "additions": 1}
    page = (await world.get(f"/v1/runs/{id}/snapshots", limit=1)).json()
    assert [each["snapshot"] for each in page["items"]] == ["u0"]
    cursor = page["next_cursor"]
    last = (await world.get(f"/v1/runs/{id}/snapshots", limit=1, cursor=cursor)).json()
    assert ([each["snapshot"] for each in last["items"]], last["next_cursor"]) == (["u1"], None)
    assert (await world.get(f"/v1/runs/{id}/snapshots", cursor="x")).status_code == 422


async def test_a_run_that_an_assent_taken_back_stops_has_an_end(world: World) -> None:
    """Without one it would be kept for ever."""
    rest = PlanStep(id="rest", does=Wait(seconds=3600))
    run = await world.start(await world.plan(rest, add("one", assent="plan")))
    card = await world.approval(run["run_id"])
    await world.answer(card, "break_glass", grounds="outage")
    assert (await world.shown(run["run_id"]))["waiting"]["kind"] == "time"
    await world.overturn(card)
    ended = await world.shown(run["run_id"])
    assert (ended["status"], ended["failure"]["code"]) == ("cancelled", "assent_taken_back")
    assert ended["ended_at"] is not None
    assert (await world.state(run["run_id"])).over_since is not None
