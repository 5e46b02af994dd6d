"""What the platform answers. `python -m docs.sdk` generates it from the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ..answers import Answered, Known

JsonValue = Any


Obligation = tuple[Annotated[Literal["alert", "log", "redact", "require_approval"], Known], str]


Uid = tuple[str, str]


class AbsentView(Answered):
    """A model that did not answer, because its files are not there, are not what their manifest
    says, or it is busy, and what answered in its place."""

    answered_by: str
    because: Annotated[Literal["model_absent", "model_refused", "model_busy"], Known]
    model: str


class Accepted(Answered):
    """The tenant that somebody joined, and with which roles."""

    roles: tuple[str, ...]
    status: Annotated[Literal["open", "accepted", "revoked"], Known]
    tenant_id: str


class AddOnTaken(Answered):
    """So many of one add-on."""

    add_on: Annotated[Literal["executions", "tokens", "identity", "capacity"], Known]
    quantity: int


class AddOnView(Answered):
    """What plans have more of for `month_cents`."""

    add_on: Annotated[Literal["executions", "tokens", "identity", "capacity"], Known]
    adds: dict[str, int]
    features: tuple[
        Annotated[
            Literal[
                "two-person-approval",
                "own-policies",
                "workspaces",
                "single-sign-on",
                "directory",
                "audit-export",
            ],
            Known,
        ],
        ...,
    ]
    month_cents: int
    name: str
    plans: tuple[Annotated[Literal["free", "pro", "team", "enterprise"], Known], ...]


class Agent(Answered):
    """An agent. `case_id` is its open case, if there is one; `spend` is today's."""

    agent_id: str
    case_id: str | None
    health: Annotated[Literal["unknown", "healthy", "degraded", "critical"], Known]
    name: str
    spend: Spend
    status: Annotated[
        Literal[
            "draft",
            "certified",
            "trial",
            "go_live_pending",
            "active",
            "paused",
            "suspended",
            "probation",
            "deprecated",
        ],
        Known,
    ]
    version: str
    workspace_id: str | None = None


class AgentDetail(Answered):
    """An agent with its spec, which is null where it was erased. `authors` are all whose text is
    in it: they decide about no change of it. `submitted_by` are its requester and who submitted
    the version that the spec is of: they may change it."""

    agent_id: str
    authors: tuple[str, ...]
    case_id: str | None
    erased_at: str | None
    health: Annotated[Literal["unknown", "healthy", "degraded", "critical"], Known]
    held_reading: HeldReading | None
    last_case_id: str
    mode: Annotated[Literal["production", "trial"], Known]
    name: str
    reactivation: Reactivation | None
    reports: tuple[ReportCount, ...]
    spec: dict[str, JsonValue] | None
    spec_hash: str
    status: Annotated[
        Literal[
            "draft",
            "certified",
            "trial",
            "go_live_pending",
            "active",
            "paused",
            "suspended",
            "probation",
            "deprecated",
        ],
        Known,
    ]
    submitted_by: tuple[str, ...]
    suspension: Suspension | None
    version: str
    workspace_id: str | None = None


class AgentList(Answered):
    """Agents, newest first."""

    items: tuple[AgentView, ...]
    next_cursor: str | None


class AgentPage(Answered):
    """Some agents, by name."""

    items: tuple[Agent, ...]
    next_cursor: str | None


class AgentPart(Answered):
    """The agent whose rights the plan has, and the version of it that was judged."""

    agent_id: str
    mode: Annotated[Literal["production", "trial"], Known]
    name: str
    spec_hash: str
    version: str


class AgentTurns(Answered):
    """A model thinks, acts and observes inside the envelope until it gives an answer."""

    envelope: Envelope
    goal: JsonValue
    kind: Literal["agent"]


class AgentView(Answered):
    """An agent with the hash of its deployed spec or, before the first deployment, of its newest
    spec. `case_id` is its open case, null where none is open; `last_case_id` its newest case,
    open or not. `reports` counts the reports of each trigger, published or not; `held_reading`
    is a better reading of health that does not count yet; `reactivation` is the latest one."""

    agent_id: str
    case_id: str | None
    health: Annotated[Literal["unknown", "healthy", "degraded", "critical"], Known]
    held_reading: HeldReading | None
    last_case_id: str
    mode: Annotated[Literal["production", "trial"], Known]
    name: str
    reactivation: Reactivation | None
    reports: tuple[ReportCount, ...]
    spec_hash: str
    status: Annotated[
        Literal[
            "draft",
            "certified",
            "trial",
            "go_live_pending",
            "active",
            "paused",
            "suspended",
            "probation",
            "deprecated",
        ],
        Known,
    ]
    suspension: Suspension | None
    version: str
    workspace_id: str | None = None


class Answer(Answered):
    """Passages that answer a question, the best first. A question of permission is `routed_to`
    the constitutional corpora first: their passages stand before all others."""

    items: tuple[PassageView, ...]
    routed_to: Literal["constitutional"] | None


class ApprovalCard(Answered):
    """The summary of an approval, and how it was decided."""

    added_rule: Rule | None
    amount_usd_micros: int | None
    answer_hash: str | None
    attachments: tuple[CitedArtifact, ...] = Field(default=())
    authors: tuple[str, ...]
    break_glass: BreakGlass | None
    capacity: (
        Annotated[
            Literal[
                "approver",
                "governor",
                "deputy",
                "break_glass",
                "silence",
                "precedent",
                "requester",
                "self",
            ],
            Known,
        ]
        | None
    )
    deadline_at: str
    decided_at: str | None
    decided_by: str | None
    decision_hash: str
    deferred_until: str | None
    device_id: str | None
    effect: (
        Annotated[
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
            Known,
        ]
        | None
    )
    grants: tuple[Grant, ...]
    id: str
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    late: tuple[LateDecision, ...]
    missing: tuple[str, ...]
    needs_answer: bool
    note: str
    on_timeout: Annotated[Literal["approve", "deny"], Known]
    passkey_for: Annotated[Literal["nothing", "break_glass", "assent"], Known]
    passkey_id: str | None
    precedent_id: str | None
    receipt_id: str | None
    requested_at: str
    requested_by: str
    review: Review | None
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    rule: Rule
    stage: Stage | None
    status: Annotated[
        Literal[
            "pending",
            "deferred",
            "escalated",
            "approved",
            "rejected",
            "changes_requested",
            "expired",
            "cancelled",
            "auto_approved",
            "confirmed",
            "vetoed",
            "overturned",
            "reversed",
            "reversal_failed",
        ],
        Known,
    ]
    subject: Subject
    summary: str
    version: int
    veto: VetoWindow | None
    veto_reason: VetoReason | None
    votes: tuple[Vote, ...]
    workspace_id: str | None = None


class ApprovalDetail(Answered):
    """A card with all that a decision needs. `files` are those that it names."""

    added_rule: Rule | None
    amount_usd_micros: int | None
    answer_hash: str | None
    attachments: tuple[CitedArtifact, ...] = Field(default=())
    authors: tuple[str, ...]
    break_glass: BreakGlass | None
    capacity: (
        Annotated[
            Literal[
                "approver",
                "governor",
                "deputy",
                "break_glass",
                "silence",
                "precedent",
                "requester",
                "self",
            ],
            Known,
        ]
        | None
    )
    case: CaseBinding | None
    content: JsonValue
    deadline_at: str
    decided_at: str | None
    decided_by: str | None
    decision_hash: str
    deferred_until: str | None
    device_id: str | None
    effect: (
        Annotated[
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
            Known,
        ]
        | None
    )
    erased_at: str | None
    evidence: tuple[JsonValue, ...] | None
    files: tuple[NamedFile, ...]
    grants: tuple[Grant, ...]
    id: str
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    late: tuple[LateDecision, ...]
    matches: tuple[Match, ...] | None
    missing: tuple[str, ...]
    needs_answer: bool
    note: str
    on_timeout: Annotated[Literal["approve", "deny"], Known]
    passkey_for: Annotated[Literal["nothing", "break_glass", "assent"], Known]
    passkey_id: str | None
    precedent_id: str | None
    receipt_id: str | None
    requested_at: str
    requested_by: str
    review: Review | None
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    risk_reasons: tuple[str, ...] | None
    rollback_plan: str | None
    rule: Rule
    signature: str | None
    stage: Stage | None
    status: Annotated[
        Literal[
            "pending",
            "deferred",
            "escalated",
            "approved",
            "rejected",
            "changes_requested",
            "expired",
            "cancelled",
            "auto_approved",
            "confirmed",
            "vetoed",
            "overturned",
            "reversed",
            "reversal_failed",
        ],
        Known,
    ]
    subject: Subject
    summary: str
    version: int
    veto: VetoWindow | None
    veto_reason: VetoReason | None
    votes: tuple[Vote, ...]
    workspace_id: str | None = None


class ApprovalPage(Answered):
    """Some approvals, newest first."""

    items: tuple[ApprovalCard, ...]
    next_cursor: str | None


class ApprovalsFinding(Answered):
    """One verdict of Genesis' review of a precedent."""

    check: str
    evidence: str
    verdict: Annotated[Literal["pass", "fail"], Known]


class ArtifactDetail(Answered):
    """A file, with where to upload it while it is `pending`, and where to download it once it is
    `stored`."""

    agent_id: str | None
    artifact_id: str
    bytes: int
    cited_by: str | None
    created_at: str
    download: Download | None
    ended_at: str | None
    invocation_id: str | None
    keep_until: str | None
    labels: tuple[str, ...]
    media_type: str
    name: str
    reason: str | None
    removed_by: str | None
    run_id: str | None
    sha256: str
    status: Annotated[Literal["pending", "scanning", "stored", "refused", "removed"], Known]
    stored_at: str | None
    upload: Upload | None
    uploaded_by: str
    workspace_id: str | None = None


class ArtifactPage(Answered):
    """Some files, newest first."""

    items: tuple[ArtifactView, ...]
    next_cursor: str | None


class ArtifactView(Answered):
    """A file. `status`: `pending` until it was uploaded and completed, `scanning` while a scan
    is owed, `stored`, `refused` or `removed`, with the `reason`. Its `sha256` never changes. One
    that a call wrote has its agent and call, and its run if there was one. What is read of it
    has its `labels`. One that an approval cites, `cited_by`, is kept as long as that approval."""

    agent_id: str | None
    artifact_id: str
    bytes: int
    cited_by: str | None
    created_at: str
    ended_at: str | None
    invocation_id: str | None
    keep_until: str | None
    labels: tuple[str, ...]
    media_type: str
    name: str
    reason: str | None
    removed_by: str | None
    run_id: str | None
    sha256: str
    status: Annotated[Literal["pending", "scanning", "stored", "refused", "removed"], Known]
    stored_at: str | None
    uploaded_by: str
    workspace_id: str | None = None


class Assumption(Answered):
    """What the definition does not say: the path in the draft, the value that was put there, and
    why."""

    path: str
    value: JsonValue
    why: str


class Attempt(Answered):
    """A try, and what became of it. `not_sent`: it surely did not arrive, and is tried again.
    `refused`: it never will. `gone`: the place is no more. `unknown`: it may have arrived."""

    at: str
    detail: str
    outcome: Annotated[Literal["delivered", "not_sent", "refused", "gone", "unknown"], Known]


class AuditCheckpoint(Answered):
    """The newest checkpoint: `note` is the signed note, in which `log`, `size` and `root`
    (base64) are; `keys` are the verifier keys of the log, of which one signed."""

    keys: tuple[str, ...]
    log: str
    note: str
    root: str
    size: int


class AuditEntry(Answered):
    """One entry. `hash` is the SHA-256 over `previous_hash`, the tenant, `number`, `event_id`
    and `body`, with a line feed between each two; `body` is the text that was hashed, in JSON.
    `workspace_id` is there for what is about something in a workspace."""

    action: str
    actor: str
    at: str
    body: str
    event_id: str
    hash: str
    number: int
    previous_hash: str
    subject: str
    workspace_id: str | None = None


class AuditEntryPage(Answered):
    """Some entries, newest first."""

    items: tuple[AuditEntry, ...]
    next_cursor: str | None


class AuditExport(Answered):
    """An export. `url` is an address at which the archive can be read for fifteen minutes; a new
    answer has a new one, as long as the archive is kept."""

    bytes: int | None
    ended_at: str | None
    entries: int | None
    export_id: str
    kind: Annotated[Literal["log", "everything"], Known]
    reason: str | None
    requested_at: str
    requested_by: str
    sha256: str | None
    status: Annotated[Literal["pending", "ready", "failed"], Known]
    url: str | None


class AuditProofs(Answered):
    """What was asked for, about the tree of the checkpoint beside it (RFC 9162, 2.1.3 and
    2.1.4)."""

    checkpoint: AuditCheckpoint
    consistency: ConsistencyProof | None
    inclusion: InclusionProof | None


class BreakGlass(Answered):
    """An approval without the approvers that it skipped (`role:governor`, `principal:mara`)."""

    grounds: Annotated[Literal["outage", "breach", "data_loss", "legal"], Known]
    skipped: tuple[str, ...]


class BridgeView(Answered):
    """How a month led from `start_cents` of recurring revenue to `end_cents`: plus new,
    expansion and reactivation, less contraction and churn."""

    churn_cents: int
    contraction_cents: int
    end_cents: int
    expansion_cents: int
    month: str
    new_cents: int
    reactivation_cents: int
    start_cents: int


class BudgetPage(Answered):
    """Some budgets, those of the newest periods first."""

    items: tuple[BudgetView, ...]
    next_cursor: str | None


class BudgetView(Answered):
    """A budget in one period: an agent's in a day, the tenant's in a month, or that of all
    tenants together in a month, which holds what they took and have not spent as far as it
    knows."""

    held_usd_micros: int
    limit_usd_micros: int
    period: str
    scope: str
    spent_usd_micros: int
    state: Annotated[Literal["active", "warning", "critical", "exhausted"], Known]


class Call(Answered):
    """One operation with the templates of its arguments. `pin` is its definition's hash;
    `limits` are those of the agent's right to it."""

    arguments: dict[str, JsonValue]
    effect: Annotated[
        Literal[
            "read",
            "draft",
            "change",
            "send",
            "publish",
            "deploy",
            "delete",
            "grant",
            "decide",
            "pay",
        ],
        Known,
    ]
    idempotent: bool
    kind: Literal["call"]
    limits: RightLimits
    operation: str
    pin: str
    price_usd_micros: int
    undo: Undo | None


