"""What nobody knows is doubtful: it is never repeated, and a person settles it."""

from typing import Any

import httpx
import pytest

from functions.tools import settings
from tests.bearers import authorization
from tests.functions.tools.worlds import COUNTER, LEDGER, Call, World

ADD, APPEND = Call(COUNTER), Call(LEDGER)
HAPPENED = {"happened": True, "output": {"position": 1}, "note": "I read the ledger."}
DID_NOT = {"happened": False, "note": "The ledger is empty."}


async def _settle(
    world: World, body: Any, *, roles: tuple[str, ...] = ("governor",), by: str = "gala"
) -> httpx.Response:
    headers = authorization(world.key, by, world.tenant, ("governance:write",), roles)
    path = f"/v1/invocations/{APPEND.id}/settle"
    return await world.tools.post(path, json=body, headers=headers)


async def test_a_server_that_drops_its_answer_leaves_doubt(world: World) -> None:
    await world.fail(drop=1)
    answer = await world.invoke(APPEND)
    assert (answer["status"], answer["reason"]) == ("doubtful", "the server did not answer")
    assert await world.lines() == ["x"]
    for _ in range(3):
        assert (await world.invoke(APPEND)) == answer
    assert await world.lines() == ["x"]


async def test_a_server_that_fails_leaves_doubt(world: World) -> None:
    await world.fail(refuse=1)
    answer = await world.invoke(APPEND)
    assert answer["status"] == "doubtful"
    assert (await world.invoke(APPEND)) == answer
    assert await world.lines() == []


async def test_an_idempotent_call_whose_answer_was_dropped_is_asked_again(world: World) -> None:
    await world.fail(drop=1)
    first = await world.post(ADD.body(), await world.token(ADD))
    assert (first.status_code, first.json()["code"]) == (503, "unavailable")
    assert (await world.invoke(ADD))["output"]["value"] == {"value": 3}
    assert await world.counter() == {"value": 3, "additions": 1}


async def test_a_server_that_cannot_be_reached_had_no_effect(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_TARGETS_URL", "http://127.0.0.1:9")
    settings.settings.cache_clear()
    answer = await world.invoke(APPEND)
    assert (answer["status"], answer["may_be_repeated"]) == ("refused", True)
    monkeypatch.undo()
    settings.settings.cache_clear()
    assert (await world.invoke(APPEND, await world.assented(APPEND)))["status"] == "confirmed"
    assert await world.lines() == ["x"]


async def test_a_call_that_may_have_acted_before_is_doubtful_where_it_is_refused_now(
    world: World,
) -> None:
    await world.agent(status="suspended")
    answer = await world.invoke(ADD, again=True)
    assert answer["status"] == "doubtful"
    assert "it may have acted" in answer["reason"]


async def test_a_person_says_that_it_happened(world: World) -> None:
    await world.fail(drop=1)
    await world.invoke(APPEND)
    answer = await _settle(world, HAPPENED)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "confirmed"
    assert answer.json()["settled_by"] == "gala"
    assert (await world.invoke(APPEND)) == answer.json()
    assert (await _settle(world, HAPPENED)).json() == answer.json()
    assert (await _settle(world, DID_NOT)).status_code == 409
    assert await world.lines() == ["x"]


async def test_a_person_says_that_it_did_not_happen_and_it_is_tried_again(world: World) -> None:
    await world.fail(refuse=1)
    await world.invoke(APPEND)
    answer = await _settle(world, DID_NOT)
    assert (answer.json()["status"], answer.json()["may_be_repeated"]) == ("refused", True)
    assert (await world.invoke(APPEND, await world.assented(APPEND)))["status"] == "confirmed"
    assert await world.lines() == ["x"]


@pytest.mark.parametrize("roles", [("service_runtime",), ("developer",), ("end_user",)])
async def test_who_may_not_settle(world: World, roles: tuple[str, ...]) -> None:
    await world.fail(drop=1)
    await world.invoke(APPEND)
    answer = await _settle(world, HAPPENED, roles=roles)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_only_what_is_doubtful_is_settled_and_only_with_its_own_output(world: World) -> None:
    assert (await _settle(world, HAPPENED)).status_code == 404
    await world.invoke(APPEND)
    assert (await _settle(world, DID_NOT)).status_code == 409
    await world.fail(drop=1)
    other = Call(LEDGER, step="other")
    await world.invoke(other)
    headers = authorization(world.key, "gala", world.tenant, ("governance:write",), ("governor",))
    path = f"/v1/invocations/{other.id}/settle"
    body = {**HAPPENED, "output": {"place": 1}}
    answer = await world.tools.post(path, json=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "output")
