"""Devices of people: registered, confirmed, listed, removed."""

import secrets

from events.devices import DeviceRegistered
from mobile_api.aggregates import CHALLENGES, DEVICES, RUN
from mobile_api.rules import device as devices
from mobile_api.rules.device import CHALLENGE_LIFE, DeviceChallenge
from mobile_api.rules.device_bodies import ConfirmBody, DeviceBody, check_body
from mobile_api.views import Device, DeviceOptions, Devices
from shared.aggregates.command import Command, not_found
from shared.devices.device import MOST_PER_PRINCIPAL, Registration
from shared.kit import base64url
from shared.kit.callers import Caller
from shared.kit.errors import SignInTooOld
from shared.kit.transitions import Transition
from shared.storage.idempotency import IdempotencyKey

_CHALLENGE_BYTES = 32


async def list_devices(caller: Caller) -> Devices:
    """The caller's devices, the oldest first."""
    own = await _own(Command(RUN, caller))
    return Devices(items=tuple(map(Device.of, own)))


async def begin_device(caller: Caller) -> DeviceOptions:
    """What the caller's next key signs within three minutes, in place of an earlier challenge. One
    commit. Raises SignInTooOld."""
    _require_recent(caller)

    async def use_case(work: Command) -> DeviceOptions:
        await work.find(CHALLENGES, caller.principal)
        value = base64url.encode(secrets.token_bytes(_CHALLENGE_BYTES))
        waiting = DeviceChallenge(
            principal=caller.principal, value=value, expires_at=work.at + CHALLENGE_LIFE
        )
        await work.save(Transition(waiting))
        return DeviceOptions(challenge=value, expires_at=waiting.expires_at)

    return await RUN.command(caller, use_case, DeviceOptions)


async def register_device(caller: Caller, key: IdempotencyKey, body: DeviceBody) -> Device:
    """The device of that key, token or subscription, registered to the caller: a token or a
    subscription with a new owner reaches only that owner. A repeated registration changes nothing,
    but whoever sends is told of its subscription again.
    Beyond twenty devices the oldest without a key is removed. One commit. Raises Invalid,
    VersionConflict and, for a new key, SignInTooOld and DeviceSignatureRefused."""
    check_body(body)
    device_id = devices.id_of(caller.tenant_id, body)

    async def use_case(work: Command) -> Device:
        known = await work.find(DEVICES, device_id)
        shown = known and await work.words.opened(known)
        named = devices.register(known, shown, body, device_id, caller.principal, work.at)
        if named is None:
            assert known is not None
            return Device.of(known)
        await _move_endpoint(work, named)
        is_new = known is None or known.held_by != caller.principal
        own = await _own(work) if is_new else []
        if is_new:
            await work.save(*devices.make_room(own, work.at))
        if not is_new or named.key is None:
            return Device.of(await work.save_change(named, Transition(named, DeviceRegistered)))
        _require_recent(caller)
        waiting = await work.find(CHALLENGES, caller.principal)
        steps = devices.enrol(named, waiting, body.proof, caller, _signing(own))
        return Device.of((await work.save(*steps))[-1])

    return await RUN.command(caller, use_case, Device, key=key, about=(DEVICES, device_id))


async def confirm_device(
    caller: Caller, key: IdempotencyKey, device_id: str, body: ConfirmBody
) -> Device:
    """The caller's device, whose key counts from now on. Raises NotFound, VersionConflict,
    DeviceSignatureRefused."""

    async def use_case(work: Command) -> Device:
        device = await _get_own(work, device_id)
        steps = devices.confirm(device, body, caller, _signing(await _own(work)))
        return Device.of(await work.save_change(device, *steps))

    about = (DEVICES, device_id)
    return await RUN.command(caller, use_case, Device, key=key, about=about)


async def remove_device(caller: Caller, device_id: str) -> None:
    """Removes the caller's device. Raises NotFound for any other."""

    async def use_case(work: Command) -> Device:
        device = await _get_own(work, device_id)
        return Device.of(await work.save_change(device, *devices.remove(device, work.at)))

    await RUN.command(caller, use_case, Device)


def _require_recent(caller: Caller) -> None:
    if not caller.has_just_signed_in():
        raise SignInTooOld(
            "a key is added within five minutes after a sign-in with a browser: sign in again"
        )


async def _get_own(work: Command, device_id: str) -> Registration:
    device = await work.get(DEVICES, device_id)
    if device.held_by != work.caller.principal:
        raise await not_found(RUN.outbox, work.caller, DEVICES, device_id)
    return device


async def _own(work: Command) -> list[Registration]:
    held = [("held_by", "==", work.caller.principal)]
    found = await work.query(DEVICES, where=held, limit=MOST_PER_PRINCIPAL)
    return sorted(found, key=lambda each: (each.registered_at, each.device_id))


def _signing(own: list[Registration]) -> list[Registration]:
    return [each for each in own if each.signs]


async def _move_endpoint(work: Command, device: Registration) -> None:
    """Takes the device's subscription away from every other one that had it."""
    if not device.endpoint_hash:
        return
    same = [("endpoint_hash", "==", device.endpoint_hash)]
    for other in await work.query(DEVICES, where=same, limit=MOST_PER_PRINCIPAL):
        if other.device_id != device.device_id:
            await work.save(*devices.without_endpoint(other, work.at))
