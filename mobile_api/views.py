"""The answers of the governor's API beyond the shapes of `events` (docs/contracts.md)."""

from typing import Literal, Self

from events import violations
from events.agents import AgentStatus, Health
from events.approvals import Card, Subject
from events.budgets import BudgetStateName
from events.devices import Platform
from events.dossiers import Dossier
from events.precedents import PrecedentSeed
from mobile_api.rules.device import thumbprint
from shared.artifacts.named_files import NamedFile
from shared.devices.device import DevicesText, Registration
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.workspaces import InWorkspace


class TimelineEntry(Data):
    """One entry in an approval's history: the past tense of its event, and its actor. `read_ms` is
    for how long they had the card on the screen, where they said it; a device signed it where
    `device_id` names one."""

    sequence: int
    event: str
    at: Instant
    by: str
    note: str = ""
    read_ms: int | None = None
    device_id: str | None = None


class CardDetail(Card, Dossier):
    """A card with all that a decision needs. `files` are those that it names. `timeline` is the
    newest part, oldest first; where there is more, `timeline_cursor` leads to it in the list of the
    timeline."""

    files: tuple[NamedFile, ...] = ()
    timeline: tuple[TimelineEntry, ...]
    timeline_cursor: str | None


class TimelinePage(Page[TimelineEntry]):
    """Some entries of an approval's timeline, newest first."""


class CardPage(Page[Card]):
    """Some cards, newest first."""


class SeedPage(Page[PrecedentSeed]):
    """Some precedents, newest first."""


class Spend(Data):
    """Money spent in a period, and its limit; in micro-dollars."""

    spent_usd_micros: int
    limit_usd_micros: int
    state: BudgetStateName


class Agent(Data):
    """An agent. `case_id` is its open case, if there is one; `spend` is today's."""

    agent_id: str
    name: str
    status: AgentStatus
    health: Health
    version: str
    spend: Spend
    case_id: str | None = None
    workspace_id: InWorkspace = None


class AgentPage(Page[Agent]):
    """Some agents, by name."""


class ReportedViolation(violations.Violation):
    """A violation, its subject, and its reporter."""

    violation_id: str
    subject: Subject
    reported_by: str
    at: Instant


class ViolationPage(Page[ReportedViolation]):
    """Some violations, newest first."""


class Device(Data):
    """One of the caller's devices. `thumbprint` is that of its key (RFC 7638), which signs their
    decisions once it was confirmed; `has_push` says that a browser is told. Neither a push token
    nor a subscription is ever returned."""

    device_id: str
    platform: Platform
    name: DevicesText
    has_push: bool
    thumbprint: str | None
    registered_at: Instant
    confirmed_at: Instant | None
    confirmed_by: str | None

    @classmethod
    def of(cls, device: Registration) -> Self:
        """What its owner sees of a device."""
        shown = thumbprint(device.key) if device.key is not None else None
        return part_of(cls, device, thumbprint=shown)


class Devices(Data):
    """The caller's devices, the oldest first."""

    items: tuple[Device, ...]


class DeviceOptions(Data):
    """What a new key signs, once, until `expires_at`."""

    challenge: str
    expires_at: Instant


class FunctionHealth(Data):
    """The health of one function, according to its events. `stuck` counts what is overdue,
    `dead_letters` the dead-lettered deliveries that were not redelivered yet."""

    name: str
    last_event_at: Instant | None
    dead_letters: int
    stuck: int


class PlatformHealth(Data):
    """Degraded while anything is stuck, a dead letter waits or the tenant's pipeline is paused.
    `functions` are those with anything to report for the tenant, by name."""

    status: Literal["healthy", "degraded"]
    functions: tuple[FunctionHealth, ...]


class Dashboard(Data):
    """The dashboard. The approvals are those that the lists hold at the same moment. `budget` is
    what the tenant spends this month; null with a token for a workspace. `as_of` is the time of its
    newest event; null before the first."""

    active_agents: int
    pending_approvals: int
    open_veto_windows: int
    recent_vetoes: tuple[Card, ...]
    budget: Spend | None
    health: PlatformHealth
    as_of: Instant | None
