"""Our objectives, how they are measured, and how fast an error budget may burn before an alert
fires. docs/operations/slos.md describes them in words.

The windows and factors are those of the SRE workbook, chapter 5, table 5-8 "Recommended parameters
for a multiwindow, multi-burn-rate alerting configuration", for a budget of thirty days
(https://sre.google/workbook/alerting-on-slos/). The long window shows that it matters, the short
one that it still happens. The table's third row, 10 % in three days, is left out, because a
condition of Cloud Monitoring cannot look back over days."""

from dataclasses import dataclass
from typing import Literal

from infra.observability.metrics import (
    EFFECT_LAG,
    EVENT_LAG,
    READ_MODEL,
    Google,
    one_service,
)

Severity = Literal["CRITICAL", "ERROR", "WARNING"]

SERVICE = "assent"
HOUR = 3600
# As long as in the SRE workbook, so that its burn rates apply.
DAYS = 30


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
        return self.factor * self.long_seconds / (DAYS * 24 * HOUR)


FAST = BurnRate("fast", 14.4, 1 * HOUR, 5 * 60, "CRITICAL")
SLOW = BurnRate("slow", 6, 6 * HOUR, 30 * 60, "WARNING")


@dataclass(frozen=True)
class Within:
    """Good is every point of a distribution of at most so many milliseconds."""

    milliseconds: int
    metric: str
    of: str = ""


@dataclass(frozen=True)
class Objective:
    """At least `goal` of all is good, over the last thirty days. Without `good`, a request is
    good unless the function itself failed it (5xx). Alerts name the `runbook`."""

    name: str
    promise: str
    goal: float
    runbook: str
    alerts: tuple[BurnRate, ...]
    good: Within | None = None

    @property
    def milliseconds(self) -> int | None:
        """The largest good value; None where the objective is not about time."""
        return self.good.milliseconds if self.good else None

    def full_name(self, project: str) -> str:
        """What Cloud Monitoring calls it in a project."""
        return f"projects/{project}/services/{SERVICE}/serviceLevelObjectives/{self.name}"


AVAILABILITY = Objective(
    name="availability",
    promise="99.9 % of the requests to public functions are not answered with a server error",
    goal=0.999,
    runbook="roll-back",
    alerts=(FAST, SLOW),
)
LATENCY = Objective(
    name="latency",
    promise="99 % of the requests to public functions are answered by a warm instance in 200 ms",
    goal=0.99,
    good=Within(200, Google.LATENCIES),
    runbook="roll-back",
    alerts=(SLOW,),
)
EFFECT = Objective(
    name="approval-to-effect",
    promise="95 % of the decisions on approvals, vetoes too, have had their effect within 5 s",
    goal=0.95,
    good=Within(5_000, EFFECT_LAG.type),
    runbook="stuck-case",
    alerts=(FAST, SLOW),
)
PROJECTION = Objective(
    name="event-to-projection",
    promise="95 % of the events are in the governor's read model within 2 s",
    goal=0.95,
    good=Within(2_000, EVENT_LAG.type, one_service(READ_MODEL)),
    runbook="dead-letters",
    alerts=(SLOW,),
)
OBJECTIVES = (AVAILABILITY, LATENCY, EFFECT, PROJECTION)
