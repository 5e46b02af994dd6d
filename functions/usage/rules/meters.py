"""Meters that tenants declare, and which there are. Nobody outside counts by those that every
tenant has: an agent may neither bill nor hide what it used."""

from datetime import datetime

from events.usage import DeclaredMeter, UsageMetersChanged, UsageMetersState
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.transitions import Transition
from shared.usage.meters import BUILT_IN

MOST_METERS = 100
# How many of its own a tenant is told that names one that is not there.
MOST_NAMED = 20


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


def is_meter(declared: UsageMetersState | None, name: str) -> bool:
    """Whether the tenant has a meter of that name: one of ours, or one that it declared."""
    return name in BUILT_IN or any(each.name == name for each in _declared(declared))


def check_meter(declared: UsageMetersState | None, name: str) -> None:
    """Raises Invalid, which names what there is, for a meter that the tenant does not have."""
    if is_meter(declared, name):
        return
    own = [each.name for each in _declared(declared)]
    more = [f"{len(own) - MOST_NAMED} more"] if len(own) > MOST_NAMED else []
    there = ", ".join((*BUILT_IN, *own[:MOST_NAMED], *more))
    said = f"{name} is no meter of this tenant, which has {there}: name one of them, or leave it"
    raise Invalid(FieldError("meter", f"{said} out; PUT /v1/usage/meters/{name} declares one"))


def _declared(declared: UsageMetersState | None) -> tuple[DeclaredMeter, ...]:
    return declared.meters if declared is not None else ()
