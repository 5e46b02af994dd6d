"""`model/complete` as a step of a run: end to end, with a scripted model server, and processes that
die."""

from typing import Any

import pytest

from emulators.model_server import SCRIPTED
from events.model_messages import ModelMessage
from events.plan_content import (
    Completion,
    Envelope,
    PlanStep,
    PromptPart,
)
from events.receipts import ASKED
from tests.deaths import Death, dies
from tests.functions.runs.models import Script, ended
from tests.functions.runs.worlds import World, add

SHAPE = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}
DEATHS: list[Death] = [
    ("Commit", moment, number) for number in range(1, 5) for moment in ("before", "after")
]


@pytest.fixture
def script(world: World, model: str) -> Script:
    """The model, for a question of this test alone."""
    return Script(world.http, model, f"count for {world.tenant}")


def ask(question: str, **fields: Any) -> PlanStep:
    """A step that asks the question by a prompt."""
    turns = fields.pop("turns", 1)
    envelope = Envelope(
        model=SCRIPTED, calls=(), most_calls=0, most_turns=turns, spend_usd_micros=50_000
    )
    completion = Completion(
        envelope=envelope,
        prompt=PromptPart(name="count", version=1, sha256="a" * 64),
        messages=(ModelMessage(role="user", content="${{ variables.question }}"),),
        variables={"question": question},
        variable_schema={"type": "object", "properties": {"question": {"type": "string"}}},
        **fields,
    )
    return PlanStep(id="ask", does=completion)


async def test_a_run_goes_on_with_what_a_model_answered_and_a_replay_asks_nobody(
    world: World, script: Script
) -> None:
    await script.says({"text": "four"}, {"text": '{"count": 4}'})
    plan = await world.plan(
        ask(script.goal, output=SHAPE, turns=2),
        add("more", "${{ steps.ask.output.value.count }}"),
        outputs={"count": "${{ steps.ask.output.value.count }}"},
    )
    run = await ended(world, (await world.start(plan))["run_id"])
    assert (run["status"], run["failure"]) == ("completed", None)
    assert await world.counter() == {"value": 4, "additions": 1}
    answer = (await world.steps(run["run_id"]))[0]
    assert answer["output"]["value"] == {"text": '{"count": 4}', "value": {"count": 4}}
    assert answer["output"]["labels"] == [f"model:{SCRIPTED}"]
    assert run["spent_usd_micros"] == answer["cost_usd_micros"] == 2 * 180
    asked = [each for each in await world.receipts() if each["operation"] == ASKED]
    assert [(each["outcome"], each["cost_usd_micros"]) for each in asked] == [
        ("confirmed", 180),
        ("confirmed", 180),
    ]
    assert (asked[0]["model"]["name"], asked[0]["model"]["tokens_in"]) == (SCRIPTED, 100)
    assert "four" not in str(asked)
    again = await world.post(f"/v1/runs/{run['run_id']}/replay", {})
    replayed = await ended(world, again.json()["run_id"])
    assert (replayed["status"], replayed["divergences"]) == ("completed", 0)
    assert len(await script.asked()) == 2
    assert (await world.counter())["additions"] == 1


@pytest.mark.by_day(2)
@pytest.mark.parametrize("death", DEATHS, ids=["-".join(map(str, each)) for each in DEATHS])
async def test_a_process_that_dies_repeats_one_question_at_most_and_says_so(
    world: World, script: Script, death: Death
) -> None:
    await script.says({"text": "one"}, {"text": "two"})
    plan = await world.plan(ask(script.goal), add("last", 10))
    await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
    begun = await world.start(plan, key="once")
    run = await ended(world, begun["run_id"])
    assert (run["status"], run["done"]) == ("completed", 2)
    asked = await script.asked()
    assert 1 <= len(asked) <= 2
    told = [each for each in await world.receipts() if each["model"] is not None]
    assert [each["outcome"] for each in told].count("confirmed") == 1
    # Whatever was asked and lost is spent, and a receipt says so.
    assert len(told) >= len(asked)
    assert run["spent_usd_micros"] == sum(each["cost_usd_micros"] for each in told)
    assert (await world.counter())["additions"] == 1