class CapsuleDetail(Answered):
    """A version with its source as it was written; null once it was erased."""

    agent: str
    checksum: str
    deprecated_at: str | None
    name: str
    published_at: str | None
    published_by: str | None
    signature: str | None
    source: str | None
    status: Annotated[Literal["draft", "published", "deprecated"], Known]
    version: str
    workspace_id: str | None = None
    written_at: str
    written_by: str


class CapsuleDrafted(Answered):
    """A version that was written, and what may be a mistake in it."""

    agent: str
    checksum: str
    deprecated_at: str | None
    findings: tuple[FindingView, ...]
    name: str
    published_at: str | None
    published_by: str | None
    signature: str | None
    status: Annotated[Literal["draft", "published", "deprecated"], Known]
    version: str
    workspace_id: str | None = None
    written_at: str
    written_by: str


class CapsulePage(Answered):
    """Some versions of capsules, newest first."""

    items: tuple[CapsuleView, ...]
    next_cursor: str | None


class CapsulePart(Answered):
    """The version of the capsule that was compiled."""

    checksum: str
    name: str
    version: str


class CapsuleView(Answered):
    """A version of a capsule without its source."""

    agent: str
    checksum: str
    deprecated_at: str | None
    name: str
    published_at: str | None
    published_by: str | None
    signature: str | None
    status: Annotated[Literal["draft", "published", "deprecated"], Known]
    version: str
    workspace_id: str | None = None
    written_at: str
    written_by: str


class Card(Answered):
    """What a phone shows of an approval."""

    added_rule: Rule | None
    amount_usd_micros: int | None
    authors: tuple[str, ...]
    capacity: (
        Annotated[
            Literal[
                "approver",
                "governor",
                "deputy",
                "break_glass",
                "silence",
                "precedent",
                "requester",
                "self",
            ],
            Known,
        ]
        | None
    )
    deadline_at: str
    decided_at: str | None
    decided_by: str | None
    decision_hash: str
    deferred_until: str | None
    device_id: str | None
    effect: (
        Annotated[
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
            Known,
        ]
        | None
    )
    id: str
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    missing: tuple[str, ...]
    needs_answer: bool
    on_timeout: Annotated[Literal["approve", "deny"], Known]
    passkey_for: Annotated[Literal["nothing", "break_glass", "assent"], Known]
    passkey_id: str | None
    receipt_id: str | None
    requested_at: str
    requested_by: str
    review: Review | None
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    rule: Rule
    stage: Stage | None
    status: Annotated[
        Literal[
            "pending",
            "deferred",
            "escalated",
            "approved",
            "rejected",
            "changes_requested",
            "expired",
            "cancelled",
            "auto_approved",
            "confirmed",
            "vetoed",
            "overturned",
            "reversed",
            "reversal_failed",
        ],
        Known,
    ]
    subject: Subject
    summary: str
    version: int
    veto: VetoWindow | None
    votes: tuple[Vote, ...]
    workspace_id: str | None = None


class CardDetail(Answered):
    """A card with all that a decision needs. `files` are those that it names. `timeline` is the
    newest part, oldest first; where there is more, `timeline_cursor` leads to it in the list of
    the timeline."""

    added_rule: Rule | None
    amount_usd_micros: int | None
    authors: tuple[str, ...]
    capacity: (
        Annotated[
            Literal[
                "approver",
                "governor",
                "deputy",
                "break_glass",
                "silence",
                "precedent",
                "requester",
                "self",
            ],
            Known,
        ]
        | None
    )
    content: JsonValue
    deadline_at: str
    decided_at: str | None
    decided_by: str | None
    decision_hash: str
    deferred_until: str | None
    device_id: str | None
    effect: (
        Annotated[
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
            Known,
        ]
        | None
    )
    erased_at: str | None
    evidence: tuple[JsonValue, ...] | None
    files: tuple[NamedFile, ...]
    id: str
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    matches: tuple[Match, ...] | None
    missing: tuple[str, ...]
    needs_answer: bool
    on_timeout: Annotated[Literal["approve", "deny"], Known]
    passkey_for: Annotated[Literal["nothing", "break_glass", "assent"], Known]
    passkey_id: str | None
    receipt_id: str | None
    requested_at: str
    requested_by: str
    review: Review | None
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    risk_reasons: tuple[str, ...] | None
    rollback_plan: str | None
    rule: Rule
    stage: Stage | None
    status: Annotated[
        Literal[
            "pending",
            "deferred",
            "escalated",
            "approved",
            "rejected",
            "changes_requested",
            "expired",
            "cancelled",
            "auto_approved",
            "confirmed",
            "vetoed",
            "overturned",
            "reversed",
            "reversal_failed",
        ],
        Known,
    ]
    subject: Subject
    summary: str
    timeline: tuple[TimelineEntry, ...]
    timeline_cursor: str | None
    version: int
    veto: VetoWindow | None
    votes: tuple[Vote, ...]
    workspace_id: str | None = None


class CardPage(Answered):
    """Some cards, newest first."""

    items: tuple[Card, ...]
    next_cursor: str | None


class CaseAccepted(Answered):
    """The case that a request opened or changed; `why` gives the reason for a proposal or an
    evolution. `findings` are all of stages 1 to 5 where the request sent a spec. `withdrawal` is
    who cancelled it, and what came of that."""

    agent_id: str
    agent_name: str
    case_id: str
    ended_at: str | None
    findings: tuple[StageFinding, ...]
    kind: Annotated[Literal["creation", "proposal", "evolution"], Known]
    next_step: str
    requested_at: str
    requested_by: str
    revisable_until: str | None
    revision: int
    stage: Stage
    status: Annotated[
        Literal[
            "specified",
            "way_of_working",
            "certified",
            "architecture_approved",
            "ethics_cleared",
            "escalated",
            "returned",
            "blocked",
            "approved",
            "deploying",
            "live",
            "rolled_back",
            "rollback_failed",
            "rejected",
            "cancelled",
        ],
        Known,
    ]
    version: str
    why: tuple[str, ...]
    withdrawal: Withdrawal | None
    workspace_id: str | None = None


class CaseBinding(Answered):
    """Which revision of which creation case requested the approval, and for what. Requests made
    over the API have none."""

    case_id: str
    purpose: Annotated[Literal["creation", "proposal", "evolution", "ethics_escalation"], Known]
    revision: int


class CaseList(Answered):
    """Creation cases, newest first."""

    items: tuple[CaseSummary, ...]
    next_cursor: str | None


class CaseSummary(Answered):
    """A creation case at its current stage. It is open until `ended_at`, takes a revision until
    `revisable_until` (null: none), and `next_step` says how it goes on."""

    agent_id: str
    agent_name: str
    case_id: str
    ended_at: str | None
    kind: Annotated[Literal["creation", "proposal", "evolution"], Known]
    next_step: str
    requested_at: str
    requested_by: str
    revisable_until: str | None
    revision: int
    stage: Stage
    status: Annotated[
        Literal[
            "specified",
            "way_of_working",
            "certified",
            "architecture_approved",
            "ethics_cleared",
            "escalated",
            "returned",
            "blocked",
            "approved",
            "deploying",
            "live",
            "rolled_back",
            "rollback_failed",
            "rejected",
            "cancelled",
        ],
        Known,
    ]
    version: str
    workspace_id: str | None = None


class CatalogueView(Answered):
    """The catalogue, the plans from the smallest to the largest. `is_sold` is false where the
    operator sells nothing: then nobody can buy, and every tenant keeps its plan."""

    add_ons: tuple[AddOnView, ...]
    currency: str
    features: tuple[FeatureView, ...]
    is_sold: bool
    overage: tuple[OverageView, ...]
    plans: tuple[OfferView, ...]
    referral: ReferralOfferView


class ChannelList(Answered):
    """The caller's channels, oldest first."""

    items: tuple[ChannelView, ...]


class ChannelView(Answered):
    """A channel. Where its address is a secret, `shown` has only the host."""

    channel_id: str
    confirmed_at: str | None
    created_at: str
    ended_at: str | None
    means: Annotated[Literal["mail", "slack", "webhook"], Known]
    shown: str
    workspace_id: str | None = None


class CheckoutView(Answered):
    """The page at Stripe where the order is paid for, until it expires."""

    expires_at: str
    url: str


class ChurnView(Answered):
    """How many tenants left for a reason, and the recurring revenue that left with them."""

    cents: int
    reason: Annotated[Literal["ended_by_tenant", "not_paid", "paused", "ended_by_operator"], Known]
    tenants: int


class Citation(Answered):
    """Which characters of a page of a version of the `document` are quoted, from `start` to
    before `end`, and the SHA-256 of the quotation in UTF-8, in hex."""

    document: str
    end: int
    page: int
    quote_sha256: str
    start: int
    version: int


class CitationVerdict(Answered):
    """Whether the document says today what the citation says; `why` not, where it does not."""

    is_true: bool
    why: str | None


class CitedArtifact(Answered):
    """A file as an approval names it, and the SHA-256 that its id stands for."""

    artifact_id: str
    sha256: str


class ClosingProof(Answered):
    """The proof that a section was closed with a line: `entry` is the entry of the audit log,
    with the root over the section's lines; `place` is the place of the line among them, from 0
    on, and `path` leads from its text to that root, in hex. The text is meter, quantity,
    `events`, number of slabs and root, separated by tabulators."""

    entry: EntryProof
    events: int
    path: tuple[str, ...]
    place: int


class ComparedPrompt(Answered):
    """Another version of the prompt of a step, which `percent` of a hundred runs take instead,
    with all that stands in it."""

    messages: tuple[ModelMessage, ...]
    percent: int
    prompt: PromptPart
    variable_schema: dict[str, JsonValue]
    variables: dict[str, JsonValue]


class ComparisonView(Answered):
    """What the draft newly allows and denies: an example for each principal type, action and
    resource type, at most fifty of each. `equivalent` where it is proved that nothing changes;
    `undecided` are those for which there is neither an example nor a proof, also where only what
    a caller is obliged to may change."""

    equivalent: bool
    newly_allowed: tuple[Example, ...]
    newly_denied: tuple[Example, ...]
    undecided: tuple[str, ...]


class Completion(Answered):
    """A model answers these messages in text, and calls nothing. With a `prompt` they are the
    prompt's own, and the templates of `variables` fill them, each as `variable_schema` says.
    With `output`, a JSON Schema, the answer is JSON that fits; one that does not is asked for
    anew, as often as the envelope has turns. Some runs take the version in `compared` instead of
    `prompt`. With a `route` the model is the tenant's own, and no other one is ever asked;
    without one it is the stack's."""

    compared: ComparedPrompt | None = None
    envelope: Envelope
    kind: Literal["completion"]
    messages: tuple[ModelMessage, ...]
    most_tokens: int | None
    output: dict[str, JsonValue] | None
    prompt: PromptPart | None
    route: RoutePart | None = None
    variable_schema: dict[str, JsonValue]
    variables: dict[str, JsonValue]


class Condition(Answered):
    """A comparison over `{content: …}`; `field` is a dotted path."""

    field: str
    op: Annotated[
        Literal[
            "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "contains", "subset_of", "exists"
        ],
        Known,
    ]
    value: JsonValue


class ConnectorPage(Answered):
    """Some connectors without their operations, those that were written last first."""

    items: tuple[ConnectorSummary, ...]
    next_cursor: str | None


class ConnectorSummary(Answered):
    """A connector without its operations. `pin` is the hash of its definition, `active_pin` the
    one that was activated last; plans name the pin that they were compiled with."""

    activated_at: str | None
    activated_by: str | None
    active_pin: str | None
    classification: (
        Annotated[Literal["public", "internal", "confidential", "restricted"], Known] | None
    )
    credential: str | None
    hosts: tuple[str, ...]
    kind: str
    name: str
    pin: str
    revision: int
    status: Annotated[Literal["draft", "active", "suspended", "removed"], Known]
    trust: Annotated[Literal["untrusted", "trusted"], Known]
    url: str
    workspace_id: str | None = None
    written_at: str
    written_by: str


class ConnectorUndo(Answered):
    """What undoes a call of a connector: another of its operations."""

    arguments: dict[str, Any]
    operation: str


class ConnectorView(Answered):
    """A connector with its operations. `server`: an MCP server, as its tools were read. `mail`:
    what a relay takes. `differences`: where something else was activated last, what differs from
    that."""

    activated_at: str | None
    activated_by: str | None
    active_pin: str | None
    classification: (
        Annotated[Literal["public", "internal", "confidential", "restricted"], Known] | None
    )
    credential: str | None
    differences: tuple[DifferenceView, ...]
    hosts: tuple[str, ...]
    kind: str
    mail: MailSettings | None
    name: str
    operations: tuple[OperationView, ...]
    pin: str
    revision: int
    server: McpServer | None
    status: Annotated[Literal["draft", "active", "suspended", "removed"], Known]
    trust: Annotated[Literal["untrusted", "trusted"], Known]
    url: str
    workspace_id: str | None = None
    written_at: str
    written_by: str


class ConsistencyProof(Answered):
    """That the checkpoint's tree begins with the tree of the first `from_size` entries."""

    from_size: int
    path: tuple[str, ...]


class CorpusList(Answered):
    """All corpora that the caller may read, newest first."""

    items: tuple[CorpusView, ...]


class CorpusView(Answered):
    """A corpus. `embedding`: its first documents are being read; of one that is `deprecated`
    searches find nothing. A `draft` has no document that could be read, and says in `problem`
    why none could be, and what to do, where any was tried."""

    changed_at: str
    corpus_id: str
    industry: str | None
    kind: Annotated[Literal["industry", "constitutional", "tenant"], Known]
    made_at: str
    made_by: str
    name: str
    problem: str | None
    readers: tuple[str, ...]
    status: Annotated[Literal["draft", "embedding", "active", "deprecated", "removed"], Known]
    workspace_id: str | None = None


class CreationCaseView(Answered):
    """A creation case with its seven stages and every finding. `authors` are all whose text is
    in its spec: they decide nothing about it. `submitted_by` are its requester and everyone who
    revised it: they may cancel and revise it."""

    agent_id: str
    agent_name: str
    authors: tuple[str, ...]
    case_id: str
    correlation_id: str | None
    ended_at: str | None
    kind: Annotated[Literal["creation", "proposal", "evolution"], Known]
    next_step: str
    reason: str | None
    requested_at: str
    requested_by: str
    revisable_until: str | None
    revision: int
    stage: Stage
    stages: tuple[StageView, ...]
    status: Annotated[
        Literal[
            "specified",
            "way_of_working",
            "certified",
            "architecture_approved",
            "ethics_cleared",
            "escalated",
            "returned",
            "blocked",
            "approved",
            "deploying",
            "live",
            "rolled_back",
            "rollback_failed",
            "rejected",
            "cancelled",
        ],
        Known,
    ]
    submitted_by: tuple[str, ...]
    version: str
    why: tuple[str, ...]
    withdrawal: Withdrawal | None
    workspace_id: str | None = None


