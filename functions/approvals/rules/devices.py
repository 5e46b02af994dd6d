"""Decisions that a device signs: which keys count. Pure."""

from events.assertions import DecisionSignature, DecisionStatement
from events.devices import DeviceKey, DeviceState
from shared.kit.device_signatures import DeviceSignatureRefused
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition


class KnownDevice(Model):
    """What `approvals` knows of a device with a key: it counts from `confirmed_at` to
    `removed_at`."""

    device_id: str
    principal: str
    key: DeviceKey
    confirmed_at: Instant | None
    removed_at: Instant | None


def follow(
    known: KnownDevice | None, published: DeviceState
) -> tuple[Transition[KnownDevice], ...]:
    """The device after one of its events; nothing for a device without a key. Events may come late,
    twice, or in another order: a confirmed one stays confirmed, and a removed one removed."""
    if published.key is None:
        return ()
    after = KnownDevice(
        device_id=published.device_id,
        principal=published.principal,
        key=published.key,
        confirmed_at=published.confirmed_at,
        removed_at=published.removed_at,
    )
    if known is not None:
        after = known.but(
            confirmed_at=known.confirmed_at or after.confirmed_at,
            removed_at=known.removed_at or after.removed_at,
        )
    return (Transition(after),) if after != known else ()


def check_device(
    known: KnownDevice | None, principal: str, signature: str, stated: DecisionStatement
) -> DecisionSignature:
    """What is kept of the signature. Raises DeviceSignatureRefused where the device is not the
    principal's own now, or its key signed anything else. When it signed does not count: a removed
    device signs nothing, as any time in what it signed could be an earlier one."""
    if known is None or known.principal != principal or known.removed_at is not None:
        detail = "no device of yours has the id in the signature's kid: enrol this one"
        raise DeviceSignatureRefused("unknown_key", detail)
    if known.confirmed_at is None:
        detail = "the device was not confirmed: confirm it with another one, or by passkey"
        raise DeviceSignatureRefused("unknown_key", detail)
    kept = DecisionSignature(
        device_id=known.device_id, key=known.key, statement=stated, signature=signature
    )
    kept.verify()
    return kept
