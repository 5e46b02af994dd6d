"""What the platform is sent. `python -m docs.sdk` generates it from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

JsonValue = Any


class AcknowledgementBody(TypedDict):
    """The device's signature of `{v, tenant, delivery_id}` (docs/contracts.md, Notifications)."""

    signature: str


class ActivationBody(TypedDict):
    """The definition that was looked at, by its pin."""

    pin: str


class AddOnWanted(TypedDict):
    """How many of one add-on."""

    add_on: Literal["executions", "tokens", "identity", "capacity"]
    quantity: int


class AgentBody(TypedDict):
    """What a model may do to reach a goal: calls of these tools, each argument as its patterns
    allow, so many calls and turns, for so much. `model` names the model, which by default is the
    one that is configured."""

    arguments: NotRequired[Mapping[str, Mapping[str, Sequence[str]]]]
    calls: NotRequired[int]
    goal: str
    model: NotRequired[str | None]
    spend_usd: NotRequired[float]
    tools: Sequence[str]
    turns: NotRequired[int]


class ApproveBody(TypedDict):
    """Approves the content with that hash. `answer` goes to the server whose question the
    content has (`elicitation`), and to nothing else."""

    answer: NotRequired[Mapping[str, JsonValue] | None]
    assertion: NotRequired[Assertion | None]
    client_decision_id: str
    decision_hash: str
    note: NotRequired[str]
    read_ms: NotRequired[int | None]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]


class ArtifactBody(TypedDict):
    """A file that will be uploaded: its name without folders, its type, how many bytes it has
    and their SHA-256, in lower-case hex. It is removed `keep_days` after it was stored."""

    keep_days: NotRequired[int]
    media_type: str
    name: str
    sha256: str
    size: int


class ArtifactRetentionBody(TypedDict):
    """For how many days at most files are kept that no approval cites: 30 days to ten years."""

    days: int


class Assertion(TypedDict):
    """What an authenticator signed (`navigator.credentials.get`), in base64url without padding."""

    authenticator_data: str
    client_data_json: str
    credential_id: str
    signature: str


class Budget(TypedDict):
    """The most it may spend, in dollars; by default the platform's limits."""

    per_day_usd: NotRequired[float]
    per_run_usd: NotRequired[float]


class CallsBody(TypedDict):
    """What a skill may ask for: calls of these operations, each argument as its patterns allow,
    so many in all."""

    arguments: NotRequired[Mapping[str, Mapping[str, Sequence[str]]]]
    most: NotRequired[int]
    operations: Sequence[str]


class CapsuleBody(TypedDict):
    """A capsule: what it takes, the steps in their order, and what it gives."""

    agent: str
    budget_usd: NotRequired[float | None]
    capsule: str
    inputs: NotRequired[Mapping[str, str | Input]]
    outputs: NotRequired[Mapping[str, JsonValue]]
    steps: Sequence[Step]
    summary: NotRequired[str]
    tolerance_percent: NotRequired[int]
    tools: NotRequired[Sequence[str] | None]
    version: str


class CaseBody(TypedDict):
    """A request, and what the policies must answer."""

    expect: Literal["allow", "deny"]
    request: PolicyRequestBody


class CasesBody(TypedDict):
    """The tests of a policy."""

    cases: Sequence[CaseBody]


class ChannelBody(TypedDict):
    """Where the caller is told: a mailbox; an incoming webhook of Slack; or an https address
    that takes signed webhooks."""

    address: str
    means: Literal["mail", "slack", "webhook"]


class CheckoutBody(TypedDict):
    """An order, and the code of the tenant that referred this one, if one did."""

    add_ons: NotRequired[Sequence[AddOnWanted]]
    interval: NotRequired[Literal["month", "year"] | None]
    plan: Literal["free", "pro", "team", "enterprise"]
    referral: NotRequired[str | None]
    seats: NotRequired[int | None]


class Citation(TypedDict):
    """Which characters of a page of a version of the `document` are quoted, from `start` to
    before `end`, and the SHA-256 of the quotation in UTF-8, in hex."""

    document: str
    end: int
    page: int
    quote_sha256: str
    start: int
    version: int


class CitationsBody(TypedDict):
    """Citations to verify."""

    citations: Sequence[Citation]


class CodeBody(TypedDict):
    """The eight digits that were mailed."""

    code: str


class ComparedBody(TypedDict):
    """The texts to compare, anywhere in a JSON object: a spec, a plan, the content of an
    approval. With the `subject_type` of that approval, what Assent itself added is left out."""

    content: Mapping[str, JsonValue]
    subject_type: NotRequired[str | None]


class ConditionInput(TypedDict):
    """A comparison over `{content: …}`; `field` is a dotted path."""

    field: str
    op: Literal[
        "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "contains", "subset_of", "exists"
    ]
    value: NotRequired[JsonValue]


