"""Reads a tenant's counted use from the counters of its quotas and budgets; writes nothing."""

import asyncio

from functions.billing.rules.costs import UsageCounts
from shared.artifacts.aggregates import KEPT_BYTES
from shared.artifacts.artifact import COLLECTION as ARTIFACTS
from shared.budgets.limits import TENANT, budget_id
from shared.budgets.reading import BUDGETS
from shared.kit.models import Data
from shared.quotas.calls import read_calls
from shared.storage.firestore import TenantStore
from shared.usage.periods import hour_bounds


class _Month(Data):
    """The fields of the tenant's budget of a month that are read here."""

    spent_usd_micros: int = 0
    executions: int = 0


async def count_usage(tenant_id: str, month: str) -> UsageCounts:
    """The use that was counted in the month: runs, tokens and calls of programs; files are those
    kept now. Five documents and one aggregation, in one round trip. Raises Unavailable."""
    store = TenantStore(tenant_id)
    document, calls, (_, kept) = await asyncio.gather(
        store.get(BUDGETS, budget_id(TENANT, month)),
        read_calls(store, *hour_bounds(month)),
        store.count_and_sum(ARTIFACTS, KEPT_BYTES),
    )
    state = document.data.get("state") if document is not None else None
    budget = _Month.model_validate_json(state or "{}")
    return UsageCounts(
        executions=budget.executions,
        api_calls=sum(each.calls for each in calls) if calls else None,
        stored_bytes=kept,
        models_usd_micros=budget.spent_usd_micros,
    )
