"""What this function owns: the devices of governors."""

from events.devices import PREFIX, TOPIC
from mobile_api.rules.device import DeviceChallenge
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
from shared.devices.device import COLLECTION, Registration
from shared.kit.workspaces import WORKSPACE
from shared.storage.buckets import Bucket
from shared.storage.collections import Collection

# Only to sign addresses of the files that approvals name.
FILES = Bucket(KEPT, "mobile-api-bucket-key")

DEVICES = Aggregate(
    noun="device",
    model=Registration,
    collection=COLLECTION,
    prefix=PREFIX,
    indexed=("held_by", "endpoint_hash"),
    queried=("held_by", "endpoint_hash"),
    topic=TOPIC,
)
# One for each principal: what their next key signs.
CHALLENGES = Aggregate(
    noun="device_challenge",
    model=DeviceChallenge,
    collection="device_challenges",
    id_of=lambda challenge: challenge.principal,
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

RUN = Runner("mobile-api", DEVICES, CHALLENGES, collections=DECLARED, in_stopped=True)
