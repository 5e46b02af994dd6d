"""A device as it is stored. Pure."""

import hashlib
from typing import Annotated

from events.devices import PREFIX, DeviceState
from shared.kit.ids import hashed_id
from shared.kit.models import Data
from shared.kit.personal import Personal

COLLECTION = "governor_devices"
MOST_PER_PRINCIPAL = 20
DevicesText = Annotated[str, Personal(of="principal")]


class PushKeys(Data):
    """With what a push message is encrypted (RFC 8291), in base64url without padding."""

    p256dh: str
    auth: str


class Subscription(Data):
    """Where a push message for a browser goes (Push API), and what only that browser reads."""

    endpoint: str
    keys: PushKeys


class Registration(DeviceState):
    """A stored device. `name` is what its owner calls it, `token` the push token of an app,
    `subscription` the JSON text of a browser's `Subscription`, sealed as its owner's words; neither
    of the two is ever returned. `endpoint_hash` finds who else has that subscription."""

    name: DevicesText = ""
    token: str = ""
    subscription: DevicesText = ""
    endpoint_hash: str = ""

    @property
    def held_by(self) -> str:
        """Whose it is; empty once it was removed."""
        return self.principal if self.removed_at is None else ""

    @property
    def signs(self) -> bool:
        """Whether its key counts now."""
        return self.key is not None and self.confirmed_at is not None and self.removed_at is None


def hash_of_text(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def device_id_of(tenant_id: str, *known_by: str) -> str:
    """The id of the device that is known by a token, an endpoint or a key: the same in its tenant
    for ever, so that each is registered once."""
    return hashed_id(PREFIX, hash_of_text("\x1f".join((tenant_id, *known_by))))
