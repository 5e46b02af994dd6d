"""What a run is told of a call of a tool: done, failed, refused, or in doubt."""

from typing import Any

import pytest

from tests.functions.tools.connecting import call
from tests.functions.tools.mcp.people import NAME, Desk
from tests.functions.tools.mcp.scripted import Script, gave, serving, tool
from tests.functions.tools.mcp.test_mcp_attacks import CALL, on
from tests.functions.tools.worlds import World
from tests.local_servers import Answer

SCHEMA = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
ASKS = {
    "resultType": "input_required",
    "inputRequests": {"q": {"method": "roots/list", "params": {}}},
}
FAILED = gave("no such article", isError=True)


@pytest.mark.parametrize(
    ("said", "of_reads", "of_others"),
    [
        (FAILED, ("refused", True), ("refused", False)),
        (ASKS, ("refused", False), ("doubtful", False)),
        (gave("x" * 70_000, structuredContent={"id": 1}), ("doubtful", False), ("doubtful", False)),
        (gave("x", structuredContent={"id": "no"}), ("refused", False), ("doubtful", False)),
        (gave("x"), ("refused", False), ("doubtful", False)),
        (gave("x", structuredContent={"id": 1}), ("confirmed", False), ("confirmed", False)),
        (Answer(b"", 403), ("refused", False), ("refused", False)),
        (Answer(b"", 429), (503, None), ("refused", True)),
        (Answer(b"", 500), (503, None), ("doubtful", False)),
    ],
    ids=lambda each: "",
)
async def test_what_becomes_of_a_call(
    world: World,
    desk: Desk,
    said: Any,
    of_reads: tuple[Any, Any],
    of_others: tuple[Any, Any],
) -> None:
    server = on(CALL, said)
    server.tools = [tool(each, outputSchema=SCHEMA) for each in ("look", "send")]
    with serving(server):
        connector = await desk.governed(server.url, {"look": "read", "send": "send"})
        for name, expected in {"look": of_reads, "send": of_others}.items():
            made = call(f"{NAME}/{name}", connector, text="x")
            answer = await world.post(made.body(), await world.token(made))
            if answer.status_code != 200:
                assert (answer.status_code, None) == expected
                continue
            view = answer.json()
            assert (view["status"], view["may_be_repeated"]) == expected, view
            asked = server.calls
            again = (await world.post(made.body(), await world.token(made))).json()
            # A refusal may be tried again by whoever has another token, a doubt never.
            assert (server.calls == asked) == (view["status"] != "refused")
            assert again["status"] == view["status"]
    told = "no such article" if said is FAILED else None
    if told is not None:
        assert (view["reason"], view["detail"]) == ("the tool says that it failed", told)


async def test_a_listing_that_is_refused_suspends_what_was_active(desk: Desk) -> None:
    with serving(Script()) as server:
        await desk.governed(server.url, {"send": "send"})
        server.tools = [tool(f"t{number}") for number in range(101)]
        after = await desk.refresh()
        assert after["status"] == "suspended"
        assert [each["name"] for each in after["operations"]] == ["send"]


async def test_a_server_that_does_not_answer_suspends_nothing(desk: Desk) -> None:
    with serving(Script()) as server:
        active = await desk.governed(server.url, {"send": "send"})
    path = f"/v1/connectors/{NAME}/refresh"
    assert (await desk.send("POST", path)).status_code == 503
    assert (await desk.shown())["status"] == "active"
    answer = await desk.register(server.url, name="another")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert active["status"] == "active"


async def test_only_servers_are_read_again(desk: Desk) -> None:
    await desk.sent("POST", "/v1/connectors", {**desk.definition(), "credential": None})
    answer = await desk.send("POST", "/v1/connectors/newsroom/refresh")
    assert answer.status_code == 422
    none = await desk.send("POST", "/v1/connectors", {"name": "shop", "url": "https://a.example"})
    assert [each["field"] for each in none.json()["errors"]] == ["operations"]
