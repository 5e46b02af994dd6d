"""Devices with a key and a push subscription: enrolled after a recent sign-in by proof of
possession, confirmed by another device or a passkey, removed for ever."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from events.devices import DeviceConfirmed, DeviceRegistered, DeviceRemoved
from mobile_api.aggregates import DEVICES
from shared.devices.device import MOST_PER_PRINCIPAL
from shared.devices.reading import read_device, read_subscription
from shared.kit.device_signatures import CONFIRMATION, DECISION, PROOF
from shared.storage.firestore import TenantStore
from tests.device_keys import DeviceKey
from tests.mobile_api.phones import Phone
from tests.mobile_api.worlds import recorded

REFUSED = "assent.credential.refused.v1"


def _subscription(endpoint: str = "https://push.example/one") -> dict[str, Any]:
    keys = {"p256dh": "B" + "A" * 86, "auth": "A" * 22}
    return {"endpoint": endpoint, "expirationTime": None, "keys": keys}


@dataclass
class Browser:
    """A person's browser with a key of its own."""

    phone: Phone
    key: DeviceKey = field(default_factory=DeviceKey)

    async def challenge(self) -> str:
        answer = await self.phone.post("/devices/options")
        assert answer.status_code == 200, answer.text
        challenge: str = answer.json()["challenge"]
        return challenge

    def proof(self, challenge: str, **changed: Any) -> str:
        whose = {"tenant": self.phone.tenant, "principal": self.phone.principal}
        said = {"v": 1, **whose, "challenge": challenge, **changed}
        return self.key.sign(said, PROOF)

    async def send(self, **body: Any) -> httpx.Response:
        return await self.phone.post("/devices", {"platform": "web", **body})

    async def enrol(self, **body: Any) -> dict[str, Any]:
        proof = self.proof(await self.challenge())
        answer = await self.send(key=self.key.jwk, proof=proof, **body)
        assert answer.status_code == 201, answer.text
        device: dict[str, Any] = answer.json()
        return device

    async def confirm(self, device: dict[str, Any], by: str, **changed: Any) -> httpx.Response:
        said = {
            "v": 1,
            "tenant": self.phone.tenant,
            "device_id": device["device_id"],
            "thumbprint": device["thumbprint"],
        }
        signature = self.key.sign({**said, **changed}, CONFIRMATION, by)
        path = f"/devices/{device['device_id']}/confirm"
        return await self.phone.post(path, {"signature": signature})


@pytest.fixture
def browser(phone: Phone) -> Browser:
    return Browser(phone.signed_in())


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def _said(tenant: str, type: str) -> list[dict[str, Any]]:
    return [json.loads(each.data["data"]) for each in await recorded(tenant, type)]


async def _reasons(tenant: str) -> list[str]:
    return sorted({each["reason"] for each in await _said(tenant, REFUSED)})


async def _devices(phone: Phone) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await phone.get("/devices")).json()["items"]
    return items


async def test_the_first_key_counts_at_once_and_is_published(browser: Browser) -> None:
    device = await browser.enrol(name="My laptop")
    assert (device["confirmed_by"], device["name"]) == ("sign_in", "My laptop")
    [event] = await _said(browser.phone.tenant, DeviceRegistered.event_type)
    said = DeviceRegistered.model_validate(event)
    assert said.device_id == device["device_id"]
    assert said.key is not None
    assert said.key.x == browser.key.jwk["x"]
    assert (said.principal, said.confirmed_at is None) == ("gala", False)
    # Only its owner's key opens what they call it.
    assert "laptop" not in json.dumps(event)
    assert await _devices(browser.phone) == [device]


async def test_a_key_needs_a_recent_sign_in_with_a_browser(phone: Phone) -> None:
    for old in (phone, phone.signed_in(301), phone.signed_in(301, by_passkey=True)):
        assert _code(await old.post("/devices/options")) == (403, "sign_in_too_old")
    proof = Browser(phone).proof(await Browser(phone.signed_in()).challenge())
    answer = await Browser(phone).send(key=DeviceKey().jwk, proof=proof)
    assert _code(answer) == (403, "sign_in_too_old")
    assert await _devices(phone) == []


