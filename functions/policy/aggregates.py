"""What this function owns: versions of policies, their names, what is published, and decisions."""

from functions.policy.rules.policy import Policy, PolicyName
from functions.policy.rules.questions import Decided
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.kit.workspaces import WORKSPACE
from shared.policy.published import COLLECTION, Published

APPROVALS_KEYS = "approvals-public-keys"

POLICIES = Aggregate(
    noun="policy",
    model=Policy,
    collection="policies",
    prefix="pol",
    indexed=("status", "proposed_at"),
    composites=(("status", "-proposed_at"),),
    queried=("-proposed_at",),
)

# Written with each version, so that two versions of one name never have the same number.
NAMES = Aggregate(
    noun="policy_name", model=PolicyName, collection="policy_names", id_of=lambda each: each.name
)

# Written with each publication, so that the second of two that were approved loses its race.
PUBLISHED = Aggregate(
    noun="published_policies",
    model=Published,
    collection=COLLECTION.name,
    id_of=lambda published: published.id,
)

DECISIONS = Aggregate(
    noun="decision",
    model=Decided,
    collection="decisions",
    prefix="dec",
    indexed=("at",),
    composites=((WORKSPACE, "-at"),),
    queried=("-at",),
    in_workspaces=True,
)

RUN = Runner("policy", POLICIES, NAMES, PUBLISHED, DECISIONS)
