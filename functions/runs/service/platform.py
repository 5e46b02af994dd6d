"""The platform's budget: what runs take of it, and what its admins see and set."""

from functions.runs.aggregates import RUN
from functions.runs.rules.budget import BudgetExhausted, set_limit
from functions.runs.rules.charges import told
from functions.runs.rules.run import Steps
from functions.runs.views.budgets import BudgetView, LimitView
from shared.aggregates.command import Command
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.leasing import Leasing, limited
from shared.budgets.limits import PLATFORM, budget_id
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller, check_platform_admin
from shared.storage.idempotency import IdempotencyKey


def told_of_platform(platform: Budget) -> Steps:
    """The platform's budget, and each threshold that it has newly reached. Nobody decides in the
    platform's own tenant: its admins are told, and set the limit."""
    return told(platform, lambda _: ())


_LEASING = Leasing(RUN, told_of_platform, BudgetExhausted)
covered, lease_for = _LEASING.covered, _LEASING.lease_for


async def show(caller: Caller) -> BudgetView:
    """The platform's budget of the month. Raises Forbidden for all but platform admins,
    Unavailable."""
    check_platform_admin(caller)
    work, period = RUN.reading(PLATFORM_TENANT, caller.received_at), f"{caller.received_at:%Y-%m}"
    await work.prefetch((BUDGETS, budget_id(PLATFORM, period)), (LIMITS, PLATFORM))
    platform = await work.find(BUDGETS, budget_id(PLATFORM, period))
    return BudgetView.of(limited(platform, period, await work.find(LIMITS, PLATFORM)))


async def put_limit(caller: Caller, key: IdempotencyKey, limit_usd_micros: int) -> LimitView:
    """The limit of all tenants together from now on. Raises Forbidden for all but platform
    admins."""
    check_platform_admin(caller)

    async def use_case(work: Command) -> LimitView:
        await work.find(LIMITS, PLATFORM)
        saved = await work.save(*set_limit(PLATFORM, limit_usd_micros, caller.principal))
        return LimitView.of(saved[0])

    return await RUN.command(caller, use_case, LimitView, key=key)
