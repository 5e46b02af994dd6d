"""Everything that watches."""

from collections.abc import Iterable, Mapping, Sequence

import pulumi
from pulumi_gcp import monitoring

from infra.cloud import Cloud, Part
from infra.observability import alerts, metrics, objectives, spend, uptime
from infra.observability.dashboard import dashboard_json
from infra.observability.objectives import OBJECTIVES, SERVICE, Objective
from infra.services import Deployed


class Observability(Part):
    """What is measured, promised and alerted on. Guarantees that every alert notifies somebody,
    names its severity and the runbook that says what to do, and watches a metric that something
    writes.

    Deliberately does not
    - alert where a stack names no address (`alert_email`): then there are metrics, objectives and
      the dashboard, and no alert: one that nobody gets is a false comfort;
    - alert on causes (CPU, memory, connections, cold starts): they are on the dashboard, for
      whoever was alerted to a symptom;
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
        measured = [
            metrics.declare(metric, self.project, self.inside()) for metric in metrics.LOG_METRICS
        ]
        # Google knows a new metric only after up to ten minutes, and until then refuses what names
        # it (https://github.com/hashicorp/terraform-provider-google/issues/11102). Metrics come
        # first and the services after their images, which takes most of that.
        known = [*measured, *(each.service for each in services.values())]
        promised = self._promise(public, self.inside(*known))
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
                    alert = alerts.of_budget(objective, burn, self.project)
                    alerts.declare(alert, channels, self.project, self.inside(slo))
            for alert in alerts.of_stack(private, host, dead_letters):
                alerts.declare(alert, channels, self.project, self.inside(*known, check))
        spend.declare(cloud, channels, self.inside())
        self.register_outputs({})

    def _promise(
        self, public: Iterable[str], once_known: pulumi.ResourceOptions
    ) -> dict[Objective, monitoring.Slo]:
        service = monitoring.CustomService(
            "observability/service",
            project=self.project,
            service_id=SERVICE,
            display_name="Assent",
            opts=self.inside(),
        )
        return {each: objectives.declare(each, service, public, once_known) for each in OBJECTIVES}

    def _channels(self, address: str | None) -> Sequence[pulumi.Output[str]]:
        if address is None:
            pulumi.warn("alert_email: missing, so this stack alerts nobody of anything")
            return []
        channel = monitoring.NotificationChannel(
            "observability/mail",
            project=self.project,
            display_name="Whoever operates Assent",
            type="email",
            labels={"email_address": address},
            opts=self.inside(),
        )
        return [channel.id]
