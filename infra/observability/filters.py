"""Filters of Cloud Monitoring and of Cloud Logging, which share these parts."""

from collections.abc import Iterable

ON_CLOUD_RUN = 'resource.type="cloud_run_revision"'
ON_PUBSUB = 'resource.type="pubsub_subscription"'


def of_metric(metric: str, *conditions: str) -> str:
    """The points of a metric for which all conditions hold."""
    return " AND ".join((f'metric.type="{metric}"', *filter(None, conditions)))


def one_service(name: str) -> str:
    """Of this Cloud Run service."""
    return f'resource.labels.service_name="{name}"'


def one_subscription(name: str) -> str:
    """Of this Pub/Sub subscription."""
    return f'resource.labels.subscription_id="{name}"'


def any_service(names: Iterable[str]) -> str:
    """Of one of these Cloud Run services; for Cloud Monitoring only."""
    return f"resource.labels.service_name=one_of({_listed(names)})"


def any_label(label: str, values: Iterable[str]) -> str:
    """Of a metric's label with one of these values; for Cloud Monitoring only."""
    return f"metric.labels.{label}=one_of({_listed(values)})"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f'"{value}"' for value in sorted(values))
