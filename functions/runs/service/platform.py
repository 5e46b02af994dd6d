"""Takes of the platform's budget what a tenant's month holds and spends.

The platform's document is written by all tenants, and therefore seldom: a tenant takes a lease in
a commit of the platform's own, before its own commit, which spends it without asking again."""

import logging
from dataclasses import replace
from datetime import datetime

from functions.runs.aggregates import BUDGETS, LEASES, LIMITS, RUN
from functions.runs.rules.budget import Budget, set_limit
from functions.runs.rules.platform import Lease, lease_id, take_lease
from functions.runs.rules.run import Steps
from functions.runs.views.budgets import BudgetView, LimitView
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.limits import (
    PLATFORM,
    PLATFORMS_MONTH_USD_MICROS,
    TENANT,
    BudgetLimit,
    budget_id,
)
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden
from shared.kit.roles import PLATFORM_ADMIN
from shared.kit.transitions import Transition
from shared.messaging.changes import Change
from shared.messaging.recorder import Recorder
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again

PUT = "PUT /v1/budgets/platform"
_log = logging.getLogger(__name__)


async def covered(work: UnitOfWork, steps: Steps, *, is_spent: bool = False) -> Steps:
    """The same steps, once the platform's budget covers what the tenant's month then holds and has
    spent. Asks nobody where the tenant's lease does. Raises BudgetExhausted where the platform's
    budget allows no more, unless it `is_spent` already, and Unavailable."""
    months = [each.state for each in steps if _is_month(each.state)]
    if not months or months[-1].used_usd_micros <= months[-1].leased_usd_micros:
        return steps
    leased = await lease_for(work.store.tenant_id, months[-1], work.at, is_spent=is_spent)
    return tuple(
        replace(each, state=each.state.but(leased_usd_micros=leased))
        if _is_month(each.state)
        else each
        for each in steps
    )


def _is_month(state: object) -> bool:
    return isinstance(state, Budget) and state.scope == TENANT


async def lease_for(tenant_id: str, tenants: Budget, at: datetime, *, is_spent: bool) -> int:
    """What the tenant has taken, in all, in the period. Three reads and, where it needs more than
    that, one commit, which a repetition finds."""
    period, attempts = tenants.period, 0

    async def once() -> int:
        nonlocal attempts
        recorder = Recorder(RUN.function, PLATFORM_TENANT, f"service:{RUN.function}", at)
        work = UnitOfWork(RUN.by_model, recorder, Change(), attempt=attempts, chains=True)
        attempts += 1
        platform, id = await _of(work, period, lease_id(period, tenant_id))
        lease = await work.find(LEASES, id) or Lease(period=period, tenant_id=tenant_id)
        steps = take_lease(platform, lease, tenants, is_spent=is_spent)
        if not steps:
            return lease.taken_usd_micros
        await work.save(*steps)
        await RUN.outbox.commit(work.store, work.finish(), now=at)
        for each in steps[1:]:
            _warn(each)
        taken: int = steps[0].state.taken_usd_micros
        return taken

    return await decide_again(once)


def _warn(step: Transition[Budget]) -> None:
    if threshold := step.fields.get("threshold"):
        of = f"{threshold} % of the platform's budget for {step.state.period}"
        _log.warning("tenants took %s: a platform admin sets it by %s", of, PUT)


async def _of(work: UnitOfWork, period: str, lease: str) -> tuple[Budget, str]:
    id = budget_id(PLATFORM, period)
    await work.prefetch((BUDGETS, id), (LIMITS, PLATFORM), (LEASES, lease))
    platform = await work.find(BUDGETS, id)
    if platform is not None:
        work.is_about(BUDGETS, id)
    return _limited(platform, period, await work.find(LIMITS, PLATFORM)), lease


def _limited(platform: Budget | None, period: str, set: BudgetLimit | None) -> Budget:
    limit = set.limit_usd_micros if set is not None else PLATFORMS_MONTH_USD_MICROS
    known = platform or Budget(scope=PLATFORM, period=period, limit_usd_micros=0)
    return known.limited(limit, is_trial=False)


async def show(caller: Caller) -> BudgetView:
    """The platform's budget of the month. Raises Forbidden for all but platform admins,
    Unavailable."""
    _check_admin(caller)
    work, period = RUN.reading(PLATFORM_TENANT, caller.received_at), f"{caller.received_at:%Y-%m}"
    await work.prefetch((BUDGETS, budget_id(PLATFORM, period)), (LIMITS, PLATFORM))
    platform = await work.find(BUDGETS, budget_id(PLATFORM, period))
    return BudgetView.of(_limited(platform, period, await work.find(LIMITS, PLATFORM)))


async def put_limit(caller: Caller, key: IdempotencyKey, limit_usd_micros: int) -> LimitView:
    """The limit of all tenants together from now on. Raises Forbidden for all but platform
    admins."""
    _check_admin(caller)

    async def use_case(work: Command) -> LimitView:
        await work.find(LIMITS, PLATFORM)
        saved = await work.save(*set_limit(PLATFORM, limit_usd_micros, caller.principal))
        return LimitView.of(saved[0])

    return await RUN.command(caller, use_case, LimitView, key=key)


def _check_admin(caller: Caller) -> None:
    if caller.tenant_id != PLATFORM_TENANT or PLATFORM_ADMIN not in caller.roles:
        raise Forbidden(
            "this needs the role platform_admin: get a token with tenant=_platform, as somebody"
            " whom the platform's configuration names"
        )
