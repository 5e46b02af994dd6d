"""What `billing` publishes of invoices that differ from our meter, in the platform's own log."""

from events.registry import event
from shared.kit.models import EventData
from shared.kit.plans import Meter

TOPIC = "billing"


@event("assent.invoice_line.disagreed.v1")
class InvoiceLineDisagreed(EventData):
    """A line of usage on a tenant's invoice is not what our meter counted, or charges a second time
    for it; the platform's admins look. Told once for each line and amount."""

    tenant_id: str
    invoice_id: str
    line_id: str
    cents: int
    period: str
    section: int
    meter: Meter
