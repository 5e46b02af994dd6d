"""The meters of a tenant. It declares some of them for events of its programs; those that every
tenant has take no events, so that no agent bills or hides what it used. Pure."""

from datetime import datetime

from events.usage import DeclaredMeter, UsageMetersChanged, UsageMetersState
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.transitions import Transition
from shared.usage.meters import BUILT_IN

MOST_METERS = 100
# How many declared meters the refusal of an unknown meter names.
MOST_NAMED = 20


def declared(
    before: UsageMetersState | None, name: str, unit: str, by: str, at: datetime
) -> Transition[UsageMetersState] | None:
    """The meters with one more, or with another unit of one; None where nothing changes. Raises
    Invalid for the name of a meter that every tenant has, VersionConflict beyond MOST_METERS."""
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
    """Whether the tenant has a meter of that name: one that every tenant has, or one that it
    declared."""
    return name in BUILT_IN or any(each.name == name for each in _declared(declared))


def check_meter(declared: UsageMetersState | None, name: str) -> None:
    """Raises Invalid, which names the meters there are, for one that the tenant does not have."""
    if is_meter(declared, name):
        return
    own = [each.name for each in _declared(declared)]
    more = [f"{len(own) - MOST_NAMED} more"] if len(own) > MOST_NAMED else []
    meters = ", ".join((*BUILT_IN, *own[:MOST_NAMED], *more))
    raise Invalid(
        FieldError(
            "meter",
            f"{name} is no meter of this tenant, which has {meters}: name one of them, or leave it"
            f" out; PUT /v1/usage/meters/{name} declares one",
        )
    )


def _declared(declared: UsageMetersState | None) -> tuple[DeclaredMeter, ...]:
    return declared.meters if declared is not None else ()
