"""How fast an error budget may burn before an alert fires.

The windows and factors are those of the SRE workbook, chapter 5, table 5-8 "Recommended parameters
for a multiwindow, multi-burn-rate alerting configuration", for a budget of thirty days
(https://sre.google/workbook/alerting-on-slos/):

| budget consumed | long window | short window | burn rate | notifies |
|---|---|---|---|---|
| 2 % | 1 h | 5 min | 14.4 | at once |
| 5 % | 6 h | 30 min | 6 | at once |
| 10 % | 3 days | 6 h | 1 | on a working day |

The long window shows that it matters, the short one that it still happens. The third row is left
out, because a condition of Cloud Monitoring cannot look back over days."""

from dataclasses import dataclass

from pulumi_gcp import monitoring

from infra.observability.policies import Condition, Severity

HOUR = 3600


@dataclass(frozen=True)
class BurnRate:
    """Alerts when the budget burns `factor` times as fast as it may, over both windows."""

    name: str
    factor: float
    long_seconds: int
    short_seconds: int
    severity: Severity

    @property
    def budget_consumed(self) -> float:
        """The share of thirty days' budget that is used after one long window at this rate."""
        return self.factor * self.long_seconds / (30 * 24 * HOUR)


FAST = BurnRate("fast", 14.4, 1 * HOUR, 5 * 60, "CRITICAL")
SLOW = BurnRate("slow", 6, 6 * HOUR, 30 * 60, "WARNING")


def conditions(burn: BurnRate, objective: str) -> list[Condition]:
    """One condition a window, for the objective of that full name; their policy must combine them
    with AND."""
    return [
        Condition(
            display_name=f"burns {burn.factor:g} times too fast over {seconds // 60} min",
            condition_threshold=monitoring.AlertPolicyConditionConditionThresholdArgs(
                filter=f'select_slo_burn_rate("{objective}", "{seconds}s")',
                comparison="COMPARISON_GT",
                threshold_value=burn.factor,
                duration="0s",
                trigger=monitoring.AlertPolicyConditionConditionThresholdTriggerArgs(count=1),
            ),
        )
        for seconds in (burn.long_seconds, burn.short_seconds)
    ]
