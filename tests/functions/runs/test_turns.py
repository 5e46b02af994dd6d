"""A model chooses calls within a run's envelope: end to end, with a scripted model server."""

from typing import Any

import pytest

from emulators.model_server import SCRIPTED
from events.receipts import ASKED
from functions.runs import settings
from shared.kit.contents import Content
from tests.deaths import Death, dies
from tests.functions.runs.models import TOOL, Script, adds, ended, think, turn
from tests.functions.runs.worlds import COUNTER, LEDGER, World, add

REFUSED_BY_A_PERSON = '{"refused":"a person was asked, and refused it"}'


@pytest.fixture
def script(world: World, model: str) -> Script:
    """The model, for a goal of this test alone."""
    return Script(world.http, model, f"count the visits of {world.tenant}")


async def _run(world: World, plan_hash: str) -> Any:
    return await ended(world, (await world.start(plan_hash))["run_id"])


async def test_a_model_calls_observes_and_answers(world: World, script: Script) -> None:
    await script.says(turn(adds(4)), {"text": "It is four."})
    plan_hash = await world.plan(
        think("count", script.goal),
        add("more", "${{ size(steps.count.output.text) }}"),
        calls=5,
        outputs={"said": "${{ steps.count.output.text }}"},
    )
    run = await _run(world, plan_hash)
    assert (run["status"], run["done"], run["failure"]) == ("completed", 2, None)
    assert await world.counter() == {"value": 4 + len("It is four."), "additions": 2}
    answer, asked, again, call, _ = await world.steps(run["run_id"])
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
    assert [(each["step"], each["operation"], each["outcome"]) for each in receipts] == [
        ("count", ASKED, "confirmed"),
        ("count", COUNTER, "confirmed"),
        ("count", ASKED, "confirmed"),
        ("more", COUNTER, "confirmed"),
    ]
    # Each turn is shown with what it chose and cost, and without its words.
    about = {"model": SCRIPTED, "tokens_in": 100, "tokens_out": 20}
    for number, (shown, chosen) in enumerate(((asked, [COUNTER]), (again, []))):
        receipt = receipts[2 * number]
        about_it = {
            "number": number,
            "chosen": chosen,
            "receipt_id": receipt["receipt_id"],
            **about,
        }
        assert (shown["step"], shown["status"], shown["turn"]) == ("count", "answered", about_it)
        assert shown["cost_usd_micros"] == receipt["cost_usd_micros"] == 180
        assert "It is four." not in str(shown)
    pages = await world.pages(run["run_id"], limit=1)
    assert [each for page in pages for each in page] == await world.steps(run["run_id"])


LEDGER_LINE = {
    "name": "assent_ledger_append",
    "arguments": {"ledger": "log", "line": "chosen by a model"},
}


# The agent may append with a person's approval.
WITH_LEDGER = Content.of(
    {
        "rights": {
            "alone": [],
            "with_approval": [{"operation": LEDGER, "effect": "change"}],
            "never": [],
        }
    }
)


@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_a_call_outside_the_envelope_waits_for_a_person(
    world: World, script: Script, verb: str
) -> None:
    await world.agent(spec=WITH_LEDGER)
    await script.says(turn(adds(1), LEDGER_LINE), {"text": "done"})
    plan_hash = await world.plan(think("keep", script.goal), calls=5, spec=WITH_LEDGER)
    run = await _run(world, plan_hash)
    assert (run["status"], await world.lines()) == ("awaiting_approval", [])
    asked = await world.approval(run["run_id"])
    assert f"which the model {SCRIPTED} chose: it is not among the tools" in asked["summary"]
    await world.decide(run["run_id"], verb)
    run = await ended(world, run["run_id"])
    assert (run["status"], run["failure"]) == ("completed", None)
    is_made = verb == "approve"
    assert await world.lines() == (["chosen by a model"] if is_made else [])
    shown = await world.steps(run["run_id"])
    (answer, _, appended) = [each for each in shown if each["turn"] is None]
    assert answer["output"]["value"] == {"text": "done"}
    assert appended["status"] == ("completed" if is_made else "refused")
    assert appended["assented_by"] == ("gala" if is_made else None)
    told = await script.told()
    assert told[1] == ('{"position":1}' if is_made else REFUSED_BY_A_PERSON)
    # Nobody asked the model again for what it had said.
    assert len(await script.asked()) == 2
    outcomes = [each["operation"] for each in await world.receipts() if each["model"] is None]
    assert outcomes == ([COUNTER, LEDGER] if is_made else [COUNTER])


