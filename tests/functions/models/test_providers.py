"""What providers refuse, fail at, or are stood in for."""

import dataclasses
from typing import Any

import pytest

from tests.functions.models.worlds import ROUTE, World


async def test_a_busy_provider_says_when_to_come_back_and_costs_nothing(world: World) -> None:
    busy = {"status": 429, "headers": {"Retry-After": "7"}, "error": {"message": "slow down"}}
    await world.script("busy", busy, {"status": 500})
    answer = await world.chat("busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.json()["error"]["message"] == "slow down"
    assert (await world.chat("busy")).status_code == 500
    assert [(each.status, each.cost_usd_micros) for each in await world.calls()] == [
        ("refused", 0),
        ("refused", 0),
    ]
    budget = await world.budget()
    assert budget is not None
    assert (budget.held_usd_micros, budget.spent_usd_micros) == (0, 0)


async def test_a_provider_that_refuses_our_credential_is_no_matter_of_the_program(
    world: World,
) -> None:
    await world.script("who", {"status": 401}, {"status": 302, "headers": {"Location": "/x"}})
    for _ in range(2):
        answer = await world.chat("who")
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "model_misconfigured")


async def test_a_fallback_answers_where_the_first_did_no_work(world: World) -> None:
    # What the route that was called allows holds for all of them.
    await world.route("spare", model="spare-model", most_tokens_out=1)
    await world.route("small", fallbacks=["spare"])
    await world.script("either", {"status": 503}, {"text": "spare"})
    answer = await world.chat("either")
    assert answer.json()["choices"][0]["message"]["content"] == "spare"
    (call,) = await world.calls()
    assert (call.route, call.answered_by, call.model) == ("small", "spare", "spare-model")
    assert call.cost_usd_micros == 180


async def test_a_fallback_is_never_less_private(world: World) -> None:
    await world.route("open")
    body = {**ROUTE, "privacy": "own", "fallbacks": ["open"]}
    refused = await world.send("PUT", "/v1/model-routes/small", body, "gala")
    assert refused.status_code == 422
    assert "less private" in refused.text
    # One that became less private since is left out.
    await world.route("open", privacy="own")
    await world.route("small", privacy="own", fallbacks=["open"])
    await world.route("open", privacy="open")
    await world.script("private", {"status": 503}, {"text": "told to others"})
    assert (await world.chat("private")).status_code == 503


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"base_url": "ftp://models.example/v1"}, "base_url"),
        ({"base_url": "https://10.0.0.1:8443/v1"}, "base_url"),
        ({"base_url": "https://models.example/v1?key=1"}, "base_url"),
        ({"fallbacks": ["nobody"]}, "fallbacks[0]"),
        ({"prices": {"tokens_in_usd_micros": -1}}, "prices"),
        ({"provider": "somebody"}, "provider"),
    ],
)
async def test_what_is_wrong_in_a_route_is_named(
    world: World, changed: dict[str, Any], field: str
) -> None:
    answer = await world.send("PUT", "/v1/model-routes/odd", {**ROUTE, **changed}, "gala")
    assert answer.status_code == 422, answer.text
    assert any(each["field"].startswith(field) for each in answer.json()["errors"])


async def test_a_name_means_another_route_in_another_tenant(world: World) -> None:
    await world.route("ours", model="their-name")
    other = dataclasses.replace(world, tenant=f"{world.tenant}-other")
    assert (await other.send("GET", "/v1/model-routes/ours")).status_code == 404
    assert (await other.send("GET", "/v1/models/ours")).status_code == 404
    assert (await other.send("GET", "/v1/models")).json()["data"] == []
    assert (await other.chat("hello", model="ours")).status_code == 404
    await other.route("ours", model="another")
    shown = await world.send("GET", "/v1/model-routes/ours")
    assert shown.json()["model"] == "their-name"


async def test_only_who_governs_sets_a_route_and_another_tenant_sees_none(world: World) -> None:
    assert (await world.send("PUT", "/v1/model-routes/x", ROUTE)).status_code == 403
    shown = await world.send("GET", "/v1/model-routes/small")
    assert shown.json()["prices"]["tokens_in_usd_micros"] == 1_000_000
    again = await world.route("small")
    assert again == shown.json()
    assert (await world.send("GET", "/v1/model-routes/none")).status_code == 404


@pytest.mark.parametrize(
    "more",
    [
        {"web_search_options": {}, "tools": [{"type": "web_search"}]},
        {"service_tier": "priority"},
        {"max_tokens": 0},
        {"max_tokens": 2_000},
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}
                    ],
                }
            ]
        },
    ],
)
async def test_what_nothing_bounds_is_refused(world: World, more: dict[str, Any]) -> None:
    answer = await world.chat("unbounded", **more)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid"), answer.text
    assert await world.calls() == []
