"""What operators see of the platform."""

from typing import Literal

from shared.kit.instants import Instant
from shared.kit.models import Model


class FunctionHealth(Model):
    """How many of the oldest events that a function committed and did not publish yet are late, and
    since when the oldest is."""

    function: str
    late_events: int
    late_since: Instant | None


class HealthView(Model):
    """`late` where a function has late events: its sweep does not run, or fails."""

    status: Literal["ok", "late"]
    functions: tuple[FunctionHealth, ...]


class MetricsView(Model):
    """Tenants that signed up, closed ones too, and people who signed in."""

    tenants: int
    principals: int