async def test_a_challenge_is_signed_once_by_the_key_itself(browser: Browser) -> None:
    challenge = await browser.challenge()
    other = DeviceKey()
    jwk, said = browser.key.jwk, {"challenge": challenge}
    refused = (
        (other.jwk, browser.proof(challenge), "unverified"),
        (jwk, browser.proof("another"), "challenge_differs"),
        (jwk, browser.proof(challenge, tenant="another"), "challenge_differs"),
        (jwk, browser.proof(challenge, principal="goran"), "challenge_differs"),
        (jwk, browser.key.sign(said, DECISION), "another_type"),
    )
    for key, proof, _ in refused:
        assert _code(await browser.send(key=key, proof=proof)) == (403, "signature_invalid")
    proof = browser.proof(challenge)
    assert (await browser.send(key=jwk, proof=proof)).status_code == 201
    again = Browser(browser.phone)
    answer = await again.send(key=again.key.jwk, proof=again.proof(challenge))
    assert _code(answer) == (403, "signature_invalid")
    expected = {"replayed", *(reason for *_, reason in refused)}
    assert await _reasons(browser.phone.tenant) == sorted(expected)


async def test_a_newer_challenge_replaces_an_older_one(browser: Browser) -> None:
    first = await browser.challenge()
    await browser.challenge()
    answer = await browser.send(key=browser.key.jwk, proof=browser.proof(first))
    assert _code(answer) == (403, "signature_invalid")


async def test_a_second_key_waits_for_the_first(browser: Browser) -> None:
    first = await browser.enrol()
    second = Browser(browser.phone)
    waiting = await second.enrol()
    assert waiting["confirmed_at"] is None
    # Not by itself, not for another device, not by a device that waits too.
    assert _code(await second.confirm(waiting, waiting["device_id"])) == (403, "signature_invalid")
    wrong = await browser.confirm(waiting, first["device_id"], thumbprint=first["thumbprint"])
    assert _code(wrong) == (403, "signature_invalid")
    confirmed = await browser.confirm(waiting, first["device_id"])
    assert confirmed.json()["confirmed_by"] == first["device_id"]
    assert (await browser.confirm(waiting, first["device_id"])).json() == confirmed.json()
    assert len(await recorded(browser.phone.tenant, DeviceConfirmed.event_type)) == 1


async def test_a_sign_in_by_passkey_confirms(browser: Browser) -> None:
    await browser.enrol()
    second = Browser(browser.phone)
    waiting = await second.enrol()
    path = f"/devices/{waiting['device_id']}/confirm"
    for phone in (browser.phone, browser.phone.signed_in(301, by_passkey=True)):
        assert _code(await phone.post(path, {})) == (403, "signature_invalid")
    by_passkey = browser.phone.signed_in(by_passkey=True)
    assert (await by_passkey.post(path, {})).json()["confirmed_by"] == "passkey"
    third = Browser(by_passkey)
    assert (await third.enrol())["confirmed_by"] == "passkey"


async def test_nobody_enrols_or_confirms_anothers_key(browser: Browser) -> None:
    device = await browser.enrol()
    thief = Browser(browser.phone.of("goran"), browser.key)
    proof = thief.proof(await thief.challenge())
    answer = await thief.send(key=browser.key.jwk, proof=proof)
    assert _code(answer) == (403, "signature_invalid")
    assert await _reasons(browser.phone.tenant) == ["key_taken"]
    assert (await thief.confirm(device, device["device_id"])).status_code == 404


