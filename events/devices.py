"""What `mobile-api` publishes of people's devices: where they are told, and the keys with which
they sign decisions."""

from typing import Literal

from events.registry import event
from shared.kit.canonical import canonical_json
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

# Notices are many, and readers of devices read none of them.
TOPIC = "mobile-api.devices"
PREFIX = "dev"

Platform = Literal["ios", "android", "web"]


class DeviceKey(Data):
    """The public half of a device's key: an EC key of the curve P-256 (RFC 7517), with which it
    signs by ES256."""

    kty: Literal["EC"] = "EC"
    crv: Literal["P-256"] = "P-256"
    x: str
    y: str

    @property
    def thumbprinted(self) -> bytes:
        """What its thumbprint is the SHA-256 of (RFC 7638)."""
        return canonical_json({"crv": self.crv, "kty": self.kty, "x": self.x, "y": self.y})


class DeviceState(EventData):
    """A device after the event. `key` signs decisions of `principal` from `confirmed_at` until
    `removed_at`; a device without a key is only told. `confirmed_by` is `sign_in` for the first key
    of its owner, `passkey` where the sign-in that enrolled or confirmed it was by one, or the id of
    the device that confirmed it.

    `has_push`: notices reach it by Web Push. Its subscription is in no event, because whoever has
    it may send to the device: `shared.devices.reading` gives it to who sends. Nor is its name,
    which is its owner's words."""

    device_id: str
    principal: str
    platform: Platform
    has_push: bool = False
    key: DeviceKey | None = None
    registered_at: Instant
    confirmed_at: Instant | None = None
    confirmed_by: str | None = None
    removed_at: Instant | None = None


@event("assent.device.registered.v1")
class DeviceRegistered(DeviceState):
    """Somebody registered a device, another name or subscription of it, or took it over from who
    had its push token before."""


@event("assent.device.confirmed.v1")
class DeviceConfirmed(DeviceState):
    """An enrolled device, or a sign-in by passkey, confirmed the device: its key signs from now
    on."""


@event("assent.device.removed.v1")
class DeviceRemoved(DeviceState):
    """Its owner removed the device, or newer ones took its place: it is told nothing any more, and
    what its key signed is refused from now on, whenever it was signed. That key never comes
    back."""
