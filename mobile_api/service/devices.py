"""Devices of governors: push registrations, stored under the hash of their token."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from mobile_api.aggregates import DEVICES, RUN, Device, Platform, Registration
from shared.aggregates.command import Command, not_found
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import derive_id
from shared.kit.models import Model, part_of
from shared.kit.transitions import Transition
from shared.storage.idempotency import IdempotencyKey

MOST_PER_PRINCIPAL = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DeviceBody(Model):
    """A device's push registration. The token is stored, never returned."""

    platform: Platform
    token: Annotated[str, Field(max_length=4096)]


async def register_device(caller: Caller, key: IdempotencyKey, body: DeviceBody) -> Device:
    """The device with that token, registered to the caller: a phone with a new owner reaches only
    that owner. A repeated registration changes nothing. Beyond twenty devices the oldest is
    removed. Raises Invalid for an empty token."""
    if not body.token.strip():
        raise Invalid(FieldError("token", "must not be empty"))
    device_id = derive_id("dev", _EPOCH, hashlib.sha256(body.token.encode()).hexdigest())

    async def use_case(work: Command) -> Device:
        known = await work.find(DEVICES, device_id)
        if known is None:
            await _make_room(work)
        elif (known.principal, known.platform) == (caller.principal, body.platform):
            return part_of(Device, known)
        registered = part_of(
            Registration,
            body,
            device_id=device_id,
            principal=caller.principal,
            registered_at=work.at,
        )
        await work.save(Transition(registered))
        return part_of(Device, registered)

    return await RUN.command(caller, key, use_case, Device, about=(DEVICES, device_id))


async def remove_device(caller: Caller, device_id: str) -> None:
    """Removes the caller's device. Raises NotFound for any other."""

    async def use_case(work: Command) -> Device:
        device = await work.get(DEVICES, device_id)
        if device.principal != caller.principal:
            raise await not_found(RUN.outbox, caller, DEVICES, device_id)
        _delete(work, device_id)
        return part_of(Device, device)

    await RUN.command(caller, IdempotencyKey(caller), use_case, Device)


async def _make_room(work: Command) -> None:
    own = await work.query(
        DEVICES, where=[("principal", "==", work.caller.principal)], limit=MOST_PER_PRINCIPAL
    )
    if len(own) >= MOST_PER_PRINCIPAL:
        oldest = min(own, key=lambda each: (each.registered_at, each.device_id))
        _delete(work, oldest.device_id)


def _delete(work: Command, device_id: str) -> None:
    stored = work.stored(DEVICES, device_id)
    work.change.delete(DEVICES.collection, device_id, stored.document if stored else None)