class ConnectorBody(TypedDict):
    """A connector: an HTTP service at `url` with its operations; of the kind `mcp`, a server of
    the Model Context Protocol, whose operations are the tools that it lists; of the kind `smtp`,
    the relay that mail is sent through as `mail` says, by its one operation `messages.send`.
    Calls reach `hosts` and no others, by default the host of `url`. `credential` is the name of
    one that is stored. `trust`: what its system answers is labelled `untrusted`, unless it is
    trusted, and `classified:<classification>`, where one is said."""

    classification: NotRequired[Literal["public", "internal", "confidential", "restricted"] | None]
    credential: NotRequired[str | None]
    hosts: NotRequired[Sequence[str]]
    kind: NotRequired[Literal["http", "mcp", "smtp"]]
    mail: NotRequired[MailSettingsInput | None]
    name: str
    operations: NotRequired[Sequence[ConnectorOperation] | None]
    trust: NotRequired[Literal["untrusted", "trusted"]]
    url: str


class ConnectorChange(TypedDict):
    """What changes of a connector: its address, its hosts, its credential, its trust, its
    classification, what a relay takes, all of its operations, or, by their names, the effects of
    some of them, what undoes them, and whether calling them again does no harm. The address and
    the tools of an MCP server are what was read there."""

    classification: NotRequired[Literal["public", "internal", "confidential", "restricted"] | None]
    credential: NotRequired[str | None]
    effects: NotRequired[
        Mapping[
            str,
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
        ]
        | None
    ]
    hosts: NotRequired[Sequence[str] | None]
    idempotent: NotRequired[Mapping[str, bool] | None]
    mail: NotRequired[MailSettingsInput | None]
    operations: NotRequired[Sequence[ConnectorOperation] | None]
    trust: NotRequired[Literal["untrusted", "trusted"] | None]
    undos: NotRequired[Mapping[str, ConnectorUndo | None] | None]
    url: NotRequired[str | None]


class ConnectorOperation(TypedDict):
    """An operation of an HTTP service, and how it is called. `{name}` in the path and the names
    in `query` stand for arguments; all others are the JSON body. The key of an idempotent call
    is sent in `idempotency_header`, and its target acts once however often that comes."""

    effect: NotRequired[
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
        ]
        | None
    ]
    idempotency_header: NotRequired[str | None]
    idempotent: NotRequired[bool]
    input_schema: Mapping[str, Any]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    name: str
    path: str
    query: NotRequired[Sequence[str]]
    summary: NotRequired[str]
    undo: NotRequired[ConnectorUndo | None]


class ConnectorUndo(TypedDict):
    """What undoes a call of a connector: another of its operations."""

    arguments: Mapping[str, Any]
    operation: str


class Containment(TypedDict):
    """How its work is rolled back, and how far a mistake could reach."""

    blast_radius: NotRequired[Literal["agent", "workspace", "tenant", "platform"] | None]
    rollback: NotRequired[str]


class CorpusBody(TypedDict):
    """A new corpus. Each of its `readers` is a role, a principal or an agent's id."""

    industry: NotRequired[str | None]
    kind: NotRequired[Literal["industry", "constitutional", "tenant"]]
    name: str
    readers: Sequence[str]


class CorpusChange(TypedDict):
    """What changes of a corpus; what is left out stays."""

    name: NotRequired[str | None]
    readers: NotRequired[Sequence[str] | None]
    status: NotRequired[Literal["active", "deprecated"] | None]


class CorrectionBody(TypedDict):
    """What is right instead, from where that is known, and when it holds. With a later
    `valid_from`, the earlier fact held until then; without one, it never did."""

    fact: str
    source: NotRequired[SourceBody]
    valid_from: NotRequired[str | None]
    valid_to: NotRequired[str | None]


class CredentialBody(TypedDict):
    """A credential. `secret` is the token, the header's value, the password, the secret of the
    OAuth 2.0 client whose id is `user`, or what signs webhooks, `whsec_…`, where the one before
    may follow after a space; it is stored and never shown again. It is sent to `hosts` and to no
    others, `used_by` connectors or by routes of models, which take `bearer` and `header`."""

    audience: NotRequired[str | None]
    header: NotRequired[str | None]
    hosts: Sequence[str]
    kind: Literal["bearer", "header", "basic", "oauth2", "webhook"]
    scope: NotRequired[str | None]
    secret: str
    token_url: NotRequired[str | None]
    used_by: NotRequired[Literal["connectors", "models"]]
    user: NotRequired[str | None]


class CreditBody(TypedDict):
    """What the platform's owner grants a tenant. `reason` stands on the invoice."""

    amount_cents: int
    expires_at: str
    reason: str
    tenant_id: str


