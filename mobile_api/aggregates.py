"""What this function owns: the devices of governors."""

import hashlib
from typing import Literal

from mobile_api.rules.documents import (
    AGENTS,
    CARDS,
    COUNTERS,
    DELIVERIES,
    PIPELINES,
    SEED_COUNTS,
    SEEDS,
    TIMELINES,
    VIOLATIONS,
)
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.artifacts.content import KEPT
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.workspaces import WORKSPACE
from shared.storage.buckets import Bucket
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

    def place(self) -> str:
        """Its document's id. There is one for each token, so that a token is registered once."""
        return place_of(self.token)


def place_of(token: str) -> str:
    """The id of the document of a push token."""
    return hashlib.sha256(token.encode()).hexdigest()


# Only to sign addresses of the files that approvals name.
FILES = Bucket(KEPT, "mobile-api-bucket-key")

DEVICES = Aggregate(
    noun="device",
    model=Registration,
    collection="governor_devices",
    prefix="dev",
    id_of=Registration.place,
    indexed=("principal", "device_id"),
    queried=("principal", "device_id"),
)

# The collections of the projection.
DECLARED = (
    Collection(
        CARDS,
        composites=(
            ("bucket", "-requested_at", "-open_until"),
            ("-requested_at", "-open_until"),
            (WORKSPACE, "bucket", "-requested_at", "-open_until"),
            (WORKSPACE, "-requested_at", "-open_until"),
            (WORKSPACE, "-vetoed_at"),
            (WORKSPACE, "overdue_after_approvals"),
            (WORKSPACE, "overdue_after_agents"),
        ),
        queried=("-vetoed_at", "overdue_after_approvals", "overdue_after_agents"),
    ),
    Collection(TIMELINES, composites=(("approval_id", "-sequence"),)),
    Collection(
        AGENTS,
        composites=((WORKSPACE, "name"), (WORKSPACE, "overdue_after_agents")),
        queried=("name", "overdue_after_agents"),
    ),
    Collection(SEEDS, composites=((WORKSPACE, "-created_at"),), queried=("-created_at",)),
    Collection(VIOLATIONS, composites=((WORKSPACE, "-at"),), queried=("-at",)),
    Collection(PIPELINES),
    Collection(DELIVERIES),
    Collection(COUNTERS),
    Collection(SEED_COUNTS),
)

RUN = Runner("mobile-api", DEVICES, collections=DECLARED, in_stopped=True)
