"""What it takes of a processor to know a tenant's plan and judge its quotas: what is added to a
call at the front door, to the start of a run and to a call of a model. None of it reads or writes:
what is used lies in documents that each of them reads anyway, and tests count these reads."""

import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT
from shared.kit.control import Control, Subscribed
from shared.kit.tier_limits import LIMITS
from shared.quotas.features import check_action
from shared.quotas.meters import check_quota
from shared.quotas.plans import entitlements_at
from shared.runtime.tier_limits import limit_by_plan
from tests.benchmarks.figures import Figure, at_most

WARM, CALLS = 300, 5_000
MOST_MILLISECONDS = 0.3
AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
MONTH = Budget(scope=TENANT, period="2026-11", limit_usd_micros=0, executions=41, tokens=4_100)


def measure() -> dict[str, Figure]:
    """Milliseconds of processor time of each, of a tenant with a plan and two add-ons."""
    subscribed = Subscribed(plan="team", seats=9, add_ons={"executions": 2, "identity": 1})
    control = Control(tier="team", subscription=subscribed)
    figures: dict[str, Figure] = {}
    for name, check in _checks(control).items():
        taken = sorted(_taken(check))
        middle, late = statistics.median(taken), taken[len(taken) * 99 // 100]
        aim = at_most(MOST_MILLISECONDS)
        figures[f"quota, {name}, median"] = Figure(middle, "ms of CPU", aim=aim)
        figures[f"quota, {name}, p99"] = Figure(late, "ms of CPU")
    return figures


def _checks(control: Control) -> Mapping[str, Callable[[], object]]:
    def door() -> None:
        entitled = entitlements_at(control, AT)
        limit_by_plan(LIMITS["team"], entitled)
        check_action(entitled, "policies.publish")

    def start() -> None:
        entitled = entitlements_at(control, AT)
        check_quota(entitled, "executions", MONTH.executions, 1, AT)
        check_quota(entitled, "tokens", MONTH.tokens + MONTH.held_tokens, 1, AT)
        MONTH.but(executions=MONTH.executions + 1)

    def call() -> None:
        entitled = entitlements_at(control, AT)
        check_quota(entitled, "tokens", MONTH.tokens + MONTH.held_tokens, 1_100, AT)
        MONTH.but(held_tokens=MONTH.held_tokens + 1_100)

    return {"a call at the front door": door, "the start of a run": start, "a model's call": call}


def _taken(check: Callable[[], object]) -> list[float]:
    for _ in range(WARM):
        check()
    taken = []
    for _ in range(CALLS):
        before = time.thread_time_ns()
        check()
        taken.append((time.thread_time_ns() - before) / 1e6)
    return taken
