"""What `runs` publishes about budgets: what agents and the tenant may spend in a period."""

from typing import Literal

from events.registry import event
from shared.kit.models import EventData

TOPIC = "runs"

BudgetStateName = Literal["active", "warning", "critical", "exhausted"]
Threshold = Literal[80, 95, 100]


class BudgetState(EventData):
    """A budget after the event. `scope` is `tenant`, whose period is a month such as `2026-11`, or
    an agent's id, whose period is a day. What runs hold is not spent yet, and cannot be held
    twice."""

    scope: str
    period: str
    limit_usd_micros: int
    held_usd_micros: int = 0
    spent_usd_micros: int = 0


@event("assent.budget.reached.v1")
class BudgetReached(BudgetState):
    """What was spent has reached 80 % of the limit (a warning), 95 % (nothing new starts) or 100 %
    (what runs rests). Each is told once in a period, also where one charge crosses two."""

    threshold: Threshold


@event("assent.budget.changed.v1")
class BudgetChanged(EventData):
    """A governor set what the tenant may spend in a month, or an agent in a day, from now on."""

    scope: str
    limit_usd_micros: int
    set_by: str
