"""What this function owns: approvals, precedents, the active precedents of each kind, the approval
policy, and what it knows of passkeys, of devices and of the tenant's humans."""

from events.decisions import statement_of
from events.devices import PREFIX
from functions.approvals.assents import Assenting
from functions.approvals.rules.alone import Humans, KnownHuman
from functions.approvals.rules.approval import Approval, is_swept, next_timer
from functions.approvals.rules.devices import KnownDevice
from functions.approvals.rules.entity_types import APPROVAL, PRECEDENT
from functions.approvals.rules.passkeys import KnownPasskey
from functions.approvals.rules.policy import ApprovalPolicy
from functions.approvals.rules.postponement import postponed, published
from functions.approvals.rules.precedent import ActivePrecedents, Precedent
from functions.approvals.rules.reading_pace import ReadingPace
from functions.approvals.rules.subjects import noun_about
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.postponement import Postponement
from shared.aggregates.runner import Runner
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.content import KEPT
from shared.kit.workspaces import WORKSPACE
from shared.patterns.aggregates import PATTERNS
from shared.storage.buckets import Bucket
from shared.storage.collections import Collection

APPROVALS = Aggregate(
    noun="approval",
    model=Approval,
    collection="approvals",
    prefix="apr",
    indexed=(
        "bucket",
        "open_until",
        "status",
        "requested_at",
        "silence_at",
        "authors",
        "governed_at",
        "refused_marks",
        "refused_kind",
        "refused_at",
        "tacit_marks",
        "row",
        "counted_at",
    ),
    composites=(
        # The lists.
        ("bucket", "-requested_at", "-open_until"),
        (WORKSPACE, "bucket", "-requested_at", "-open_until"),
        (WORKSPACE, "-requested_at", "-open_until"),
        ("-requested_at", "-open_until"),
        # The decisions that a precedent is drafted from and reviewed against.
        ("row", "-counted_at"),
        ("refused_kind", "-refused_at"),
    ),
    queried=("-silence_at", "-governed_at", "refused_marks[]", "tacit_marks[]"),
    next_timer=next_timer,
    swept=is_swept,
    signing=Assenting("approvals-signing-key", statement_of),
    entity_type=APPROVAL,
    postponement=Postponement(postponed, published),
    in_workspaces=True,
    about=lambda approval: noun_about(approval.subject),
)

PRECEDENTS = Aggregate(
    noun="precedent",
    model=Precedent,
    collection="precedents",
    prefix="pre",
    indexed=("status", "kind", "created_at", "row", "ended_at", "governed_at", "recall_id"),
    composites=(("kind", "status", "-ended_at"), (WORKSPACE, "-created_at")),
    queried=("status", "kind", "row", "recall_id", "-created_at", "-governed_at"),
    entity_type=PRECEDENT,
    in_workspaces=True,
)

# Written in the same commit as each change of a precedent, so that a match that was decided on an
# older state loses its race. Those of the workspaces are in it too.
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

# A projection of identity's events, on the platform as these are.
PASSKEYS = Aggregate(
    noun="passkey",
    model=KnownPasskey,
    collection="known_passkeys",
    prefix="pky",
    indexed=("held_by",),
    queried=("held_by",),
)

# Whose decisions are faster than anybody reads; of nobody else.
READING_PACES = Aggregate(
    noun="reading_pace",
    model=ReadingPace,
    collection="reading_paces",
    id_of=lambda pace: pace.principal,
)

# The same of the devices of people in the tenant that have a key.
DEVICES = Aggregate(
    noun="known_device",
    model=KnownDevice,
    collection="known_devices",
    prefix=PREFIX,
    indexed=("signs",),
    queried=("signs",),
    id_of=lambda device: device.device_id,
)

# The same of the tenant's members, in the tenant: each human, and how many there are.
KNOWN_HUMANS = Aggregate(
    noun="known_human",
    model=KnownHuman,
    collection="known_humans",
    id_of=lambda human: human.principal_id,
)
HUMANS_ID = "current"
HUMANS = Aggregate(
    noun="humans", model=Humans, collection="tenant_humans", id_of=lambda _: HUMANS_ID
)

# A document for each precedent that was ever compared: how many requests it was compared with, and
# how many of those it approved. Each request adds to it in its own commit, without a condition.
COUNTS = Collection("precedent_counts")
CLAIMS = Collection("decision_claims")

# Only to sign addresses of the files that approvals cite.
FILES = Bucket(KEPT, "approvals-bucket-key")

RUN = Runner(
    "approvals",
    *(
        APPROVALS,
        PRECEDENTS,
        ACTIVE,
        POLICIES,
        PASSKEYS,
        DEVICES,
        READING_PACES,
        KNOWN_HUMANS,
        HUMANS,
        ARTIFACTS,
        PATTERNS,
    ),
    collections=[CLAIMS, COUNTS],
    timed_by_others=(ARTIFACTS,),
)
