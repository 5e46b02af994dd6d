"""Push registrations."""

from typing import Annotated

from fastapi import APIRouter, Depends

from mobile_api.api.parameters import Reader
from mobile_api.bodies import DeviceBody
from mobile_api.service.devices import register_device, remove_device
from mobile_api.views import Device
from shared.runtime.bodies import UncheckedBody, body_of
from shared.runtime.idempotency import idempotency_key
from shared.storage.idempotency import IdempotencyKey

ROUTER = APIRouter(prefix="/v1/mobile/devices", tags=["devices"])


@ROUTER.post("", status_code=201)
async def post_device(
    caller: Reader,
    body: Annotated[UncheckedBody[DeviceBody], Depends(body_of(DeviceBody))],
    key: Annotated[IdempotencyKey, Depends(idempotency_key)],
) -> Device:
    """Registers a device; the same token again answers the same."""
    return await register_device(caller, body.check(), key)


@ROUTER.delete("/{device_id}", status_code=204)
async def delete_device(caller: Reader, device_id: str) -> None:
    """Forgets one of the caller's devices."""
    await remove_device(caller, device_id)
