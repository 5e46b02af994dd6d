"""What this function owns: approvals, precedents, the active precedents of each kind, and the
approval policy."""

from functions.approvals.rules.approval import Approval, next_timer, statement_to_sign
from functions.approvals.rules.policy import ApprovalPolicy
from functions.approvals.rules.precedent import ActivePrecedents, Precedent
from shared.aggregates.aggregate import Aggregate, Signing
from shared.aggregates.runner import Runner
from shared.storage.collections import Collection

APPROVALS = Aggregate(
    noun="approval",
    model=Approval,
    collection="approvals",
    prefix="apr",
    indexed=(
        "status",
        "kind",
        "requested_at",
        "decided_at",
        "silence_at",
        "authors",
        "governed_at",
        "precedent_id",
        "considered",
        "likeness",
        "counted_at",
    ),
    composites=(
        ("status", "-requested_at"),
        # The decisions that a precedent is drafted from and reviewed against.
        ("likeness", "-counted_at"),
        ("kind", "status", "-decided_at"),
    ),
    next_timer=next_timer,
    signing=Signing("approvals-signing-key", statement_to_sign),
)

PRECEDENTS = Aggregate(
    noun="precedent",
    model=Precedent,
    collection="precedents",
    prefix="pre",
    indexed=("status", "kind", "created_at", "likeness"),
)

# Written in the same commit as each change of a precedent, so that a match that was decided on an
# older state loses its race.
ACTIVE = Aggregate(
    noun="active_precedents",
    model=ActivePrecedents,
    collection="active_precedents",
    id_of=lambda active: active.kind,
)

# One for each tenant, from its first change on.
POLICY_ID = "current"
POLICIES = Aggregate(
    noun="approval_policy",
    model=ApprovalPolicy,
    collection="approval_policies",
    id_of=lambda _: POLICY_ID,
)

CLAIMS = Collection("decision_claims", unqueried=("answer",))

RUN = Runner("approvals", APPROVALS, PRECEDENTS, ACTIVE, POLICIES, collections=[CLAIMS])
