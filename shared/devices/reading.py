"""Reads people's devices; writes nothing."""

from shared.devices.device import COLLECTION, Registration, Subscription
from shared.kit.sealing import ERASED
from shared.storage.firestore import TenantStore
from shared.storage.states import read_state
from shared.storage.subject_keys import opened


async def read_device(store: TenantStore, device_id: str) -> Registration | None:
    """The device as it is now, also one that was removed; its texts stay sealed. Raises
    Unavailable."""
    return await read_state(store, COLLECTION, Registration, device_id)


async def read_subscription(device: Registration, tenant_id: str) -> Subscription | None:
    """Where a push message for the device goes; None where it has none, or its owner was erased.
    Raises SealBroken, Unavailable."""
    text = await opened(tenant_id, device.subscription, in_json=False)
    return Subscription.model_validate_json(text) if text not in ("", ERASED) else None
