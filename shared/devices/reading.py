"""Reads people's devices; writes nothing."""

import asyncio
from collections.abc import Iterable, Mapping

from shared.devices.device import COLLECTION, MOST_PER_PRINCIPAL, Registration, Subscription
from shared.kit.sealing import ERASED
from shared.storage.firestore import TenantStore
from shared.storage.states import read_state
from shared.storage.subject_keys import opened


async def read_devices(
    store: TenantStore, principals: Iterable[str]
) -> Mapping[str, tuple[Registration, ...]]:
    """The devices of each of these principals that were not removed; their texts stay sealed. One
    query for each principal. Raises Unavailable."""
    wanted = list(dict.fromkeys(principals))
    found = await asyncio.gather(*(_devices_of(store, each) for each in wanted))
    return dict(zip(wanted, found, strict=True))


async def read_device(store: TenantStore, device_id: str) -> Registration | None:
    """The device as it is now, also one that was removed; its texts stay sealed. Raises
    Unavailable."""
    return await read_state(store, COLLECTION, Registration, device_id)


async def read_subscription(device: Registration, tenant_id: str) -> Subscription | None:
    """Where a push message for the device goes; None where it has none, or its owner was erased.
    Raises SealBroken, Unavailable."""
    text = await opened(tenant_id, device.subscription, in_json=False)
    return Subscription.model_validate_json(text) if text not in ("", ERASED) else None


async def _devices_of(store: TenantStore, principal: str) -> tuple[Registration, ...]:
    page = await store.find(
        COLLECTION, where=[("held_by", "==", principal)], limit=MOST_PER_PRINCIPAL
    )
    return tuple(Registration.model_validate_json(each.data["state"]) for each in page.items)