class DataAccess(TypedDict):
    """One source that the agent reads or writes."""

    classification: Literal["public", "internal", "confidential", "restricted"]
    mode: Literal["read", "write"]
    source: str


class DecisionBody(TypedDict):
    """A decision about the content with that hash. `until` is for defer, `to` for delegate,
    `grounds` for break_glass, `attachments`, ids of artifacts, for reject and request_changes;
    request_changes needs a note."""

    answer: NotRequired[Mapping[str, JsonValue] | None]
    assertion: NotRequired[Assertion | None]
    attachments: NotRequired[Sequence[str]]
    client_decision_id: str
    decision: Literal[
        "approve", "reject", "request_changes", "defer", "escalate", "delegate", "break_glass"
    ]
    decision_hash: str
    grounds: NotRequired[Literal["outage", "breach", "data_loss", "legal"] | None]
    note: NotRequired[str]
    read_ms: NotRequired[int | None]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]
    to: NotRequired[str | None]
    until: NotRequired[str | None]


class DocumentBody(TypedDict):
    """A document: an uploaded file, or a `text` with its name. Another content under one name is
    another version of one document."""

    artifact_id: NotRequired[str | None]
    media_type: NotRequired[Literal["text/plain", "text/markdown", "text/html"]]
    name: NotRequired[str | None]
    text: NotRequired[str | None]


class DsseEnvelope(TypedDict):
    """A DSSE envelope: `payload` is the in-toto statement, in base64."""

    payload: str
    payloadType: str
    signatures: Sequence[DsseSignature]


class DsseSignature(TypedDict):
    """A signature of an envelope: `keyid` is how the verifier key begins, `sig` is in base64."""

    keyid: str
    sig: str


class ErasureBody(TypedDict):
    """Whose facts are erased: all of a source, by its id, or all that a person said."""

    said_by: NotRequired[str | None]
    source_id: NotRequired[str | None]


class FlagBody(TypedDict):
    """For which share of the tenant's principals a flag is on."""

    percent: int


class ForecastBody(TypedDict):
    """A series at equal distances, oldest first; `season` values repeat themselves (7 of a
    week's days; 1: nothing does), and `horizon` further ones are wanted. It has three seasons at
    least."""

    horizon: NotRequired[int]
    season: NotRequired[int]
    values: Sequence[float]


class GhostrunBody(TypedDict):
    """How a plan is rehearsed: `full`; `fast`, without judging rights and policies; or
    `security`, for these."""

    mode: NotRequired[Literal["full", "fast", "security"]]


class GovernorVetoBody(TypedDict):
    """Rejects a pending approval, reverses a precedent's approval. `attachments` are ids of
    artifacts that show why."""

    assertion: NotRequired[Assertion | None]
    attachments: NotRequired[Sequence[str]]
    client_decision_id: str
    decision_hash: str
    explanation: str
    read_ms: NotRequired[int | None]
    reason_category: Literal["constitutional", "safety", "budget", "other"]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]


class GroupRolesBody(TypedDict):
    """The roles of everybody in the directory's group of that name."""

    group: str
    roles: Sequence[
        Literal[
            "tenant_admin", "governor", "deputy", "operator", "developer", "analyst", "end_user"
        ]
    ]


class ImpersonationBody(TypedDict):
    """As whom support acts, and why: the member and the tenant's audit read it."""

    principal: str
    reason: str
    tenant_id: str


class ImportBody(TypedDict):
    """A definition as its product takes it; `agent` names one of several."""

    agent: NotRequired[str | None]
    definition: str
    format: Literal["claude", "crewai", "a2a", "openai"]


InnerStep = TypedDict(
    "InnerStep",
    {
        "agent": "NotRequired[AgentBody | None]",
        "approval": "NotRequired[Literal['required'] | None]",
        "budget_usd": "NotRequired[float | None]",
        "calls": "NotRequired[CallsBody | Sequence[str] | None]",
        "capsule": "NotRequired[str | None]",
        "for_each": "NotRequired[str | None]",
        "id": "str",
        "if": "NotRequired[str | None]",
        "output": "NotRequired[str | Mapping[str, JsonValue] | None]",
        "retry": "NotRequired[RetryBody | None]",
        "runtime": "NotRequired[Literal['monty', 'cpython'] | None]",
        "skill": "NotRequired[str | None]",
        "timeout": "NotRequired[float | None]",
        "tolerance_percent": "NotRequired[int | None]",
        "undo": "NotRequired[UndoBody | None]",
        "use": "NotRequired[str | None]",
        "wait": "NotRequired[WaitBody | None]",
        "with": "NotRequired[Mapping[str, JsonValue]]",
    },
)


