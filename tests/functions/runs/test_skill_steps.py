"""Programs as steps of runs: between the steps that act, replayed, and labelled by what they
read."""

from typing import Any

import pytest

from emulators.model_server import SCRIPTED
from events.operations import SKILL
from events.plan_content import PlanStep, Retry
from shared.sandbox import workers
from tests.functions.runs.models import Script, think
from tests.functions.runs.worlds import World, add, call

DRAW = """
import random
def run(most):
    return {"drawn": random.randint(1, most)}
"""


def skill(id: str, code: str, inputs: dict[str, Any], **step: Any) -> PlanStep:
    """A step that is a program."""
    given = {"code": code, "inputs": inputs, "output": {}}
    return PlanStep(id=id, does=call(SKILL, given), **step)


async def test_a_run_goes_on_with_what_a_skill_gave_and_a_replay_gives_the_same(
    world: World,
) -> None:
    plan = await world.plan(
        skill("draw", DRAW, {"most": 1000}),
        add("one", "${{ steps.draw.output.drawn }}"),
        skill("each", "def run(a):\n    return a * 2", {"a": "${{ item }}"}, for_each="[1, 2]"),
        calls=2,
        outputs={"drawn": "${{ steps.draw.output.drawn }}", "each": "${{ steps.each.output }}"},
    )
    run = await world.start(plan)
    assert run["status"] == "completed", run
    drawn = (await world.counter())["value"]
    assert 1 <= drawn <= 1000
    receipts = await world.receipts()
    assert [each["operation"] for each in receipts].count(SKILL) == 3
    again = await world.post(f"/v1/runs/{run['run_id']}/replay", {})
    await world.settle()
    again = (await world.get(f"/v1/runs/{again.json()['run_id']}")).json()
    assert (again["status"], again["divergences"]) == ("completed", 0), again
    assert again["outputs_hash"] == run["outputs_hash"]
    assert (await world.counter())["additions"] == 1


async def test_a_skill_that_fails_fails_its_run_and_says_the_line(world: World) -> None:
    code = "def run(a):\n    return a['amount']"
    run = await world.start(await world.plan(skill("sum", code, {"a": {}}), add("one")))
    assert (run["status"], run["done"]) == ("failed", 0)
    assert (run["failure"]["step"], run["failure"]["code"]) == ("sum", "call_refused")
    assert "it failed at line 2 (KeyError)" in run["failure"]["detail"]
    assert "amount" not in str(await world.receipts())
    assert await world.counter() == {"value": 0, "additions": 0}


async def test_a_sandbox_that_dies_fails_the_step_which_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [skill("sum", "def run():\n    return 2", {}), add("one", "${{ steps.sum.output }}")]
    workers.WORKERS.end()
    with monkeypatch.context() as broken:
        broken.setattr(workers, "_launched", lambda: "/bin/false")
        run = await world.start(await world.plan(*steps))
    workers.WORKERS.end()
    assert (run["status"], run["waiting"]) == ("failed", None)
    assert "the sandbox ended before the skill did" in run["failure"]["detail"]
    answer = await world.post(f"/v1/runs/{run['run_id']}/retry")
    assert answer.status_code in (200, 202), answer.text
    await world.settle()
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert await world.counter() == {"value": 2, "additions": 1}


async def test_what_a_skill_makes_of_an_answer_keeps_its_label(world: World, model: str) -> None:
    script = Script(world.http, model, f"say something in {world.tenant}")
    await script.says({"text": "four"})
    code = "def run(text):\n    return {'length': len(text)}"
    plan = await world.plan(
        think("ask", script.goal),
        skill("measure", code, {"text": "${{ steps.ask.output.text }}"}, retry=Retry(attempts=2)),
        skill("other", "def run():\n    return 1", {}),
        calls=3,
    )
    run = await world.start(plan)
    while run["status"] == "running":
        await world.fire(run["run_id"])
        await world.settle()
        run = await world.shown(run["run_id"])
    shown = {each["step"]: each["output"] for each in await world.steps(run["run_id"])}
    assert shown["measure"] == {"value": {"length": 4}, "labels": [f"model:{SCRIPTED}"]}
    assert shown["other"] == {"value": 1, "labels": []}
