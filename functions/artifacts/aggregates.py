"""What this function owns: artifacts, and their bytes."""

from functions.artifacts.rules.retention import Retention, next_timer
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.content import INCOMING, KEPT
from shared.budgets.reached import REACHED_QUOTAS
from shared.storage.buckets import Bucket

BUCKET_KEY = "artifacts-bucket-key"
KEPT_BYTES, UPLOADS = Bucket(KEPT, BUCKET_KEY), Bucket(INCOMING, BUCKET_KEY)

# One for each tenant that set it.
RETENTION_ID = "current"
RETENTION = Aggregate(
    noun="artifact_retention",
    model=Retention,
    collection="artifact_retention",
    id_of=lambda _: RETENTION_ID,
    next_timer=next_timer,
    swept=lambda _: True,
)

# What is noted for `runs` to tell of is written without being read.
REACHED = REACHED_QUOTAS.as_collection()
# A closed tenant loses its bytes, so its end is handled too.
RUN = Runner("artifacts", ARTIFACTS, RETENTION, collections=(REACHED,), in_stopped=True)