class Input(TypedDict):
    """What one input may be. One without a default has to be given."""

    default: NotRequired[JsonValue]
    description: NotRequired[str | None]
    enum: NotRequired[Sequence[JsonValue] | None]
    items: NotRequired[str | Item | None]
    maxItems: NotRequired[int | None]
    maxLength: NotRequired[int | None]
    maximum: NotRequired[float | None]
    minItems: NotRequired[int | None]
    minLength: NotRequired[int | None]
    minimum: NotRequired[float | None]
    pattern: NotRequired[str | None]
    type: Literal["string", "integer", "number", "boolean", "array", "object"]


class Interfaces(TypedDict):
    """Inputs, outputs, and the names of the agents that it depends on."""

    depends_on: NotRequired[Sequence[str]]
    inputs: NotRequired[Sequence[str]]
    outputs: NotRequired[Sequence[str]]


class InvitationBody(TypedDict):
    """What an admin gives to whoever accepts."""

    roles: Sequence[
        Literal[
            "tenant_admin", "governor", "deputy", "operator", "developer", "analyst", "end_user"
        ]
    ]


class Item(TypedDict):
    """What the items of a list may be."""

    description: NotRequired[str | None]
    enum: NotRequired[Sequence[JsonValue] | None]
    maxLength: NotRequired[int | None]
    maximum: NotRequired[float | None]
    minLength: NotRequired[int | None]
    minimum: NotRequired[float | None]
    pattern: NotRequired[str | None]
    type: Literal["string", "integer", "number", "boolean", "array", "object"]


class JobBody(TypedDict):
    """What is run: a version of a capsule, by default the highest that is published, with its
    inputs."""

    capsule: str
    inputs: NotRequired[Mapping[str, JsonValue]]
    version: NotRequired[str | None]


class KeyBody(TypedDict):
    """What a member says of a new key. With `roles` it is the key of a new service that has
    them, with `principal_id` another key of that service; with neither it is the member's own.
    `agent_id`: the service runs that agent elsewhere, and calls tools with its rights."""

    agent_id: NotRequired[str | None]
    expires_at: str
    name: str
    principal_id: NotRequired[str | None]
    requests_per_minute: NotRequired[int | None]
    roles: NotRequired[
        Sequence[Literal["service_runtime", "operator", "developer", "analyst", "end_user"]]
    ]
    scopes: Sequence[str]


class LiftBody(TypedDict):
    """Why the recall is lifted."""

    reason: str


class LimitBody(TypedDict):
    """The most that may be spent in a period, in micro-dollars."""

    limit_usd_micros: int


class MailSettingsInput(TypedDict):
    """Who mail is from, and who may be sent any: addresses, `*@` and a domain for everybody
    there, or `*` for everybody. `most_recipients` bounds those of one mail."""

    from_address: str
    from_name: NotRequired[str | None]
    most_recipients: NotRequired[int]
    recipients: Sequence[str]


class MemberChange(TypedDict):
    """What changes of a member: either the roles that it has from now on, in the tenant or in
    one workspace, where there may be none (`service_runtime` is for services only); or from when
    until when it is the governors' deputy: with `deputy_until` null, no more."""

    deputy_from: NotRequired[str | None]
    deputy_until: NotRequired[str | None]
    roles: NotRequired[
        Sequence[
            Literal[
                "tenant_admin",
                "governor",
                "deputy",
                "operator",
                "developer",
                "analyst",
                "end_user",
                "service_runtime",
                "workspace_admin",
            ]
        ]
        | None
    ]
    workspace_id: NotRequired[str | None]


class MemoryBody(TypedDict):
    """A fact, whose it is to be, and for how long: `working` for a week after it was recalled
    last, `episodic` for ninety days, `semantic` until it is corrected or erased."""

    agent_id: NotRequired[str | None]
    fact: str
    scope: NotRequired[Literal["agent", "team", "tenant"]]
    source: NotRequired[SourceBody]
    tier: NotRequired[Literal["working", "episodic", "semantic"]]
    valid_from: NotRequired[str | None]
    valid_to: NotRequired[str | None]


class MemoryQueryBody(TypedDict):
    """The same, for what the agent recalls."""

    agent_id: str
    at_least: NotRequired[float]
    limit: NotRequired[int]
    query: NotRequired[str]


class MessageBody(TypedDict):
    """One message; the expressions in it read what its prompt or its step has."""

    content: str
    role: Literal["system", "user", "assistant"]


class MeterBody(TypedDict):
    """The unit of the meter's numbers, as `pages`."""

    unit: str


class MoneyLimit(TypedDict):
    """The most that one call may move, in dollars, and the names of the arguments that hold the
    amount and its currency."""

    argument: str
    currency: str
    usd: float


class NameBody(TypedDict):
    """What an admin calls the tenant from now on."""

    name: str


class Operation(TypedDict):
    """One operation of a system: its effect, the operation of the same system that undoes it,
    and the sources that it touches, by default those of its system."""

    effect: Literal[
        "read", "draft", "change", "send", "publish", "deploy", "delete", "grant", "decide", "pay"
    ]
    name: str
    sources: NotRequired[Sequence[str] | None]
    undo: NotRequired[str | None]


