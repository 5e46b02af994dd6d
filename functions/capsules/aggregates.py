"""What this function owns: versions of capsules, and plans."""

from events.plans import PLANS as PLANS_COLLECTION
from functions.capsules.rules import capsule, plan
from functions.capsules.rules.capsule import Capsule
from functions.capsules.rules.plan import Plan
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.aggregates.signing import Signing
from shared.kit.workspaces import WORKSPACE

SIGNING_KEY = "capsules-signing-key"

CAPSULES = Aggregate(
    noun="capsule",
    model=Capsule,
    collection="capsules",
    indexed=("written_at", "line", "status", "rank"),
    composites=((WORKSPACE, "-written_at"), ("line", "status", "-rank")),
    queried=("-written_at",),
    signing=Signing(SIGNING_KEY, capsule.statement_of),
    in_workspaces=True,
)

PLANS = Aggregate(
    noun="plan",
    model=Plan,
    collection=PLANS_COLLECTION,
    id_of=lambda each: each.plan_hash,
    signing=Signing(SIGNING_KEY, plan.statement_of),
    in_workspaces=True,
)

RUN = Runner("capsules", CAPSULES, PLANS)
