"""Takes of the platform's budget what a tenant's month holds and spends.

The platform's document is written by all tenants, and therefore seldom: a tenant takes a lease in
a commit of the platform's own, before its own commit, which spends it without asking again."""

import logging
from dataclasses import replace
from datetime import datetime

from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.budget import Budget
from shared.budgets.leases import Lease, PlatformExhausted, Steps, Told, lease_id, take_lease
from shared.budgets.limits import (
    PLATFORM,
    PLATFORMS_MONTH_USD_MICROS,
    TENANT,
    BudgetLimit,
    budget_id,
)
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.errors import AssentError
from shared.messaging.changes import Change
from shared.messaging.recorder import Recorder
from shared.storage.races import decide_again

PUT = "PUT /v1/budgets/platform"
_log = logging.getLogger(__name__)

# What tenants took of the platform's budget: with the platform, as is that.
LEASES = Aggregate(
    noun="budget_lease",
    model=Lease,
    collection="budget_leases",
    id_of=lambda lease: lease.id,
)


class Leasing:
    """Takes leases for one function, which has `LEASES`, budgets and their limits among its
    aggregates. `told` is what it tells of the platform's budget; a refusal is `exhausted`."""

    def __init__(self, run: Runner, told: Told, exhausted: type[AssentError]) -> None:
        self._run, self._told, self._exhausted = run, told, exhausted
        self._budgets: Aggregate[Budget] = run.by_model[Budget]
        self._limits: Aggregate[BudgetLimit] = run.by_model[BudgetLimit]

    async def covered(self, work: UnitOfWork, steps: Steps, *, is_spent: bool = False) -> Steps:
        """The same steps, once the platform's budget covers what the tenant's month then holds and
        has spent. Asks nobody where the tenant's lease does. Raises what `exhausted` is where the
        platform's budget allows no more, unless it `is_spent` already, and Unavailable."""
        months = [each.state for each in steps if _is_month(each.state)]
        if not months or months[-1].used_usd_micros <= months[-1].leased_usd_micros:
            return steps
        leased = await self.lease_for(work.store.tenant_id, months[-1], work.at, is_spent=is_spent)
        return tuple(
            replace(each, state=each.state.but(leased_usd_micros=leased))
            if _is_month(each.state)
            else each
            for each in steps
        )

    async def lease_for(
        self, tenant_id: str, tenants: Budget, at: datetime, *, is_spent: bool
    ) -> int:
        """What the tenant has taken, in all, in the period. Three reads and, where it needs more
        than that, one commit, which a repetition finds. Raises as `covered`."""
        run, period, attempts = self._run, tenants.period, 0

        async def once() -> int:
            nonlocal attempts
            recorder = Recorder(run.function, PLATFORM_TENANT, f"service:{run.function}", at)
            work = UnitOfWork(run.by_model, recorder, Change(), attempt=attempts, chains=True)
            attempts += 1
            platform, id = await self._of(work, period, lease_id(period, tenant_id))
            lease = await work.find(LEASES, id) or Lease(period=period, tenant_id=tenant_id)
            steps = take_lease(platform, lease, tenants, self._told, is_spent=is_spent)
            if not steps:
                return lease.taken_usd_micros
            await work.save(*steps)
            await run.outbox.commit(work.store, work.finish(), now=at)
            warn(steps[1:])
            taken: int = steps[0].state.taken_usd_micros
            return taken

        try:
            return await decide_again(once)
        except PlatformExhausted as error:
            raise self._exhausted(str(error)) from error

    async def _of(self, work: UnitOfWork, period: str, lease: str) -> tuple[Budget, str]:
        id = budget_id(PLATFORM, period)
        await work.prefetch((self._budgets, id), (self._limits, PLATFORM), (LEASES, lease))
        platform = await work.find(self._budgets, id)
        if platform is not None:
            work.is_about(self._budgets, id)
        return limited(platform, period, await work.find(self._limits, PLATFORM)), lease


def _is_month(state: object) -> bool:
    return isinstance(state, Budget) and state.scope == TENANT


def warn(steps: Steps) -> None:
    """Writes each threshold of the platform's budget that is told to the log of the function."""
    for each in steps:
        if threshold := each.fields.get("threshold"):
            of = f"{threshold} % of the platform's budget for {each.state.period}"
            _log.warning("tenants took %s: a platform admin sets it by %s", of, PUT)


def limited(platform: Budget | None, period: str, set: BudgetLimit | None) -> Budget:
    """The platform's budget with the limit of now."""
    limit = set.limit_usd_micros if set is not None else PLATFORMS_MONTH_USD_MICROS
    known = platform or Budget(scope=PLATFORM, period=period, limit_usd_micros=0)
    return known.limited(limit, is_trial=False)
