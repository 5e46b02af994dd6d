"""What was counted of a tenant's use, where those who limit it count it; writes nothing."""

import asyncio
from datetime import UTC, datetime

from functions.billing.rules.costs import Counted
from shared.artifacts.aggregates import KEPT_BYTES
from shared.artifacts.artifact import COLLECTION as ARTIFACTS
from shared.budgets.limits import TENANT, budget_id
from shared.budgets.reading import BUDGETS
from shared.kit.models import Data
from shared.kit.months import month_of
from shared.kit.tier_limits import GOVERNORS, MEMBERS
from shared.runtime.leases import COLLECTION as BALANCES
from shared.storage.firestore import TenantStore


class _Month(Data):
    """The tenant's budget of a month, as far as it is read here."""

    spent_usd_micros: int = 0
    executions: int = 0


class _Leased(Data):
    """What was leased of a group's calls in the month of the second `at`."""

    at: float
    month_leased: int = 0


async def count_use(tenant_id: str, month: str) -> Counted:
    """What was counted of the month: runs and tokens of that month; calls only where the month is
    the latest that the tenant called in; files as they are kept now. Three documents and one
    aggregation, in one round trip. Raises Unavailable."""
    store = TenantStore(tenant_id)
    places = [
        (BUDGETS, budget_id(TENANT, month)),
        *((BALANCES, each) for each in (MEMBERS, GOVERNORS)),
    ]
    documents, (_, kept) = await asyncio.gather(
        store.get_many(places), store.count_and_sum(ARTIFACTS, KEPT_BYTES)
    )
    states = [each.data.get("state") if each is not None else None for each in documents]
    budget = _Month.model_validate_json(states[0] or "{}")
    leased = [_Leased.model_validate_json(each) for each in states[1:] if each]
    calls = [each for each in leased if month_of(datetime.fromtimestamp(each.at, UTC)) == month]
    return Counted(
        executions=budget.executions,
        api_calls=sum(each.month_leased for each in calls) if calls else None,
        stored_bytes=kept,
        models_usd_micros=budget.spent_usd_micros,
    )
