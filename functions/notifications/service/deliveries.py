"""A person's deliveries: listed, sent again, acknowledged by the device that had one."""

from functions.notifications.aggregates import DELIVERIES, RUN
from functions.notifications.rules import delivery as rules
from functions.notifications.rules.delivery import Delivery
from functions.notifications.views import DeliveryPage, DeliveryView
from shared.aggregates.command import Command, not_found
from shared.devices.reading import read_device
from shared.kit.callers import Caller
from shared.kit.device_signatures import (
    ACKNOWLEDGEMENT,
    DeviceSignatureRefused,
    check_signed,
    signer_of,
)
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey


async def list_deliveries(caller: Caller, limit: int, cursor: str | None) -> DeliveryPage:
    """What was sent to the caller, newest first. Raises Invalid, Unavailable."""
    own = [("principal", "==", caller.principal)]
    page = await RUN.page(
        caller, DELIVERIES, where=own, order_by=("created_at",), limit=limit, cursor=cursor
    )
    return page.shown(DeliveryPage, DeliveryView.of)


async def resend(caller: Caller, key: IdempotencyKey, delivery_id: str) -> DeliveryView:
    """The delivery, which is sent again at once. Raises NotFound, VersionConflict, Unavailable."""

    async def use_case(work: Command) -> DeliveryView:
        own = await _own(work, delivery_id)
        return DeliveryView.of(await work.save_change(own, *rules.resend(own, work.at)))

    about = (DELIVERIES, delivery_id)
    return await RUN.command(caller, use_case, DeliveryView, key=key, about=about)


async def acknowledge(
    caller: Caller, key: IdempotencyKey, delivery_id: str, signature: str
) -> DeliveryView:
    """The delivery, which its device had, as that device's key signs: the first time counts. Raises
    NotFound, DeviceSignatureRefused, VersionConflict, Unavailable."""

    async def use_case(work: Command) -> DeliveryView:
        own = await _own(work, delivery_id)
        if own.acknowledged_at is None:
            await _check(work.store, caller, own, signature)
        return DeliveryView.of(await work.save_change(own, *rules.acknowledge(own, work.at)))

    about = (DELIVERIES, delivery_id)
    return await RUN.command(caller, use_case, DeliveryView, key=key, about=about)


def statement_of(tenant_id: str, delivery_id: str) -> dict[str, object]:
    """What a device signs to acknowledge a delivery."""
    return {"v": 1, "tenant": tenant_id, "delivery_id": delivery_id}


async def _own(work: Command, delivery_id: str) -> Delivery:
    """The caller's delivery. Raises NotFound for anybody else's."""
    found = None
    if DELIVERIES.may_be_id(delivery_id):
        found = await work.find(DELIVERIES, delivery_id)
    if found is None or found.principal != work.caller.principal:
        raise await not_found(RUN.outbox, work.caller, DELIVERIES, delivery_id)
    work.is_about(DELIVERIES, delivery_id)
    return found


async def _check(store: TenantStore, caller: Caller, own: Delivery, signature: str) -> None:
    detail = "kid must be the id of the device that the delivery went to, whose key counts"
    if own.device_id is None or signer_of(signature) != own.device_id:
        raise DeviceSignatureRefused("unknown_key", detail)
    device = await read_device(store, own.device_id)
    is_own = device is not None and device.signs and device.principal == caller.principal
    if device is None or not is_own or device.key is None:
        raise DeviceSignatureRefused("unknown_key", detail)
    statement = statement_of(caller.tenant_id, own.delivery_id)
    key = device.key
    check_signed(signature, x=key.x, y=key.y, typ=ACKNOWLEDGEMENT, statement=statement)
