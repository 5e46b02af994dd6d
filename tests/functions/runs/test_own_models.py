"""`model/complete` by a route of the tenant: `models` asks, with a key that only it has, for a plan
that names the route, and for no other one."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from events.model_messages import ModelMessage
from events.model_questions import ModelQuestionBody, question_id
from events.models import ModelRouteState, route_part
from events.plan_content import (
    Completion,
    Envelope,
    PlanStep,
    RoutePart,
)
from events.receipts import ASKED
from functions.models import settings
from functions.models.aggregates import ROUTES
from functions.models.api import ROUTER
from functions.models.api import RUN as RUN_OF_MODELS
from functions.models.rules.route import ModelRoute
from functions.runs.service.tokens import token_of_question
from shared.agents.stops import STOPS, AgentStops
from shared.kit import clock
from shared.runtime import function_calls
from shared.runtime.app import create_api
from shared.storage.batches import Batch
from tests.functions.runs.models import Script, ended
from tests.functions.runs.worlds import World, add

OWN = "clinics-own"


@pytest.fixture
def script(world: World, model: str) -> Script:
    """The model, for a question of this test alone."""
    return Script(world.http, model, f"count for {world.tenant}")


@pytest.fixture
async def models(
    world: World, model: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The function `models`, which `runs` reaches."""
    await world.cloud.mailbox("models")
    settings.settings.cache_clear()
    app = create_api(function="models", router=ROUTER, run=RUN_OF_MODELS)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://models") as client:
        monkeypatch.setitem(function_calls._clients.here(), "models", client)
        yield client
    settings.settings.cache_clear()


async def routed(world: World, url: str, name: str = "own", **changed: Any) -> RoutePart:
    """A route of the tenant as it is stored, and as plans have it."""
    said = {
        "name": name,
        "provider": "openai",
        "base_url": f"{url}/v1",
        "model": OWN,
        "privacy": "own",
        "prices": {"tokens_in_usd_micros": 2_000_000, "tokens_out_usd_micros": 8_000_000},
        "most_tokens_out": 500,
        "set_by": "gala",
        "set_at": clock.now(),
    }
    route = ModelRoute.model_validate({**said, **changed})
    batch = Batch()
    batch.put(ROUTES.collection, name, ROUTES.fields(route, 0, None))
    await world.store.commit(batch)
    return route_part(ModelRouteState.model_validate(route.model_dump()))


def ask(question: str, route: RoutePart, spend: int = 50_000, **step: Any) -> PlanStep:
    """A step that asks the tenant's own model."""
    completion = Completion(
        envelope=Envelope(model=OWN, calls=(), most_calls=0, most_turns=1, spend_usd_micros=spend),
        messages=(ModelMessage(role="user", content=question),),
        most_tokens=500,
        route=route,
    )
    return PlanStep(id="ask", does=completion, **step)


async def _run(world: World, *steps: PlanStep, **given: Any) -> Any:
    plan = await world.plan(*steps, **given)
    return await ended(world, (await world.start(plan))["run_id"])


