"""Metrics, objectives, alerts, and one dashboard."""

from infra.observability.observability import Observability

__all__ = ["Observability"]
