"""What this function owns in Firestore: the meters that tenants declared. The counted usage lies in
PostgreSQL (`shared.usage`)."""

from events.usage import UsageMetersState
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner

METERS_ID = "current"
# One document for each tenant, so that a call with events needs one read.
METERS = Aggregate(
    noun="usage_meters",
    model=UsageMetersState,
    collection="usage_meters",
    id_of=lambda _: METERS_ID,
)
RUN = Runner("usage", METERS)
