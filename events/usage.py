"""What `usage` publishes: the meters that a tenant declared for what its own programs count."""

from typing import Annotated

from pydantic import StringConstraints

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

TOPIC = "usage"

METER_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
MeterName = Annotated[str, StringConstraints(pattern=METER_PATTERN)]
# Words that stand behind a number, as `pages`: nothing of a person.
Unit = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z ]{0,29}$")]


class DeclaredMeter(Data):
    """A meter that programs of the tenant count by, and the unit of its numbers."""

    name: MeterName
    unit: Unit
    declared_at: Instant


class UsageMetersState(EventData):
    """All meters that the tenant declared, by their names."""

    meters: tuple[DeclaredMeter, ...] = ()
    changed_by: str
    changed_at: Instant


@event("assent.usage_meters.changed.v1")
class UsageMetersChanged(UsageMetersState):
    """An admin declared a meter, or changed the unit of one."""
