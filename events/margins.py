"""What `billing` publishes of margins, in the platform's own log: no tenant reads it."""

from events.registry import event
from shared.kit.models import EventData

TOPIC = "billing"


@event("assent.margin.fell.v1")
class MarginFell(EventData):
    """Less than 40 % of what a tenant's month earned was left once its counted use was paid for;
    the operator's admins look. Told once for each month of a tenant. `gross_basis_points` is None
    where nothing was earned."""

    tenant_id: str
    month: str
    revenue_cents: int
    cost_usd_micros: int
    gross_basis_points: int | None
