"""Processes that die at any call to the store while an agent elsewhere waits: each act has one
receipt, and none is repeated that must not be."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.tools.rules.invocation import UNDER_WAY
from tests.deaths import Death, at_each_death, dies
from tests.functions.tools.elsewhere import ADD, COUNTER, LEDGER, LINE, Elsewhere
from tests.functions.tools.worlds import World

pytestmark = pytest.mark.repeats


async def told(elsewhere: Elsewhere, name: str, arguments: Any) -> dict[str, Any]:
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": name, "arguments": arguments},
    }
    answer = (await elsewhere.post(json.dumps(message))).json()
    said: dict[str, Any] = answer["result"]["structuredContent"]
    return said


@at_each_death
async def test_an_assent_acts_at_most_once(world: World, death: Death, later: Any) -> None:
    elsewhere = Elsewhere(world)
    await elsewhere.serves()
    asked = await told(elsewhere, LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"])
    await dies(world.cloud, lambda: told(elsewhere, LEDGER, LINE), death)
    later(UNDER_WAY + timedelta(seconds=1))
    after = await told(elsewhere, LEDGER, LINE)

    lines = await world.lines()
    assert len(lines) <= 1
    if after["status"] == "confirmed":
        assert lines == ["x"]
    elif after["status"] == "pending":
        # The first had ended: its assent is used.
        assert after["approval_id"] != asked["approval_id"]
        assert [each["outcome"] for each in await elsewhere.receipts()] == ["confirmed"]
    else:
        assert after["status"] == "doubtful"
    await told(elsewhere, LEDGER, LINE)
    assert await world.lines() == lines


@at_each_death
async def test_each_act_at_a_target_with_a_key_has_one_receipt(
    world: World, death: Death, later: Any
) -> None:
    elsewhere = Elsewhere(world)
    await elsewhere.serves()
    # The process then knows what it reads only now and then.
    await told(elsewhere, LEDGER, LINE)
    await dies(world.cloud, lambda: told(elsewhere, COUNTER, ADD), death)
    later(UNDER_WAY + timedelta(seconds=1))
    assert (await told(elsewhere, COUNTER, ADD))["status"] == "confirmed"

    confirmed = [each for each in await elsewhere.receipts() if each["outcome"] == "confirmed"]
    assert len({each["invocation_id"] for each in confirmed}) == len(confirmed)
    assert (await world.counter())["additions"] == len(confirmed)