class Order(TypedDict):
    """What a tenant wants to buy. Free has no interval, no seats and no add-ons."""

    add_ons: NotRequired[Sequence[AddOnWanted]]
    interval: NotRequired[Literal["month", "year"] | None]
    plan: Literal["free", "pro", "team", "enterprise"]
    seats: NotRequired[int | None]


class PasskeyRuleInput(TypedDict):
    """When only a passkey's signature assents: from a risk on, to what is irreversible, and
    where somebody breaks the glass. Nobody ever needs one to refuse."""

    break_glass: NotRequired[bool]
    from_risk: NotRequired[Literal["low", "medium", "high", "critical"] | None]
    irreversible: NotRequired[bool]


class PlaceInput(TypedDict):
    """Who may fill one place of a rule: everybody with a role, or one principal."""

    principal: NotRequired[str | None]
    role: NotRequired[str | None]


class PlanBody(TypedDict):
    """Which version of a capsule is compiled, and what it is given."""

    capsule: str
    inputs: NotRequired[Mapping[str, JsonValue]]
    version: str


class PolicyBody(TypedDict):
    """A whole policy, as somebody proposes it. A kind without an entry from low risk on keeps
    the built-in one: any governor decides, and silence denies. What is left out of `passkey`,
    `words_per_minute` and `veto_waits_for_device` stays as it is. `reason` is shown to who
    decides."""

    entries: Sequence[PolicyEntryInput]
    passkey: NotRequired[PasskeyRuleInput]
    reason: str
    veto_waits_for_device: NotRequired[bool]
    words_per_minute: NotRequired[int | None]


class PolicyEntryInput(TypedDict):
    """Who decides requests of a kind, from a risk and an amount on. Without a deadline, the
    kind's own holds: `deadline_seconds` is the default, `shortest_deadline_seconds` the shortest
    that a requester may ask for. Silence approves low-risk artifacts of the requesters in
    `silence_approves`, and denies everything else."""

    deadline_seconds: NotRequired[int | None]
    kind: Literal["artifact", "communication", "execution", "financial", "constitutional"]
    min_amount_usd_micros: NotRequired[int]
    min_risk: NotRequired[Literal["low", "medium", "high", "critical"]]
    rule: RuleInput
    shortest_deadline_seconds: NotRequired[int | None]
    silence_approves: NotRequired[Sequence[str]]


class PolicyPolicyBody(TypedDict):
    """A policy as Cedar text. A name that exists gets its next version."""

    name: str
    source: str


class PolicyRequestBody(TypedDict):
    """Whether the principal may take the action on the resource. `entities` are what policies
    may ask about, in Cedar's JSON form: the principal, the resource, and what they name."""

    action: str
    context: NotRequired[Mapping[str, bool | int | str]]
    entities: NotRequired[Sequence[Mapping[str, JsonValue]]]
    principal: UidBody
    resource: UidBody


class PrecedentBody(TypedDict):
    """A precedent as somebody writes it."""

    conditions: Sequence[ConditionInput]
    domain: Literal["GEN", "ETH", "ARCH", "GOV"]
    example_approval_id: NotRequired[str | None]
    kind: Literal["artifact", "communication", "execution", "financial", "constitutional"]
    max_risk: Literal["low", "medium", "high", "critical"]
    rationale: str
    title: str


class PreferencesBody(TypedDict):
    """Which kinds of notices the caller does not want, and when they are not to be disturbed:
    what comes then is sent afterwards, but before the last call for what it is about."""

    muted: NotRequired[
        Sequence[
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
            ]
        ]
    ]
    quiet_hours: NotRequired[QuietHoursBody | None]


class PreviewBody(TypedDict):
    """What a prompt says, and a value for each of its variables that has no default."""

    messages: Sequence[MessageBody]
    values: NotRequired[Mapping[str, JsonValue]]
    variables: NotRequired[Mapping[str, str | Mapping[str, JsonValue]]]


class PricesBody(TypedDict):
    """What a million tokens cost, in micro-dollars, and where and when the provider says so. A
    price that is missing counts as the dearest on the market; one for tokens of a cache as that
    without one, and for writing to it as twice that."""

    as_of: str
    page: str
    tokens_cached_read_usd_micros: NotRequired[int | None]
    tokens_cached_write_usd_micros: NotRequired[int | None]
    tokens_in_usd_micros: NotRequired[int | None]
    tokens_out_usd_micros: NotRequired[int | None]


class PromptBody(TypedDict):
    """A version of a prompt."""

    messages: Sequence[MessageBody]
    name: str
    variables: NotRequired[Mapping[str, str | Mapping[str, JsonValue]]]
    version: int


