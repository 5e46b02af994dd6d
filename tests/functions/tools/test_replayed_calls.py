"""What a replay's token opens: what is recorded, and what only computes. Nothing acts, and nothing
is stored."""

import ast
from pathlib import Path
from typing import Any

import pytest

from events.operations import OPERATIONS
from functions.tools.own.operations import ACTS
from functions.tools.service import replay, served_operations
from tests.functions.tools.worlds import COUNTER, LEDGER, Call, World

pytestmark = pytest.mark.usefixtures("buckets")

ADD, APPEND = Call(COUNTER), Call(LEDGER)
SUM = Call("assent/transform.apply", {"expression": "data + 1", "data": 1})
WRITE = Call("assent/artifacts.write", {"name": "a", "text": "b"})
TELL = Call("assent/people.notify", {"to": ["gala"], "text": "done"})
EVERY = [ADD, APPEND, SUM, WRITE, TELL]


async def _stored(world: World) -> dict[str, Any]:
    """All that the tenant has in the collections of `tools` and in its log."""
    return {
        name: [each.data async for each in world.store.find_all(name)]
        for name in ("invocations", "artifacts", "contents", "events")
    }


async def _replayed(world: World, call: Call) -> Any:
    return await world.invoke(call, await world.token(call, purpose="replay"))


@pytest.mark.parametrize("call", EVERY, ids=lambda each: each.operation)
async def test_a_replay_of_what_was_not_done_does_nothing(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_operations, "ACTS", dict.fromkeys(ACTS))
    before = await _stored(world)
    answer = await _replayed(world, call)
    if call is SUM:
        assert (answer["status"], answer["output"]["value"]) == ("confirmed", {"result": 2})
    else:
        assert (answer["status"], answer["may_be_repeated"]) == ("refused", False)
    assert await _stored(world) == before
    assert (await world.shown(call)).status_code == 404
    assert await world.counter() == {"value": 0, "additions": 0}
    assert await world.lines() == []


@pytest.mark.parametrize("call", EVERY, ids=lambda each: each.operation)
async def test_a_replay_of_what_was_done_is_answered_what_is_recorded(
    world: World, call: Call
) -> None:
    done = await world.invoke(call)
    before = await _stored(world)
    counted, lines = await world.counter(), await world.lines()
    again = await _replayed(world, call)
    assert (again["status"], again["output"]) == (done["status"], done["output"])
    assert again["cost_usd_micros"] == 0
    assert await _stored(world) == before
    assert (await world.counter(), await world.lines()) == (counted, lines)


async def test_the_token_of_a_replay_and_one_that_acts_are_not_each_other(world: World) -> None:
    assert (await _replayed(world, ADD))["status"] == "refused"
    assert (await world.invoke(ADD))["status"] == "confirmed"
    assert await world.counter() == {"value": 3, "additions": 1}


async def test_what_has_no_value_is_refused_alike(world: World) -> None:
    broken = Call("assent/transform.apply", {"expression": "data / 0", "data": 1})
    done, again = await world.invoke(broken), await _replayed(world, broken)
    assert (again["status"], again["reason"]) == (done["status"], done["reason"])


def test_what_serves_replays_knows_nothing_that_acts_or_stores() -> None:
    """Of the operations it imports two, which only compute; and nothing that commits."""
    tree = ast.parse(Path(replay.__file__).read_text(encoding="utf-8"))
    imported = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    where = ("functions.tools.own", "functions.tools.skills")
    own = {each for each in imported if each and each.startswith(where)}
    assert own == {
        "functions.tools.own.act",
        "functions.tools.own.transform",
        "functions.tools.skills.run",
    }
    names = {
        name.name
        for each in ast.walk(tree)
        if isinstance(each, ast.ImportFrom)
        for name in each.names
    }
    assert not names & {"RUN", "ACTS", "Command", "Transition", "Batch", "UnitOfWork"}
    assert {OPERATIONS[each].effect for each in replay.PURE} == {"read"}