class CredentialPage(Answered):
    """Some credentials, those that were set last first."""

    items: tuple[CredentialView, ...]
    next_cursor: str | None


class CredentialView(Answered):
    """A credential without its value, which nobody is ever shown."""

    hosts: tuple[str, ...]
    kind: Annotated[Literal["bearer", "header", "basic", "oauth2", "webhook"], Known]
    name: str
    set_at: str
    set_by: str
    shown: ToolsShown
    status: Annotated[Literal["set", "removed"], Known]
    used_by: Annotated[Literal["connectors", "models"], Known]
    version: int
    workspace_id: str | None = None


class CreditSpendingView(Answered):
    """What credits pay of an invoice: `reserved` while it is a draft, `spent` once it is final,
    `returned` where it does not use them."""

    at: str
    cents: int
    invoice_id: str
    status: Annotated[Literal["reserved", "spent", "returned"], Known]


class CreditView(Answered):
    """A credit in cents; while it is `open`, `left_cents` pay the next invoices."""

    amount_cents: int
    credit_id: str
    expires_at: str
    granted_at: str
    left_cents: int
    reason: str
    status: Annotated[Literal["open", "used", "expired"], Known]


class CreditsView(Answered):
    """The granted credits, the newest first, and the invoices that they paid. The credits that
    expire first pay first; `balance_cents` is what is left of those that are open."""

    balance_cents: int
    grants: tuple[CreditView, ...]
    spendings: tuple[CreditSpendingView, ...]


class Dashboard(Answered):
    """The dashboard. The approvals are those that the lists hold at the same moment. `budget` is
    what the tenant spends this month; null with a token for a workspace. `as_of` is the time of
    its newest event; null before the first."""

    active_agents: int
    as_of: str | None
    budget: Spend | None
    health: PlatformHealth
    open_veto_windows: int
    pending_approvals: int
    recent_vetoes: tuple[Card, ...]


class DecisionPage(Answered):
    """Some decisions with the entities that they were decided on, newest first."""

    items: tuple[Shown, ...]
    next_cursor: str | None


class DecisionView(Answered):
    """The answer to a request."""

    decision_id: str
    determining: tuple[str, ...]
    effect: Annotated[Literal["allow", "deny"], Known]
    errors: tuple[str, ...]
    obligations: tuple[Obligation, ...]
    policy_version: str


class DeliveryPage(Answered):
    """Some deliveries, newest first."""

    items: tuple[DeliveryView, ...]
    next_cursor: str | None


class DeliveryView(Answered):
    """A notice on its way to one place of the caller's. `status`: `waiting` for its time or its
    next try, `sending`, `delivered` to whoever passes it on, `failed`, `moot` where nobody
    needed it any more, `doubtful` where nobody knows whether it arrived and it was sent twice. A
    place that was sent two copies of a message knows them by one `delivery_id`."""

    acknowledged_at: str | None
    approval_id: str | None
    attempts: tuple[Attempt, ...]
    channel_id: str | None
    created_at: str
    delivery_id: str
    device_id: str | None
    due_at: str | None
    kind: Annotated[
        Literal[
            "approval_pending",
            "veto_window_opened",
            "reversal_failed",
            "pipeline_paused",
            "violation_reported",
            "last_call",
            "budget_reached",
            "payment_failed",
            "plan_lost",
            "credit_granted",
            "run_failed",
            "run_doubtful",
            "connector_changed",
            "agent_recalled",
        ],
        Known,
    ]
    means: Annotated[Literal["push", "mail", "slack", "webhook"], Known]
    status: Annotated[
        Literal["waiting", "sending", "delivered", "failed", "doubtful", "moot"], Known
    ]
    subject: str
    useful_until: str | None
    workspace_id: str | None = None


class Denial(Answered):
    """Why a step would not be let act, and the nearest change that would let it."""

    change: str
    code: Annotated[Literal["agent", "budget", "model", "operation", "policy", "rights"], Known]
    detail: str


class DifferenceView(Answered):
    """What differs from the definition that was activated last, with what the fields were and
    are."""

    after: dict[str, Any]
    before: dict[str, Any]
    change: Annotated[Literal["added", "removed", "renamed", "changed"], Known]
    fields: tuple[str, ...]
    name_before: str | None
    operation: str


class DiscountView(Answered):
    """The discount of a referral, on the plan until `ends_at`."""

    ends_at: str
    percent: float


class Divergence(Answered):
    """What a replay found to differ from the run that it repeats, and what each of them has
    there: a value, or of a long one its hash and its size."""

    field: str
    iteration: int | None
    now: JsonValue
    step: str
    was: JsonValue


class DocumentPage(Answered):
    """Some documents of a corpus, newest first."""

    items: tuple[DocumentView, ...]
    next_cursor: str | None


class DocumentView(Answered):
    """A document in its newest version. `queued` until it is read; from `parsed` on it is found
    by its words, once it is `embedded` by what it means too; `failed` with the `reason`."""

    added_at: str
    added_by: str
    artifact_id: str | None
    chunks: int | None
    corpus_id: str
    document_id: str
    ended_at: str | None
    media_type: str
    model_sha256: str | None
    name: str
    pages: int | None
    reason: str | None
    sha256: str
    status: Annotated[Literal["queued", "parsed", "embedded", "failed", "removed"], Known]
    version: int
    workspace_id: str | None = None


class Download(Answered):
    """Where to GET the bytes until `until`, without a token. Whoever has the address may do so."""

    until: str
    url: str


class DraftView(Answered):
    """A draft of a spec, its assumptions, what it leaves out of the definition, and the findings
    of stages 1 to 5 that it would have if it were submitted."""

    assumptions: tuple[Assumption, ...]
    findings: tuple[StageFinding, ...]
    ignored: tuple[str, ...]
    spec: dict[str, JsonValue]


class DsseEnvelope(Answered):
    """A DSSE envelope: `payload` is the in-toto statement, in base64."""

    payload: str
    payload_type: str = Field(alias="payloadType")
    signatures: tuple[DsseSignature, ...]


class DsseSignature(Answered):
    """A signature of an envelope: `keyid` is how the verifier key begins, `sig` is in base64."""

    keyid: str
    sig: str


class Elicitation(Answered):
    """A question, word for word as the server asks it, with the JSON Schema of its answer.
    Nobody believes any of it. `number` counts the questions of one call."""

    message: str
    mode: Literal["form"]
    number: int
    requested_schema: dict[str, Any]


class EntitlementsView(Answered):
    """What the tenant has now: the features and limits of `plan` with the add-ons."""

    features: tuple[
        Annotated[
            Literal[
                "two-person-approval",
                "own-policies",
                "workspaces",
                "single-sign-on",
                "directory",
                "audit-export",
            ],
            Known,
        ],
        ...,
    ]
    limits: dict[str, int]
    most_seats: int | None
    overage: bool
    plan: Annotated[Literal["free", "pro", "team", "enterprise"], Known]


class EntryProof(Answered):
    """An entry of the log with all that verifies it without us: `body` is its text, `proof`
    shows that a checkpoint covers it (C2SP tlog-proof), and its `extra` is what is hashed before
    the text: the previous hash, the tenant, the number and the id, with a line feed between each
    two; `keys` are the verifier keys of the log."""

    body: str
    keys: tuple[str, ...]
    proof: str


class Envelope(Answered):
    """What a model may choose: calls of these operations, each with what its arguments must
    match, at most so many calls and turns, for at most so much. `model` is the name of the one
    that is asked; a plan that was compiled before plans named it has none, and runs no more."""

    calls: tuple[Call, ...]
    model: str
    most_calls: int
    most_turns: int
    spend_usd_micros: int


class ErasureView(Answered):
    """How many memories were erased, and whether there are more: ask again until there are none."""

    erased: int
    has_more: bool


class ErrorsView(Answered):
    """The mean distance of each method from the values held out."""

    holt_winters: float
    seasonal_naive: float


class Example(Answered):
    """A request that the draft decides otherwise than what is published, as a test of a policy
    and `POST /v1/decisions` take it; the engine itself decided both."""

    action: str
    after: PolicyAnswer
    before: PolicyAnswer
    principal_type: str
    request: ExampleRequest
    resource_type: str


class ExampleRequest(Answered):
    """Who takes which action on what, and what is asked about, in Cedar's JSON form."""

    action: str
    context: dict[str, JsonValue]
    entities: tuple[dict[str, JsonValue], ...]
    principal: UidBody
    resource: UidBody


class Failure(Answered):
    """Why a run failed or halted, and at which step."""

    code: str
    detail: str
    step: str | None


class FeatureView(Answered):
    """A feature that is not in every plan. One that `governs` is lost only by an approval."""

    feature: Annotated[
        Literal[
            "two-person-approval",
            "own-policies",
            "workspaces",
            "single-sign-on",
            "directory",
            "audit-export",
        ],
        Known,
    ]
    governs: bool
    summary: str


class Finding(Answered):
    """One named check's verdict. `path` is a JSON Pointer into the spec as its author sent it,
    of a concern into its normal form; `evidence` says what is there, `remedy` what to write
    instead, or `none`. A `concern` is a doubt about a text: it fails nothing."""

    check: str
    evidence: str
    path: str
    remedy: str
    verdict: Annotated[Literal["pass", "fail", "escalate", "concern"], Known]


class FindingView(Answered):
    """What may be a mistake in a source, where, and what to write instead."""

    column: int
    line: int
    message: str
    path: str


class FlagView(Answered):
    """A flag, and whether it is on for the caller."""

    name: str
    on: bool
    percent: int


class Flip(Answered):
    """A decision that would be another one. `because` are the policies that would determine it;
    for a denial without a permit, those that permitted before."""

    action: str
    at: str
    because: tuple[str, ...]
    decision_id: str
    now: Annotated[Literal["allow", "deny"], Known]
    principal: str
    resource: str
    was: Annotated[Literal["allow", "deny"], Known]


class ForecastView(Answered):
    """What comes next, by which `method`; and how far each method was from the last `held_out`
    values on average, which it was not told."""

    errors: ErrorsView
    held_out: int
    method: Annotated[Literal["holt_winters", "seasonal_naive"], Known]
    values: tuple[float, ...]


class FoundView(Answered):
    """One piece of personal data: its kind, where it was in the text, and what stands there now."""

    end: int
    kind: str
    placeholder: str
    start: int


class FunctionHealth(Answered):
    """How many of the oldest events that a function committed and did not publish yet are late,
    and since when the oldest is."""

    function: str
    late_events: int
    late_since: str | None


class GovernanceReport(Answered):
    """The report. `reasons` are those of refusals and vetoes, in groups. `proposed` are drafts
    of precedents that wait for a governor; `computed` says of each figure how it was computed.
    `governors` has everybody's row for governors and admins of the tenant, and the caller's own
    for everybody else."""

    computed: dict[str, str]
    governors: tuple[GovernorRow, ...]
    precedents: tuple[PrecedentRow, ...]
    proposed: tuple[str, ...]
    reasons: Reasons
    rules: tuple[RuleRow, ...]
    since: str
    until: str
    vetoes: dict[str, int]
    whole: Waits


class GovernorRow(Answered):
    """What one person decided, and how long it had waited until then: for everybody, not for
    them alone."""

    approved: int
    escalated_seconds: int
    lost_usd_micros: int
    median_seconds: int
    principal: str
    refused: int
    requests: int
    silent: int
    vetoes: int
    waited_seconds: int
    waiting: int


class Grant(Answered):
    """A deputy's right to fill one place that was `by`'s: delegated to a principal, or escalated
    to the role (`to` None)."""

    at: str
    by: str
    places: tuple[int, ...]
    to: str | None


class GroupRoles(Answered):
    """The roles of everybody in the directory's group of that name."""

    group: str
    roles: tuple[str, ...]


class HealthView(Answered):
    """`late` where a function has late events: its sweep does not run, or fails."""

    functions: tuple[FunctionHealth, ...]
    status: Annotated[Literal["ok", "late"], Known]


class HeldReading(Answered):
    """A better reading that came soon after a change: it counts if it is repeated after `until`."""

    reading: Annotated[Literal["unknown", "healthy", "degraded", "critical"], Known]
    until: str


class Holdout(Answered):
    """The later decisions, which the search did not see: how many of them the pattern covers,
    and how many of those people approved."""

    approved: int
    decisions: int


class ImpersonationPage(Answered):
    """A page of impersonations."""

    items: tuple[ImpersonationView, ...]
    next_cursor: str | None


class ImpersonationView(Answered):
    """Support that acts, or acted, as a member."""

    ended_at: str | None
    ended_by: str | None
    expires_at: str
    impersonator: str
    principal_id: str
    reason: str
    session_id: str
    started_at: str


class InclusionProof(Answered):
    """That the entry is in the checkpoint's tree, at `index`: `leaf` and `path` are in base64."""

    entry: int
    index: int
    leaf: str
    path: tuple[str, ...]


class IndustryList(Answered):
    """All industries of corpora that the caller may read."""

    items: tuple[IndustryView, ...]


class IndustryView(Answered):
    """An industry, and the corpora about it that the caller may read."""

    corpora: tuple[str, ...]
    industry: str


class InvitationPage(Answered):
    """A page of invitations."""

    items: tuple[InvitationView, ...]
    next_cursor: str | None


class InvitationView(Answered):
    """An invitation."""

    accepted_at: str | None
    accepted_by: str | None
    created_at: str
    expires_at: str
    invitation_id: str
    invited_by: str
    roles: tuple[str, ...]
    status: Annotated[Literal["open", "accepted", "revoked"], Known]


