"""What a function publishes when it gives up a delivery, and when that is handled after all."""

from events.registry import EventData


class DeliveryState(EventData):
    """A delivery that `function` sent to the dead letters. `path` is where it was going,
    `delivered_…` the event or timer it brought, as far as that could be read. `reason` is empty
    where the news of the recovery came first."""

    delivery_id: str
    function: str
    path: str
    delivered_id: str
    delivered_type: str
    delivered_subject: str
    reason: str
