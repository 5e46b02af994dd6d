"""What this function owns: the devices of governors."""

from typing import Literal

from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.kit.instants import Instant
from shared.kit.models import Data

Platform = Literal["ios", "android", "web"]


class Device(Data):
    """Where to reach a governor. The push token is never given back."""

    device_id: str
    platform: Platform
    registered_at: Instant


class Registration(Device):
    """A device as it is kept: whose it is, and the token that reaches it."""

    principal: str
    token: str


DEVICES = Aggregate(
    noun="device",
    model=Registration,
    collection="governor_devices",
    prefix="dev",
    indexed=("principal",),
)

RUN = Runner("mobile-api", DEVICES)
