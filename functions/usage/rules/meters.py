"""Meters that tenants declare. Nobody outside counts by those that every tenant has: an agent may
neither bill nor hide what it used."""

from datetime import datetime

from events.usage import DeclaredMeter, UsageMetersChanged, UsageMetersState
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.transitions import Transition
from shared.usage.meters import BUILT_IN

MOST_METERS = 100


def declared(
    before: UsageMetersState | None, name: str, unit: str, by: str, at: datetime
) -> Transition[UsageMetersState] | None:
    """The meters with one more, or with another unit of one; None where nothing changes. Raises
    Invalid for a name of one that every tenant has, VersionConflict beyond MOST_METERS."""
    if name in BUILT_IN:
        message = f"{name} is counted by Assent itself: choose another name"
        raise Invalid(FieldError("meter", message))
    known = {each.name: each for each in before.meters} if before else {}
    if name in known and known[name].unit == unit:
        return None
    if name not in known and len(known) >= MOST_METERS:
        raise VersionConflict(f"the tenant has declared {MOST_METERS} meters, and may no more")
    since = known[name].declared_at if name in known else at
    known[name] = DeclaredMeter(name=name, unit=unit, declared_at=since)
    meters = tuple(known[each] for each in sorted(known))
    return Transition(
        UsageMetersState(meters=meters, changed_by=by, changed_at=at), UsageMetersChanged
    )
