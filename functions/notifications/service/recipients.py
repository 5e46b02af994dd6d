"""Finds out whom an event concerns, and makes one delivery for each place where they are told."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from events.deliveries import Means
from events.devices import DeviceRegistered, DeviceRemoved, DeviceState
from functions.notifications.aggregates import DELIVERIES, RECIPIENTS, RUN
from functions.notifications.rules.delivery import PREFIX, Delivery
from functions.notifications.rules.notice import Notice, concerns, notice_of
from functions.notifications.rules.quiet import due_at, last_call_at
from functions.notifications.rules.recipient import Recipient, pushed, unknown, unpushed
from shared.aggregates.unit_of_work import UnitOfWork
from shared.devices.reading import read_device
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition
from shared.members.reading import read_members
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore

# Deliveries of one commit, which takes one write each, and its reads.
MADE_AT_ONCE = 100


class Told(NamedTuple):
    """A person who is told, and a place where."""

    recipient: Recipient
    place: str

    @property
    def means(self) -> Means:
        """How messages get there."""
        channel = self.recipient.channel(self.place)
        return "push" if channel is None else channel.means


async def tell(event: Envelope) -> None:
    """Makes the deliveries of an event: one for each place of each person whom it concerns, and one
    more for the last call before its deadline. The same event again makes none. Reads all who are
    reached in the tenant, and their places in it. Raises Unavailable."""
    notice = notice_of(event.id, event.type, event.subject, event.workspaceid or None, event.data)
    if notice is None:
        return
    found = await _told(TenantStore(event.tenantid), notice, event.received_at)
    new = [
        each
        for told in found
        for each in deliveries_of(notice, told, event.time, event.received_at)
    ]
    for start in range(0, len(new), MADE_AT_ONCE):
        await _make(event, new[start : start + MADE_AT_ONCE])


def deliveries_of(notice: Notice, told: Told, time: datetime, at: datetime) -> tuple[Delivery, ...]:
    """The delivery of a notice of that `time` to one place, and its last call where it has a
    deadline that is not over at `at`."""
    recipient, place = told
    channel = recipient.channel(place)
    common = {
        "event_id": notice.event_id,
        "means": told.means,
        "principal": recipient.principal_id,
        "device_id": place if channel is None else None,
        "channel_id": None if channel is None else place,
        "subject": notice.subject,
        "approval_id": notice.approval_id,
        "about": notice.about,
        "detail": notice.detail,
        "roles": notice.roles,
        "principals": notice.principals,
        "created_at": at,
        "useful_until": notice.useful_until,
    }
    quiet, until = recipient.quiet_hours, notice.useful_until
    made = []
    if notice.kind not in recipient.muted:
        due = due_at(quiet, at, until, is_last_call=False)
        made.append(
            Delivery(kind=notice.kind, due_at=due, delivery_id=_id(notice, place, time), **common)
        )
    called = last_call_at(until, at) if until is not None and notice.approval_id else None
    if called is not None and "last_call" not in recipient.muted:
        id = _id(notice, place, time, "last_call")
        made.append(Delivery(kind="last_call", due_at=called, delivery_id=id, **common))
    return tuple(made)


async def know_device(event: Envelope) -> None:
    """Notes that a push service reaches a device of somebody, or no more. That, and what is sent to
    it, is read from the device itself, so the order of its events does not matter. Raises
    Unavailable."""
    payload = DeviceRegistered if event.type == DeviceRegistered.event_type else DeviceRemoved
    device: DeviceState = event.payload(payload)

    async def use_case(work: UnitOfWork) -> None:
        known = await work.find(RECIPIENTS, device.principal)
        # Read after the recipient, whom nobody else may then change before this commit.
        now = await read_device(work.store, device.device_id)
        is_reached = now is not None and now.has_push and now.held_by == device.principal
        rule = pushed if is_reached else unpushed
        await work.save(*rule(known or unknown(device.principal), device.device_id))

    await RUN.reaction(event, use_case)


async def _told(store: TenantStore, notice: Notice, at: datetime) -> list[Told]:
    recipients = [
        RECIPIENTS.state_in(each.data)
        async for each in store.find_all(RECIPIENTS.collection, where=[("is_reached", "==", True)])
    ]
    if not recipients:
        return []
    members = await read_members(store, [each.principal_id for each in recipients])
    return [
        Told(each, place)
        for each in recipients
        if concerns(notice, each.principal_id, members[each.principal_id], at)
        for place in each.places(notice.workspace_id)
    ]


async def _make(event: Envelope, new: Sequence[Delivery]) -> None:
    async def use_case(work: UnitOfWork) -> None:
        known = await work.find_all(DELIVERIES, [each.delivery_id for each in new])
        pairs = zip(new, known, strict=True)
        await work.save(*(Transition(each) for each, before in pairs if before is None))

    await RUN.reaction(event, use_case, is_one_of_several=True)


def _id(notice: Notice, place: str, time: datetime, *more: str) -> str:
    return derive_id(PREFIX, time, notice.event_id, place, *more)
