"""Push registrations: one per token, its owner's only, its token a secret."""

import asyncio
import json
import logging
from typing import Any

import pytest

from mobile_api.aggregates import DEVICES
from shared.devices.device import MOST_PER_PRINCIPAL
from shared.storage.firestore import TenantStore
from tests.mobile_api.phones import Phone
from tests.mobile_api.stories import id_of
from tests.mobile_api.worlds import recorded

TOKEN = "fcm:a-long-secret-token"


async def _register(phone: Phone, token: str = TOKEN, **fields: Any) -> dict[str, Any]:
    answer = await phone.post("/devices", {"platform": "ios", "token": token, **fields})
    assert answer.status_code == 201, answer.text
    device: dict[str, Any] = answer.json()
    return device


async def _kept(phone: Phone) -> list[dict[str, Any]]:
    page = await TenantStore(phone.tenant).find(DEVICES.collection, limit=100)
    return [json.loads(document.data["state"]) for document in page.items]


async def test_the_same_token_again_is_the_same_device(phone: Phone) -> None:
    assert await _register(phone) == await _register(phone)
    assert len(await _kept(phone)) == 1


async def test_the_same_token_many_times_at_once_is_one_device(phone: Phone) -> None:
    devices = await asyncio.gather(*(_register(phone) for _ in range(8)))
    assert len({device["device_id"] for device in devices}) == 1
    assert len(await _kept(phone)) == 1


async def test_a_token_is_kept_but_neither_given_back_nor_logged(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="assent"):
        device = await _register(phone)
    assert "token" not in device
    assert TOKEN not in str(device)
    assert TOKEN not in caplog.text
    assert (await _kept(phone))[0]["token"] == TOKEN


async def test_a_phone_that_changed_hands_tells_its_new_owner_only(phone: Phone) -> None:
    device = await _register(phone)
    assert (await _register(phone.of("goran")))["device_id"] == device["device_id"]
    assert [each["principal"] for each in await _kept(phone)] == ["goran"]


async def test_who_may_only_read_changes_no_device(phone: Phone) -> None:
    device = await _register(phone)
    reader = phone.with_scopes("governance:read", "governance:write", "veto:execute")
    body = {"platform": "ios", "token": TOKEN}
    for answer in (
        await reader.post("/devices", body),
        await reader.post("/devices/options"),
        await reader.post(f"/devices/{device['device_id']}/confirm", {}),
        await reader.delete(f"/devices/{device['device_id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), answer.text
    assert len((await reader.get("/devices")).json()["items"]) == len(await _kept(phone)) == 1


async def test_only_the_owner_removes_a_device(phone: Phone) -> None:
    device = await _register(phone)
    path = f"/devices/{device['device_id']}"
    for stranger in (phone.of("goran"), phone.at(f"{phone.tenant}-other")):
        assert (await stranger.delete(path)).status_code == 404
        assert len(await recorded(stranger.tenant, "assent.lookup.missed.v1")) == 1
    removed = await phone.delete(path)
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await phone.delete(path)).status_code == 404


@pytest.mark.parametrize("id", [id_of("dev", 1), "dev_x", "apr_1"])
async def test_a_device_that_is_not_there_is_not_found(phone: Phone, id: str) -> None:
    assert (await phone.delete(f"/devices/{id}")).status_code == 404


async def test_past_twenty_devices_the_oldest_is_forgotten(phone: Phone) -> None:
    for number in range(MOST_PER_PRINCIPAL + 2):
        await _register(phone, f"token-{number}")
    tokens = {each["token"] for each in await _kept(phone) if each["removed_at"] is None}
    assert len(tokens) == MOST_PER_PRINCIPAL
    assert f"token-{MOST_PER_PRINCIPAL + 1}" in tokens
    assert "token-0" not in tokens


async def test_an_idempotency_key_answers_the_same_and_never_for_another_body(
    phone: Phone,
) -> None:
    body = {"platform": "web", "token": TOKEN}
    first = await phone.post("/devices", body, Idempotency_Key="k")
    await phone.delete(f"/devices/{first.json()['device_id']}")
    again = await phone.post("/devices", body, Idempotency_Key="k")
    assert (again.status_code, again.json()) == (201, first.json())
    other = await phone.post("/devices", {**body, "platform": "ios"}, Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"platform": "ios", "token": " "}, "token"),
        ({"platform": "fax", "token": TOKEN}, "platform"),
        ({"platform": "ios"}, "token"),
        ({"platform": "ios", "token": "a" * 5000}, "token"),
        ({"platform": "ios", "token": TOKEN, "principal": "goran"}, "principal"),
    ],
)
async def test_a_bad_registration_names_the_field(
    phone: Phone, body: dict[str, Any], field: str
) -> None:
    answer = await phone.post("/devices", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
