"""The alerts beside the objectives' burn rates: few, each with one thing to do."""

from collections.abc import Iterable

import pulumi
from pulumi_gcp import monitoring

from infra.observability.filters import (
    ON_CLOUD_RUN,
    ON_PUBSUB,
    any_service,
    of_metric,
    one_subscription,
)
from infra.observability.google_metrics import CHECK_PASSED, REQUESTS, WAITING
from infra.observability.log_metrics import STUCK
from infra.observability.policies import Alert, Condition

DEAD_LETTERS = Alert(
    name="dead-letters",
    tells="A delivery was dead-lettered",
    means="An event or a timer used up its retries and waits for a person; its consequences have "
    "not happened. The alert closes by itself when there are no dead letters.",
    severity="ERROR",
    runbook="dead-letters",
)
REACTION_ERRORS = Alert(
    name="reaction-errors",
    tells="A private function fails repeatedly",
    means="Ten deliveries in ten minutes ended in a server error. They are retried until their "
    "attempts are used up, and then dead-lettered. The public functions' errors burn the budget of "
    "availability instead.",
    severity="ERROR",
    runbook="dead-letters",
)
STUCK_CASES = Alert(
    name="stuck-cases",
    tells="A timer or an event is stuck",
    means="For five minutes every sweep has failed to fire a timer or to publish an event. The log "
    'line names it: logger "shared.messaging.sweep", field "stuck".',
    severity="ERROR",
    runbook="stuck-case",
)
EDGE_DOWN = Alert(
    name="edge-down",
    tells="The API does not answer from outside",
    means="Two of three places in the world got no answer, or a wrong one, in the last quarter of "
    "an hour.",
    severity="CRITICAL",
    runbook="region-loss",
)

ERRORS_TOLERATED = 9
PLACES_TOLERATED = 1


def dead_letters(subscription: str) -> Condition:
    """Met while anything is in the dead letters, from any sender."""
    return _above(
        0,
        of_metric(WAITING, ON_PUBSUB, one_subscription(subscription)),
        period=300,
        aligner="ALIGN_MAX",
        reducer="REDUCE_MAX",
    )


def reaction_errors(private: Iterable[str]) -> Condition:
    """Met when one of the private services failed ten times in ten minutes."""
    errors = 'metric.labels.response_code_class="5xx"'
    return _above(
        ERRORS_TOLERATED,
        of_metric(REQUESTS, ON_CLOUD_RUN, any_service(private), errors),
        period=600,
        aligner="ALIGN_DELTA",
        reducer="REDUCE_SUM",
        by=("resource.label.service_name",),
    )


def stuck_cases() -> Condition:
    """Met while a sweep logs anything stuck, which it does every minute."""
    return _above(
        0,
        of_metric(STUCK.type, ON_CLOUD_RUN),
        period=300,
        aligner="ALIGN_DELTA",
        reducer="REDUCE_SUM",
    )


def edge_down(host: pulumi.Input[str]) -> Condition:
    """Met when the last answer of that host was wrong in at least two places."""
    return _above(
        PLACES_TOLERATED,
        pulumi.Output.format(
            '{0} AND resource.type="uptime_url" AND resource.labels.host="{1}"',
            of_metric(CHECK_PASSED),
            host,
        ),
        period=1200,
        aligner="ALIGN_NEXT_OLDER",
        reducer="REDUCE_COUNT_FALSE",
        by=("resource.label.host",),
    )


def _above(
    threshold: float,
    filter: pulumi.Input[str],
    *,
    period: int,
    aligner: str,
    reducer: str,
    by: Iterable[str] = (),
) -> Condition:
    return Condition(
        display_name=f"more than {threshold:g} in {period // 60} min",
        condition_threshold=monitoring.AlertPolicyConditionConditionThresholdArgs(
            filter=filter,
            comparison="COMPARISON_GT",
            threshold_value=threshold,
            duration="0s",
            aggregations=[
                monitoring.AlertPolicyConditionConditionThresholdAggregationArgs(
                    alignment_period=f"{period}s",
                    per_series_aligner=aligner,
                    cross_series_reducer=reducer,
                    group_by_fields=list(by),
                )
            ],
            trigger=monitoring.AlertPolicyConditionConditionThresholdTriggerArgs(count=1),
        ),
    )
