"""Programs as steps of runs that ask for calls: made as every other one, once, within what the plan
has, and undone like them."""

from typing import Any

from events.operations import SKILL
from events.plan_content import Call, PlanStep, SkillCalls
from tests.functions.runs.worlds import COUNTER, World, call

TWICE = """
def run(amounts):
    last = {}
    for each in amounts:
        last = call("assent/counter.add", {"counter": "visits", "amount": each})
    return last
"""


def asking(
    id: str, code: str, inputs: dict[str, Any], *calls: Call, most: int = 5, **step: Any
) -> PlanStep:
    """A step whose program asks for these calls, by default additions to a counter."""
    calls = calls or (call(COUNTER, {}),)
    operations = [each.operation for each in calls]
    given = {"code": code, "inputs": inputs, "output": {}}
    given["calls"] = {"operations": operations, "answers": []}
    does = SkillCalls(compute=call(SKILL, given), calls=calls, most_calls=most)
    return PlanStep(id=id, does=does, **step)


async def test_a_skill_asks_for_calls_and_goes_on_with_what_they_gave(world: World) -> None:
    plan = await world.plan(
        asking("count", TWICE, {"amounts": [2, 3]}),
        calls=3,
        outputs={"last": "${{ steps.count.output }}"},
    )
    run = await world.start(plan)
    assert run["status"] == "completed", run
    assert await world.counter() == {"value": 5, "additions": 2}
    made = [each["operation"] for each in await world.receipts()]
    assert made == [SKILL, COUNTER, SKILL, COUNTER, SKILL]
    steps = await world.steps(run["run_id"])
    assert (steps[0]["output"]["value"]["value"], steps[0]["iterations"]) == (5, 5)
    again = await world.post(f"/v1/runs/{run['run_id']}/replay", {})
    await world.settle()
    again = (await world.get(f"/v1/runs/{again.json()['run_id']}")).json()
    assert (again["status"], again["divergences"]) == ("completed", 0), again
    assert await world.counter() == {"value": 5, "additions": 2}


async def test_what_a_skill_did_is_undone(world: World) -> None:
    run = await world.start(await world.plan(asking("count", TWICE, {"amounts": [2, 3]})))
    answer = await world.post(f"/v1/runs/{run['run_id']}/undo")
    assert answer.status_code in (200, 202), answer.text
    await world.settle()
    assert (await world.counter())["value"] == 0


async def test_a_skill_meets_what_is_refused_as_an_exception(world: World) -> None:
    code = """
def run():
    told = []
    for amount in (1, "many"):
        try:
            told.append(call("assent/counter.add", {"counter": "visits", "amount": amount}))
        except RuntimeError as error:
            told.append(str(error))
    return told
"""
    run = await world.start(
        await world.plan(asking("count", code, {}), outputs={"told": "${{ steps.count.output }}"})
    )
    assert run["status"] == "completed", run
    steps = await world.steps(run["run_id"])
    told = steps[0]["output"]["value"]
    assert told[0]["value"] == 1
    assert "amount" in told[1]
    assert await world.counter() == {"value": 1, "additions": 1}


async def test_a_skill_asks_for_no_more_than_its_step_allows(world: World) -> None:
    plan = await world.plan(asking("count", TWICE, {"amounts": [1, 1, 1]}, most=2))
    run = await world.start(plan)
    assert (run["status"], run["failure"]["code"]) == ("failed", "calls_exhausted"), run
    assert await world.counter() == {"value": 2, "additions": 2}


async def test_a_call_of_another_operation_is_not_made(world: World) -> None:
    code = "def run():\n    return call('assent/ledger.append', {'entry': 'x'})"
    run = await world.start(await world.plan(asking("count", code, {})))
    assert (run["status"], run["failure"]["code"]) == ("failed", "call_refused"), run
    assert "not among its calls" in run["failure"]["detail"]
    assert [each["operation"] for each in await world.receipts()] == [SKILL]
