"""The worst calls of notifications: the longest addresses, most channels and many deliveries."""

import asyncio
from collections.abc import Iterator
from typing import Any, get_args

from events.deliveries import ToldKind
from events.devices import DeviceKey
from functions.notifications.rules.recipient import MOST_CHANNELS
from functions.notifications.service.deliveries import statement_of
from shared.devices.device import COLLECTION, Registration
from shared.kit.device_signatures import ACKNOWLEDGEMENT
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.attacks.parts_of_a_tenant import keep_delivery
from tests.benchmarks.largest import MANY, sent
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.device_keys import DeviceKey as SoftwareKey

OWN = "/v1/notifications"
PREFERENCES, CHANNELS, DELIVERIES = (
    f"{OWN}/{each}" for each in ("preferences", "channels", "deliveries")
)
CHANNEL, DELIVERY = f"{CHANNELS}/{{channel_id}}", f"{DELIVERIES}/{{delivery_id}}"
_QUIET = {"begin": "22:00", "end": "07:00", "time_zone": "America/Argentina/ComodRivadavia"}
_HOOK = {"means": "webhook", "address": f"https://hooks.example/{'x' * 1_970}"}


def _governor(scene: Scene) -> Any:
    return scene.plain.governor


def _channels(scene: Scene, number: int) -> list[Any]:
    """So many channels of the governor's, and no others."""
    governor = _governor(scene)
    for each in governor.get(CHANNELS)["items"]:
        governor.send("DELETE", f"{CHANNELS}/{each['channel_id']}")
    return [sent(governor, CHANNELS, _HOOK) for _ in range(number)]


def _delivery(scene: Scene, device_id: str = "") -> str:
    world = scene.plain
    return asyncio.run(keep_delivery(world.tenant, world.governor.principal, device_id))


@worst_of("GET", PREFERENCES)
def read_preferences(scene: Scene) -> Iterator[Call]:
    _channels(scene, MOST_CHANNELS)
    yield Call(_governor(scene), PREFERENCES)


@worst_of("PUT", PREFERENCES)
def set_preferences(scene: Scene) -> Iterator[Call]:
    _channels(scene, MOST_CHANNELS)
    kinds = [kind for each in get_args(ToldKind) for kind in (get_args(each) or (each,))]
    yield Call(_governor(scene), PREFERENCES, {"muted": kinds, "quiet_hours": _QUIET})


@worst_of("GET", CHANNELS)
def list_channels(scene: Scene) -> Iterator[Call]:
    _channels(scene, MOST_CHANNELS)
    yield Call(_governor(scene), CHANNELS)


@worst_of("POST", CHANNELS)
def add_channel(scene: Scene) -> Iterator[Call]:
    _channels(scene, MOST_CHANNELS - 1)
    yield Call(_governor(scene), CHANNELS, _HOOK)


@worst_of("POST", f"{CHANNEL}/confirm")
def confirm_channel(scene: Scene) -> Iterator[Call]:
    *_, channel = _channels(scene, MOST_CHANNELS)
    yield Call(_governor(scene), f"{CHANNELS}/{channel['channel_id']}/confirm", {"code": "0" * 8})


@worst_of("DELETE", CHANNEL)
def remove_channel(scene: Scene) -> Iterator[Call]:
    *_, channel = _channels(scene, MOST_CHANNELS)
    yield Call(_governor(scene), f"{CHANNELS}/{channel['channel_id']}")


@worst_of("GET", DELIVERIES)
def list_deliveries(scene: Scene) -> Iterator[Call]:
    for _ in range(MANY):
        _delivery(scene)
    for limit in LIMITS:
        path = f"{DELIVERIES}?limit={limit}"
        yield Call(_governor(scene), path, what=f"limit {limit}", limit=limit)


@worst_of("POST", f"{DELIVERY}/resend")
def resend(scene: Scene) -> Iterator[Call]:
    yield Call(_governor(scene), f"{DELIVERIES}/{_delivery(scene)}/resend")


@worst_of("POST", f"{DELIVERY}/acknowledge")
def acknowledge(scene: Scene) -> Iterator[Call]:
    world, key = scene.plain, SoftwareKey()
    at = parse_instant("2026-11-20T12:00:00Z")
    device_id = new_id("dev", at)
    delivery_id = _delivery(scene, device_id)
    device = Registration(
        device_id=device_id,
        principal=world.governor.principal,
        platform="web",
        key=DeviceKey(x=key.jwk["x"], y=key.jwk["y"]),
        registered_at=at,
        confirmed_at=at,
    )
    batch = Batch()
    batch.create(COLLECTION, device.device_id, {"state": device.model_dump_json()})
    asyncio.run(TenantStore(world.tenant).commit(batch))
    statement = statement_of(world.tenant, delivery_id)
    signature = key.sign(statement, ACKNOWLEDGEMENT, device.device_id)
    yield Call(
        _governor(scene), f"{DELIVERIES}/{delivery_id}/acknowledge", {"signature": signature}
    )
