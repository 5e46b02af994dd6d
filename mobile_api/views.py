"""What the governor's API answers beyond the shapes of `events` (docs/contracts.md)."""

from typing import Literal

from pydantic import JsonValue

from events import approvals
from events.agents import AgentStatus, Health
from events.approvals import Card, Subject
from events.precedents import PrecedentSeed
from shared.kit.instants import Instant
from shared.kit.models import Data

BudgetState = Literal["active", "warning", "critical", "exhausted"]


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


class SeedPage(Data):
    """Some precedents, newest first."""

    items: tuple[PrecedentSeed, ...]
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


class ReportedViolation(approvals.Violation):
    """A violation, of what, and who reported it."""

    violation_id: str
    subject: Subject
    reported_by: str
    at: Instant


class ViolationPage(Data):
    """Some violations, newest first."""

    items: tuple[ReportedViolation, ...]
    next_cursor: str | None


class FunctionHealth(Data):
    """How one function is doing, as far as its events tell. `stuck` counts what should have moved
    on by now, `dead_letters` the deliveries it gave up that wait to be delivered again."""

    name: str
    last_event_at: Instant | None
    dead_letters: int
    stuck: int


class PlatformHealth(Data):
    """Degraded while anything is stuck, a dead letter waits or the tenant's pipeline is paused.
    `functions` are those that have anything to report for the tenant, by name."""

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
