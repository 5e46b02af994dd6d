"""What this function owns: the devices of governors."""

from mobile_api.rules.devices import Registration
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner

DEVICES = Aggregate(
    noun="device",
    model=Registration,
    collection="governor_devices",
    prefix="dev",
    indexed=("principal",),
)

RUN = Runner("mobile-api", DEVICES)
