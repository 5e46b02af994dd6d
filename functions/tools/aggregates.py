"""What this function owns: invocations."""

from functions.tools.rules.entity_types import INVOCATION
from functions.tools.rules.invocation import Invocation
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner

RUNS_KEYS = "runs-public-keys"
APPROVALS_KEYS = "approvals-public-keys"

# A document is invocation, consumed token and intent at once.
INVOCATIONS = Aggregate(
    noun="invocation",
    model=Invocation,
    collection="invocations",
    prefix="inv",
    entity_type=INVOCATION,
    indexed=("run_id",),
    queried=("run_id",),
    in_workspaces=True,
)

RUN = Runner("tools", INVOCATIONS)
