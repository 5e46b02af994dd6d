"""What the governor's API answers, field by field (docs/contracts.md)."""

from typing import Literal

from pydantic import JsonValue

from events.agents import AgentStatus, Health
from events.approvals import (
    ApprovalStatus,
    Kind,
    Match,
    Risk,
    Stage,
    Subject,
    VetoWindow,
)
from events.precedents import (
    Condition,
    Finding,
    PrecedentStatus,
)
from shared.kit.instants import Instant
from shared.kit.models import Data

BudgetState = Literal["active", "warning", "critical", "exhausted"]


class Card(Data):
    """An approval at a glance. `version` grows with every change."""

    id: str
    kind: Kind
    risk: Risk
    status: ApprovalStatus
    summary: str
    subject: Subject
    requested_by: str
    requested_at: Instant
    deadline_at: Instant
    on_timeout: Literal["approve", "deny"]
    decision_hash: str
    stage: Stage | None = None
    matches: tuple[Match, ...] = ()
    veto: VetoWindow | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    receipt_id: str | None = None
    version: int


class TimelineEntry(Data):
    """One thing that happened to an approval: the past tense of its event, and who did it."""

    sequence: int
    event: str
    at: Instant
    by: str
    note: str = ""


class CardDetail(Card):
    """A card with everything a decision needs. `content` is exactly what `decision_hash` is of."""

    content: JsonValue
    evidence: tuple[JsonValue, ...]
    risk_reasons: tuple[str, ...]
    rollback_plan: str
    timeline: tuple[TimelineEntry, ...]


class CardPage(Data):
    """Some cards, newest first."""

    items: tuple[Card, ...]
    next_cursor: str | None


class Seed(Data):
    """A precedent: what was posted, what became of it, and how well it serves.

    `match_rate` is of the approvals it was compared with, `veto_rate` of those it assented to."""

    seed_id: str
    reference: str
    title: str
    domain: Literal["GEN", "ETH", "ARCH", "GOV"]
    kind: Kind
    max_risk: Risk
    conditions: tuple[Condition, ...]
    rationale: str
    example_approval_id: str | None = None
    status: PrecedentStatus
    findings: tuple[Finding, ...] = ()
    match_count: int = 0
    veto_count: int = 0
    match_rate: float = 0.0
    veto_rate: float = 0.0


class SeedPage(Data):
    """Some precedents, newest first."""

    items: tuple[Seed, ...]
    next_cursor: str | None


class Spend(Data):
    """Money spent in a period, of how much; micro-dollars."""

    spent_usd_micros: int
    limit_usd_micros: int
    state: BudgetState


class Agent(Data):
    """An agent. `case_id` is its open case, if there is one; `spend` is today's."""

    agent_id: str
    name: str
    status: AgentStatus
    health: Health
    version: str
    spend: Spend
    case_id: str | None = None


class AgentPage(Data):
    """Some agents, by name."""

    items: tuple[Agent, ...]
    next_cursor: str | None


class Violation(Data):
    """A rule of governance that was broken, with what shows it."""

    violation_id: str
    rule: str
    summary: str
    evidence: tuple[str, ...]
    subject: Subject
    reported_by: str
    at: Instant


class ViolationPage(Data):
    """Some violations, newest first."""

    items: tuple[Violation, ...]
    next_cursor: str | None


class FunctionHealth(Data):
    """How one function is doing, as far as its events tell. `stuck` counts what should have moved
    on by now, `dead_letters` the deliveries it gave up that wait to be delivered again."""

    name: str
    last_event_at: Instant | None
    dead_letters: int
    stuck: int


class PlatformHealth(Data):
    """Degraded while anything is stuck, a dead letter waits or the tenant's pipeline is paused."""

    status: Literal["healthy", "degraded"]
    functions: tuple[FunctionHealth, ...]


class Dashboard(Data):
    """The first screen. `as_of` is the time of the newest event in it; null before the first."""

    active_agents: int
    pending_approvals: int
    open_veto_windows: int
    recent_vetoes: tuple[Card, ...]
    budget: Spend
    health: PlatformHealth
    as_of: Instant | None


class Device(Data):
    """Where to reach a governor. The push token is never given back."""

    device_id: str
    platform: Literal["ios", "android", "web"]
    registered_at: Instant


class ProblemField(Data):
    """One thing wrong with one field."""

    field: str
    message: str


class ProblemDetails(Data):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    errors: tuple[ProblemField, ...]


class SyncAccepted(Data):
    """A queued decision that stands."""

    client_decision_id: str | None
    status: int
    card: Card


class SyncRefused(Data):
    """A queued decision that was refused, or could not be put; `status` says which."""

    client_decision_id: str | None
    status: int
    problem: ProblemDetails


SyncResult = SyncAccepted | SyncRefused


class SyncResults(Data):
    """One result per queued decision, in the queue's order."""

    results: tuple[SyncResult, ...]
