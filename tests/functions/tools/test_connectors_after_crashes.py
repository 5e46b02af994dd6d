"""Processes that die at any call to a store while a connector is called: what the service has says
how often the call acted."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from functions.tools.http.call import call_http
from functions.tools.rules.invocation import UNDER_WAY
from functions.tools.service import connected_calls
from tests.deaths import Death, at_each_death, dies
from tests.functions.tools.connecting import APPEND, CREATE, Desk, call
from tests.functions.tools.worlds import Call, World


def _title() -> str:
    return f"t-{uuid.uuid4().hex[:12]}"


async def _warm(world: World, desk: Desk) -> Any:
    """The active connector, in a process that knows what it reads only now and then."""
    connector = await desk.active()
    await world.invoke(call(CREATE, connector, title=_title()))
    return connector


@at_each_death
async def test_a_call_with_a_key_acts_once(world: World, death: Death) -> None:
    desk, title = Desk(world), _title()
    made = call(CREATE, await _warm(world, desk), title=title)
    await dies(world.cloud, lambda: world.invoke(made), death)
    assert (await world.invoke(made))["status"] == "confirmed"
    assert len(await desk.articles(title)) == 1


@at_each_death
async def test_a_call_without_a_key_acts_at_most_once_and_no_doubt_is_hidden(
    world: World, death: Death, later: Any
) -> None:
    desk, title = Desk(world), _title()
    made = call(APPEND, await _warm(world, desk), title=title)
    await dies(world.cloud, lambda: world.invoke(made), death)
    await world.invoke(made)
    later(UNDER_WAY + timedelta(seconds=1))
    answer = await world.invoke(made)
    found = len(await desk.articles(title))
    assert found <= 1
    assert (answer["status"], found) in {("confirmed", 1), ("doubtful", 0), ("doubtful", 1)}
    assert await world.invoke(made) == answer
    assert len(await desk.articles(title)) == found


@pytest.mark.parametrize("operation", [CREATE, APPEND], ids=["idempotent", "not"])
async def test_a_process_that_dies_between_the_answer_and_the_commit(
    world: World, operation: str, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, title = Desk(world), _title()
    made: Call = call(operation, await _warm(world, desk), title=title)
    send: Any = call_http

    async def killed(*given: Any, **more: Any) -> Any:
        await send(*given, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(connected_calls, "call_http", killed)
        with pytest.raises(KeyboardInterrupt):
            await world.invoke(made)
    later(UNDER_WAY + timedelta(seconds=1))
    answer = await world.invoke(made)
    assert answer["status"] == ("confirmed" if operation == CREATE else "doubtful")
    assert len(await desk.articles(title)) == 1


async def test_what_was_changed_after_it_may_have_acted_is_doubtful(world: World) -> None:
    desk, title = Desk(world), _title()
    made = call(CREATE, await _warm(world, desk), title=title)
    await desk.fail(cut=1)
    first = await world.post(made.body(), await world.token(made))
    assert first.status_code == 503
    await desk.sent("PATCH", "/v1/connectors/newsroom", {"effects": {"articles.read": "send"}})
    answer = await world.invoke(made, again=True)
    assert answer["status"] == "doubtful", answer
    assert len(await desk.articles(title)) == 1
