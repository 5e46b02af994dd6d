"""What becomes of notices on their way to a person's device."""

from shared.kit.instants import Instant
from shared.kit.models import EventData


class DeliveryAcknowledged(EventData):
    """A device of `principal` had the notice about `approval_id`: it signed so, and the server knew
    it at `at`, by its own clock. Published once for each delivery, whose `delivery_id` it has."""

    delivery_id: str
    device_id: str
    principal: str
    approval_id: str
    at: Instant