async def test_undoing_takes_back_what_a_model_did(world: World, script: Script) -> None:
    await script.says(turn(adds(3), adds(4)), {"text": "done"})
    plan_hash = await world.plan(think("count", script.goal), add("last", 10), calls=5)
    run = await _run(world, plan_hash)
    assert (await world.counter())["value"] == 17
    await world.act(run["run_id"], "undo")
    assert await world.counter() == {"value": 0, "additions": 6}


async def test_a_plan_starts_and_resumes_with_no_other_model_than_it_names(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    await script.says(turn(adds(1)), {"text": "one"}, {"text": "done"})
    steps = (add("first", 1, assent="step"), think("count", script.goal))
    plan_hash = await world.plan(*steps, calls=5)
    run = await _run(world, plan_hash)
    assert run["status"] == "awaiting_approval"
    assert (await world.act(run["run_id"], "pause"))["status"] == "paused"
    for variable, value, said in (
        ("ASSENT_MODEL_NAME", "other-1", "other-1 is configured now: compile the capsule again"),
        ("ASSENT_MODEL_URL", "", "none is configured now: set `assent:model_url`"),
    ):
        monkeypatch.setenv(variable, value)
        settings.settings.cache_clear()
        for path, body in (
            ("/v1/runs", {"plan_hash": plan_hash}),
            (f"/v1/runs/{run['run_id']}/resume", {}),
        ):
            refused = await world.post(path, body)
            assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
            assert f"compiled for the model {SCRIPTED}, and {said}" in refused.json()["detail"]
    assert await script.asked() == []
    monkeypatch.undo()
    settings.settings.cache_clear()
    resumed = await world.act(run["run_id"], "resume")
    assert resumed["status"] == "awaiting_approval"


async def test_a_model_that_fails_lets_the_run_fail_and_a_person_try_again(
    world: World, script: Script
) -> None:
    await script.says(turn(adds(1)), {"status": 400}, {"text": "four"})
    plan_hash = await world.plan(think("count", script.goal), calls=5)
    run = await _run(world, plan_hash)
    assert (run["status"], run["failure"]["code"]) == ("failed", "model_refused")
    await world.act(run["run_id"], "retry")
    assert (await ended(world, run["run_id"]))["status"] == "completed"
    assert await world.counter() == {"value": 1, "additions": 1}
    assert len(await script.asked()) == 3


DEATHS: list[Death] = [
    ("Commit", moment, number) for number in range(1, 7) for moment in ("before", "after")
]


@pytest.mark.by_day(3)
@pytest.mark.parametrize("death", DEATHS, ids=["-".join(map(str, each)) for each in DEATHS])
async def test_a_process_that_dies_repeats_no_call_and_one_question_at_most(
    world: World, script: Script, death: Death
) -> None:
    await script.says(turn(adds(1)), {"text": "one"}, {"text": "two"})
    plan = await world.plan(think("count", script.goal), add("last", 10), calls=5)
    await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
    begun = await world.start(plan, key="once")
    run = await ended(world, begun["run_id"])
    assert (run["status"], run["done"]) == ("completed", 2)
    asked = await script.asked()
    assert 2 <= len(asked) <= 3
    added = (await world.counter())["additions"]
    # The call of an answer that was lost was never made.
    told = [each for each in await world.receipts() if each["step"] is not None]
    assert added == sum(each["model"] is None for each in told)
    assert added in (1, 2)
    assert run["spent_usd_micros"] >= 180 * len(asked)
