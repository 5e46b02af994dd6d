"""What a tenant's plan lets it start in a month."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from events.budgets import BudgetReached, Threshold
from events.plan_content import ModelStep, PlanContent, all_steps
from functions.runs.rules.run import Steps
from shared.budgets.budget import Budget
from shared.budgets.limits import THRESHOLDS, has_reached
from shared.catalogue import Entitlements
from shared.kit.plans import Meter
from shared.kit.transitions import Transition
from shared.quotas.meters import check_quota


class Quota(NamedTuple):
    """What the plan allows, at the moment in which a run starts."""

    entitled: Entitlements
    at: datetime

    def counted(self, tenants: Budget, plan: PlanContent) -> Budget:
        """The tenant's month with one run more. Raises QuotaExhausted where its plan allows no more
        runs or, of one in which a model chooses, no more tokens."""
        check_quota(self.entitled, "executions", tenants.executions, 1, self.at)
        if any(isinstance(each.does, ModelStep) for each in all_steps(plan.steps)):
            used = tenants.tokens + tenants.held_tokens
            check_quota(self.entitled, "tokens", used, 1, self.at)
        return tenants.but(executions=tenants.executions + 1)

    def told(self, tenants: Budget) -> Steps:
        """The tenant's month, and each threshold of runs and tokens that it has newly reached: each
        is told once in a month, also after the plan has changed."""
        used: dict[Meter, int] = {"executions": tenants.executions, "tokens": tenants.tokens}
        reached = [
            (meter, each)
            for meter, limit in self.entitled.limits.items()
            for each in THRESHOLDS
            if meter in used and has_reached(used[meter], limit, each)
        ]
        return _told(tenants, reached) or (Transition(tenants),)


def reached_told(tenants: Budget, meter: Meter, reached: Threshold) -> Steps:
    """The tenant's month, with an event for each threshold of the meter up to `reached` that had
    none in the month: each has one event in a month. For meters that others than `runs` count."""
    return _told(tenants, [(meter, each) for each in THRESHOLDS if each <= reached])


def _told(tenants: Budget, reached: Sequence[tuple[Meter, Threshold]]) -> Steps:
    new = [(meter, each) for meter, each in reached if f"{meter}:{each}" not in tenants.told_of]
    names = (f"{meter}:{each}" for meter, each in new)
    after = tenants.but(told_of=(*tenants.told_of, *names))
    said: list[Transition[Any]] = [
        Transition(after, BudgetReached, {"threshold": each, "meter": meter}) for meter, each in new
    ]
    return tuple(said)
