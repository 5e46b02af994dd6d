"""Routes to a tenant's own account at a provider, with a credential of the tenant's."""

import json
from typing import Any

import httpx
import pytest

from shared.storage.batches import Batch
from tests.functions.models.worlds import ROUTE, World

KEY = "sk-of-the-tenants-own-account"


async def put_route(world: World, **changed: Any) -> httpx.Response:
    body = {**ROUTE, "base_url": f"{world.model}/v1", "credential": "account", **changed}
    return await world.send("PUT", "/v1/model-routes/own", body, "gala")


async def test_a_route_calls_the_tenants_own_account_and_nothing_shows_its_key(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.credential("account", KEY)
    shown = await put_route(world)
    assert (shown.status_code, shown.json()["credential"]) == (200, "account")
    echoed = {"text": f"you sent {KEY}"}
    await world.script("own account", echoed, echoed)
    answer = await world.chat("own account", model="own")
    streamed = await world.chat("own account", model="own", stream=True)
    assert answer.json()["choices"][0]["message"]["content"] == "you sent [credential]"
    assert "[credential]" in streamed.text
    asked = await world.asked("own account")
    assert [each["authorization"] for each in asked] == [f"Bearer {KEY}"] * 2
    calls = await world.calls()
    assert [each.credential for each in calls] == ["account"] * 2
    said = (shown.text, answer.text, streamed.text, caplog.text, *map(str, calls))
    assert KEY not in "".join(said)


async def test_a_credential_goes_into_the_header_that_it_names(world: World) -> None:
    await world.credential("account", KEY, kind="header", header="x-api-key")
    assert (await put_route(world, provider="anthropic")).status_code == 200
    await world.script("own header", {"text": "hello"})
    body = {
        "model": "own",
        "max_tokens": 5,
        "messages": [{"role": "user", "content": "own header"}],
    }
    answer = await world.send("POST", "/v1/messages", body)
    assert answer.status_code == 200, answer.text
    (asked,) = await world.asked("own header")
    assert (asked["x_api_key"], asked["authorization"]) == (KEY, None)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (None, "store it with PUT /v1/credentials/account"),
        ({"hosts": ["api.example.com"]}, "add it to the credential's hosts"),
        ({"used_by": "connectors"}, "store one used by models"),
    ],
)
async def test_a_route_takes_no_credential_that_is_not_for_it(
    world: World, stored: dict[str, Any] | None, said: str
) -> None:
    if stored is not None:
        await world.credential("account", KEY, **stored)
    refused = await put_route(world)
    assert refused.status_code == 422
    assert said in json.dumps(refused.json())
    own = await put_route(world, base_url=None)
    assert (own.status_code, "base_url of the account" in own.text) == (422, True)


async def test_a_credential_that_is_gone_since_or_for_other_hosts_is_not_sent(world: World) -> None:
    await world.credential("account", KEY)
    await put_route(world)
    await world.script("own, gone", {"text": "never"}, {"text": "a fallback"})
    await world.credential("account", KEY, hosts=["api.example.com"])
    refused = await world.chat("own, gone", model="own")
    assert (refused.status_code, refused.json()["error"]["code"]) == (502, "model_misconfigured")
    batch = Batch()
    batch.delete("credentials", "account")
    await world.store.commit(batch)
    assert (await world.chat("own, gone", model="own")).status_code == 502
    assert await world.asked("own, gone") == []
    assert await world.calls() == []
    # Another route, which takes no credential, still may stand in.
    await world.credential("account", KEY)
    await put_route(world, fallbacks=["small"])
    await world.credential("account", KEY, hosts=["api.example.com"])
    await world.script("own, gone", {"text": "a fallback"})
    assert (await world.chat("own, gone", model="own")).status_code == 200
    assert [each.answered_by for each in await world.calls()] == ["small"]


async def test_another_value_is_shown_from_then_on(world: World) -> None:
    await world.credential("account", KEY)
    await put_route(world)
    await world.script("own, anew", {"text": "one"}, {"text": "two"}, {"status": 401})
    await world.chat("own, anew", model="own")
    await world.credential("account", "sk-another")
    await world.chat("own, anew", model="own")
    refused = await world.chat("own, anew", model="own")
    assert "the credential account" in refused.text
    asked = await world.asked("own, anew")
    assert [each["authorization"] for each in asked] == [
        f"Bearer {KEY}",
        *["Bearer sk-another"] * 2,
    ]
