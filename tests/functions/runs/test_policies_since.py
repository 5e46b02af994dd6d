"""A policy that is published while a run rests is asked once somebody lets it go on, and before
each call that is left."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from functions.runs.aggregates import RUN
from functions.runs.api import ROUTER
from shared.runtime.app import create_api
from tests.functions.runs.worlds import World, add, append

ABOUT_RUNS = """
@id("not-this-one")
@because("runs of this capsule rest until the review")
forbid (principal, action in [Action::"runs.resume", Action::"runs.retry"], resource is Run)
when {{ {when} }};
"""
ABOUT_CALLS = """
@id("no-more-lines")
@because("nobody writes lines any more")
forbid (principal, action == Action::"tools.invoke", resource is Invocation)
when { resource.operation == "assent/ledger.append" };
"""


@pytest.fixture
async def world(world: World) -> AsyncIterator[World]:
    """The same, whose calls of the API the tenant's own policies judge too."""
    app = create_api(function="runs", router=ROUTER, run=RUN)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://runs") as client:
        yield replace(world, runs=client)


async def _paused(world: World, *steps: Any) -> Any:
    """A run that somebody paused after its first step."""
    run = await world.start(await world.plan(add("one"), add("two", assent="step"), *steps))
    assert (run["status"], run["done"]) == ("awaiting_approval", 1)
    return await world.act(run["run_id"], "pause")


async def test_a_policy_since_the_pause_says_who_may_resume_which_run(world: World) -> None:
    run = await _paused(world)
    about = f'resource.capsule == "{run["capsule"]}" && resource.done == 1'
    await world.publish("not-this-one", ABOUT_RUNS.format(when=about))
    refused = await world.post(f"/v1/runs/{run['run_id']}/resume")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert refused.json()["detail"] == "runs of this capsule rest until the review"
    assert (await world.shown(run["run_id"]))["status"] == "paused"
    # Who is refused leaves a trace, and others are not.
    assert [each for each in await world.log() if "refused" in each.type or "denied" in each.type]
    elsewhere = 'resource.capsule == "another" || resource.failure == "doubtful"'
    await world.publish("not-this-one", ABOUT_RUNS.format(when=elsewhere))
    assert (await world.act(run["run_id"], "resume"))["status"] == "awaiting_approval"


async def test_a_policy_since_the_pause_refuses_the_calls_that_are_left(world: World) -> None:
    run = await _paused(world, append("note"), add("last"))
    await world.publish("no-more-lines", ABOUT_CALLS)
    assert (await world.act(run["run_id"], "resume"))["status"] == "awaiting_approval"
    await world.decide(run["run_id"])
    ended = await world.shown(run["run_id"])
    assert (ended["status"], ended["done"]) == ("failed", 2)
    assert (ended["failure"]["step"], ended["failure"]["code"]) == ("note", "call_refused")
    assert "no-more-lines forbids it" in ended["failure"]["detail"]
    *_, refused = await world.receipts()
    assert (refused["outcome"], refused["step"]) == ("refused", "note")
    assert "no-more-lines" in refused["decision"]
    # What came before it stands, and nothing came after.
    assert (await world.counter())["additions"] == 2
    assert await world.lines() == []


@pytest.mark.parametrize("forbids", [True, False])
async def test_a_failed_run_is_tried_again_as_the_policies_are_now(
    world: World, forbids: bool
) -> None:
    await world.publish("no-more-lines", ABOUT_CALLS)
    run = await world.start(await world.plan(add("one"), append("note")))
    assert (run["status"], run["done"]) == ("failed", 1)
    when = 'resource.failure == "call_refused" && resource.step == "note"'
    text = ABOUT_RUNS.format(when=when) if forbids else ABOUT_RUNS.format(when="false")
    await world.publish("not-this-one", text)
    retried = await world.post(f"/v1/runs/{run['run_id']}/retry")
    assert retried.status_code == (403 if forbids else 202)
    await world.settle()
    shown = await world.shown(run["run_id"])
    assert shown["status"] == ("failed" if forbids else "completed")
    assert (await world.counter())["additions"] == 1
