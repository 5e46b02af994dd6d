"""A plan allows a tenant so many tokens of models in a month: they are held before a call, and
counted after it."""

import pytest

from shared.kit.control import Control, Subscribed
from tests.functions.models.worlds import World
from tests.limited import forget_controls, has_control, has_used, limit_plans

pytestmark = pytest.mark.platform


async def test_a_call_that_may_use_more_than_is_left_is_refused_and_a_smaller_one_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_plans(monkeypatch)
    await world.script("few", {"text": "yes"}, {"text": "yes"})
    await has_used(world.store, tokens=8_000)
    refused = await world.chat("few", max_tokens=1_000)
    assert refused.status_code == 429, refused.text
    assert refused.headers["x-should-retry"] == "false"
    error = refused.json()["error"]
    assert error["code"] == "quota_exhausted"
    assert "the plan Free allows 10000 tokens of models a month" in error["message"]
    assert "of which 2000 are left; this may need" in error["message"]
    assert await world.asked("few") == []

    assert (await world.chat("few", max_tokens=20)).status_code == 200
    budget = await world.budget()
    assert budget is not None
    (call,) = await world.calls()
    # What the provider counted, not what was held.
    assert budget.tokens == 8_000 + sum(call.tokens.model_dump().values())
    assert budget.held_tokens == 0
    assert budget.tokens < 8_000 + call.reserved_tokens

    await has_control(world.store, Control(subscription=Subscribed(plan="pro")))
    forget_controls(monkeypatch)
    assert (await world.chat("few", max_tokens=1_000)).status_code == 200


async def test_what_nobody_says_counts_as_all_that_was_held_and_what_is_refused_as_nothing(
    world: World,
) -> None:
    await world.script("silent", {"text": "well", "usage": None}, {"status": 400})
    assert (await world.chat("silent")).status_code == 200
    assert (await world.chat("silent")).status_code == 400
    calls = {each.status: each for each in await world.calls()}
    budget = await world.budget()
    assert budget is not None
    assert (budget.tokens, budget.held_tokens) == (calls["unknown"].reserved_tokens, 0)