class InvocationView(Answered):
    """What became of a call. `output` is there once it is confirmed; `reason` says why it was
    refused or is doubtful, in words of Assent; `detail` may hold words of others, which no
    receipt keeps. `may_be_repeated` says whether trying again may help: with another token, or,
    where it is `dispatched`, a little later. `decision` is what the policies decided. Whoever
    settled a doubtful call is `settled_by`. Of a connector's, `pin` is its definition, and
    `credential` the name of what the call was made with. `receipt_id` is there for a call that
    was made without a run; those of a run are in the list of its receipts. `on_behalf_of` is the
    person who signed in an agent elsewhere. `labels` are those of its arguments, `target_labels`
    those of all that its target says. `elicitation` is what the target asks a person before it
    goes on with a call that is `dispatched`. `again_at`: the target goes on with it by itself;
    asking before then tells nothing new."""

    again_at: str | None
    at: str
    cost_usd_micros: int
    credential: str | None
    decision: str
    detail: str | None
    elicitation: Elicitation | None
    invocation_id: str
    labels: tuple[str, ...]
    may_be_repeated: bool
    on_behalf_of: str | None
    operation: str
    output: Labelled | None
    pin: str
    reason: str | None
    receipt_id: str | None
    run_id: str
    settled_by: str | None
    status: Annotated[Literal["intended", "refused", "dispatched", "confirmed", "doubtful"], Known]
    target_labels: tuple[str, ...]
    token_id: str


class InvoicePage(Answered):
    """Some invoices, newest first."""

    items: tuple[InvoiceView, ...]
    next_cursor: str | None


class InvoiceView(Answered):
    """An invoice, in cents of `currency`. `url` is its page at Stripe, where it is paid; a draft
    has none, and no number."""

    attempts: int
    created_at: str
    currency: str
    due_cents: int
    invoice_id: str
    lines: tuple[LineView, ...]
    next_attempt_at: str | None
    number: str | None
    paid_cents: int
    period: PeriodView
    status: Annotated[Literal["draft", "open", "paid", "void", "uncollectible"], Known]
    total_cents: int
    url: str | None


class KeptOut(Answered):
    """What one condition keeps out: requests that people refused and that satisfy all the
    others. `condition` is its place among them; `approval_ids` are the latest of so many
    `refused`."""

    approval_ids: tuple[str, ...]
    condition: int
    refused: int


class KeyPage(Answered):
    """A page of API keys."""

    items: tuple[KeyView, ...]
    next_cursor: str | None


class KeyView(Answered):
    """An API key without its secret."""

    agent_id: str | None
    created_at: str
    expires_at: str
    key_id: str
    name: str
    principal_id: str
    requests_per_minute: int | None
    revoked_at: str | None
    revoked_by: str | None
    rotated_at: str | None
    scopes: tuple[str, ...]
    workspace_id: str | None = None


class KpisView(Answered):
    """The figures of a month, or of its part that is over, of all tenants that ever bought
    something. Ratios are in basis points, hundredths of a percent, and null where there is
    nothing to divide by. `months` are the twelve that end with this one. `margin` is that of all
    tenants. `shared_usd_micros`, the cost of a month that no use changes, is in no tenant's
    margin and subtracted in `gross_after_shared_basis_points` alone. `tenants` has the lowest
    margins first; `left_out` more are not in it. `ltv_to_cac_basis_points` and `payback_months`
    need `cac_cents`."""

    arpa_cents: int | None
    arr_cents: int
    churn_basis_points: int | None
    churned: tuple[ChurnView, ...]
    downgrades: int
    gross_after_shared_basis_points: int | None
    is_over: bool
    left_out: int
    ltv_cents: int | None
    ltv_to_cac_basis_points: int | None
    margin: MarginView
    month: str
    months: tuple[BridgeView, ...]
    mrr_cents: int
    nrr_basis_points: int | None
    payback_months: int | None
    paying: int
    paying_at_start: int
    plans: tuple[PlanMarginView, ...]
    shared_usd_micros: int
    tenants: tuple[TenantMarginView, ...]
    unit_costs: UnitCostsView
    upgrades: int


class Labelled(Answered):
    """A value with the labels of what it was made of."""

    labels: tuple[str, ...]
    value: JsonValue


class LateDecision(Answered):
    """A decision that was refused because it came too late, or after the request had ended
    otherwise."""

    at: str
    decision: str
    note: str
    principal: str
    right: Annotated[Literal["governor", "policy", "requester"], Known]


class LeftOut(Answered):
    """A tool that nothing can call, and why; `sha256` is the hash of all that it says of itself."""

    reason: str
    sha256: str
    tool: str


class LimitView(Answered):
    """A limit that a governor set."""

    limit_usd_micros: int
    scope: str
    set_by: str


class LineProof(Answered):
    """The proof of a line of usage, which `assent-verify` verifies. `usage` proves each line
    that our meter closed for the charge, also in earlier sections of the month."""

    charge: UsageCharge
    currency: str
    format: Literal["assent-invoice-line-proof/1"]
    invoice_id: str
    line_id: str
    tenant_id: str
    usage: tuple[UsageRootProof, ...]


class LineView(Answered):
    """A line of an invoice; credits are below zero. `usage` is the charge of a line of usage;
    where `agrees` is false, our meter counted something else."""

    agrees: bool
    cents: int
    description: str
    line_id: str
    period: PeriodView
    quantity: int | None
    usage: UsageCharge | None


class LocalModelView(Answered):
    """A model that runs in Assent's own process: what for, whose it is, and what works in its
    place where it is not `present`. `sha256` is of its file, or of its manifest where an
    operator brings it; null where that is absent. Nobody knows the licence and the source of one
    that an operator brings and that is absent. `refused` says why files that are there are not
    used."""

    licence: str | None
    name: str
    present: bool
    refused: str | None
    sha256: str | None
    source: str | None
    task: Annotated[Literal["recognition", "embeddings", "summaries", "language"], Known]
    without_it: str


class LocalModels(Answered):
    """All of them."""

    items: tuple[LocalModelView, ...]


class MailSettings(Answered):
    """Who mail is from, and who may be sent any: addresses, `*@` and a domain for everybody
    there, or `*` for everybody. `most_recipients` bounds those of one mail."""

    from_address: str
    from_name: str | None
    most_recipients: int
    recipients: tuple[str, ...]


class MarginView(Answered):
    """The earned revenue, the cost of counted use, and the share that is left; null where
    nothing was earned."""

    cost_usd_micros: int
    gross_basis_points: int | None
    revenue_cents: int
    tenants: int


class Match(Answered):
    """How one precedent compares with the content, condition by condition, in words."""

    satisfied: tuple[str, ...]
    seed_id: str
    title: str
    unsatisfied: tuple[str, ...]


class McpServer(Answered):
    """A server as its tools were read: what it calls itself, the version of the protocol that it
    is called in, and its tools that nothing can call."""

    left_out: tuple[LeftOut, ...]
    name: str
    protocol: Annotated[
        Literal["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"], Known
    ]


class McpTool(Answered):
    """What a server says of one of its tools, beside its name and what it takes. Nobody believes
    any of it: `annotations` are the server's own words about what the tool does. `as_task`: it
    answers by a task only, which the server is asked about until it ends."""

    annotations: dict[str, Any]
    as_task: bool = Field(default=False)
    description: str | None
    output_schema: dict[str, Any] | None
    title: str | None


class Me(Answered):
    """Who the caller is, and what its token allows. `tenant` is the one that the token is for,
    `plan` the one that this tenant has now, `workspace_id` the workspace that the token is
    narrowed to; `passkeys` are the ids of the caller's passkeys."""

    mail: str
    name: str
    passkeys: tuple[str, ...]
    plan: Annotated[Literal["free", "pro", "team", "enterprise"], Known] | None
    principal_id: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    tenant: TenantView | None
    workspace_id: str | None


class MemberDetail(Answered):
    """A member with the name that others see; null where nobody gave one, and of who left. No
    event and no stored answer has it."""

    deputy_by: str | None
    deputy_from: str | None
    deputy_until: str | None
    display_name: str | None
    invitation_id: str | None
    joined_at: str
    kind: Annotated[Literal["human", "service"], Known]
    principal_id: str
    removed_at: str | None
    roles: tuple[str, ...]
    workspaces: tuple[WorkspaceRoles, ...]


class MemberPage(Answered):
    """A page of members, also of those who left."""

    items: tuple[MemberDetail, ...]
    next_cursor: str | None


class MemberView(Answered):
    """A member of the tenant."""

    deputy_by: str | None
    deputy_from: str | None
    deputy_until: str | None
    invitation_id: str | None
    joined_at: str
    kind: Annotated[Literal["human", "service"], Known]
    principal_id: str
    removed_at: str | None
    roles: tuple[str, ...]
    workspaces: tuple[WorkspaceRoles, ...]


class MemoriesRecalled(Answered):
    """What was recalled, the nearest first, or the newest (`ranked_by` time) where there was no
    question, or no model. `left_out` are so many that have more labels than a call may."""

    facts: tuple[MemoryRecalled, ...]
    left_out: int
    ranked_by: Annotated[Literal["meaning", "time"], Known]


class MemoryLearnedView(Answered):
    """A fact that was just told, and the memories that made room for it."""

    agent_id: str | None
    closed_at: str | None
    ended_at: str | None
    ended_by: str | None
    evicted: tuple[str, ...]
    expires_at: str | None
    fact: str | None
    invocation_id: str | None
    labels: tuple[str, ...]
    learned_at: str
    learned_by: str
    memory_id: str
    run_id: str | None
    scope: Annotated[Literal["agent", "team", "tenant"], Known]
    source: MemorySource
    status: Annotated[
        Literal["held", "superseded", "forgotten", "expired", "evicted", "erased"], Known
    ]
    superseded_by: str | None
    supersedes: str | None
    tier: Annotated[Literal["working", "episodic", "semantic"], Known]
    valid_from: str | None
    valid_to: str | None
    workspace_id: str | None = None


class MemoryPage(Answered):
    """Some memories, newest first."""

    items: tuple[MemoryView, ...]
    next_cursor: str | None


class MemoryRecalled(Answered):
    """A fact that was recalled; `score` is the cosine to the question, null where nothing was
    compared."""

    fact: str
    labels: tuple[str, ...]
    learned_at: str
    learned_by: str
    memory_id: str
    scope: Annotated[Literal["agent", "team", "tenant"], Known]
    score: float | None
    source: MemorySource
    tier: Annotated[Literal["working", "episodic", "semantic"], Known]
    valid_from: str | None
    valid_to: str | None


class MemorySource(Answered):
    """Where a fact is from: the person who says it, a call (whose receipts prove it), a
    document, a file, an approval, or another memory. For a call, `operation` and `run_id` say
    which; for a document, `quotation` says where."""

    id: str
    kind: Annotated[Literal["person", "call", "document", "artifact", "approval", "memory"], Known]
    operation: str | None
    quotation: Quotation | None
    run_id: str | None


class MemoryView(Answered):
    """A fact with its source; its text is null once it was erased. It was learned at
    `learned_at` and believed until `ended_at`; it holds from `valid_from` to `valid_to`. That it
    holds only until then was learned at `closed_at`, where that was later. Of what a run
    learned, `invocation_id` and `run_id` say which. `labels` are those of what it was made of."""

    agent_id: str | None
    closed_at: str | None
    ended_at: str | None
    ended_by: str | None
    expires_at: str | None
    fact: str | None
    invocation_id: str | None
    labels: tuple[str, ...]
    learned_at: str
    learned_by: str
    memory_id: str
    run_id: str | None
    scope: Annotated[Literal["agent", "team", "tenant"], Known]
    source: MemorySource
    status: Annotated[
        Literal["held", "superseded", "forgotten", "expired", "evicted", "erased"], Known
    ]
    superseded_by: str | None
    supersedes: str | None
    tier: Annotated[Literal["working", "episodic", "semantic"], Known]
    valid_from: str | None
    valid_to: str | None
    workspace_id: str | None = None


class MeterList(Answered):
    """All meters of the tenant."""

    items: tuple[MeterView, ...]


class MeterSoFar(Answered):
    """How much of a meter is `used` in the month so far, and the `cents` for what of it is
    beyond `included`. Of files it is the average over all hours of the month, without any in
    those to come."""

    cents: int
    included: int
    meter: Annotated[Literal["executions", "tokens", "api_calls", "storage"], Known]
    used: int


class MeterView(Answered):
    """A meter. `assent`: Assent counts it, from the audit log but for `api_calls`, and nobody
    writes it; `tenant`: the tenant declared it for events of its own programs."""

    counted_by: Annotated[Literal["assent", "tenant"], Known]
    description: str | None
    name: str
    unit: str


class MetricsView(Answered):
    """Tenants that signed up, closed ones too, and people who signed in."""

    principals: int
    tenants: int


class MinedView(Answered):
    """When decisions were mined last, how many of people there were, how many of those were
    refusals, and which patterns were found, the widest first."""

    decisions: int
    mined_at: str
    pattern_ids: tuple[str, ...]
    refused: int


class MobileApiFinding(Answered):
    """One verdict of Genesis' review of a precedent."""

    check: str
    evidence: str
    verdict: Annotated[Literal["pass", "fail"], Known]


class MobileApiFunctionHealth(Answered):
    """The health of one function, according to its events. `stuck` counts what is overdue,
    `dead_letters` the dead-lettered deliveries that were not redelivered yet."""

    dead_letters: int
    last_event_at: str | None
    name: str
    stuck: int


class MobileApiPrecedentSeed(Answered):
    """What the API shows of a precedent. `match_rate` is its share of the approvals that it was
    compared with, `veto_rate` the vetoed share of those that it approved; `false_positive_rate`
    the share of what it approved, or would have approved where a person was asked instead, that
    people refused; all from 0 to 1. `expected_saved_seconds` is what its pattern has one expect
    that it saved, `match_count` times `waited_seconds`; null for one that no pattern led to."""

    activated_at: str | None
    activated_by: str | None
    author: str
    conditions: tuple[Condition, ...]
    created_at: str
    domain: Annotated[Literal["GEN", "ETH", "ARCH", "GOV"], Known]
    drafted_from: tuple[str, ...]
    ended_at: str | None
    example_approval_id: str | None
    expected_saved_seconds: int | None
    false_positive_rate: float
    findings: tuple[MobileApiFinding, ...]
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    match_count: int
    match_rate: float
    max_risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    pattern_id: str | None
    probation: Probation | None
    rationale: str
    recall_id: str | None
    reference: str
    seed_id: str
    status: Annotated[
        Literal[
            "draft",
            "pending_review",
            "approved",
            "rejected",
            "active",
            "suspended",
            "superseded",
            "deprecated",
            "archived",
        ],
        Known,
    ]
    superseded_by: str | None
    title: str
    version: int
    veto_count: int
    veto_rate: float
    waited_seconds: int | None
    workspace_id: str | None = None


