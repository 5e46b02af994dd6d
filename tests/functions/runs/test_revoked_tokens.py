"""A single token is dead from now on, and with it whatever was made of it."""

from typing import Any

import pytest

from functions.runs.service import bursts
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
    real, tokens = bursts.invoke, []

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
    real, views = bursts.invoke, []

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
