"""Raises the limit of a budget's period, as a governor approved it."""

from events.approvals import ApprovalState
from functions.runs.aggregates import RUN
from functions.runs.rules.budget_raise import decide_raise
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.limits import limit_of
from shared.messaging.envelope import Envelope


async def raise_limit(event: Envelope, decision: ApprovalState) -> None:
    """Acts once on a verified decision about a budget, also after redeliveries; on one about
    another request not at all. Raises SignatureInvalid for one about other content."""

    async def use_case(work: UnitOfWork) -> None:
        budget = await work.find(BUDGETS, decision.subject.id)
        if budget is None or budget.proposed is None:
            return
        set = await work.find(LIMITS, budget.scope)
        usual = limit_of(set, budget.proposed.from_usd_micros, is_trial=budget.is_trial)
        await work.save(*decide_raise(budget, decision, usual))

    await RUN.reaction(event, use_case)
