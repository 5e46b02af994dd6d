"""Our objectives, and how they are measured. docs/operations/slos.md describes them in words."""

from collections.abc import Iterable
from dataclasses import dataclass

import pulumi
from pulumi_gcp import monitoring

from infra.observability.burn_rates import FAST, SLOW, BurnRate
from infra.observability.filters import ON_CLOUD_RUN, any_service, of_metric, one_service
from infra.observability.google_metrics import LATENCIES, REQUESTS
from infra.observability.log_metrics import EFFECT_LAG, EVENT_LAG, READ_MODEL

# As long as in the SRE workbook, so that its burn rates apply.
DAYS = 30


@dataclass(frozen=True)
class FewErrors:
    """Good is every request that the function did not fail itself (5xx)."""


@dataclass(frozen=True)
class Within:
    """Good is every point of a distribution of at most so many milliseconds."""

    milliseconds: int
    metric: str
    of: str = ""


@dataclass(frozen=True)
class Objective:
    """At least `goal` of all is good, over the last thirty days; `runbook` is the page where a
    person starts after an alert."""

    name: str
    promise: str
    goal: float
    good: FewErrors | Within
    runbook: str
    alerts: tuple[BurnRate, ...]

    @property
    def milliseconds(self) -> int | None:
        """The largest good value; None where the objective is not about time."""
        return self.good.milliseconds if isinstance(self.good, Within) else None


AVAILABILITY = Objective(
    name="availability",
    promise="99.9 % of the requests to public functions are not answered with a server error",
    goal=0.999,
    good=FewErrors(),
    runbook="roll-back",
    alerts=(FAST, SLOW),
)
LATENCY = Objective(
    name="latency",
    promise="99 % of the requests to public functions are answered by a warm instance in 200 ms",
    goal=0.99,
    good=Within(200, LATENCIES),
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


def declare(
    objective: Objective,
    service: monitoring.CustomService,
    public: Iterable[str],
    opts: pulumi.ResourceOptions,
) -> monitoring.Slo:
    """The objective in Cloud Monitoring's form; `public` are the Cloud Run services whose requests
    count."""
    return monitoring.Slo(
        f"observability/{objective.name}",
        service=service.service_id,
        project=service.project,
        slo_id=objective.name,
        display_name=objective.promise,
        goal=objective.goal,
        rolling_period_days=DAYS,
        request_based_sli=_indicator(objective.good, any_service(public)),
        opts=opts,
    )


def _indicator(good: FewErrors | Within, public: str) -> monitoring.SloRequestBasedSliArgs:
    if isinstance(good, FewErrors):
        requests = of_metric(REQUESTS, ON_CLOUD_RUN, public)
        return monitoring.SloRequestBasedSliArgs(
            good_total_ratio=monitoring.SloRequestBasedSliGoodTotalRatioArgs(
                bad_service_filter=f'{requests} AND metric.labels.response_code_class="5xx"',
                total_service_filter=requests,
            )
        )
    of = public if good.metric == LATENCIES else good.of
    return monitoring.SloRequestBasedSliArgs(
        distribution_cut=monitoring.SloRequestBasedSliDistributionCutArgs(
            distribution_filter=of_metric(good.metric, ON_CLOUD_RUN, of),
            range=monitoring.SloRequestBasedSliDistributionCutRangeArgs(
                min=0.0, max=float(good.milliseconds)
            ),
        )
    )
