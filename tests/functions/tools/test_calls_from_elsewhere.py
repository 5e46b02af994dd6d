"""Calls that an agent elsewhere makes by the official client of the protocol, on real emulators."""

import pytest

from tests.functions.tools.connecting import Desk
from tests.functions.tools.elsewhere import ADD, COUNTER, LEDGER, LEGACY, LINE, MODERN, Elsewhere
from tests.functions.tools.worlds import World


@pytest.fixture
async def elsewhere(world: World) -> Elsewhere:
    found = Elsewhere(world)
    await found.serves()
    return found


@pytest.mark.parametrize("mode", [MODERN, LEGACY])
async def test_the_official_client_lists_tools_and_reads_of_a_connector(
    elsewhere: Elsewhere, mode: str
) -> None:
    desk = Desk(elsewhere.world)
    await desk.active()
    async with elsewhere.client(mode=mode) as client:
        listed = (await client.list_tools()).tools
        read = await client.call_tool("newsroom__articles_read", {"id": 1})

    assert {each.name for each in listed} == {
        *(COUNTER, LEDGER, "newsroom__articles_read", "newsroom__articles_create"),
    }
    told = read.structured_content
    assert told["status"] in ("confirmed", "refused"), told
    (receipt,) = await elsewhere.receipts()
    assert receipt["receipt_id"] == told["receipt_id"]
    assert receipt["operation"] == "newsroom/articles.read"
    assert receipt.get("run_id") is None


async def test_what_can_be_undone_goes_through_each_time(elsewhere: Elsewhere) -> None:
    first = await elsewhere.called(COUNTER, ADD)
    second = await elsewhere.called(COUNTER, ADD)

    assert [first["output"], second["output"]] == [{"value": 3}, {"value": 6}]
    assert first["invocation_id"] != second["invocation_id"]
    assert [each["outcome"] for each in await elsewhere.receipts()] == ["confirmed"] * 2


async def test_a_grave_call_waits_for_a_person_and_acts_once(elsewhere: Elsewhere) -> None:
    asked = await elsewhere.called(LEDGER, LINE)
    again = await elsewhere.called(LEDGER, LINE)
    assert asked["status"] == again["status"] == "pending"
    assert asked["approval_id"] == again["approval_id"]
    assert asked["url"].endswith(f"/v1/approvals/{asked['approval_id']}")
    assert await elsewhere.world.lines() == []

    await elsewhere.decide(asked["approval_id"])
    done = await elsewhere.called(LEDGER, LINE)
    third = await elsewhere.called(LEDGER, LINE)

    assert (done["status"], done["output"]) == ("confirmed", {"position": 1})
    assert third["status"] == "pending"
    assert third["approval_id"] != asked["approval_id"]
    assert await elsewhere.world.lines() == ["x"]
    (receipt,) = await elsewhere.receipts()
    assert receipt["approval_id"] == asked["approval_id"]
    assert receipt["assented_by"] == "gala"
