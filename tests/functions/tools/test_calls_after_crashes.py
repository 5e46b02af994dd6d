"""Processes that die at any call to the store: what the server saw says how often a call acted."""

from datetime import timedelta
from typing import Any

import pytest

from functions.tools.own import operations
from functions.tools.own.targets import ANSWERED_WITHIN_SECONDS
from functions.tools.rules.invocation import UNDER_WAY
from functions.tools.service import attempt
from tests.deaths import Death, at_each_death, dies
from tests.functions.tools.worlds import COUNTER, LEDGER, Call, World

pytestmark = pytest.mark.repeats

ADD, APPEND = Call(COUNTER), Call(LEDGER)
NOTIFY = Call("assent/people.notify", {"to": ["gala"], "text": "Done."})


async def _warm(world: World) -> None:
    """Lets the process know what it reads only now and then, and in the background."""
    await world.invoke(Call("assent/people.notify", {"to": ["gala"], "text": "Soon."}))


@at_each_death
async def test_an_idempotent_call_acts_once(world: World, death: Death) -> None:
    await _warm(world)
    await dies(world.cloud, lambda: world.invoke(ADD), death)
    assert (await world.invoke(ADD))["output"]["value"] == {"value": 3}
    assert await world.counter() == {"value": 3, "additions": 1}


@at_each_death
async def test_people_are_told_once(world: World, death: Death) -> None:
    await _warm(world)
    await dies(world.cloud, lambda: world.invoke(NOTIFY), death)
    first = await world.invoke(NOTIFY)
    assert first["status"] == "confirmed"
    assert await world.invoke(NOTIFY) == first


@at_each_death
async def test_what_is_not_idempotent_acts_at_most_once_and_no_doubt_is_hidden(
    world: World, death: Death, later: Any
) -> None:
    await _warm(world)
    await dies(world.cloud, lambda: world.invoke(APPEND), death)
    soon = await world.invoke(APPEND)
    later(UNDER_WAY + timedelta(seconds=1))
    answer = await world.invoke(APPEND)
    lines = await world.lines()
    assert len(lines) <= 1
    if answer["status"] == "confirmed":
        assert lines == ["x"]
    else:
        assert answer["status"] == "doubtful"
        assert soon["status"] == "dispatched"
    assert await world.invoke(APPEND) == answer
    assert await world.lines() == lines


@pytest.mark.parametrize("call", [ADD, APPEND], ids=["idempotent", "not"])
async def test_a_process_that_dies_while_it_acts(
    world: World, call: Call, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: Any = operations.ACTS
    act = acts[call.operation]

    async def killed(given: Any) -> Any:
        await act(given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(acts, call.operation, killed)
        with pytest.raises(KeyboardInterrupt):
            await world.invoke(call)
    later(UNDER_WAY + timedelta(seconds=1))
    answer = await world.invoke(call)
    if call is ADD:
        assert answer["status"] == "confirmed"
        assert await world.counter() == {"value": 3, "additions": 1}
    else:
        assert answer["status"] == "doubtful"
        assert await world.lines() == ["x"]


async def test_whoever_begins_too_late_does_not_act(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "BEGINS_WITHIN_SECONDS", -1.0)
    answer = await world.invoke(APPEND)
    assert (answer["status"], answer["may_be_repeated"]) == ("refused", True)
    assert await world.lines() == []


def test_a_call_begins_and_ends_before_anybody_may_doubt_it() -> None:
    longest = attempt.BEGINS_WITHIN_SECONDS + ANSWERED_WITHIN_SECONDS
    assert timedelta(seconds=longest) < UNDER_WAY