class ModelAsked(Answered):
    """Which model a program asked, by which `route`, and the tokens that this cost, those of
    caches among them, as its provider says; null where it does not. Where the answer was kept of
    an earlier call, `cached_from` names that, and nobody was asked. `redacted` values had
    placeholders in what it was told; null where it was told all. `prompt` is the version of a
    prompt that was used, as `name@version`."""

    cached_from: str | None
    name: str
    prompt: str | None
    redacted: int | None
    route: str
    tokens_in: int | None
    tokens_out: int | None


class ModelMessage(Answered):
    """One message to a model. `content` is a template, over `variables` in a prompt, else over
    inputs and earlier steps."""

    content: str
    role: Annotated[Literal["system", "user", "assistant"], Known]


class ModelRoutePage(Answered):
    """Some routes, those set last first."""

    items: tuple[ModelRouteView, ...]
    next_cursor: str | None


class ModelRouteView(Answered):
    """A route."""

    base_url: str | None
    cache_seconds: int | None
    caches_sampled: bool
    credential: str | None
    fallbacks: tuple[str, ...]
    model: str
    most_tokens_out: int
    name: str
    prices: Prices
    privacy: Annotated[Literal["open", "contracted", "own"], Known]
    provider: Annotated[Literal["openai", "anthropic", "local"], Known]
    set_at: str
    set_by: str
    shares: dict[str, int]


class ModelTurn(Answered):
    """Which model was asked, for which turn of its step, and the tokens that this cost, as its
    server says; null where it does not. `prompt` is the version of a prompt that it was asked
    with, as `name@version`. `answered_in_ms` is from when the question was noted to when its
    answer was there, in milliseconds, and `fits` whether that answer is one that its step gives;
    null where there was none and, the latter, in a step in which a model chooses."""

    answered_in_ms: int | None
    fits: bool | None
    name: str
    prompt: str | None
    tokens_in: int | None
    tokens_out: int | None
    turn: int


class MoneyLimit(Answered):
    """The most that one call may move, in dollars, and the names of the arguments that hold the
    amount and its currency."""

    argument: str
    currency: str
    usd: float


class NamedFile(Answered):
    """A file that an approval names: in its evidence, as an attachment of its refusal, or in its
    content, which only runs and agents elsewhere have. `sha256` is that of the bytes which
    anybody can download, ever. `download` is an address to read it, while it is `stored`, for
    whose token opens files (`runs:read` or `governance:read`)."""

    agent_id: str | None
    artifact_id: str
    bytes: int
    download: Download | None
    labels: tuple[str, ...]
    media_type: str
    name: str
    named_as: Annotated[Literal["evidence", "attachment", "content"], Known]
    sha256: str
    status: Annotated[Literal["pending", "scanning", "stored", "refused", "removed"], Known]
    uploaded_by: str


class NearSentence(Answered):
    """A sentence to read first: `quote` stands word for word in the text at `path`, a JSON
    Pointer, from the character `start` on. It is near to the `rule`, and may keep it or break
    it."""

    path: str
    quote: str
    rule: RuleView
    start: int


class NearestRules(Answered):
    """The sentences that are nearest to what the constitution forbids, at most three, the
    nearest first, of so many `compared` ones. `not_english` are those in words that the model
    hardly knows; where they are more than half, nothing is said of any."""

    compared: int
    items: tuple[NearSentence, ...]
    not_english: int


class NewChannel(Answered):
    """A new channel. `secret` signs its webhooks; it is shown this once."""

    channel_id: str
    confirmed_at: str | None
    created_at: str
    ended_at: str | None
    means: Annotated[Literal["mail", "slack", "webhook"], Known]
    secret: str | None
    shown: str
    workspace_id: str | None = None


class NewImpersonation(Answered):
    """An impersonation with its tokens, which are shown this once."""

    access_token: str
    ended_at: str | None
    ended_by: str | None
    expires_at: str
    expires_in: int
    impersonator: str
    principal_id: str
    reason: str
    refresh_token: str
    scope: str
    session_id: str
    started_at: str
    tenant_id: str
    token_type: Literal["Bearer"]


class NewInvitation(Answered):
    """An invitation with its token, which is shown this once."""

    accepted_at: str | None
    accepted_by: str | None
    created_at: str
    expires_at: str
    invitation_id: str
    invited_by: str
    roles: tuple[str, ...]
    status: Annotated[Literal["open", "accepted", "revoked"], Known]
    token: str


class NewKey(Answered):
    """An API key with its secret, which is shown this once."""

    agent_id: str | None
    created_at: str
    expires_at: str
    key_id: str
    name: str
    principal_id: str
    requests_per_minute: int | None
    revoked_at: str | None
    revoked_by: str | None
    rotated_at: str | None
    scopes: tuple[str, ...]
    secret: str
    workspace_id: str | None = None


class OfferView(Answered):
    """A plan. A meter that `limits` does not name has no limit; they hold for a month, and
    `storage` is bytes kept at once. A plan `by_contract` is bought from the operator, not by a
    call."""

    by_contract: bool
    features: tuple[
        Annotated[
            Literal[
                "two-person-approval",
                "own-policies",
                "workspaces",
                "single-sign-on",
                "directory",
                "audit-export",
            ],
            Known,
        ],
        ...,
    ]
    limits: dict[str, int]
    month: PriceView | None
    most_seats: int | None
    name: str
    overage: bool
    plan: Annotated[Literal["free", "pro", "team", "enterprise"], Known]
    requests_per_hour: int
    requests_per_minute: int
    trial_days: int
    year: PriceView | None


class OpenedUsageSlab(Answered):
    """All events of a slab, each with its entry in the audit log, its id, milliseconds since
    1970, its subject and what it counts, a tabulator between each two: the root of the slab is
    over these lines. The id is that of a receipt where the event is an act of a run or an agent.
    Those of a slab that count nothing of the meter are among them."""

    lines: tuple[str, ...]
    slab: int


class OperationView(Answered):
    """An operation of an HTTP service, with how it is called, or a `tool` of an MCP server, in
    that server's words, which nobody believes. `counts_as` is its effect, or the gravest where
    nobody gave it one."""

    counts_as: Annotated[
        Literal[
            "read",
            "draft",
            "change",
            "send",
            "publish",
            "deploy",
            "delete",
            "grant",
            "decide",
            "pay",
        ],
        Known,
    ]
    effect: (
        Annotated[
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
            Known,
        ]
        | None
    )
    idempotency_header: str | None
    idempotent: bool
    input_schema: dict[str, Any]
    method: Annotated[Literal["GET", "POST", "PUT", "PATCH", "DELETE"], Known] | None
    name: str
    path: str | None
    query: tuple[str, ...]
    summary: str
    tool: McpTool | None
    undo: ConnectorUndo | None


class OverageView(Answered):
    """`cents` for each `per` units beyond the limit of a plan that has overage."""

    cents: int
    meter: Annotated[Literal["executions", "tokens", "api_calls", "storage"], Known]
    per: int
    unit: str


class Parallel(Answered):
    """Steps that do not wait for each other."""

    kind: Literal["parallel"]
    steps: tuple[PlanStep, ...]


class PassageView(Answered):
    """A passage, word for word as its page has it, the `headings` it stands under, and its
    citation. `score` is from 0 to 1, and compares passages of one answer only."""

    added_by: str
    citation: Citation
    corpus_id: str
    document_name: str
    headings: str
    score: float
    text: str


class PasskeyRule(Answered):
    """When only a passkey's signature assents: from a risk on, to what is irreversible, and
    where somebody breaks the glass. Nobody ever needs one to refuse."""

    break_glass: bool
    from_risk: Annotated[Literal["low", "medium", "high", "critical"], Known] | None
    irreversible: bool


class PatternPage(Answered):
    """Some patterns, the latest found first. `mined` is null where nobody has mined yet."""

    items: tuple[PatternView, ...]
    mined: MinedView | None
    next_cursor: str | None


class PatternView(Answered):
    """A pattern."""

    approved: int
    conditions: tuple[Condition, ...]
    example_approval_id: str
    exception_count: int
    exceptions: tuple[str, ...]
    found_at: str
    holdout: Holdout
    id: str
    kept_out: tuple[KeptOut, ...]
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    lost_at: str | None
    lower_bound: float
    max_risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    since: str
    status: Annotated[Literal["found", "lost"], Known]
    support: int
    until: str
    version: int
    waited_seconds: int
    workspace_id: str | None = None


class PeriodView(Answered):
    """From `start` until before `end`."""

    end: str
    start: str


class PipelineView(Answered):
    """Whether a tenant's pipeline runs, and who changed that last. A token for a workspace sees
    whether it is paused, since when and how many cases tripped it; it does not see which cases,
    nor what the person wrote who resumed it."""

    changed_at: str | None
    changed_by: str | None
    paused: bool
    reason: str
    rolled_back: tuple[str, ...]


class Place(Answered):
    """Who may fill one place of a rule: everybody with a role, or one principal."""

    principal: str | None
    role: str | None


class PlanContent(Answered):
    """The whole plan. `policies` is the digest of the policies that determined it. Spending of
    one run is bounded by `budget_usd_micros`, which the agent's spec says or the capsule
    narrows."""

    agent: AgentPart
    artifacts: dict[str, str] | None = None
    budget_usd_micros: int
    capsule: CapsulePart
    format: Literal["assent.plan/1"]
    inputs: dict[str, Any]
    outputs: dict[str, JsonValue]
    policies: str
    steps: tuple[PlanStep, ...]


class PlanMarginView(Answered):
    """The margin of all tenants of a plan."""

    cost_usd_micros: int
    gross_basis_points: int | None
    plan: Annotated[Literal["free", "pro", "team", "enterprise"], Known]
    revenue_cents: int
    tenants: int


class PlanStep(Answered):
    """One step. `needs` are all steps that it waits for. `condition` and `for_each` are
    expressions; where the condition is false, the step is skipped. A call of it may cost more
    than was predicted by `tolerance_percent` before the run rests."""

    assent: Annotated[Literal["none", "plan", "step"], Known]
    budget_usd_micros: int | None
    condition: str | None
    does: Annotated[
        Call | Wait | SubRun | AgentTurns | Completion | SkillCalls | Parallel,
        Field(discriminator="kind"),
    ]
    for_each: str | None
    id: str
    needs: tuple[str, ...]
    retry: Retry
    timeout_seconds: float | None
    tolerance_percent: int = Field(default=0)


class PlanView(Answered):
    """A plan. `estimate_usd_micros` is the most that a run of it costs, as far as that is known.
    `content` is what its hash covers, null once it was erased, and `models` those of it that
    choose in its steps. `prediction` is that of the newest full rehearsal in which nothing was
    denied."""

    compiled_at: str
    compiled_by: str
    content: PlanContent | None
    estimate_usd_micros: int
    models: tuple[str, ...] | None
    needs_assent: bool
    plan_hash: str
    prediction: Prediction | None
    status: Annotated[Literal["compiled", "rehearsed"], Known]
    workspace_id: str | None = None


class PlatformHealth(Answered):
    """Degraded while anything is stuck, a dead letter waits or the tenant's pipeline is paused.
    `functions` are those with anything to report for the tenant, by name."""

    functions: tuple[MobileApiFunctionHealth, ...]
    status: Annotated[Literal["healthy", "degraded"], Known]


class PolicyAnswer(Answered):
    """What the engine decided, and the policies that determine it."""

    determining: tuple[str, ...]
    effect: Annotated[Literal["allow", "deny"], Known]
    errors: tuple[str, ...]
    obligations: tuple[Obligation, ...]


class PolicyDetail(Answered):
    """A version of a policy with its Cedar text, which is null once it was erased."""

    approval_id: str | None
    name: str
    policy_id: str
    proposed_at: str
    proposed_by: str
    published_at: str | None
    reason: str | None
    retired_at: str | None
    source: str | None
    source_hash: str
    status: Annotated[Literal["draft", "published", "retired"], Known]
    version: int


class PolicyEntry(Answered):
    """Who decides requests of a kind, from a risk and an amount on. Without a deadline, the
    kind's own holds: `deadline_seconds` is the default, `shortest_deadline_seconds` the shortest
    that a requester may ask for. Silence approves low-risk artifacts of the requesters in
    `silence_approves`, and denies everything else."""

    deadline_seconds: int | None
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    min_amount_usd_micros: int
    min_risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    rule: Rule
    shortest_deadline_seconds: int | None
    silence_approves: tuple[str, ...]


class PolicyFinding(Answered):
    """Something that is wrong (`error`) or decides nothing (`warning`), at a line and a column
    of the source, both from 1. `policy` is the policy's name, where it has one yet."""

    column: int
    line: int
    message: str
    policy: str | None
    severity: Annotated[Literal["error", "warning"], Known]


class PolicyPage(Answered):
    """Some versions of policies, newest first."""

    items: tuple[PolicyView, ...]
    next_cursor: str | None


class PolicyRecord(Answered):
    """A version of the policy with its entries, when a passkey must sign, and from how many
    words a minute on nobody is believed to have read what they approve; null where the tenant
    does not look at that. `veto_waits_for_device`: a veto window closes 24 hours after the first
    device had the notice of it, where people have such devices."""

    approval_id: str | None
    changed_at: str | None
    decision_hash: str | None
    entries: tuple[PolicyEntry, ...]
    passkey: PasskeyRule
    proposed_by: str | None
    version: int
    veto_waits_for_device: bool
    words_per_minute: int | None


class PolicyView(Answered):
    """A version of a policy without its text. `approval_id` is the approval that its publication
    waits for, or was allowed by."""

    approval_id: str | None
    name: str
    policy_id: str
    proposed_at: str
    proposed_by: str
    published_at: str | None
    reason: str | None
    retired_at: str | None
    source_hash: str
    status: Annotated[Literal["draft", "published", "retired"], Known]
    version: int


class PortalView(Answered):
    """The page at Stripe for the tenant's means of payment."""

    url: str


class PrecedentRow(Answered):
    """What one precedent did in the time."""

    audited: int
    compared: int
    disagreed: int
    false_positive_rate: float
    match_rate: float
    matched: int
    precedent_id: str
    saved_seconds: int
    veto_rate: float
    vetoed: int