async def test_a_run_asks_the_tenants_own_model_and_nobody_else(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    await script.says({"text": "four"})
    route = await routed(world, model)
    run = await _run(world, ask(script.goal, route), add("more", 4))
    assert (run["status"], run["failure"]) == ("completed", None)
    output = (await world.steps(run["run_id"]))[0]["output"]
    assert (output["value"], output["labels"]) == ({"text": "four"}, [f"model:{OWN}"])
    (asked,) = await script.asked()
    assert (asked["model"], asked["max_tokens"]) == (OWN, 500)
    # The route's prices, not the stack's.
    assert run["spent_usd_micros"] == 2 * 180
    (receipt,) = [each for each in await world.receipts() if each["operation"] == ASKED]
    told = (receipt["outcome"], receipt["cost_usd_micros"], receipt["model"]["name"])
    assert told == ("confirmed", 360, OWN)
    assert [each async for each in world.store.find_all("model_calls")] == []


async def test_a_route_that_was_set_anew_is_not_the_one_that_was_assented_to(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    await script.says({"text": "four"})
    route = await routed(world, model)
    await routed(world, model, privacy="open")
    run = await _run(world, ask(script.goal, route))
    assert (run["status"], run["failure"]["code"]) == ("failed", "model_changed")
    assert "compile it again" in run["failure"]["detail"]
    assert (await script.asked(), run["spent_usd_micros"]) == ([], 0)


async def test_nobody_stands_in_for_a_model_that_is_busy(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    await script.says({"status": 503, "error": {}})
    await routed(world, model, "other", model="another")
    route = await routed(world, model, fallbacks=("other",))
    run = await _run(world, ask(script.goal, route))
    assert (run["status"], run["failure"]["code"]) == ("failed", "model_busy")
    assert [each["model"] for each in await script.asked()] == [OWN]
    assert run["spent_usd_micros"] == 0


async def test_a_model_that_breaks_off_may_have_cost_all_that_was_reserved(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    await script.says({"drop": True})
    run = await _run(world, ask(script.goal, await routed(world, model)))
    assert (run["status"], run["failure"]["code"]) == ("failed", "model_silent")
    (receipt,) = [each for each in await world.receipts() if each["operation"] == ASKED]
    assert receipt["outcome"] == "doubtful"
    assert run["spent_usd_micros"] == receipt["cost_usd_micros"] > 0


async def test_what_may_cost_more_than_the_step_may_is_not_asked(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    run = await _run(world, ask(script.goal, await routed(world, model), spend=100))
    assert (run["status"], run["failure"]["code"]) == ("failed", "spend_exhausted")
    assert await script.asked() == []


async def test_a_policy_forbids_the_question_before_anybody_is_asked(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    route = await routed(world, model)
    await world.publish(
        "no-models", 'forbid (principal, action == Action::"model-routes.ask", resource);'
    )
    run = await _run(world, ask(script.goal, route))
    assert (run["status"], run["failure"]["code"]) == ("failed", "model_refused")
    assert await script.asked() == []


async def test_a_provider_is_told_placeholders_where_a_policy_obliges_to_that(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    await script.says({"repeats": True})
    route = await routed(world, model)
    text = """@redact("own") permit (principal, action == Action::"model-routes.ask", resource);"""
    await world.publish("hidden", text)
    step = ask(script.goal, route)
    assert isinstance(step.does, Completion)
    told = ModelMessage(role="user", content="write to ada@clinic.example")
    run = await _run(world, step.but(does=step.does.but(messages=(*step.does.messages, told))))
    assert (run["status"], run["failure"]) == ("completed", None)
    (asked,) = await script.asked()
    assert "ada@" not in str(asked)
    assert "write to [mail-" in asked["messages"][1]["content"]
    output = (await world.steps(run["run_id"]))[0]["output"]["value"]
    assert "write to ada@clinic.example" in output["text"]


async def test_a_token_is_for_one_question_by_one_route_in_one_tenant(
    world: World, models: httpx.AsyncClient, script: Script, model: str
) -> None:
    route = await routed(world, model)
    plan = await world.plan(ask(script.goal, route))
    run = await world.state((await world.start(plan))["run_id"])
    body = ModelQuestionBody(
        question_id=question_id("turn", "asker"),
        messages=(ModelMessage(role="user", content=script.goal),),
        most_tokens=50,
        within_seconds=5.0,
    )
    step = ask(script.goal, route)
    token = await token_of_question(run, step, route, body, world.tenant, clock.now())
    said = body.model_dump(mode="json")
    longer = {**said, "most_tokens": 500}
    other = {**said, "question_id": question_id("turn", "another")}

    async def asked(name: str, sent: Any, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        path = f"/v1/model-routes/{name}/questions"
        return (await models.post(path, json=sent, headers=headers)).status_code

    before = len(await script.asked())
    assert [await asked("own", said, each) for each in ("", "x", token[:-4])] == [401, 401, 401]
    assert [await asked("own", each, token) for each in (longer, other)] == [403, 403]
    stops = AgentStops(agent_id=run.agent_id, versions={run.agent_version: "rcl_1"})
    batch = Batch()
    batch.put(STOPS, run.agent_id, {"state": stops.model_dump_json()})
    await world.store.commit(batch)
    assert await asked("own", said, token) == 403
    batch.writes.clear()
    batch.delete(STOPS, run.agent_id)
    await world.store.commit(batch)
    await routed(world, model, "other")
    answer = await models.post(
        "/v1/model-routes/other/questions",
        json=said,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.json()["failure"] == "model_changed"
    assert len(await script.asked()) == before
