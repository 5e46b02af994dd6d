"""One call acts once, however often it is asked, and what became of it is recorded."""

import asyncio

import pytest

from tests.functions.tools.worlds import COUNTER, LEDGER, Call, World

ADD, APPEND = Call(COUNTER), Call(LEDGER)


async def test_a_call_of_an_idempotent_operation_acts_once_however_often_it_is_asked(
    world: World,
) -> None:
    first = await world.invoke(ADD)
    assert first["status"] == "confirmed"
    assert first["output"] == {"value": {"value": 3}, "labels": []}
    again = await asyncio.gather(*(world.invoke(ADD) for _ in range(5)))
    assert all(each == first for each in again)
    assert await world.counter() == {"value": 3, "additions": 1}


async def test_calls_at_once_act_once(world: World) -> None:
    answers = await asyncio.gather(*(world.invoke(ADD) for _ in range(4)))
    assert {each["status"] for each in answers} == {"confirmed"}
    assert await world.counter() == {"value": 3, "additions": 1}


async def test_another_iteration_is_another_call(world: World) -> None:
    for iteration in (0, 1):
        await world.invoke(Call(iteration=iteration))
    assert await world.counter() == {"value": 6, "additions": 2}


async def test_a_call_that_is_not_idempotent_acts_once(world: World) -> None:
    first = await world.invoke(APPEND)
    assert first["status"] == "confirmed"
    assert first["output"]["value"] == {"position": 1}
    assert await world.invoke(APPEND) == first
    assert await world.lines() == ["x"]


async def test_calls_at_once_of_what_is_not_idempotent_act_once(world: World) -> None:
    answers = await asyncio.gather(*(world.invoke(APPEND) for _ in range(4)))
    assert await world.lines() == ["x"]
    assert {each["status"] for each in answers} <= {"confirmed", "dispatched"}
    assert (await world.invoke(APPEND))["status"] == "confirmed"


async def test_what_somebody_assented_to_acts(world: World) -> None:
    token = await world.assented(ADD)
    assert (await world.invoke(ADD, token))["status"] == "confirmed"


async def test_a_person_sees_what_became_of_a_call(world: World) -> None:
    done = await world.invoke(ADD)
    answer = await world.shown(ADD)
    assert answer.status_code == 200, answer.text
    assert answer.json() == done


@pytest.mark.parametrize(("call", "commits"), [(ADD, 1), (APPEND, 2)], ids=["idempotent", "not"])
async def test_a_call_costs_three_reads_and_its_commits(
    world: World, call: Call, commits: int
) -> None:
    await world.invoke(Call(COUNTER, step="first"))
    answer = await world.post(call.body(), await world.token(call))
    assert answer.json()["status"] == "confirmed"
    parts = (each.split("=") for each in answer.headers["assent-cost"].split(", "))
    cost = {name: int(number) for name, number in parts}
    reads = {"firestore-reads": 2 + commits, "firestore-deletes": 0}
    writes = {"firestore-commits": commits, "firestore-writes": commits}
    assert cost == {**reads, **writes}