class QueuedApprove(TypedDict):
    """What `POST /v1/mobile/approvals/{approval_id}/approve` takes, queued."""

    action: Literal["approve"]
    answer: NotRequired[Mapping[str, JsonValue] | None]
    approval_id: str
    assertion: NotRequired[Assertion | None]
    client_decision_id: str
    decision_hash: str
    note: NotRequired[str]
    read_ms: NotRequired[int | None]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]


class QueuedRequestChanges(TypedDict):
    """What `POST /v1/mobile/approvals/{approval_id}/request-changes` takes, queued."""

    action: Literal["request-changes"]
    answer: NotRequired[Mapping[str, JsonValue] | None]
    approval_id: str
    assertion: NotRequired[Assertion | None]
    attachments: NotRequired[Sequence[str]]
    client_decision_id: str
    decision_hash: str
    note: str
    read_ms: NotRequired[int | None]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]


class QueuedVeto(TypedDict):
    """What `POST /v1/mobile/approvals/{approval_id}/veto` takes, queued."""

    action: Literal["veto"]
    approval_id: str
    assertion: NotRequired[Assertion | None]
    attachments: NotRequired[Sequence[str]]
    client_decision_id: str
    decision_hash: str
    explanation: str
    read_ms: NotRequired[int | None]
    reason_category: Literal["constitutional", "safety", "budget", "other"]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]


class QuietHoursBody(TypedDict):
    """From when until when nothing is sent, such as `22:00` to `07:00`, in a time zone such as
    `Europe/Berlin`."""

    begin: str
    end: str
    time_zone: str


class ReasonBody(TypedDict):
    """The reason for a change, stored with it."""

    reason: str


class RecallBody(TypedDict):
    """The agent to stop, or one version of it, and why."""

    agent_id: str
    reason: str
    version: NotRequired[str | None]


class RedactionBody(TypedDict):
    """A text to look for personal data in. National numbers, of telephones and of persons, are
    those of the `regions`, such as DE or US."""

    regions: NotRequired[Sequence[str]]
    text: str


ReplayBody = TypedDict(
    "ReplayBody",
    {
        "cursor": "NotRequired[str | None]",
        "from": "str",
        "to": "str",
    },
)


class ReportBody(TypedDict):
    """A violation or, with `trigger` health, a reading of health."""

    evidence: str
    reading: NotRequired[Literal["healthy", "degraded", "critical"] | None]
    trigger: Literal[
        "execution_bypass", "scope_drift", "evidence_gap", "ethics_violation", "health"
    ]


class RequestBody(TypedDict):
    """A request for approval of exactly `content`. The tenant's approval policy says who decides
    and by when; `rule` asks more people, `deadline_seconds` another deadline, as far as the
    policy allows. `effect` is the gravest thing that the request does; a financial one says how
    much."""

    amount_usd_micros: NotRequired[int | None]
    content: Mapping[str, JsonValue]
    deadline_seconds: NotRequired[int | None]
    effect: NotRequired[
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
        ]
        | None
    ]
    evidence: Sequence[JsonValue]
    kind: Literal["artifact", "communication", "execution", "financial", "constitutional"]
    rollback_plan: str
    rule: NotRequired[RuleInput | None]
    subject: SubjectBody
    summary: str


class RequestChangesBody(TypedDict):
    """Returns this content; `note` says what must change, and `attachments` are ids of artifacts
    that show it."""

    answer: NotRequired[Mapping[str, JsonValue] | None]
    assertion: NotRequired[Assertion | None]
    attachments: NotRequired[Sequence[str]]
    client_decision_id: str
    decision_hash: str
    note: str
    read_ms: NotRequired[int | None]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]


class ResumeBody(TypedDict):
    """The snapshot from which the run goes on, by its name: the newest one."""

    snapshot: NotRequired[str | None]


class RetentionBody(TypedDict):
    """For how many days runs are kept after they ended: 30 days to seven years."""

    days: int


class RetryBody(TypedDict):
    """How often a call is tried, and how long before the second try."""

    attempts: int
    backoff: NotRequired[float]


class ReviewBody(TypedDict):
    """The verdict on a break-glass or on a deputy's decision."""

    note: str
    verdict: Literal["upheld", "overturned"]


class Right(TypedDict):
    """The right to an operation, within limits. Only a named operation has arguments to limit."""

    only: NotRequired[Mapping[str, Sequence[str]]]
    operation: str
    per_day: NotRequired[int | None]
    per_run: NotRequired[int | None]
    up_to_usd: NotRequired[MoneyLimit | None]


class Rights(TypedDict):
    """What the agent does alone, what with a person's approval, and what never."""

    alone: NotRequired[Sequence[str | Right]]
    never: NotRequired[Sequence[str]]
    with_approval: NotRequired[Sequence[str | Right]]


