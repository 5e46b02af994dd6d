"""What `runs` publishes about budgets: what agents and the tenant may spend in a period."""

from typing import Literal

from events.effects import ApprovalKind, Effect, Risk
from events.questions import Question
from events.registry import event
from shared.kit.models import EventData
from shared.kit.plans import Meter

TOPIC = "runs"

BudgetStateName = Literal["active", "warning", "critical", "exhausted"]
Threshold = Literal[80, 95, 100]


class BudgetState(EventData):
    """A budget after the event. `scope` is `tenant`, whose period is a month such as `2026-11`,
    `platform` with the same period, or an agent's id, whose period is a day. What runs hold is not
    spent yet, and cannot be held twice; what tenants took of the platform's budget it holds until
    they take more, and say what they have spent."""

    scope: str
    period: str
    limit_usd_micros: int
    held_usd_micros: int = 0
    spent_usd_micros: int = 0


@event("assent.budget.reached.v1")
class BudgetReached(BudgetState):
    """What was spent has reached 80 % of the limit (a warning), 95 % (nothing new starts, what runs
    spends no more than it holds) or 100 % (what runs rests). Each is told once in a period, also
    where one charge crosses two. Of the platform's budget what tenants took counts as spent, and
    what runs goes on with what it holds. With a `meter` it is so many percent of what the tenant's
    plan allows of that in the month, whatever money was spent; of `storage`, of the room for files
    that the tenant has at once."""

    threshold: Threshold
    meter: Meter | None = None


@event("assent.budget.approval_needed.v1")
class BudgetApprovalNeeded(Question, BudgetState):
    """95 % are spent, for the first time in the period: a governor is asked whether its limit is
    raised. `content_hash` names `{scope, period, spent_usd_micros, limit_usd_micros,
    proposed_limit_usd_micros}`, `evidence_hash` a list with what is held, `assessment_hash` an
    `events.dossiers.Assessment`."""

    kind: ApprovalKind = "financial"
    effect: Effect = "pay"
    risk: Risk = "high"
    amount_usd_micros: int


@event("assent.budget.raised.v1")
class BudgetRaised(BudgetState):
    """The limit of this period is what an approval raised it to or, where the approval was taken
    back, what it was otherwise. Of later periods it changes nothing."""

    approval_id: str


@event("assent.budget.changed.v1")
class BudgetChanged(EventData):
    """A governor set what the tenant may spend in a month, or an agent in a day, from now on; or a
    platform admin, what all tenants together may spend in a month."""

    scope: str
    limit_usd_micros: int
    set_by: str
