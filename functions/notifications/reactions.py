"""Events in: what people are told of, and their devices. Timers in: deliveries that are due."""

from events.devices import DeviceRegistered, DeviceRemoved
from functions.notifications.aggregates import RUN
from functions.notifications.rules.delivery import DELIVERY_DUE
from functions.notifications.rules.notice import told_types
from functions.notifications.service.recipients import know_device, tell
from functions.notifications.service.send import send_due

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {
    **dict.fromkeys(sorted(told_types()), tell),
    DeviceRegistered.event_type: know_device,
    DeviceRemoved.event_type: know_device,
    DELIVERY_DUE: send_due,
}
