"""Where to reach a governor: push registrations, kept by the hash of their token."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from mobile_api.bodies import DeviceBody
from mobile_api.service.reading import OUTBOX, not_found
from mobile_api.store import DEVICES
from mobile_api.views import Device
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import derive_id, is_id
from shared.kit.instants import format_instant
from shared.messaging.changes import Change
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again

MOST_PER_PRINCIPAL = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def register_device(caller: Caller, body: DeviceBody, key: IdempotencyKey) -> Device:
    """The device of that token, now the caller's: a phone that changed hands tells its new owner
    only. Registering again changes nothing. Past twenty devices the oldest is forgotten."""
    if not body.token.strip():
        raise Invalid(FieldError("token", "must not be empty"))
    return await decide_again(lambda: _register_once(caller, body, key))


async def remove_device(caller: Caller, device_id: str) -> None:
    """Forgets the caller's device. Raises NotFound for any other."""
    await decide_again(lambda: _remove_once(caller, device_id))


async def _register_once(caller: Caller, body: DeviceBody, key: IdempotencyKey) -> Device:
    store = TenantStore(caller.tenant_id)
    answered = await key.recall(store)
    if answered is not None:
        return Device.model_validate(answered)
    device_id = derive_id("dev", _EPOCH, hashlib.sha256(body.token.encode()).hexdigest())
    seen = await store.get(DEVICES, device_id)
    change = Change()
    fields = _registration(caller, body)
    is_same = seen is not None and (seen.data["principal"], seen.data["platform"]) == (
        caller.principal,
        body.platform,
    )
    if seen is not None and is_same:
        fields = dict(seen.data)
    elif seen is not None:
        change.replace(seen, fields)
    else:
        change.create(DEVICES, device_id, fields)
        await _make_room(store, change, caller)
    device = _device(device_id, fields)
    key.remember(change, device.model_dump(mode="json"))
    if change.writes:
        await OUTBOX.commit(store, change, now=caller.received_at)
    return device


async def _remove_once(caller: Caller, device_id: str) -> None:
    store = TenantStore(caller.tenant_id)
    seen = await store.get(DEVICES, device_id) if is_id("dev", device_id) else None
    if seen is None or seen.data["principal"] != caller.principal:
        raise await not_found(caller, "dev", device_id)
    change = Change()
    change.delete(DEVICES, device_id, seen)
    await OUTBOX.commit(store, change, now=caller.received_at)


async def _make_room(store: TenantStore, change: Change, caller: Caller) -> None:
    own = await store.find(
        DEVICES, where=[("principal", "==", caller.principal)], limit=MOST_PER_PRINCIPAL
    )
    if len(own.items) >= MOST_PER_PRINCIPAL:
        oldest = min(own.items, key=_age)
        change.delete(DEVICES, oldest.id, oldest)


def _age(document: Document) -> tuple[str, str]:
    return document.data["registered_at"], document.id


def _registration(caller: Caller, body: DeviceBody) -> dict[str, Any]:
    return {
        "principal": caller.principal,
        "platform": body.platform,
        "token": body.token,
        "registered_at": format_instant(caller.received_at),
    }


def _device(device_id: str, fields: dict[str, Any]) -> Device:
    return Device.model_validate({**fields, "device_id": device_id})
