"""All monitoring resources."""

from collections.abc import Iterable, Mapping, Sequence

import pulumi
from pulumi_gcp import logging, monitoring

from infra.cloud import Cloud, Part
from infra.observability import alerts, spend, uptime
from infra.observability.alerts import Above, Alert, Burning
from infra.observability.dashboard import dashboard_json
from infra.observability.metrics import (
    LOG_METRICS,
    ON_CLOUD_RUN,
    SERVER_ERRORS,
    Google,
    LogMetric,
    any_service,
    of_metric,
)
from infra.observability.objectives import DAYS, OBJECTIVES, SERVICE, Objective
from infra.services import Deployed

# An incident closes by itself once its metric has been silent for so long.
CLOSED_AFTER = "3600s"


class Observability(Part):
    """Metrics, objectives and alerts. Guarantees that every alert notifies somebody,
    names its severity and the runbook that says what to do, and watches a metric that something
    writes.

    Deliberately does not
    - alert where a stack names no address (`alert_email`): then there are metrics, objectives and
      the dashboard, but no alerts that nobody would receive;
    - alert on causes (CPU, memory, connections, cold starts): they are on the dashboard, for
      the person whom an alert on a symptom notified;
    - trace: spans are not exported, their ids are in every log line;
    - export logs or keep them longer than Cloud Logging's thirty days: the event log is the record;
    - stop spending (infra/observability/spend.py)."""

    def __init__(
        self,
        cloud: Cloud,
        services: Mapping[str, Deployed],
        *,
        host: pulumi.Input[str],
        dead_letters: str,
    ) -> None:
        super().__init__(cloud)
        public = [name for name, each in services.items() if each.deployable.public]
        private = [name for name, each in services.items() if not each.deployable.public]
        measured = [self._metric(metric) for metric in LOG_METRICS]
        # Google knows a new metric only after up to ten minutes, and until then refuses resources
        # that name it (https://github.com/hashicorp/terraform-provider-google/issues/11102).
        # Metrics come first and the services after their images, which takes most of that time.
        known = [*measured, *(each.service for each in services.values())]
        promised = self._promise(public, known)
        check = uptime.declare(host, self.project, self.inside(*known))
        monitoring.Dashboard(
            "observability/dashboard",
            project=self.project,
            dashboard_json=dashboard_json(
                objectives=[objective.full_name(self.project) for objective in promised],
                dead_letters=dead_letters,
                sql_connections=cloud.settings.sql_connections,
            ),
            opts=self.inside(*measured),
        )
        channels = self._channels(cloud.settings.alert_email)
        if channels:
            for objective, slo in promised.items():
                for burn in objective.alerts:
                    self._alert(alerts.of_budget(objective, burn, self.project), channels, [slo])
            for alert in alerts.of_stack(private, host, dead_letters):
                self._alert(alert, channels, [*known, check])
        spend.declare(cloud, channels, self.inside())
        self.register_outputs({})

    def _metric(self, metric: LogMetric) -> logging.Metric:
        """It counts from its creation on: older entries are not in it."""
        bounds = [float(bound) for bound in metric.bounds]
        return logging.Metric(
            f"observability/{metric.name}",
            name=metric.name,
            project=self.project,
            description=metric.says,
            filter=metric.filter,
            value_extractor=f"EXTRACT({metric.value})" if metric.value else None,
            label_extractors=dict(metric.labels) or None,
            bucket_options={"explicit_buckets": {"bounds": bounds}} if bounds else None,
            metric_descriptor={
                "metric_kind": "DELTA",
                "value_type": "DISTRIBUTION" if metric.value else "INT64",
                "unit": metric.unit,
                "display_name": metric.name,
                "labels": [{"key": key} for key in metric.labels],
            },
            opts=self.inside(),
        )

    def _promise(
        self, public: Iterable[str], known: Iterable[pulumi.Resource]
    ) -> dict[Objective, monitoring.Slo]:
        service = monitoring.CustomService(
            "observability/service",
            project=self.project,
            service_id=SERVICE,
            display_name="Assent",
            opts=self.inside(),
        )
        return {
            each: monitoring.Slo(
                f"observability/{each.name}",
                service=service.service_id,
                project=service.project,
                slo_id=each.name,
                display_name=each.promise,
                goal=each.goal,
                rolling_period_days=DAYS,
                request_based_sli=_indicator(each, any_service(public)),
                opts=self.inside(*known),
            )
            for each in OBJECTIVES
        }

    def _alert(
        self,
        alert: Alert,
        channels: Sequence[pulumi.Input[str]],
        after: Iterable[pulumi.Resource],
    ) -> None:
        monitoring.AlertPolicy(
            f"observability/{alert.name}",
            project=self.project,
            display_name=alert.title,
            severity=alert.severity,
            combiner="AND" if len(alert.conditions) > 1 else "OR",
            conditions=[_condition(each) for each in alert.conditions],
            notification_channels=[*channels],
            documentation={
                "content": f"{alert.means}\n\nWhat to do: docs/runbooks/{alert.runbook}.md",
                "mime_type": "text/markdown",
                "subject": alert.title,
            },
            alert_strategy={"auto_close": CLOSED_AFTER},
            user_labels={"runbook": alert.runbook},
            opts=self.inside(*after),
        )

    def _channels(self, address: str | None) -> Sequence[pulumi.Output[str]]:
        if address is None:
            pulumi.warn("alert_email: missing, so this stack alerts nobody of anything")
            return []
        channel = monitoring.NotificationChannel(
            "observability/mail",
            project=self.project,
            display_name="Operators of Assent",
            type="email",
            labels={"email_address": address},
            opts=self.inside(),
        )
        return [channel.id]


def _indicator(objective: Objective, public: str) -> monitoring.SloRequestBasedSliArgsDict:
    good = objective.good
    if good is None:
        requests = of_metric(Google.REQUESTS, ON_CLOUD_RUN, public)
        failed = of_metric(Google.REQUESTS, ON_CLOUD_RUN, public, SERVER_ERRORS)
        return {
            "good_total_ratio": {"bad_service_filter": failed, "total_service_filter": requests}
        }
    of = public if good.metric == Google.LATENCIES else good.of
    return {
        "distribution_cut": {
            "distribution_filter": of_metric(good.metric, ON_CLOUD_RUN, of),
            "range": {"min": 0.0, "max": float(good.milliseconds)},
        }
    }


def _condition(met: Above | Burning) -> monitoring.AlertPolicyConditionArgsDict:
    aggregation: monitoring.AlertPolicyConditionConditionThresholdAggregationArgsDict | None = None
    if isinstance(met, Above):
        aggregation = {
            "alignment_period": f"{met.seconds}s",
            "per_series_aligner": met.aligner,
            "cross_series_reducer": met.reducer,
            "group_by_fields": [*met.by],
        }
    return {
        "display_name": met.name,
        "condition_threshold": {
            "filter": met.filter,
            "comparison": "COMPARISON_GT",
            "threshold_value": met.above,
            "duration": "0s",
            "aggregations": None if aggregation is None else [aggregation],
            "trigger": {"count": 1},
        },
    }
