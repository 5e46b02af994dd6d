"""Reads what was spent where `runs` keeps it; writes nothing."""

from collections.abc import Sequence
from typing import NamedTuple

from events.budgets import BudgetState
from shared.budgets.limits import BudgetLimit, Raised, budget_id, limit_of, raised_limit
from shared.storage.firestore import TenantStore

__all__ = ["BUDGETS", "LIMITS", "Spending", "read_spending"]

# `functions/runs` alone writes them.
BUDGETS = "budgets"
LIMITS = "budget_limits"


class _Stored(BudgetState):
    """A budget's document, as far as others read it."""

    raised: Raised | None = None
    is_trial: bool = False


class Spending(NamedTuple):
    """What was spent in a period, and what a governor says of it."""

    spent_usd_micros: int = 0
    set: BudgetLimit | None = None
    raised: Raised | None = None
    is_trial: bool = False

    def limit(self, per_day_usd_micros: int | None, *, is_trial: bool = False) -> int:
        """The limit of the period, with what the agent's spec says; None for the tenant's."""
        usual = limit_of(self.set, per_day_usd_micros, is_trial=is_trial or self.is_trial)
        return raised_limit(usual, self.raised)


async def read_spending(
    store: TenantStore, scopes: Sequence[str], period: str
) -> dict[str, Spending]:
    """What each scope has spent in that period. Two reads for each, in one round trip. Raises
    Unavailable."""
    if not scopes:
        return {}
    keys = [(BUDGETS, budget_id(each, period)) for each in scopes]
    documents = await store.get_many([*keys, *((LIMITS, each) for each in scopes)])
    states = [None if each is None else each.data.get("state") for each in documents]
    found: dict[str, Spending] = {}
    for place, scope in enumerate(scopes):
        said, limit = states[place], states[place + len(scopes)]
        stored = _Stored.model_validate_json(said) if said else None
        found[scope] = Spending(
            spent_usd_micros=stored.spent_usd_micros if stored else 0,
            set=BudgetLimit.model_validate_json(limit) if limit else None,
            raised=stored.raised if stored else None,
            is_trial=stored is not None and stored.is_trial,
        )
    return found
