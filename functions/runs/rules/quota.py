"""What a tenant's plan lets it start in a month."""

from datetime import datetime
from typing import NamedTuple

from events.plan_content import ModelStep, PlanContent, all_steps
from shared.budgets.budget import Budget
from shared.catalogue import Entitlements
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
