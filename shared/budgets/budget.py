"""A budget in one period, as whoever holds or charges something of it stores it. Pure."""

from pydantic import Field

from events.budgets import BudgetState, BudgetStateName, Threshold
from shared.budgets.limits import (
    PLATFORM,
    THRESHOLDS,
    Raised,
    has_reached,
    raised_limit,
    state_of,
)
from shared.kit.models import Model


class Proposed(Model):
    """What a governor was asked for: the limit of the period, raised from what it was then."""

    approval_id: str
    content_hash: str
    from_usd_micros: int
    limit_usd_micros: int


class Budget(BudgetState):
    """A budget in one period. `told` are the thresholds that were told of, `calls` the calls of
    operations whose number a day is limited, and `runs` those that were started. A tenant's month
    holds and spends what it took of the platform's budget: `leased_usd_micros`. It also counts what
    the tenant's plan has quotas of in a month: `executions`, which are runs that somebody started,
    and `tokens` of models, of which calls under way may use `held_tokens` more; `told_of` are the
    thresholds of these that were told of, such as `tokens:80`."""

    told: tuple[int, ...] = ()
    calls: dict[str, int] = Field(default_factory=dict)
    runs: int = 0
    is_trial: bool = False
    proposed: Proposed | None = None
    raised: Raised | None = None
    leased_usd_micros: int = 0
    executions: int = 0
    tokens: int = 0
    held_tokens: int = 0
    told_of: tuple[str, ...] = ()

    @property
    def used_usd_micros(self) -> int:
        """What is held and spent."""
        return self.held_usd_micros + self.spent_usd_micros

    @property
    def counted_usd_micros(self) -> int:
        """What thresholds are reached by: what tenants took of the platform's budget is spent as
        far as it knows."""
        return self.used_usd_micros if self.scope == PLATFORM else self.spent_usd_micros

    @property
    def state(self) -> BudgetStateName:
        """What it stops."""
        return state_of(self.counted_usd_micros, self.limit_usd_micros)

    @property
    def newly_reached(self) -> tuple[Threshold, ...]:
        """The thresholds that nobody was told of yet."""
        amounts = self.counted_usd_micros, self.limit_usd_micros
        return tuple(
            each for each in THRESHOLDS if each not in self.told and has_reached(*amounts, each)
        )

    def limited(self, limit_usd_micros: int, *, is_trial: bool) -> "Budget":
        """The same with the limit of now, which an approval may have raised."""
        limit = raised_limit(limit_usd_micros, self.raised)
        return self.but(limit_usd_micros=limit, is_trial=is_trial)
