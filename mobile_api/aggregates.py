"""What this function owns: the devices of governors."""

from typing import Literal

from mobile_api.rules.documents import CARDS, SEEDS
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.storage.collections import Collection

Platform = Literal["ios", "android", "web"]


class Device(Data):
    """A governor's device. The push token is never returned."""

    device_id: str
    platform: Platform
    registered_at: Instant


class Registration(Device):
    """A stored device: its owner, and its push token."""

    principal: str
    token: str


DEVICES = Aggregate(
    noun="device",
    model=Registration,
    collection="governor_devices",
    prefix="dev",
    indexed=("principal",),
)

# The projection's documents with long texts or ordered lists; the others need nothing beyond the
# automatic indexes.
PROJECTED = (
    Collection(
        CARDS,
        composites=(("bucket", "-requested_at"),),
        unqueried=("card", "content", "evidence", "risk_reasons", "rollback_plan", "timeline"),
    ),
    Collection(SEEDS, unqueried=("seed",)),
)

RUN = Runner("mobile-api", DEVICES, collections=PROJECTED)