class RouteBody(TypedDict):
    """Where the calls of a model go. Without `base_url` the stack's own model serves it, with
    the stack's key; another address is called with the tenant's own `credential` of that name,
    which is for its host and used by models, or without a key. `shares` says how many of a
    hundred calls begin at which fallback of the same privacy, and all others begin here.
    `most_tokens_out` bounds each answer, and is asked for where a program does not say how long
    one may be. With `cache_seconds` a whole answer is kept that long, and the same caller's same
    call gets it again; a call that does not say `temperature: 0` is drawn by chance, and kept
    only with `caches_sampled`. With the provider `local` a model on the machine of this function
    answers, where the stack has it: it costs nothing, its privacy is `own`, and it writes 512
    tokens at most."""

    base_url: NotRequired[str | None]
    cache_seconds: NotRequired[int | None]
    caches_sampled: NotRequired[bool]
    credential: NotRequired[str | None]
    fallbacks: NotRequired[Sequence[str]]
    model: str
    most_tokens_out: NotRequired[int]
    prices: NotRequired[PricesBody | None]
    privacy: NotRequired[Literal["open", "contracted", "own"]]
    provider: Literal["openai", "anthropic", "local"]
    shares: NotRequired[Mapping[str, int]]


class RuleInput(TypedDict):
    """How many places must be filled, by distinct principals: any one, all, or `m` of them
    (`m_of_n`)."""

    kind: Literal["any", "all", "m_of_n"]
    m: NotRequired[int | None]
    of: Sequence[PlaceInput]


class RunBody(TypedDict):
    """The plan to run, by its hash."""

    plan_hash: str


class RunsReplayBody(TypedDict):
    """How much of a run is repeated: all of it, all from a step on, or what failed."""

    from_step: NotRequired[str | None]
    mode: NotRequired[Literal["full", "from_step", "failed_only"]]


class ScheduleBody(TypedDict):
    """A job, and when it starts: at each instant of five cron fields, in UTC, or at each event
    of a type, whose data is then the input `event` where the capsule declares one."""

    capsule: str
    cron: NotRequired[str | None]
    event: NotRequired[
        Literal[
            "assent.invocation.settled.v1", "assent.notice.sent.v1", "assent.policy.published.v1"
        ]
        | None
    ]
    inputs: NotRequired[Mapping[str, JsonValue]]
    version: NotRequired[str | None]


Scope = TypedDict(
    "Scope",
    {
        "in": "NotRequired[Sequence[str]]",
        "out": "NotRequired[Sequence[str]]",
    },
)


class SearchBody(TypedDict):
    """A question. Without `corpora` all are searched that the caller may read."""

    corpora: NotRequired[Sequence[str] | None]
    limit: NotRequired[int]
    mode: NotRequired[Literal["hybrid", "vector", "text"]]
    query: str


class SettlementBody(TypedDict):
    """What a person found out about a doubtful call, and how: whether it happened and, where it
    did, what it gave, in the shape of its operation's output."""

    happened: bool
    note: str
    output: NotRequired[JsonValue]


class SourceBody(TypedDict):
    """Where a fact is from: `person`, whoever says it; `call`, an invocation by its id or, in a
    run, the run's newest confirmed call of an operation; `document`, by a `citation` that
    verifies; `artifact`, `approval` or `memory`, by its id."""

    citation: NotRequired[Citation | None]
    id: NotRequired[str]
    kind: NotRequired[Literal["person", "call", "document", "artifact", "approval", "memory"]]


class Spec(TypedDict):
    """A complete agent spec. Structure decides; sentences inform people. The rules judge empty
    texts and lists; the schema allows them. `instructions` are what the agent is told: they are
    shown and hashed, and grant nothing."""

    budget: NotRequired[Budget]
    containment: NotRequired[Containment]
    data_access: NotRequired[Sequence[DataAccess]]
    escalation_triggers: NotRequired[Sequence[str]]
    industry: NotRequired[str]
    instructions: NotRequired[str | None]
    interfaces: NotRequired[Interfaces]
    mode: NotRequired[Literal["production", "trial"]]
    name: str
    purpose: NotRequired[str]
    rights: NotRequired[Rights]
    scope: NotRequired[Scope]
    skills: NotRequired[Sequence[str]]
    systems: NotRequired[Sequence[System]]
    way_of_working: NotRequired[WayOfWorking]


class SsoBody(TypedDict):
    """What an admin says of the tenant's issuer. Without `client_secret` the earlier one stays.
    `joins`: whether whoever has a verified address at the domain becomes a member at their first
    sign-in; otherwise only people of the directory are let in."""

    client_id: str
    client_secret: NotRequired[str | None]
    default_roles: NotRequired[
        Sequence[
            Literal[
                "tenant_admin", "governor", "deputy", "operator", "developer", "analyst", "end_user"
            ]
        ]
    ]
    domain: str
    groups: NotRequired[Sequence[GroupRolesBody]]
    issuer: str
    joins: NotRequired[bool]


