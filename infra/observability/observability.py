"""All monitoring resources."""

from collections.abc import Iterable, Mapping, Sequence

import pulumi
from pulumi_gcp import monitoring

from infra.cloud import Cloud
from infra.observability import (
    alerts,
    burn_rates,
    log_metrics,
    objectives,
    policies,
    spend,
    uptime,
)
from infra.observability.burn_rates import BurnRate
from infra.observability.dashboard import dashboard_json
from infra.observability.objectives import OBJECTIVES, Objective
from infra.observability.policies import Alert, Combiner, Condition
from infra.services import Deployed

SERVICE = "assent"


class Observability(pulumi.ComponentResource):
    """Metrics, objectives and alerts. Guarantees that every alert notifies somebody, names its
    severity and the runbook that says what to do, and watches a metric that something writes.

    Deliberately does not
    - alert where a stack names no address (`alert_email`): then there are metrics, objectives
      and the dashboard, but no alerts that nobody would receive;
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
        super().__init__("assent:infra:Observability", "observability")
        self._cloud = cloud
        self._project = cloud.settings.project
        self._inside = cloud.inside(self)
        public = [name for name, each in services.items() if each.deployable.public]
        private = [name for name, each in services.items() if not each.deployable.public]
        self._metrics = [
            log_metrics.declare(metric, self._project, self._inside)
            for metric in log_metrics.LOG_METRICS
        ]
        # Google knows a new metric only after up to ten minutes, and until then refuses resources
        # that name it (https://github.com/hashicorp/terraform-provider-google/issues/11102).
        # Metrics come first and the services after their images, which takes most of that time.
        self._known = [*self._metrics, *(each.service for each in services.values())]
        once_known = self._cloud.inside(self, *self._known)
        promised = self._promise(public, once_known)
        check = uptime.declare(host, self._project, once_known)
        self._show(promised, dead_letters, cloud.settings.sql_connections)
        self._channels = self._told(cloud.settings.alert_email)
        if self._channels:
            self._watch_budgets(promised)
            self._watch(private, host, dead_letters, after=[*self._known, check])
        spend.declare(cloud, self._channels, self._inside)
        self.register_outputs({})

    def _promise(
        self, public: Iterable[str], once_known: pulumi.ResourceOptions
    ) -> dict[Objective, monitoring.Slo]:
        service = monitoring.CustomService(
            "observability/service",
            project=self._project,
            service_id=SERVICE,
            display_name="Assent",
            opts=self._inside,
        )
        return {
            objective: objectives.declare(objective, service, public, once_known)
            for objective in OBJECTIVES
        }

    def _show(self, promised: Iterable[Objective], dead_letters: str, sql_connections: int) -> None:
        monitoring.Dashboard(
            "observability/dashboard",
            project=self._project,
            dashboard_json=dashboard_json(
                objectives=[self._full_name(objective) for objective in promised],
                dead_letters=dead_letters,
                sql_connections=sql_connections,
            ),
            opts=self._cloud.inside(self, *self._metrics),
        )

    def _told(self, address: str | None) -> list[pulumi.Output[str]]:
        if address is None:
            pulumi.warn("alert_email: missing, so this stack alerts nobody of anything")
            return []
        channel = monitoring.NotificationChannel(
            "observability/mail",
            project=self._project,
            display_name="Operators of Assent",
            type="email",
            labels={"email_address": address},
            opts=self._inside,
        )
        return [channel.id]

    def _watch_budgets(self, promised: Mapping[Objective, monitoring.Slo]) -> None:
        for objective, slo in promised.items():
            for burn in objective.alerts:
                self._alert(
                    _of_budget(objective, burn),
                    burn_rates.conditions(burn, self._full_name(objective)),
                    combiner="AND",
                    after=[slo],
                )

    def _watch(
        self,
        private: Iterable[str],
        host: pulumi.Input[str],
        dead_letters: str,
        *,
        after: Sequence[pulumi.Resource],
    ) -> None:
        conditions = {
            alerts.DEAD_LETTERS: alerts.dead_letters(dead_letters),
            alerts.REACTION_ERRORS: alerts.reaction_errors(private),
            alerts.STUCK_CASES: alerts.stuck_cases(),
            alerts.EDGE_DOWN: alerts.edge_down(host),
        }
        for alert, condition in conditions.items():
            self._alert(alert, [condition], combiner="OR", after=after)

    def _alert(
        self,
        alert: Alert,
        conditions: Sequence[Condition],
        *,
        combiner: Combiner,
        after: Sequence[pulumi.Resource],
    ) -> None:
        policies.declare(
            alert,
            conditions,
            combiner=combiner,
            project=self._project,
            channels=self._channels,
            opts=self._cloud.inside(self, *after),
        )

    def _full_name(self, objective: Objective) -> str:
        path = f"services/{SERVICE}/serviceLevelObjectives/{objective.name}"
        return f"projects/{self._project}/{path}"


def _of_budget(objective: Objective, burn: BurnRate) -> Alert:
    part = f"{burn.budget_consumed:.0%}"
    hours = burn.long_seconds // burn_rates.HOUR
    return Alert(
        name=f"{objective.name}-{burn.name}-burn",
        tells=f"{objective.name}: {part} of a month's error budget was used in {hours} h",
        means=f"Promised: {objective.promise}. The budget for exceptions burns {burn.factor:g} "
        "times as fast as it may, and still does (docs/operations/slos.md).",
        severity=burn.severity,
        runbook=objective.runbook,
    )
