"""The worst calls about devices that sign: of somebody who just signed in, with all that they may
have."""

from collections.abc import Iterator
from typing import Any

from shared.devices.device import MOST_PER_PRINCIPAL
from shared.kit.device_signatures import CONFIRMATION, PROOF
from tests.benchmarks.worst import Call, Scene, worst_of
from tests.benchmarks.worst_identity import SignedIn, cast
from tests.device_keys import DeviceKey

_PATH = "/v1/mobile/devices"


def _enrolled(somebody: SignedIn, tenant: str, key: DeviceKey) -> dict[str, Any]:
    """A device with the longest name and subscription."""
    principal = somebody.send("GET", "/v1/me").json()["principal_id"]
    challenge = somebody.made(f"{_PATH}/options")["challenge"]
    said = {"v": 1, "tenant": tenant, "principal": principal, "challenge": challenge}
    endpoint = f"https://push.example/{challenge}".ljust(1998, "x")
    subscription = {"endpoint": endpoint, "keys": {"p256dh": "B" + "A" * 86, "auth": "A" * 22}}
    body = {"platform": "web", "name": "x" * 200, "key": key.jwk, "proof": key.sign(said, PROOF)}
    return somebody.made(_PATH, {**body, "subscription": subscription})


def _with_devices(scene: Scene) -> tuple[SignedIn, str]:
    somebody = cast(scene).somebody()
    tenant = somebody.founds()
    for number in range(MOST_PER_PRINCIPAL - 2):
        somebody.made(_PATH, {"platform": "ios", "token": f"{number:04d}" * 1_000})
    return somebody, tenant


@worst_of("GET", _PATH)
def list_devices(scene: Scene) -> Iterator[Call]:
    somebody, tenant = _with_devices(scene)
    for _ in range(2):
        _enrolled(somebody, tenant, DeviceKey())
    yield Call(somebody, _PATH, what="twenty devices", limit=MOST_PER_PRINCIPAL)


@worst_of("POST", f"{_PATH}/options")
def begin_device(scene: Scene) -> Iterator[Call]:
    somebody, _ = _with_devices(scene)
    yield Call(somebody, f"{_PATH}/options", what="with devices")


@worst_of("POST", _PATH + "/{device_id}/confirm")
def confirm_device(scene: Scene) -> Iterator[Call]:
    somebody, tenant = _with_devices(scene)
    first = DeviceKey()
    confirms = _enrolled(somebody, tenant, first)["device_id"]
    waits = _enrolled(somebody, tenant, DeviceKey())
    named = {"device_id": waits["device_id"], "thumbprint": waits["thumbprint"]}
    signature = first.sign({"v": 1, "tenant": tenant, **named}, CONFIRMATION, confirms)
    path = f"{_PATH}/{waits['device_id']}/confirm"
    yield Call(somebody, path, {"signature": signature}, what="the twentieth")
