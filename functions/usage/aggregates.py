"""What this function owns in Firestore: the meters that tenants declared. What is counted is in
PostgreSQL (`shared.usage`)."""

from events.usage import UsageMetersState
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner

METERS_ID = "current"
# One for each tenant, so that whoever sends events costs one read.
METERS = Aggregate(
    noun="usage_meters",
    model=UsageMetersState,
    collection="usage_meters",
    id_of=lambda _: METERS_ID,
)
RUN = Runner("usage", METERS)