class PrecedentSeed(Answered):
    """What the API shows of a precedent. `match_rate` is its share of the approvals that it was
    compared with, `veto_rate` the vetoed share of those that it approved; `false_positive_rate`
    the share of what it approved, or would have approved where a person was asked instead, that
    people refused; all from 0 to 1. `expected_saved_seconds` is what its pattern has one expect
    that it saved, `match_count` times `waited_seconds`; null for one that no pattern led to."""

    activated_at: str | None
    activated_by: str | None
    author: str
    conditions: tuple[Condition, ...]
    created_at: str
    domain: Annotated[Literal["GEN", "ETH", "ARCH", "GOV"], Known]
    drafted_from: tuple[str, ...]
    ended_at: str | None
    example_approval_id: str | None
    expected_saved_seconds: int | None
    false_positive_rate: float
    findings: tuple[ApprovalsFinding, ...]
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    match_count: int
    match_rate: float
    max_risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    pattern_id: str | None
    probation: Probation | None
    rationale: str
    recall_id: str | None
    reference: str
    seed_id: str
    status: Annotated[
        Literal[
            "draft",
            "pending_review",
            "approved",
            "rejected",
            "active",
            "suspended",
            "superseded",
            "deprecated",
            "archived",
        ],
        Known,
    ]
    superseded_by: str | None
    title: str
    version: int
    veto_count: int
    veto_rate: float
    waited_seconds: int | None
    workspace_id: str | None = None


class PrecedentSeedPage(Answered):
    """Some precedents, newest first."""

    items: tuple[PrecedentSeed, ...]
    next_cursor: str | None


class Prediction(Answered):
    """What a rehearsal expects of the whole plan. `denials` are those of the plan as a whole;
    `point_of_no_return` is the first step after which not everything can be undone. A run halts
    where a step makes more calls than is predicted, or a call of it costs more by more than the
    step's `tolerance_percent`; that of the whole is the highest of its steps."""

    approvals: int
    cost_usd_micros: int
    denials: tuple[Denial, ...]
    mode: Annotated[Literal["full", "fast", "security"], Known]
    passes: bool
    point_of_no_return: str | None
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    steps: tuple[StepPrediction, ...]
    tolerance_percent: int


class PreferencesView(Answered):
    """What the caller wants to be told when. `push_key` is the `applicationServerKey` with which
    a browser subscribes to push messages."""

    muted: tuple[
        Annotated[
            Literal[
                "approval_pending",
                "veto_window_opened",
                "reversal_failed",
                "pipeline_paused",
                "violation_reported",
                "last_call",
                "budget_reached",
                "payment_failed",
                "plan_lost",
                "credit_granted",
                "run_failed",
                "run_doubtful",
                "connector_changed",
                "agent_recalled",
            ],
            Known,
        ],
        ...,
    ]
    push_key: str
    quiet_hours: QuietHours | None


class PreviewLine(Answered):
    """A line of the next invoice; credits are below zero."""

    cents: int
    description: str


class PreviewView(Answered):
    """What the order would cost, before it is placed. `next_invoice_cents` is what the next
    invoice asks for, usage aside: its lines, credits among them, less `discount_cents`, with
    `tax_cents` and `balance_cents`. The latter is what the balance at Stripe pays, below zero,
    or adds; what is given back beyond the rest, or too little to be charged, stays on the
    balance. `usage_so_far` estimates what the usage of the month under way costs; null where it
    can cost nothing. `interval_cents` is each interval from then on, without usage, taxes,
    credits and discounts. `loosens` are the governing features that would be lost."""

    balance_cents: int
    discount_cents: int
    interval_cents: int
    lines: tuple[PreviewLine, ...]
    loosens: tuple[FeatureView, ...]
    next_invoice_at: str | None
    next_invoice_cents: int
    tax_cents: int
    trial_days: int
    usage_so_far: UsageSoFar | None


class PriceView(Answered):
    """Cents of US dollars for one interval: `flat` whatever the seats are, and `per_seat`."""

    flat: int
    per_seat: int


class Prices(Answered):
    """What a million tokens cost, in micro-dollars, as the provider's `page` said on the day
    `as_of`. What is None was not said, and counts as the dearest."""

    as_of: str | None
    page: str | None
    tokens_cached_read_usd_micros: int | None
    tokens_cached_write_usd_micros: int | None
    tokens_in_usd_micros: int | None
    tokens_out_usd_micros: int | None


class Probation(Answered):
    """What holds of a precedent that was learned from a pattern, until a governor establishes
    it. It approves nothing after `ends_at`, which its activation sets, and nothing that reaches
    further than `reach`. One in `audits_one_in` of the requests that it would approve goes to a
    person, who is not told so: `audited` were decided since its activation, `agreed` of them
    with a yes. The first no, and the first veto, suspend it."""

    agreed: int
    audited: int
    audits_one_in: int
    ends_at: str | None
    reach: Annotated[Literal["agent", "workspace"], Known]


class Problem(Answered):
    """RFC 9457 problem details; `code` is stable."""

    code: str
    correlation_id: str
    detail: str
    errors: tuple[ProblemError, ...]
    feature: str | None = None
    limit: int | None = None
    meter: str | None = None
    resets_at: str | None = None
    status: int
    title: str
    type: str
    upgrade_to: str | None = None


class ProblemError(Answered):
    """One error of one field."""

    field: str
    message: str


class PromptComparison(Answered):
    """The versions of a prompt that runs asked models with, from `since` up to before `until`,
    by the receipts that the log has of that time, of which `receipts` were looked through."""

    name: str
    receipts: int
    since: str
    until: str
    versions: tuple[VersionRow, ...]


class PromptDetail(Answered):
    """A version with its messages and the JSON Schema of each variable; null once it was erased."""

    activated_at: str | None
    activated_by: str | None
    checksum: str
    deprecated_at: str | None
    deprecated_by: str | None
    messages: tuple[ModelMessage, ...] | None
    name: str
    status: Annotated[Literal["draft", "active", "deprecated"], Known]
    variables: dict[str, dict[str, JsonValue]] | None
    version: int
    written_at: str
    written_by: str


class PromptPage(Answered):
    """Some versions of prompts, newest first."""

    items: tuple[PromptView, ...]
    next_cursor: str | None


class PromptPart(Answered):
    """The version of a prompt that was compiled, and the hash of its content."""

    name: str
    sha256: str
    version: int


class PromptPreview(Answered):
    """What a call would say: the messages of a prompt, with values in the place of expressions."""

    messages: tuple[ModelMessage, ...]


class PromptView(Answered):
    """A version of a prompt without its messages."""

    activated_at: str | None
    activated_by: str | None
    checksum: str
    deprecated_at: str | None
    deprecated_by: str | None
    name: str
    status: Annotated[Literal["draft", "active", "deprecated"], Known]
    version: int
    written_at: str
    written_by: str


class ProvedUsageEvent(Answered):
    """An event, its place in its slab, and the path from its leaf to the slab's root, in hex."""

    line: str
    path: tuple[str, ...]
    place: int
    size: int
    slab: int


class QuietHours(Answered):
    """From when until when nobody is told, by the clock of a time zone of the IANA database."""

    begin: str
    end: str
    time_zone: str


class QuotaUse(Answered):
    """How much of a meter is used. `limit` is None where the plan has none; `stops` says whether
    nothing more is let through there. `resets_at` is None for what is kept rather than used:
    files and seats. `api_calls` are those of programs; leased and not yet sent are used too."""

    limit: int | None
    meter: (
        Annotated[Literal["executions", "tokens", "api_calls", "storage"], Known] | Literal["seats"]
    )
    resets_at: str | None
    stops: bool
    used: int


class Quotation(Answered):
    """Which characters of a page of a document's version are quoted, from `start` to before
    `end`, and the SHA-256 of the quotation in UTF-8, in hex."""

    end: int
    page: int
    quote_sha256: str
    start: int
    version: int


class Reactivation(Answered):
    """Why an agent was put on probation, and by whom."""

    at: str
    by: str
    reason: str


class ReasonGroup(Answered):
    """Refusals whose reasons mean the same. `reason` is the one that is nearest to all of them,
    as the refusal of `approval_id` gave it."""

    approval_id: str
    changes_requested: int
    reason: str
    refusals: int
    rejected: int
    vetoed: int


class Reasons(Answered):
    """Why people refused, the most frequent first, fifty groups at most; grouped by their
    meaning, or where the model of embeddings is absent by their wording. `in_other_groups` are
    refusals of further groups, `older` those beyond the latest 300 wordings, `without` those
    that gave no reason, and `erased` those whose reason was."""

    by: Annotated[Literal["meaning", "wording"], Known]
    erased: int
    groups: tuple[ReasonGroup, ...]
    in_other_groups: int
    older: int
    without: int


class RecallDetail(Answered):
    """A recall with what it stopped: the agent's status now, how many runs it halted, the
    precedents that it suspended (twenty at most), and a page of the agent's runs. Every token of
    it that was not used by `recalled_at` is dead."""

    agent_id: str
    agent_status: (
        Annotated[
            Literal[
                "draft",
                "certified",
                "trial",
                "go_live_pending",
                "active",
                "paused",
                "suspended",
                "probation",
                "deprecated",
            ],
            Known,
        ]
        | None
    )
    halted: int
    lifted_at: str | None
    lifted_by: str | None
    lifted_for: str | None
    name: str
    next_cursor: str | None
    precedents: tuple[str, ...]
    reason: str
    recall_id: str
    recalled_at: str
    recalled_by: str
    runs: tuple[RecalledRun, ...]
    status: Annotated[Literal["halting", "in_force", "lifted"], Known]
    version: str | None
    workspace_id: str | None = None


class RecallPage(Answered):
    """Some recalls, newest first."""

    items: tuple[RecallView, ...]
    next_cursor: str | None


class RecallView(Answered):
    """A recall: which agent it stops, and whether it holds. `halting`: runs may still be found
    that move or wait; none of them acts."""

    agent_id: str
    lifted_at: str | None
    lifted_by: str | None
    lifted_for: str | None
    name: str
    reason: str
    recall_id: str
    recalled_at: str
    recalled_by: str
    status: Annotated[Literal["halting", "in_force", "lifted"], Known]
    version: str | None
    workspace_id: str | None = None


class RecalledRun(Answered):
    """A run of a recalled agent. `halted`: this recall stopped it. Where it `can_be_undone`,
    `POST /v1/runs/{id}/undo` does that; `is_undone` says that it was."""

    agent_version: str
    can_be_undone: bool
    capsule: str
    halted: bool
    is_undone: bool
    run_id: str
    started_at: str
    status: Annotated[
        Literal[
            "pending", "running", "paused", "awaiting_approval", "completed", "failed", "cancelled"
        ],
        Known,
    ]
    stopping: str | None


class ReceiptAwaited(Answered):
    """A receipt that no checkpoint covers yet: `due_at` is when the next one is signed."""

    due_at: str
    number: int
    receipt_id: str


class ReceiptCheck(Answered):
    """One check of a receipt: what was looked at, the result, and why."""

    detail: str
    part: Annotated[Literal["envelope", "entry", "chain", "inclusion"], Known]
    result: Annotated[Literal["holds", "tampered", "not_yet", "not_given"], Known]


class ReceiptName(Answered):
    """A receipt that an event reports, which `GET /v1/receipts/{id}` shows whole."""

    iteration: int | None
    outcome: str
    receipt_id: str
    step: str | None


class ReceiptPage(Answered):
    """Some receipts, newest first."""

    items: tuple[RecordedReceipt | RecordedProgramReceipt, ...]
    next_cursor: str | None


class ReceiptProof(Answered):
    """A receipt with all that verifies it without us: its envelope, and the proof that a
    checkpoint covers it (C2SP tlog-proof), whose `extra` is what is hashed before the statement:
    the previous hash, the tenant, the number and the id, with a line feed between each two."""

    envelope: DsseEnvelope
    keys: tuple[str, ...]
    number: int
    proof: str
    receipt_id: str


class ReceiptVerification(Answered):
    """What the checks of a receipt show. `created`: it is whole, and no checkpoint covers it
    yet; `verified`: one does; `tampered` names the parts that are not as they were."""

    checked: tuple[ReceiptCheck, ...]
    receipt_id: str
    status: Annotated[Literal["created", "verified", "tampered"], Known]
    tampered: tuple[Annotated[Literal["envelope", "entry", "chain", "inclusion"], Known], ...]


class RecordedProgramReceipt(Answered):
    """The receipt of a program's call of a model, in the entry of that number."""

    arguments_sha256: str
    at: str
    called_by: str
    cost_usd_micros: int
    credential: str | None
    invocation_id: str
    key_id: str | None
    model: ModelAsked
    number: int
    operation: str
    outcome: Annotated[
        Literal["intended", "refused", "dispatched", "confirmed", "doubtful", "undone"], Known
    ]
    output_sha256: str | None
    predicted_usd_micros: int
    receipt_id: str
    workspace_id: str | None = None


class RecordedReceipt(Answered):
    """A receipt as the log has it: in the entry of that number."""

    agent_id: str
    agent_version: str
    approval_id: str | None
    arguments_sha256: str
    artifact_sha256: str | None
    assented_by: str | None
    at: str
    attempt: int
    cost_usd_micros: int
    credential: str | None
    decision: str | None
    invocation_id: str
    iteration: int | None
    labels: tuple[str, ...] | None
    model: ModelTurn | None
    number: int
    on_behalf_of: str | None
    operation: str
    outcome: Annotated[
        Literal["intended", "refused", "dispatched", "confirmed", "doubtful", "undone"], Known
    ]
    output_sha256: str | None
    pin: str | None
    plan_hash: str | None
    predicted_usd_micros: int
    reason: str | None
    receipt_id: str
    run_id: str | None
    settled_by: str | None
    step: str | None
    token_id: str | None
    workspace_id: str | None = None


class RedactionView(Answered):
    """The text with placeholders, equal ones for equal values. `found_by` says whether a model
    that recognises names and addresses was there, `models` which ones were, and `absent` which
    were not."""

    absent: tuple[AbsentView, ...]
    found: tuple[FoundView, ...]
    found_by: tuple[Annotated[Literal["patterns", "recognition"], Known], ...]
    models: tuple[str, ...]
    text: str


class ReferralOfferView(Answered):
    """The discount of a tenant that another tenant referred: `percent` of its plan for `months`;
    on a year that is paid at once, as much as on that many of its months."""

    months: int
    percent: int


class ReferralView(Answered):
    """The code that a tenant refers others by: they send it as `referral` of their first order."""

    code: str
    months: int
    percent: int


