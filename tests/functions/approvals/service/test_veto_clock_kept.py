"""The veto clock as it is kept: who has a device has until that had the notice."""

from datetime import datetime

from events.deliveries import DeliveryAcknowledged
from functions.approvals.service.acknowledgements import note_delivered
from functions.approvals.service.lists import show_approval
from functions.approvals.views import ApprovalDetail
from shared.messaging.envelope import Envelope
from tests.device_keys import DeviceKey
from tests.functions.approvals.builders import GOVERNOR, HOUR, START
from tests.functions.approvals.signing import registered
from tests.functions.approvals.worlds import World


async def _shown(world: World, approval_id: str) -> ApprovalDetail:
    return await show_approval(world.caller(GOVERNOR), approval_id)


async def _acknowledge(world: World, approval_id: str, at: datetime, number: int = 1) -> None:
    data = DeliveryAcknowledged(
        delivery_id=f"dlv_{number}",
        device_id="dev_1",
        principal="gala",
        approval_id=approval_id,
        at=at,
    )
    event = Envelope(
        id=f"evt_{number}",
        type="assent.notification_delivery.acknowledged.v1",
        source="//assent/notifications",
        subject=f"notification_delivery/dlv_{number}",
        time=at,
        tenantid=world.store.tenant_id,
        actorid="gala",
        correlationid="evt_0",
        causationid="evt_0",
        sequence=1,
        data=data.model_dump_json(),
        received_at=at,
    )
    await note_delivered(event)


async def test_the_first_device_that_has_the_notice_starts_the_clock_once(world: World) -> None:
    await registered(DeviceKey(), world.store.tenant_id, "gala")
    await world.precedent()
    card = await world.ask()
    assert card.veto is not None
    assert (card.veto.closes_at, card.veto.waits_for_device) == (START + 72 * HOUR, True)
    await _acknowledge(world, card.id, START + HOUR)
    await _acknowledge(world, card.id, START + HOUR)
    await _acknowledge(world, card.id, START + 9 * HOUR, 2)
    shown = (await _shown(world, card.id)).veto
    assert shown is not None
    assert (shown.closes_at, shown.delivered_at) == (START + 25 * HOUR, START + HOUR)
    assert shown.device_id == "dev_1"


async def test_without_a_device_that_signs_it_is_24_hours(world: World) -> None:
    await registered(DeviceKey(), world.store.tenant_id, "gala", confirmed_at=None)
    await world.precedent()
    card = await world.ask()
    assert card.veto is not None
    assert (card.veto.closes_at, card.veto.waits_for_device) == (START + 24 * HOUR, False)
    await _acknowledge(world, card.id, START + HOUR)
    shown = (await _shown(world, card.id)).veto
    assert shown == card.veto


async def test_an_acknowledgement_of_what_is_not_there_changes_nothing(world: World) -> None:
    await _acknowledge(world, "apr_01KAGQ0000000000000000000A", START)
    await _acknowledge(world, "cas_1", START, 2)