Step = TypedDict(
    "Step",
    {
        "agent": "NotRequired[AgentBody | None]",
        "approval": "NotRequired[Literal['required'] | None]",
        "budget_usd": "NotRequired[float | None]",
        "calls": "NotRequired[CallsBody | Sequence[str] | None]",
        "capsule": "NotRequired[str | None]",
        "for_each": "NotRequired[str | None]",
        "id": "str",
        "if": "NotRequired[str | None]",
        "needs": "NotRequired[Sequence[str] | None]",
        "output": "NotRequired[str | Mapping[str, JsonValue] | None]",
        "parallel": "NotRequired[Sequence[InnerStep] | None]",
        "retry": "NotRequired[RetryBody | None]",
        "runtime": "NotRequired[Literal['monty', 'cpython'] | None]",
        "skill": "NotRequired[str | None]",
        "timeout": "NotRequired[float | None]",
        "tolerance_percent": "NotRequired[int | None]",
        "undo": "NotRequired[UndoBody | None]",
        "use": "NotRequired[str | None]",
        "wait": "NotRequired[WaitBody | None]",
        "with": "NotRequired[Mapping[str, JsonValue]]",
    },
)


class SubjectBody(TypedDict):
    """The subject of a request; without a name, its id is shown."""

    id: str
    name: NotRequired[str | None]
    type: str


class SummaryBody(TypedDict):
    """A text, and how many of its sentences are wanted. With `written`, a model that an operator
    brought says it in its own words too."""

    sentences: NotRequired[int]
    text: str
    written: NotRequired[bool]


class SupportAccessBody(TypedDict):
    """Whether support may act as members of the tenant."""

    allowed: bool


class SuspensionBody(TypedDict):
    """Why a tenant is suspended."""

    reason: str


class SyncBody(TypedDict):
    """Decisions queued offline, oldest first. Each is `{approval_id, action, …its body}`, with
    `action` one of approve, request-changes and veto; an invalid one does not affect the others."""

    decisions: Sequence[QueuedApprove | QueuedRequestChanges | QueuedVeto]


class System(TypedDict):
    """One system that the agent acts on. `connector` is its manifest in the catalogue; `sources`
    are the data that it touches, by default a source with its own name."""

    connector: NotRequired[str | None]
    name: str
    operations: NotRequired[Sequence[Operation]]
    sources: NotRequired[Sequence[str] | None]


class TenantBody(TypedDict):
    """What a founder says of a new tenant."""

    name: str
    slug: str


class ToolsSuspensionBody(TypedDict):
    """Why nothing is to be called by it any more."""

    reason: str


class UidBody(TypedDict):
    """An entity by its type and id."""

    id: str
    type: str


UndoBody = TypedDict(
    "UndoBody",
    {
        "use": "str",
        "with": "NotRequired[Mapping[str, JsonValue]]",
    },
)


class UsageEventsBody(TypedDict):
    """One or up to 1,000 events, each with `id`, `meter`, `quantity`, `at` and, if you like,
    `subject` and `properties`. One event may be the body itself, and so may a list of them."""

    events: Sequence[Any]


class VerifyBody(TypedDict):
    """The envelope of the receipt that the caller has, if any."""

    envelope: NotRequired[DsseEnvelope | None]


class VetoBody(TypedDict):
    """A veto with the id of its approval."""

    approval_id: str
    assertion: NotRequired[Assertion | None]
    attachments: NotRequired[Sequence[str]]
    client_decision_id: str
    decision_hash: str
    explanation: str
    read_ms: NotRequired[int | None]
    reason_category: Literal["constitutional", "safety", "budget", "other"]
    seen_version: NotRequired[int | None]
    signature: NotRequired[str | None]


WaitBody = TypedDict(
    "WaitBody",
    {
        "for": "NotRequired[float | str | None]",
        "until": "NotRequired[str | None]",
    },
)


class WayOfWorking(TypedDict):
    """Ten sections. A missing one is derived from the spec where that is possible."""

    auditability: NotRequired[str | None]
    containment: NotRequired[str | None]
    decision_rights: NotRequired[str | None]
    escalation_triggers: NotRequired[str | None]
    inputs_and_evidence: NotRequired[str | None]
    interfaces: NotRequired[str | None]
    outcome: NotRequired[str | None]
    outputs: NotRequired[str | None]
    scope: NotRequired[str | None]
    self_critique: NotRequired[str | None]


class WorkspaceBody(TypedDict):
    """What an admin says of a new workspace."""

    name: str


class WorkspaceChange(TypedDict):
    """What changes: the name, or whether the workspace is in use."""

    archived: NotRequired[bool | None]
    name: NotRequired[str | None]
