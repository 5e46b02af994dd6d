"""A model chooses calls within a run's envelope: end to end, with a scripted model server."""

import pytest

from tests.functions.runs.models import TOOL, Script, adds, think, turn
from tests.functions.runs.worlds import World, add


@pytest.fixture
def script(world: World, model: str) -> Script:
    """The model, for a goal of this test alone."""
    return Script(world.http, model, f"count the visits of {world.tenant}")


async def test_a_model_calls_observes_and_answers(world: World, script: Script) -> None:
    await script.says(turn(adds(4)), {"text": "It is four."})
    plan_hash = await world.plan(
        think("count", script.goal),
        add("more", "${{ size(steps.count.output.text) }}"),
        calls=5,
        outputs={"said": "${{ steps.count.output.text }}"},
    )
    run = await world.start(plan_hash)
    assert (run["status"], run["done"], run["failure"]) == ("completed", 2, None)
    assert await world.counter() == {"value": 4 + len("It is four."), "additions": 2}
    answer, call, _ = await world.steps(run["run_id"])
    assert answer["output"] == {"value": {"text": "It is four."}, "labels": ["model:scripted"]}
    assert (answer["iterations"], answer["turns"]) == (1, 2)
    assert (call["operation"], call["output"]["value"]) == ("assent/counter.add", {"value": 4})
    # 100 tokens in at 1 dollar a million, 20 out at 4, twice.
    assert run["spent_usd_micros"] == answer["cost_usd_micros"] == 2 * 180
    first, second = await script.asked()
    assert [each["function"]["name"] for each in first["tools"]] == [TOOL]
    assert [each["role"] for each in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert await script.told() == ['{"value":4}']
    receipts = await world.receipts()
    assert [(each["step"], each["outcome"]) for each in receipts] == [
        ("count", "confirmed"),
        ("more", "confirmed"),
    ]
