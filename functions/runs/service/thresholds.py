"""Tells of thresholds that a budget reached because models were called, and asks a governor to
raise it, as for what runs spend. Publishes thresholds that calls of the API and files reached."""

from functools import partial

from events.models import BudgetCharged
from functions.runs.aggregates import RUN
from functions.runs.rules.budget_raise import ask
from functions.runs.rules.charges import told
from functions.runs.rules.quota import reached_told
from functions.runs.service.platform import told_of_platform
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.leasing import warn
from shared.budgets.limits import PLATFORM, TENANT, budget_id, limit_of
from shared.budgets.reached import ReachedQuota
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope


async def tell(event: Envelope) -> None:
    """Tells of each threshold once in its period, also after redeliveries. Raises Unavailable."""
    charged = event.payload(BudgetCharged)

    async def use_case(work: UnitOfWork) -> None:
        budget = await work.find(BUDGETS, budget_id(charged.scope, charged.period))
        if budget is None or not budget.newly_reached:
            return
        if budget.scope == PLATFORM:
            steps = told_of_platform(budget)
            warn(steps)
        else:
            steps = told(budget, partial(ask, at=work.at))
        await work.save(*steps)

    await RUN.reaction(event, use_case)


async def tell_of_quota(work: UnitOfWork, quota: ReachedQuota) -> None:
    """Tells once of each threshold of the meter in its month, and notes that in the tenant's budget
    of that month. Raises Unavailable."""
    id = budget_id(TENANT, quota.period)
    await work.prefetch((BUDGETS, id), (LIMITS, TENANT))
    known = await work.find(BUDGETS, id)
    if known is not None:
        work.is_about(BUDGETS, id)
    month = known or Budget(scope=TENANT, period=quota.period, limit_usd_micros=0)
    limited = month.limited(limit_of(await work.find(LIMITS, TENANT), None), is_trial=False)
    steps = reached_told(limited, quota.meter, quota.reached)
    await work.save(*steps, Transition(quota.but(is_told=True)))
