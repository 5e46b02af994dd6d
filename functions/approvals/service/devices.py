"""Devices as `approvals` knows them, by the events of `mobile-api`, and the check of what they
signed."""

from events.assertions import DecisionSignature
from events.devices import DeviceConfirmed, DeviceRegistered, DeviceRemoved
from functions.approvals.aggregates import DEVICES, RUN
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody
from functions.approvals.rules.devices import check_device, follow
from functions.approvals.rules.signatures import statement
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.device_signatures import signer_of
from shared.messaging.envelope import Envelope

TYPES = {each.event_type: each for each in (DeviceRegistered, DeviceConfirmed, DeviceRemoved)}


async def follow_device(event: Envelope) -> None:
    """Knows a device's key from now on, or refuses its signatures."""
    published = event.payload(TYPES[event.type])

    async def use_case(work: UnitOfWork) -> None:
        known = await work.find(DEVICES, published.device_id)
        await work.save(*follow(known, published))

    if published.key is not None:
        await RUN.reaction(event, use_case)


async def check_signature(
    work: Command, approval_id: str, body: DecisionBody | GovernorVetoBody
) -> DecisionSignature | None:
    """What is kept of a device's signature of a decision that is about to be committed; None for
    one without. One read. Raises DeviceSignatureRefused, Unavailable."""
    if body.signature is None:
        return None
    signer = signer_of(body.signature) or ""
    known = await work.find(DEVICES, signer) if DEVICES.may_be_id(signer) else None
    stated = statement(work.caller.tenant_id, approval_id, body)
    return check_device(known, work.caller.principal, body.signature, stated)
