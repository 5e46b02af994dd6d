"""A single token is dead from now on, and with it whatever was made of it."""

from typing import Any

import pytest

from events.invocations import InvocationView
from events.plan_content import PlanStep, SubRun, Wait
from functions.runs.service import bursts, tools_client
from tests.functions.runs.worlds import World, add


async def revoke(world: World, token_id: str, *, status: int = 202) -> Any:
    answer = await world.post(f"/v1/tokens/{token_id}/revoke")
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_run_does_not_act_by_an_assent_that_was_revoked(world: World) -> None:
    run = await world.start(await world.plan(add("one", assent="plan"), add("two", assent="plan")))
    asked = await world.shown(run["run_id"])
    assert asked["token_id"].startswith(run["run_id"])
    dead = await revoke(world, asked["token_id"])
    assert dead == await revoke(world, asked["token_id"])
    assert dead["run_status"] == "cancelled"
    await world.settle()
    assert "cancelled" in await world.events("approval")
    ended = await world.shown(run["run_id"])
    assert (ended["status"], ended["failure"]["code"]) == ("cancelled", "token_revoked")
    assert (await world.counter())["value"] == 0
    assert (await world.events())[-1] == "cancelled"


async def test_a_burst_under_way_loses_its_token(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tokens = tools_client.invoke, list[str]()

    async def invoke(run: Any, call: Any, token: str, **fields: Any) -> Any:
        tokens.append(token)
        if len(tokens) == 2:
            await revoke(world, run.token_id)
        return await real(run, call, token, **fields)

    monkeypatch.setattr(bursts, "invoke", invoke)
    steps = [add(each, assent="plan") for each in ("one", "two", "three")]
    run = await world.start(await world.plan(*steps))
    await world.decide(run["run_id"])
    ended = await world.shown(run["run_id"])
    assert ended["status"] == "cancelled"
    assert await world.counter() == {"value": 1, "additions": 1}
    reasons = [(each["outcome"], each["reason"]) for each in await world.receipts()]
    assert reasons == [("confirmed", None), ("refused", "the token was revoked")]
    assert (await world.act(run["run_id"], "undo"))["is_undone"]
    assert (await world.counter())["value"] == 0


async def test_the_token_of_one_call_is_dead_and_its_run_gets_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, views = tools_client.invoke, list[InvocationView]()

    async def invoke(run: Any, call: Any, token: str, **fields: Any) -> Any:
        if not views:
            # Somebody who saw the token names it; the run has not used it yet.
            await revoke(world, token_id_in(token))
        views.append(await real(run, call, token, **fields))
        return views[-1]

    monkeypatch.setattr(bursts, "invoke", invoke)
    run = await world.start(await world.plan(add("only")))
    assert [each.status for each in views] == ["refused", "confirmed"]
    assert views[0].reason == "the token was revoked"
    assert (run["status"], (await world.counter())["value"]) == ("completed", 1)


def token_id_in(token: str) -> str:
    """The id of a token without assent, as its bearer finds it."""
    import biscuit_auth

    unverified: Any = biscuit_auth.UnverifiedBiscuit.from_base64(token)
    (run_id,) = [part for part in str(unverified.block_source(0)).split('"') if part[:4] == "run_"]
    return f"{run_id}.{unverified.revocation_ids[-1][:32]}"


async def test_only_a_token_of_a_run_that_one_sees_is_revoked(world: World) -> None:
    run = await world.start(await world.plan(add("only", assent="step")))
    token = (await world.shown(run["run_id"]))["token_id"]
    for id in ("tok_1", run["run_id"], token[:-1], token.replace("run_0", "run_1")):
        await revoke(world, id, status=404)
    for other in (world.within("wsp_ward"), world.of("eve", "analyst")):
        answer = await other.post(f"/v1/tokens/{token}/revoke")
        assert answer.status_code == (404 if other.workspace else 403)
    assert (await world.shown(run["run_id"]))["status"] == "awaiting_approval"


OTHER = "agt_01JD3B1M1B0000000000000002"


async def _with_a_part(world: World, *steps: PlanStep, **step: Any) -> tuple[Any, Any]:
    """A run, and the one of another agent that its step starts and that it waits for."""
    await world.agent(agent_id=OTHER)
    inner = await world.plan(*steps, status="compiled", agent_id=OTHER)
    below = PlanStep(id="below", does=SubRun(plan_hash=inner), **step)
    run = await world.start(await world.plan(add("one"), below))
    if run["status"] == "awaiting_approval":
        await world.decide(run["run_id"])
    part = next(each for each in await world.listed() if each["depth"] == 1)
    return await world.shown(run["run_id"]), part


async def test_the_runs_below_one_whose_token_was_revoked_end_with_it(world: World) -> None:
    steps = PlanStep(id="rest", does=Wait(seconds=3600)), add("inner", 10)
    run, part = await _with_a_part(world, *steps, assent="step")
    assert (run["waiting"]["kind"], part["waiting"]["kind"]) == ("run", "time")
    dead = await revoke(world, run["token_id"])
    assert dead["run_status"] == "cancelled"
    await world.settle()
    assert {each["status"] for each in await world.listed()} == {"cancelled"}
    assert (await world.shown(run["run_id"]))["failure"]["code"] == "token_revoked"
    assert (await world.counter())["value"] == 1


async def test_revoking_what_a_part_asked_assent_for_ends_the_whole(world: World) -> None:
    run, part = await _with_a_part(world, add("inner", 10, assent="step"))
    assert part["status"] == "awaiting_approval"
    dead = await revoke(world, part["token_id"])
    assert (dead["run_id"], dead["run_status"]) == (run["run_id"], "cancelled")
    await world.settle()
    assert {each["status"] for each in await world.listed()} == {"cancelled"}
    assert (await world.approval(part["run_id"]))["status"] == "cancelled"


async def test_a_revoked_token_that_was_handed_to_another_agents_run_is_dead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, views = tools_client.invoke, list[InvocationView]()

    async def invoke(run: Any, call: Any, token: str, **fields: Any) -> Any:
        if call.step == "inner":
            await revoke(world, (await world.listed(status="running"))[-1]["token_id"])
        views.append(await real(run, call, token, **fields))
        return views[-1]

    monkeypatch.setattr(bursts, "invoke", invoke)
    await _with_a_part(world, add("inner", 10, assent="plan"), assent="step")
    assert [each.status for each in views] == ["confirmed", "refused"]
    assert views[1].reason == "the token was revoked"
    assert (await world.counter())["value"] == 1
    assert {each["status"] for each in await world.listed()} == {"cancelled"}
