"""The parts of every alert: a severity, a runbook, and the people whom it notifies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_gcp import monitoring

Severity = Literal["CRITICAL", "ERROR", "WARNING"]
Combiner = Literal["AND", "OR"]
Condition = monitoring.AlertPolicyConditionArgs

# An incident closes by itself once its metric has been silent for so long.
CLOSED_AFTER = "3600s"


@dataclass(frozen=True)
class Alert:
    """`tells` is the notification's first line, `means` its consequences for users; `runbook` names
    a page of docs/runbooks."""

    name: str
    tells: str
    means: str
    severity: Severity
    runbook: str

    @property
    def documentation(self) -> str:
        """The text of the notification."""
        return f"{self.means}\n\nWhat to do: docs/runbooks/{self.runbook}.md"


def declare(
    alert: Alert,
    conditions: Sequence[Condition],
    *,
    combiner: Combiner,
    project: str,
    channels: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> monitoring.AlertPolicy:
    """The alert as a policy. Google bills conditions from September 2027 on, so
    docs/operations/slos.md counts them."""
    return monitoring.AlertPolicy(
        f"observability/{alert.name}",
        project=project,
        display_name=alert.tells,
        severity=alert.severity,
        combiner=combiner,
        conditions=list(conditions),
        notification_channels=list(channels),
        documentation=monitoring.AlertPolicyDocumentationArgs(
            content=alert.documentation, mime_type="text/markdown", subject=alert.tells
        ),
        alert_strategy=monitoring.AlertPolicyAlertStrategyArgs(auto_close=CLOSED_AFTER),
        user_labels={"runbook": alert.runbook},
        opts=opts,
    )