async def test_a_removed_key_never_comes_back(browser: Browser) -> None:
    device = await browser.enrol()
    path = f"/devices/{device['device_id']}"
    assert (await browser.phone.delete(path)).status_code == 204
    assert (await browser.phone.delete(path)).status_code == 404
    [event] = await _said(browser.phone.tenant, DeviceRemoved.event_type)
    assert event["removed_at"] is not None
    proof = browser.proof(await browser.challenge())
    answer = await browser.send(key=browser.key.jwk, proof=proof)
    assert _code(answer) == (409, "version_conflict")
    # Somebody who lost every device begins again.
    assert (await Browser(browser.phone).enrol())["confirmed_by"] == "sign_in"


async def test_a_subscription_is_sealed_and_read_by_who_sends(browser: Browser) -> None:
    device = await browser.enrol(subscription=_subscription())
    assert device["has_push"] is True
    store = TenantStore(browser.phone.tenant)
    [document] = (await store.find(DEVICES.collection, limit=9)).items
    assert "push.example" not in str(document.data)
    assert "push.example" not in str(await _said(store.tenant_id, DeviceRegistered.event_type))
    kept = await read_device(store, device["device_id"])
    assert kept is not None
    found = await read_subscription(kept, store.tenant_id)
    assert found is not None
    assert (found.endpoint, found.keys.auth) == ("https://push.example/one", "A" * 22)


async def test_another_subscription_of_a_known_key_needs_no_sign_in(browser: Browser) -> None:
    device = await browser.enrol(subscription=_subscription())
    old = Browser(replace(browser.phone, signed_in_at=None), browser.key)
    for endpoint in ("https://push.example/one", "https://push.example/two"):
        answer = await old.send(key=browser.key.jwk, subscription=_subscription(endpoint))
        assert (answer.status_code, answer.json()["device_id"]) == (201, device["device_id"])
    # Whoever sends may have forgotten the first of the two, so it is told again.
    assert len(await recorded(browser.phone.tenant, DeviceRegistered.event_type)) == 3


async def test_a_browser_that_changed_hands_tells_its_new_owner_only(browser: Browser) -> None:
    first = await browser.enrol(subscription=_subscription())
    other = Browser(browser.phone.of("goran"))
    told = (await other.send(subscription=_subscription())).json()
    assert told["has_push"] is True
    assert [each["has_push"] for each in await _devices(browser.phone)] == [False]
    # The same browser with a key of its own has one device, not two.
    assert (await other.enrol(subscription=_subscription()))["device_id"] != told["device_id"]
    assert len(await _devices(other.phone)) == 1
    assert first["device_id"] in {each["device_id"] for each in await _devices(browser.phone)}


async def test_no_token_takes_the_place_of_a_key(browser: Browser) -> None:
    device = await browser.enrol()
    for number in range(MOST_PER_PRINCIPAL + 1):
        await browser.phone.post("/devices", {"platform": "ios", "token": f"t{number}"})
    kept = await _devices(browser.phone)
    assert len(kept) == MOST_PER_PRINCIPAL
    assert device["device_id"] in {each["device_id"] for each in kept}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"platform": "web"}, "subscription"),
        ({"platform": "ios", "subscription": _subscription()}, "platform"),
        ({"platform": "web", "token": "t", "subscription": _subscription()}, "token"),
        ({"platform": "web", "proof": "a.b.c", "subscription": _subscription()}, "key"),
        ({"platform": "web", "key": DeviceKey().jwk}, "proof"),
        ({"platform": "web", "key": {**DeviceKey().jwk, "x": "A" * 43}}, "key"),
        ({"platform": "web", "key": {**DeviceKey().jwk, "x": "A"}}, "key.x"),
        ({"platform": "web", "key": {**DeviceKey().jwk, "d": "A" * 43}}, "key.d"),
        ({"platform": "web", "subscription": _subscription("http://push.example")}, "endpoint"),
        ({"platform": "web", "name": " ", "subscription": _subscription()}, "name"),
    ],
)
async def test_a_bad_device_names_the_field(
    browser: Browser, body: dict[str, Any], field: str
) -> None:
    answer = await browser.phone.post("/devices", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].endswith(field)
