"""Calls that an agent elsewhere makes by the official client of the protocol, on real emulators."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from mcp_types import ElicitResult

from shared.artifacts import room
from shared.artifacts.reading import read_artifacts
from shared.artifacts.room import Room
from shared.budgets.reached import REACHED_QUOTAS
from shared.kit import clock
from shared.kit.instants import format_instant
from tests.functions.tools.connecting import Desk
from tests.functions.tools.elsewhere import (
    ADD,
    COUNTER,
    LEDGER,
    LEGACY,
    LINE,
    MODERN,
    Elsewhere,
    right,
)
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
    kept = await desk.sent("GET", f"/v1/invocations/{told['invocation_id']}")
    assert kept["target_labels"] == ["from:newsroom", "untrusted"]


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


async def test_a_client_that_opens_addresses_is_asked_once_and_acts_if_approved_by_then(
    elsewhere: Elsewhere,
) -> None:
    shown: list[str] = []

    async def approves(_: Any, params: Any) -> ElicitResult:
        shown.append(params.url)
        await elsewhere.decide(params.url.rpartition("/")[2])
        return ElicitResult(action="accept")

    done = await elsewhere.called(LEDGER, LINE, elicitation_callback=approves)

    assert (done["status"], done["is_error"]) == ("confirmed", False)
    assert len(shown) == 1
    assert await elsewhere.world.lines() == ["x"]


@pytest.mark.parametrize(
    ("action", "status"), [("accept", "pending"), ("cancel", "pending"), ("decline", "withdrawn")]
)
async def test_a_client_that_was_asked_hears_what_stands(
    elsewhere: Elsewhere, action: Any, status: str
) -> None:
    async def answers(_: Any, __: Any) -> ElicitResult:
        return ElicitResult(action=action)

    told = await elsewhere.called(LEDGER, LINE, elicitation_callback=answers)

    assert told["status"] == status
    withdrawn = await elsewhere.events("assent.direct_call.withdrawn.v1")
    assert [each["ends"] for each in withdrawn] == [told["approval_id"]] * (status == "withdrawn")
    again = await elsewhere.called(LEDGER, LINE, mode=LEGACY)
    assert (again["approval_id"] == told["approval_id"]) == (status == "pending")


async def test_what_was_approved_is_this_call_and_no_other(elsewhere: Elsewhere) -> None:
    asked = await elsewhere.called(LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"])

    changed = await elsewhere.called(LEDGER, {**LINE, "line": "y"})
    assert changed["status"] == "pending"
    assert changed["approval_id"] != asked["approval_id"]
    # The approval of one call under the id that another waits for.
    await elsewhere.decide(
        changed["approval_id"],
        decision_hash=(await elsewhere.question(asked["approval_id"]))["content_hash"],
    )
    assert (await elsewhere.called(LEDGER, {**LINE, "line": "y"}))["status"] == "pending"
    assert await elsewhere.world.lines() == []


async def test_a_decision_that_approvals_did_not_sign_is_refused(elsewhere: Elsewhere) -> None:
    asked = await elsewhere.called(LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"], forged=True)

    with pytest.raises(BaseExceptionGroup):
        await elsewhere.called(LEDGER, LINE)
    assert await elsewhere.world.lines() == []


async def test_an_old_assent_asks_again_and_a_refusal_stands(elsewhere: Elsewhere) -> None:
    long_ago = format_instant(clock.now() - timedelta(hours=25))
    asked = await elsewhere.called(LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"], decided_at=long_ago)
    again = await elsewhere.called(LEDGER, LINE)
    assert (again["status"], again["approval_id"] == asked["approval_id"]) == ("pending", False)

    await elsewhere.decide(again["approval_id"], "rejected")
    refused = await elsewhere.called(LEDGER, LINE)
    assert (refused["status"], refused["is_error"]) == ("refused", True)
    assert again["approval_id"] in refused["reason"]
    await elsewhere.decide(again["approval_id"], "rejected", decided_at=long_ago)
    assert (await elsewhere.called(LEDGER, LINE))["status"] == "pending"


async def test_a_changed_connector_is_another_call(elsewhere: Elsewhere) -> None:
    desk = Desk(elsewhere.world)
    await desk.active()
    create = ("newsroom__articles_create", {"title": "t"})
    asked = await elsewhere.called(*create)
    await elsewhere.decide(asked["approval_id"])
    changed = await desk.sent(
        "PATCH", "/v1/connectors/newsroom", {"effects": {"articles.read": "draft"}}
    )
    suspended = await elsewhere.called("newsroom__articles.create", {"title": "t"})
    await desk.activate(changed["pin"])
    again = await elsewhere.called(*create)

    assert (suspended["status"], suspended["reason"]) == ("refused", "the connector is suspended")
    assert (again["status"], again["approval_id"] == asked["approval_id"]) == ("pending", False)


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("assent__people_notify", {"to": ["gala"], "text": "x"}, "may never do it"),
        ("assent__artifacts.write", {"name": "a", "text": "b"}, "no right to it"),
        (COUNTER, {"counter": "visits"}, "not what the operation takes"),
        ("nowhere__things.read", {}, "no such connector"),
    ],
)
async def test_what_no_approval_allows_is_refused_with_a_receipt(
    elsewhere: Elsewhere, name: str, arguments: dict[str, Any], reason: str
) -> None:
    if name == "assent__people_notify":
        name = "assent__people.notify"
    told = await elsewhere.called(name, arguments)

    assert (told["status"], told["is_error"]) == ("refused", True)
    assert reason in told["reason"]
    (receipt,) = await elsewhere.receipts()
    assert (receipt["outcome"], receipt["receipt_id"]) == ("refused", told["receipt_id"])


@pytest.mark.parametrize("is_asked", [False, True])
@pytest.mark.usefixtures("buckets")
async def test_a_file_that_an_agent_elsewhere_writes_is_kept_as_untrusted(
    elsewhere: Elsewhere, is_asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(room.ROOM, "team", Room(200, 20, 9))
    write = right("assent/artifacts.write", "draft")
    held = {"with_approval" if is_asked else "alone": [write]}
    await elsewhere.serves({"alone": [], "with_approval": [], "never": [], **held})
    said = {"name": "notes.txt", "text": f"{elsewhere.world.tenant:19.19}"}
    told = await elsewhere.called("assent__artifacts.write", said)
    if is_asked and told["status"] == "pending":
        await elsewhere.decide(told["approval_id"])
        told = await elsewhere.called("assent__artifacts.write", said)
    assert told["status"] == "confirmed", told
    artifact_id = told["output"]["artifact_id"]
    kept = await read_artifacts(elsewhere.world.store, [artifact_id], None)
    found = kept[artifact_id]
    assert (found.status, found.labels, found.run_id) == ("stored", ("untrusted",), None)
    noted = elsewhere.world.store.find_all(REACHED_QUOTAS.collection)
    assert [REACHED_QUOTAS.state_in(each.data).reached async for each in noted] == [95]


async def test_limits_of_the_envelope_hold(elsewhere: Elsewhere) -> None:
    alone = right(
        "assent/counter.add", undo="assent/counter.add", per_day=1, only={"counter": ["v*"]}
    )
    await elsewhere.serves({"alone": [alone], "with_approval": [], "never": []})

    inside = await elsewhere.called(COUNTER, ADD)
    often = await elsewhere.called(COUNTER, ADD)
    beyond = await elsewhere.called(COUNTER, {**ADD, "counter": "x"})

    assert inside["status"] == "confirmed"
    assert (often["status"], often["reason"]) == ("refused", "the agent may call it 1 times a day")
    assert beyond["status"] == "refused"


async def test_an_agent_that_does_not_serve_does_nothing(elsewhere: Elsewhere) -> None:
    await elsewhere.serves(status="suspended")
    async with elsewhere.client() as client:
        assert (await client.list_tools()).tools == []
    told = await elsewhere.called("assent__counter.add", ADD)
    assert (told["status"], told["reason"]) == ("refused", "the agent does not serve")


async def test_of_calls_at_the_same_time_one_uses_the_assent(elsewhere: Elsewhere) -> None:
    asked = await elsewhere.called(LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"])

    told = await asyncio.gather(*(elsewhere.called(LEDGER, LINE) for _ in range(3)))

    assert await elsewhere.world.lines() == ["x"]
    confirmed = {each["invocation_id"] for each in told if each["status"] == "confirmed"}
    assert len(confirmed) == 1


async def test_a_target_that_never_answers_leaves_doubt_that_a_person_settles(
    elsewhere: Elsewhere,
) -> None:
    asked = await elsewhere.called(LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"])
    await elsewhere.world.fail(drop=1)
    doubtful = await elsewhere.called(LEDGER, LINE)
    again = await elsewhere.called(LEDGER, LINE)
    assert doubtful["status"] == again["status"] == "doubtful"
    assert await elsewhere.world.lines() == ["x"]

    path = f"/v1/invocations/{doubtful['invocation_id']}"
    body = {"happened": True, "output": {"position": 1}, "note": "I looked."}
    await Desk(elsewhere.world).sent("POST", f"{path}/settle", body)
    shown = await Desk(elsewhere.world).sent("GET", path)
    after = await elsewhere.called(LEDGER, LINE)

    assert (shown["status"], shown["settled_by"]) == ("confirmed", "gala")
    assert after["status"] == "pending"
    outcomes = [each["outcome"] for each in await elsewhere.receipts()]
    assert sorted(outcomes) == ["confirmed", "doubtful"]
    assert shown["receipt_id"] in {each["receipt_id"] for each in await elsewhere.receipts()}
