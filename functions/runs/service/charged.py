"""Tells of the thresholds that a budget reached because models were called, and asks a governor as
for what runs spend."""

from functools import partial

from events.models import BudgetCharged
from functions.runs.aggregates import BUDGETS, RUN
from functions.runs.rules.charges import told
from functions.runs.rules.raising import ask
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.limits import budget_id
from shared.messaging.envelope import Envelope


async def tell(event: Envelope) -> None:
    """Tells of each threshold once in its period, also after redeliveries. Raises Unavailable."""
    charged = event.payload(BudgetCharged)

    async def use_case(work: UnitOfWork) -> None:
        budget = await work.find(BUDGETS, budget_id(charged.scope, charged.period))
        if budget is not None and budget.newly_reached:
            await work.save(*told(budget, partial(ask, at=work.at)))

    await RUN.reaction(event, use_case)