class RejectedEvent(Answered):
    """An event that is not counted: its place in the body, from 0 on, and what to write instead."""

    index: int
    problem: str


class Replay(Answered):
    """What other policies would have decided. `not_replayable` counts by reason: `erased`
    slices, those `altered` since, those that were not recorded, and those that do not fit
    today's schema. `flips` are the first hundred of `flipped`; `next_cursor` goes on where a
    replay ended before its time."""

    flipped: int
    flips: tuple[Flip, ...]
    next_cursor: str | None
    not_replayable: dict[str, int]
    replayed: int


class ReportCount(Answered):
    """The reports of one trigger: how many there were, how many of them since the latest event,
    the latest report, and when the latest event was published."""

    count: int
    latest_at: str
    latest_by: str
    latest_evidence: str
    published_at: str
    since_event: int
    trigger: Annotated[
        Literal[
            "by_hand",
            "dependency",
            "execution_bypass",
            "scope_drift",
            "evidence_gap",
            "ethics_violation",
            "health",
            "rollback_failed",
            "recalled",
        ],
        Known,
    ]


class ReportedViolation(Answered):
    """A violation, its subject, and its reporter."""

    at: str
    evidence: tuple[str, ...]
    reported_by: str
    rule: str
    subject: Subject
    summary: str
    violation_id: str


class RetentionView(Answered):
    """For how many days something is kept; where that was made shorter lately, the longer time
    that still holds, and until when."""

    days: int
    longer_days: int | None
    longer_until: str | None
    set_by: str | None


class Retry(Answered):
    """How often a call is tried, and the seconds before the second try; each further one waits
    twice as long, with jitter."""

    attempts: int
    backoff_seconds: float


class Review(Answered):
    """The review that a break-glass, a deputy's decision, or a refusal that came after its
    content may have acted requires, and its outcome. A governor may still overturn what somebody
    else upheld: within the time of the review where that was a governor too (`by_governor`), and
    always where it was not."""

    because: Annotated[Literal["break_glass", "deputy", "late_refusal"], Known]
    by_governor: bool
    due_at: str
    note: str
    reviewed_at: str | None
    reviewed_by: str | None
    status: Annotated[Literal["owed", "missed", "upheld", "overturned"], Known]


class RightLimits(Answered):
    """What bounds a right: calls in a run and in a day, money in a call, and for each named
    argument the patterns of which each value must match one; a missing argument fails."""

    only: dict[str, tuple[str, ...]]
    per_day: int | None
    per_run: int | None
    up_to_usd: MoneyLimit | None


class RoutePart(Answered):
    """The tenant's own route by which a model is asked: where that is, by which of the tenant's
    credentials, who may read what is said there, and the prices of a million tokens, in micro-
    dollars; one that is None counts as the dearest. `sha256` is the hash of all that the route
    says of this: a route that was set anew is another one."""

    base_url: str | None
    credential: str | None
    name: str
    privacy: str
    sha256: str
    tokens_in_usd_micros: int | None
    tokens_out_usd_micros: int | None


class Rule(Answered):
    """How many places must be filled, by distinct principals: any one, all, or `m` of them
    (`m_of_n`)."""

    kind: Annotated[Literal["any", "all", "m_of_n"], Known]
    m: int | None
    of: tuple[Place, ...]


class RuleRow(Answered):
    """What waited because of one rule: the places of an approval policy's entry, for requests of
    a kind and a risk."""

    approved: int
    escalated_seconds: int
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    lost_usd_micros: int
    median_seconds: int
    refused: int
    requests: int
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    rule: Rule
    silent: int
    waited_seconds: int
    waiting: int


class RuleView(Answered):
    """A rule of the constitution. What it `says` stands word for word in the document of that
    name."""

    document_name: str
    name: str
    says: str


class RunEvent(Answered):
    """One event of a run: who or what caused it, and where the run stood after it."""

    actor: str
    approval_id: str | None
    at: str
    done: int
    failure: Failure | None
    held_usd_micros: int
    id: str
    outputs_hash: str | None
    receipts: tuple[ReceiptName, ...]
    sequence: int
    spent_usd_micros: int
    status: Annotated[
        Literal[
            "pending", "running", "paused", "awaiting_approval", "completed", "failed", "cancelled"
        ],
        Known,
    ]
    steps: int
    stopping: str | None
    type: str
    waiting: Waiting | None


class RunEvents(Answered):
    """Some events of a run in their order. Whoever asks again with `after` misses none; once it
    `is_over`, nothing follows by itself."""

    after: int
    is_over: bool
    items: tuple[RunEvent, ...]


class RunPage(Answered):
    """Some runs, newest first."""

    items: tuple[RunView, ...]
    next_cursor: str | None


class RunView(Answered):
    """A run: where it stands, what it waits for, what it holds and spent. `stopping` is what
    somebody asked for and happens once it is known what the run has begun. `token_id` is the
    token that it asked assent for last: `POST /v1/tokens/{id}/revoke` takes it back."""

    agent_id: str
    agent_version: str
    approval_id: str | None
    capsule: str
    capsule_version: str
    depth: int
    divergences: int
    done: int
    ended_at: str | None
    failure: Failure | None
    held_usd_micros: int
    is_undone: bool
    outputs_hash: str | None
    parent_run_id: str | None
    plan_hash: str
    recall_id: str | None
    replay_of: str | None
    run_id: str
    spent_usd_micros: int
    started_at: str
    started_by: str
    status: Annotated[
        Literal[
            "pending", "running", "paused", "awaiting_approval", "completed", "failed", "cancelled"
        ],
        Known,
    ]
    steps: int
    stopping: Annotated[Literal["pause", "cancel", "recall"], Known] | None
    token_id: str | None
    waiting: Waiting | None
    workspace_id: str | None = None


class SchedulePage(Answered):
    """Some schedules, newest first."""

    items: tuple[ScheduleView, ...]
    next_cursor: str | None


class ScheduleView(Answered):
    """A schedule: when it fires, and what came of its last firing. `failures` are those in a
    row; `rests_because` says why it rests. One that a step of a run made names that run and its
    agent."""

    agent_id: str | None
    capsule: str
    created_at: str
    created_by: str
    cron: str | None
    event: (
        Annotated[
            Literal[
                "assent.invocation.settled.v1",
                "assent.notice.sent.v1",
                "assent.policy.published.v1",
            ],
            Known,
        ]
        | None
    )
    failures: int
    inputs_hash: str
    last_at: str | None
    last_problem: Problem | None
    last_run_id: str | None
    made_by_run: str | None
    next_at: str | None
    rests_because: str | None
    schedule_id: str
    status: Annotated[Literal["active", "resting", "ended"], Known]
    version: str | None
    workspace_id: str | None = None


class SeedPage(Answered):
    """Some precedents, newest first."""

    items: tuple[MobileApiPrecedentSeed, ...]
    next_cursor: str | None


class SentenceView(Answered):
    """A sentence of the text, and where it is there."""

    end: int
    start: int
    text: str


class SessionPage(Answered):
    """A page of sessions."""

    items: tuple[SessionView, ...]
    next_cursor: str | None


class SessionView(Answered):
    """A session of the caller's own. `client_id` is the program that the caller let in,
    `agent_id` the agent that it acts as, `scope` what it may do: where it is empty, all that the
    caller may."""

    agent_id: str | None
    client: Annotated[Literal["browser", "device", "client", "support"], Known]
    client_id: str | None
    device: str
    ended_at: str | None
    ended_because: (
        Annotated[Literal["signed_out", "revoked", "reused", "replaced", "removed"], Known] | None
    )
    expires_at: str
    impersonator: str | None
    passkey_id: str | None
    provider: str
    scope: str
    session_id: str
    started_at: str
    tenant_id: str | None
    used_at: str


class Shown(Answered):
    """The same with the entities that it was decided on, in Cedar's JSON form; null where they
    are not there any more."""

    action: str
    asked_by: str
    at: str
    context: dict[str, bool | int | str]
    decision_id: str
    determining: tuple[str, ...]
    effect: Annotated[Literal["allow", "deny"], Known]
    entities: tuple[dict[str, Any], ...] | None
    errors: tuple[str, ...]
    obligations: tuple[Obligation, ...]
    policy_version: str
    principal: Uid
    resource: Uid
    slice_hash: str
    workspace_id: str | None = None


class SignedCard(Answered):
    """A card with the case that requested it; `signature` is a compact JWS over the final
    decision."""

    added_rule: Rule | None
    amount_usd_micros: int | None
    answer_hash: str | None
    attachments: tuple[CitedArtifact, ...] = Field(default=())
    authors: tuple[str, ...]
    break_glass: BreakGlass | None
    capacity: (
        Annotated[
            Literal[
                "approver",
                "governor",
                "deputy",
                "break_glass",
                "silence",
                "precedent",
                "requester",
                "self",
            ],
            Known,
        ]
        | None
    )
    case: CaseBinding | None
    deadline_at: str
    decided_at: str | None
    decided_by: str | None
    decision_hash: str
    deferred_until: str | None
    device_id: str | None
    effect: (
        Annotated[
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
            Known,
        ]
        | None
    )
    grants: tuple[Grant, ...]
    id: str
    kind: Annotated[
        Literal["artifact", "communication", "execution", "financial", "constitutional"], Known
    ]
    late: tuple[LateDecision, ...]
    missing: tuple[str, ...]
    needs_answer: bool
    note: str
    on_timeout: Annotated[Literal["approve", "deny"], Known]
    passkey_for: Annotated[Literal["nothing", "break_glass", "assent"], Known]
    passkey_id: str | None
    precedent_id: str | None
    receipt_id: str | None
    requested_at: str
    requested_by: str
    review: Review | None
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    rule: Rule
    signature: str | None
    stage: Stage | None
    status: Annotated[
        Literal[
            "pending",
            "deferred",
            "escalated",
            "approved",
            "rejected",
            "changes_requested",
            "expired",
            "cancelled",
            "auto_approved",
            "confirmed",
            "vetoed",
            "overturned",
            "reversed",
            "reversal_failed",
        ],
        Known,
    ]
    subject: Subject
    summary: str
    version: int
    veto: VetoWindow | None
    veto_reason: VetoReason | None
    votes: tuple[Vote, ...]
    workspace_id: str | None = None


class SignedReceipt(Answered):
    """A receipt, and the envelope of its statement; `keys` are the verifier keys of the log, of
    which one signed."""

    envelope: DsseEnvelope
    keys: tuple[str, ...]
    receipt: RecordedReceipt | RecordedProgramReceipt


class Skill(Answered):
    """One small, idempotent ability, and the effects that its work may have beside reading. A
    withdrawn skill stays in the catalogue for the agents that used it, but no new spec may name
    it."""

    effects: tuple[
        Annotated[
            Literal[
                "read",
                "draft",
                "change",
                "send",
                "publish",
                "deploy",
                "delete",
                "grant",
                "decide",
                "pay",
            ],
            Known,
        ],
        ...,
    ]
    name: str
    status: Annotated[Literal["available", "withdrawn"], Known]
    summary: str
    version: str


class SkillCalls(Answered):
    """A program that asks for calls while it runs: `compute` runs it from its start, with what
    the calls gave that it has asked for, until it asks for the next one or gives a value. It may
    ask for the operations of `calls`, `most_calls` times in all."""

    calls: tuple[Call, ...]
    compute: Call
    kind: Literal["skill"]
    most_calls: int


class SkillList(Answered):
    """The catalogue of skills, by name."""

    items: tuple[Skill, ...]
    next_cursor: str | None


class SnapshotPage(Answered):
    """Some snapshots of a run, in the order of its plan."""

    items: tuple[SnapshotView, ...]
    next_cursor: str | None


class SnapshotView(Answered):
    """Where a run stood: before the steps `next_steps`, after `done` of them had ended, since
    `at`. `is_newest`: it stands there now, and a paused or failed one goes on from there."""

    at: str
    done: int
    is_newest: bool
    next_steps: tuple[str, ...]
    snapshot: str
    unit: int


class Spend(Answered):
    """Money spent in a period, and its limit; in micro-dollars."""

    limit_usd_micros: int
    spent_usd_micros: int
    state: Annotated[Literal["active", "warning", "critical", "exhausted"], Known]


class SsoView(Answered):
    """The tenant's issuer, without its secret: what its name servers must answer until the
    domain is verified, and what the issuer must be told."""

    changed_at: str
    changed_by: str
    client_id: str
    default_roles: tuple[str, ...]
    domain: str
    groups: tuple[GroupRoles, ...]
    issuer: str
    joins: bool
    record_name: str
    record_value: str
    redirect_uri: str
    verified_at: str | None


class Stage(Answered):
    """The stage of its pipeline that the requesting case has reached."""

    name: str
    number: int
    of: int


class StageFinding(Answered):
    """A finding with the number of its stage."""

    check: str
    evidence: str
    path: str
    remedy: str
    stage: int
    verdict: Annotated[Literal["pass", "fail", "escalate", "concern"], Known]


class StageView(Answered):
    """One of the seven stages with its findings; null where they were erased."""

    approval_id: str | None
    certification_id: str | None
    findings: tuple[Finding, ...] | None
    finished_at: str | None
    name: str
    number: int
    started_at: str | None
    status: Annotated[
        Literal["pending", "running", "waiting", "passed", "failed", "escalated", "skipped"], Known
    ]


class StepPage(Answered):
    """Some results of a run's steps, in the order of its plan."""

    items: tuple[StepView, ...]
    next_cursor: str | None


class StepPrediction(Answered):
    """What a rehearsal expects of a step: at most so many calls, for at most so much; what it
    leaves behind, and whether it can be taken back. `calls` is null where it goes through a list
    that an earlier step gives. `output` is the JSON Schema of its output."""

    approval: bool
    calls: int | None
    cost_usd_micros: int
    denials: tuple[Denial, ...]
    effect: Annotated[
        Literal[
            "read",
            "draft",
            "change",
            "send",
            "publish",
            "deploy",
            "delete",
            "grant",
            "decide",
            "pay",
        ],
        Known,
    ]
    operation: str | None
    output: dict[str, Any]
    reversible: bool
    risk: Annotated[Literal["low", "medium", "high", "critical"], Known]
    step: str
    tolerance_percent: int


