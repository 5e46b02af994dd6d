"""What is measured, promised and told: metrics, objectives, alerts, one page."""

from infra.observability.observability import Observability

__all__ = ["Observability"]
