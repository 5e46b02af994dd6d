"""Calls of a program that a person signed in as an agent: the agent's rights, on their behalf."""

import json
from typing import Any

import pytest

from functions.tools.settings import settings
from tests.functions.tools.elsewhere import ADD, COUNTER, LEDGER, LINE, Elsewhere
from tests.functions.tools.test_messages_from_elsewhere import LIST
from tests.functions.tools.worlds import AGENT, World


async def signed_in(world: World, principal: str, **changed: Any) -> Elsewhere:
    """The program that the person signed in; their token has no role."""
    mcp = f"{settings().origin}/mcp"
    said = {"principal": principal, "audience": mcp, "roles": (), **changed}
    found = Elsewhere(world, **said)
    await found.serves()
    return found


async def test_it_acts_as_the_agent_on_behalf_of_the_person(world: World) -> None:
    ada = await signed_in(world, "user_ada")
    told = await ada.called(COUNTER, ADD)

    assert (told["status"], told["output"]) == ("confirmed", {"value": 3})
    (receipt,) = await ada.receipts()
    assert (receipt["agent_id"], receipt["on_behalf_of"]) == (AGENT, "user_ada")
    (reported,) = await ada.events("assent.invocation.reported.v1")
    assert (reported["called_by"], reported["on_behalf_of"]) == ("user_ada", "user_ada")
    service = Elsewhere(world)
    await service.called(COUNTER, ADD)
    assert [each.get("on_behalf_of") for each in await ada.receipts()].count(None) == 1


async def test_an_assent_is_for_the_call_on_behalf_of_one_person(world: World) -> None:
    ada, bo = await signed_in(world, "user_ada"), await signed_in(world, "user_bo")
    asked = [await each.called(LEDGER, LINE) for each in (ada, bo, Elsewhere(world))]
    assert len({each["approval_id"] for each in asked}) == 3
    question = await ada.question(asked[0]["approval_id"])
    assert (question["requested_by"], question["authors"]) == ("user_ada", ["user_ada"])
    assert question["summary"].endswith("on behalf of user_ada")

    # What one asked for, another would assent to and use.
    await ada.decide(asked[0]["approval_id"], decided_by="user_bo")
    assert (await bo.called(LEDGER, LINE))["status"] == "pending"
    assert (await Elsewhere(world).called(LEDGER, LINE))["status"] == "pending"
    assert await world.lines() == []
    assert (await ada.called(LEDGER, LINE))["status"] == "confirmed"
    (receipt,) = await ada.receipts()
    assert (receipt["on_behalf_of"], receipt["assented_by"]) == ("user_ada", "user_bo")


async def test_a_persons_roles_are_none_of_the_agents(world: World) -> None:
    """Whoever judges never calls tools, and a governor's program is no governor."""
    for roles in (("governor",), ("genesis", "guardian"), ("platform_admin",)):
        found = await signed_in(world, "user_ada", roles=roles)
        assert (await found.called(COUNTER, ADD))["status"] == "confirmed"
        denied = await found.called("assent__people_notify", {"to": ["a"], "text": "x"})
        assert denied["status"] == "refused"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"agent": None}, 403),
        ({"agent": "agt_01JD3B1M1B0000000000000002"}, 403),
        ({"tenant": "clinic-elsewhere"}, 403),
        ({"workspace": "wsp_01JD3B1M1B0000000000000001"}, 403),
        ({"scopes": ("agents:read",)}, 403),
        ({"audience": "https://elsewhere.example/mcp"}, 401),
        ({"audience": "assent"}, 403),
    ],
)
async def test_no_other_token_of_a_person_calls_tools(
    world: World, changed: dict[str, Any], status: int
) -> None:
    found = await signed_in(world, "user_ada", **changed)
    answer = await found.post(json.dumps(LIST))
    assert answer.status_code == status
    told = answer.headers.get("WWW-Authenticate", "")
    assert told.endswith('scope="tools:write", error="invalid_token"') == (status == 401)


async def test_its_token_opens_nothing_else(world: World) -> None:
    found = await signed_in(world, "user_ada", scopes=("tools:write", "runs:read"))
    answer = await world.tools.get("/v1/connectors", headers=found.authorization)
    assert answer.status_code == 401


@pytest.mark.parametrize("state", [{"status": "suspended"}, {"status": "draft"}])
async def test_an_agent_that_does_not_serve_acts_for_nobody(
    world: World, state: dict[str, Any]
) -> None:
    found = await signed_in(world, "user_ada")
    assert (await found.called(COUNTER, ADD))["status"] == "confirmed"
    await found.serves(**state)
    refused = await found.called(COUNTER, ADD)
    assert (refused["status"], refused["reason"]) == ("refused", "the agent does not serve")