class StepView(Answered):
    """What became of a step, or of one iteration of it, beside what its rehearsal predicted.
    Where a model chose, each of the step's calls is an iteration, and it answered after so many
    `turns`, each of which stands before them: with the number `turn`, the model, what it chose
    and cost, and its receipt, but without what it was told and wrote. `prompt` is the version of
    a prompt that the model was asked with, as `name@version`."""

    approval_id: str | None
    assented_by: str | None
    at: str
    cost_usd_micros: int
    divergences: tuple[Divergence, ...]
    invocation_id: str | None
    iteration: int | None
    iterations: int | None
    number: int
    operation: str | None
    output: Labelled
    predicted_usd_micros: int
    prompt: str | None
    settled_by: str | None
    status: str
    step: str
    sub_run_id: str | None
    turn: TurnView | None
    turns: int | None


class SubRun(Answered):
    """Runs another plan, whose content has the hash and holds its inputs, as a part of this run."""

    kind: Literal["capsule"]
    plan_hash: str


class Subject(Answered):
    """What the request is about."""

    id: str
    name: str
    type: str


class SubscriptionView(Answered):
    """What the tenant pays for, and what it may use; how much is used of each quota of the plan
    in force, which is Free once a payment has failed for fourteen days; and the credits that pay
    the next invoices. Free has no interval and no period. A change that would loosen governance
    waits for the approval `waits_for`."""

    add_ons: tuple[AddOnTaken, ...]
    cancel_at_period_end: bool
    credits: CreditsView
    current_period: PeriodView | None
    discount: DiscountView | None
    entitlements: EntitlementsView
    interval: Annotated[Literal["month", "year"], Known] | None
    past_due_since: str | None
    plan: Annotated[Literal["free", "pro", "team", "enterprise"], Known]
    quotas: tuple[QuotaUse, ...]
    seats: int
    status: Annotated[Literal["trialing", "active", "past_due", "paused", "canceled"], Known]
    trial_ends_at: str | None
    waits_for: str | None


class SummaryView(Answered):
    """Sentences of the text in its order. `by` is `textrank`, or `first_sentences` where the
    model of embeddings is absent."""

    absent: tuple[AbsentView, ...]
    by: Annotated[Literal["textrank", "first_sentences"], Known]
    sentences: tuple[SentenceView, ...]
    written: WrittenView | None


class SupportAccessView(Answered):
    """Whether support may act as members of the tenant, and who said so; nobody did at first."""

    allowed: bool
    changed_at: str | None
    changed_by: str | None


class Suspension(Answered):
    """Why an agent is suspended. `origin` is the agent whose suspension spread to this one."""

    at: str
    by: str
    origin: str | None
    reason: str
    trigger: Annotated[
        Literal[
            "by_hand",
            "dependency",
            "execution_bypass",
            "scope_drift",
            "evidence_gap",
            "ethics_violation",
            "health",
            "rollback_failed",
            "recalled",
        ],
        Known,
    ]


class SyncAccepted(Answered):
    """A queued decision that was accepted."""

    card: Card
    client_decision_id: str | None
    status: int


class SyncRefused(Answered):
    """A queued decision that was refused, or that could not be delivered; `status` says which.
    When that is 429, it is taken after `retry_after` seconds, the `Retry-After` of a call of its
    own."""

    client_decision_id: str | None
    problem: Problem
    retry_after: int | None
    status: int


class SyncResults(Answered):
    """One result per queued decision, in the queue's order."""

    results: tuple[SyncAccepted | SyncRefused, ...]


class TenantMarginView(Answered):
    """The margin of one tenant, with its counted use. `api_calls` are those of programs, null
    where none were counted. `is_low`: the tenant pays, and less than 40 % is left."""

    api_calls: int | None
    cost_usd_micros: int
    executions: int
    gross_basis_points: int | None
    is_low: bool
    models_usd_micros: int
    mrr_cents: int
    plan: Annotated[Literal["free", "pro", "team", "enterprise"], Known]
    revenue_cents: int
    stored_bytes: int
    tenant_id: str
    tenants: int


class TenantView(Answered):
    """A tenant, for its members."""

    closes_at: str | None
    created_at: str
    name: str
    slug: str
    status: Annotated[Literal["trial", "active", "suspended", "closing", "closed"], Known]
    tenant_id: str
    tier: str


class TenantsView(Answered):
    """The caller's tenants, the newest last."""

    items: tuple[TenantView, ...]
    next_cursor: None


class TestReport(Answered):
    """The answers to the cases, in their order."""

    failed: int
    passed: int
    results: tuple[Tested, ...]


class Tested(Answered):
    """What the policies answered to a case."""

    determining: tuple[str, ...]
    effect: Annotated[Literal["allow", "deny"], Known]
    errors: tuple[str, ...]
    expect: Annotated[Literal["allow", "deny"], Known]
    passed: bool


class TimelineEntry(Answered):
    """One entry in an approval's history: the past tense of its event, and its actor. `read_ms`
    is for how long they had the card on the screen, where they said it; a device signed it where
    `device_id` names one."""

    at: str
    by: str
    device_id: str | None
    event: str
    note: str
    read_ms: int | None
    sequence: int


class TimelinePage(Answered):
    """Some entries of an approval's timeline, newest first."""

    items: tuple[TimelineEntry, ...]
    next_cursor: str | None


class TokenView(Answered):
    """A token that is dead, and the run that it was of: `stopping` or `cancelled` where the run
    acted by it."""

    run_id: str
    run_status: Annotated[
        Literal[
            "pending", "running", "paused", "awaiting_approval", "completed", "failed", "cancelled"
        ],
        Known,
    ]
    stopping: str | None
    token_id: str


class ToolsShown(Answered):
    """What is public of how a credential is shown: the `header` that it goes into; the `user`
    that a password or a client's secret is of; where a client gets its access tokens, and for
    what."""

    audience: str | None
    header: str | None
    scope: str | None
    token_url: str | None
    user: str | None


class TurnView(Answered):
    """What a model answered, without its words: the operations that it chose, in their order, of
    which null is none of those that exist. `tokens_in` and `tokens_out` are null where its
    server does not say them."""

    chosen: tuple[str | None, ...]
    model: str
    number: int
    receipt_id: str | None
    tokens_in: int | None
    tokens_out: int | None


class UidBody(Answered):
    """An entity by its type and id."""

    id: str
    type: str


class Undo(Answered):
    """What undoes a call: an operation of the same system, and its arguments. Expressions in
    them read the `arguments` and the `output` of the call."""

    arguments: dict[str, Any]
    operation: str


class UnitCostsView(Answered):
    """Billionths of a dollar for one of each, as measured and priced on those days."""

    api_call: int
    execution: int
    gib_month: int
    measured_on: str
    priced_on: str


class UnsortedMeter(Answered):
    """A declared meter that has no line in a section yet, and what to do."""

    meter: str
    problem: str
    section: int


class Upload(Answered):
    """Where to PUT the bytes, once or again, until `until`: with these headers, and without a
    token. Whoever has the address may do so."""

    headers: dict[str, str]
    until: str
    url: str


class Usage(Answered):
    """The usage from the hour `since` to before the hour `until`. `is_whole`: the whole audit
    log is counted; where it is false, ask again."""

    group_by: Annotated[Literal["total", "subject", "hour", "day", "month"], Known]
    is_whole: bool
    items: tuple[UsageSum, ...]
    since: str
    until: str


class UsageAccepted(Answered):
    """How many events were counted now, how many had an id that was counted before, and the
    events that were rejected."""

    accepted: int
    duplicates: int
    rejected: tuple[RejectedEvent, ...]


class UsageCharge(Answered):
    """What one section of a month costs. `quantity` is its own, `before` that of the sections
    before it. Of both together, the units beyond `included` cost `price_cents` for each
    `price_units`; `charged` are the units, and `cents` the price, that the sections before do
    not charge already. Storage is counted in byte hours; its average over the month's hours is
    compared with `included`."""

    before: int
    cents: int
    charged: int
    counted: tuple[UsageCounted, ...]
    included: int
    meter: Annotated[Literal["executions", "tokens", "api_calls", "storage"], Known]
    period: str
    price_cents: int
    price_units: int
    quantity: int
    section: int


class UsageCounted(Answered):
    """A closed line of usage: a meter, its quantity, and the root over its slabs."""

    meter: str
    quantity: int
    root: str


class UsageRoot(Answered):
    """A line: the usage of a meter in a section of a month, and the RFC 9162 root, in hex, over
    its slabs. Once `closed_at` is set it never changes; a line that is counted later `corrects`
    that section."""

    closed_at: str | None
    corrects: int | None
    events: int
    meter: str
    period: str
    quantity: int
    root: str
    section: int
    slabs: int


class UsageRootList(Answered):
    """The lines of a month, by section and meter. `unsorted` are the declared meters whose line
    could not be made in time, with their sections."""

    items: tuple[UsageRoot, ...]
    unsorted: tuple[UnsortedMeter, ...]


class UsageRootProof(Answered):
    """The proof of a line, which `assent-verify` verifies. `slabs` are the texts that the root
    is over, each with number, meter, quantity, events and root, separated by tabulators;
    `opened` has the events of the slab that was asked for. `entry` is the entry of the event in
    the audit log, `closing` proves the closed section. Both are null until a checkpoint covers
    them; `entry` is null, too, where the caller's token does not open the log."""

    closing: ClosingProof | None
    entry: EntryProof | None
    event: ProvedUsageEvent | None
    format: Literal["assent-usage-proof/1"]
    meter: str
    opened: OpenedUsageSlab | None
    period: str
    quantity: int
    root: str
    section: int
    slabs: tuple[str, ...]
    tenant_id: str


class UsageSoFar(Answered):
    """An estimate: what the usage of the month `period` up to now would cost beyond the limits
    that the month has by the order, before taxes, discounts and credits. It is asked for with
    the first renewal after the month or, where the subscription ends before, on an invoice of
    its own. Where `is_whole` is false, the audit log has more than was counted."""

    cents: int
    is_whole: bool
    meters: tuple[MeterSoFar, ...]
    period: str


class UsageSum(Answered):
    """The usage of a meter, by `events` events: in the hour, day or month that begins at
    `since`, or by a subject, as `group_by` asks."""

    events: int
    meter: str
    quantity: int
    since: str | None
    subject: str | None


class Validation(Answered):
    """Whether the version could be published, and what is wrong with it if not."""

    findings: tuple[PolicyFinding, ...]
    valid: bool


class Verdicts(Answered):
    """A verdict for each citation, in their order."""

    items: tuple[CitationVerdict, ...]


class VersionRow(Answered):
    """What became of the questions that `runs` asked with one version of a prompt. Of these,
    `answered` have an answer that was kept, of which `unfit` did not fit what their steps give;
    the model `refused` others, and the answers of the `doubtful` ones were lost. `tokens_in` and
    `tokens_out` are those that servers told. All that it cost is in `cost_usd_micros`, with all
    that was reserved for the doubtful ones. Half of the answers took no longer than `median_ms`,
    null where there is none. `plans` are the hashes of those that asked, five at most, the ones
    with most questions first."""

    answered: int
    cost_usd_micros: int
    doubtful: int
    median_ms: int | None
    plans: tuple[str, ...]
    questions: int
    refused: int
    runs: int
    tokens_in: int
    tokens_out: int
    unfit: int
    version: int


class VetoReason(Answered):
    """Why somebody vetoed. `attachments` are texts that vetoes had before they took files."""

    attachments: tuple[str, ...]
    category: Annotated[Literal["constitutional", "safety", "budget", "other"], Known]
    explanation: str


class VetoWindow(Answered):
    """A veto that is received at or before `closes_at` reverses the approval. While the window
    `waits_for_device`, that is 72 hours after the assent; the first device that has the notice,
    at `delivered_at`, sets it once, to 24 hours later where that is earlier."""

    closes_at: str
    delivered_at: str | None
    device_id: str | None
    waits_for_device: bool


class ViolationPage(Answered):
    """Some violations, newest first."""

    items: tuple[ReportedViolation, ...]
    next_cursor: str | None


class Vote(Answered):
    """One principal's yes. `places` are the indices in the rule that the voter could fill,
    `added_places` those in the rule that the requester added. `on_behalf_of` is whose place a
    deputy fills, where somebody passed it on; `passkey_id` the passkey and `device_id` the
    device that signed it, if any."""

    added_places: tuple[int, ...]
    at: str
    capacity: Annotated[
        Literal[
            "approver",
            "governor",
            "deputy",
            "break_glass",
            "silence",
            "precedent",
            "requester",
            "self",
        ],
        Known,
    ]
    device_id: str | None
    on_behalf_of: str | None
    passkey_id: str | None
    places: tuple[int, ...]
    principal: str


class Wait(Answered):
    """Waits for seconds, or until an instant; each may be an expression."""

    kind: Literal["wait"]
    seconds: JsonValue
    until: JsonValue


class Waiting(Answered):
    """What a run waits for: an approval, an instant, a person's word about a doubtful call, or
    the end of the run that a step started, by its `run_id`. An instant may be the next try of a
    call that failed."""

    approval_id: str | None
    content_hash: str | None
    invocation_id: str | None
    kind: Annotated[Literal["approval", "time", "doubt", "run"], Known]
    run_id: str | None
    step: str | None
    until: str | None


class Waits(Answered):
    """How many requests waited, how many of them people approved, refused, or did not answer.
    Times are in seconds, money in micro-dollars."""

    approved: int
    escalated_seconds: int
    lost_usd_micros: int
    median_seconds: int
    refused: int
    requests: int
    silent: int
    waited_seconds: int
    waiting: int


class Withdrawal(Answered):
    """Who cancelled a case, and what came of it: None while the case waits for what approvals
    makes of it, then `cancelled`, or `too_late` where another decision came first."""

    at: str
    by: str
    outcome: Annotated[Literal["cancelled", "too_late"], Known] | None


class WorkspacePage(Answered):
    """A page of workspaces, also of those that were archived."""

    items: tuple[WorkspaceView, ...]
    next_cursor: str | None


class WorkspaceRoles(Answered):
    """What a member may do in one workspace, beyond its roles in the whole tenant."""

    roles: tuple[str, ...]
    workspace_id: str


class WorkspaceView(Answered):
    """A workspace, for the members of its tenant."""

    archived_at: str | None
    created_at: str
    created_by: str
    name: str
    workspace_id: str


class WrittenView(Answered):
    """What a model wrote of the beginning of the text, so many tokens of it: its own words,
    which nobody has checked. It `ended` by itself, by its length, or by its time."""

    ended: Annotated[Literal["stop", "length", "time"], Known]
    model: str
    text: str
    tokens_in: int
    tokens_out: int
