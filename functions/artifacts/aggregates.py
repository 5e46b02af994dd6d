"""What this function owns: artifacts, and their bytes."""

from shared.aggregates.runner import Runner
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.content import INCOMING, KEPT
from shared.storage.buckets import Bucket

BUCKET_KEY = "artifacts-bucket-key"
KEPT_BYTES, UPLOADS = Bucket(KEPT, BUCKET_KEY), Bucket(INCOMING, BUCKET_KEY)

# A closed tenant loses its bytes, so its end is handled too.
RUN = Runner("artifacts", ARTIFACTS, in_stopped=True)
