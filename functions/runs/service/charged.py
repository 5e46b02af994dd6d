"""Tells of the thresholds that a budget reached because models were called, and asks a governor as
for what runs spend."""

from functools import partial

from events.models import BudgetCharged
from functions.runs.aggregates import RUN
from functions.runs.rules.charges import told
from functions.runs.rules.raising import ask
from functions.runs.service.platform import told_of_platform
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.aggregates import BUDGETS
from shared.budgets.leasing import warn
from shared.budgets.limits import PLATFORM, budget_id
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
