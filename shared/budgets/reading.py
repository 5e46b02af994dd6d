"""Reads what was spent where `runs` keeps it; writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from events.budgets import BudgetState
from shared.budgets.limits import (
    ANY_AGENT,
    TENANT,
    BudgetLimit,
    Raised,
    Spending,
    budget_id,
)
from shared.storage.firestore import TenantStore

__all__ = [
    "BUDGETS",
    "LIMITS",
    "read_agents_spending",
    "read_months_spending",
]

# `functions/runs` alone writes them.
BUDGETS = "budgets"
LIMITS = "budget_limits"


class _Stored(BudgetState):
    """A budget's document, as far as others read it."""

    raised: Raised | None = None
    is_trial: bool = False


async def read_months_spending(store: TenantStore, at: datetime) -> Spending:
    """What the tenant has spent in the month. Two reads, in one round trip. Raises Unavailable."""
    return (await _read(store, {TENANT: f"{at:%Y-%m}"}, [TENANT]))[TENANT]


async def read_agents_spending(
    store: TenantStore, agent_ids: Sequence[str], at: datetime
) -> dict[str, Spending]:
    """What each agent has spent in the day. Two reads and, for each agent, one where the tenant has
    spent anything in the month, and one where a governor has set the limit of any agent. Raises
    Unavailable."""
    gates = [(BUDGETS, budget_id(TENANT, f"{at:%Y-%m}")), (LIMITS, ANY_AGENT)]
    month, limited = await store.get_many(gates)
    spends = month is not None and _Stored.model_validate_json(month.data["state"]).spent_usd_micros
    days = dict.fromkeys(agent_ids if spends else (), f"{at:%Y-%m-%d}")
    found = await _read(store, days, agent_ids if limited is not None else ())
    return {each: found.get(each, Spending()) for each in agent_ids}


async def _read(
    store: TenantStore, periods: Mapping[str, str], limited: Iterable[str]
) -> dict[str, Spending]:
    """What is known of these scopes: what they spent in their periods, and their limits."""
    budgets = {budget_id(scope, each): scope for scope, each in periods.items()}
    keys = [*((BUDGETS, each) for each in budgets), *((LIMITS, each) for each in limited)]
    found = {scope: Spending() for scope in periods}
    for document in await store.get_many(keys) if keys else ():
        if document is None:
            continue
        if document.collection == LIMITS:
            set = BudgetLimit.model_validate_json(document.data["state"])
            known = found.get(set.scope, Spending())
            found[set.scope] = known._replace(set=set)
            continue
        stored = _Stored.model_validate_json(document.data["state"])
        scope = budgets[document.id]
        found[scope] = found[scope]._replace(
            spent_usd_micros=stored.spent_usd_micros,
            raised=stored.raised,
            is_trial=stored.is_trial,
        )
    return found
