"""Devices of governors: push registrations, stored under the hash of their token."""

from typing import Annotated

from pydantic import Field

from mobile_api.aggregates import DEVICES, RUN, Device, Platform, Registration, place_of
from shared.aggregates.command import Command, not_found
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import is_id, new_id
from shared.kit.models import Model, part_of
from shared.kit.transitions import Transition
from shared.storage.idempotency import IdempotencyKey

MOST_PER_PRINCIPAL = 20


class DeviceBody(Model):
    """A device's push registration. The token is stored, never returned."""

    platform: Platform
    token: Annotated[str, Field(max_length=4096)]


async def register_device(caller: Caller, key: IdempotencyKey, body: DeviceBody) -> Device:
    """The device with that token, registered to the caller: a phone with a new owner reaches only
    that owner, and keeps its id. A repeated registration changes nothing. Beyond twenty devices
    the oldest is removed. Raises Invalid for an empty token."""
    if not body.token.strip():
        raise Invalid(FieldError("token", "must not be empty"))
    place = place_of(body.token)

    async def use_case(work: Command) -> Device:
        known = await work.find(DEVICES, place)
        if known is None:
            await _make_room(work)
        elif (known.principal, known.platform) == (caller.principal, body.platform):
            return part_of(Device, known)
        registered = part_of(
            Registration,
            body,
            device_id=known.device_id if known else new_id("dev", work.at),
            principal=caller.principal,
            registered_at=work.at,
        )
        await work.save(Transition(registered))
        return part_of(Device, registered)

    return await RUN.command(caller, use_case, Device, key=key, about=(DEVICES, place))


async def remove_device(caller: Caller, device_id: str) -> None:
    """Removes the caller's device. Raises NotFound for any other."""

    async def use_case(work: Command) -> Device:
        named = [("device_id", "==", device_id)]
        found = await work.query(DEVICES, where=named, limit=1) if is_id("dev", device_id) else []
        if not found or found[0].principal != caller.principal:
            raise await not_found(RUN.outbox, caller, DEVICES, device_id)
        _delete(work, found[0])
        return part_of(Device, found[0])

    await RUN.command(caller, use_case, Device)


async def _make_room(work: Command) -> None:
    own = await work.query(
        DEVICES, where=[("principal", "==", work.caller.principal)], limit=MOST_PER_PRINCIPAL
    )
    if len(own) >= MOST_PER_PRINCIPAL:
        oldest = min(own, key=lambda each: (each.registered_at, each.device_id))
        _delete(work, oldest)


def _delete(work: Command, device: Registration) -> None:
    stored = work.stored(DEVICES, device.place())
    work.change.delete(DEVICES.collection, device.place(), stored.document if stored else None)
