"""The limits that a tenant paid for in a month, beyond which its usage is charged. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from shared.catalogue import Entitlements
from shared.kit.models import Data
from shared.kit.months import month_of
from shared.kit.plans import Meter

Limits = Mapping[Meter, int]
# A yearly plan has one invoice a year, and an event may be 62 days late.
MOST_MONTHS = 16


class Terms(Data):
    """A month in which the limits changed. `most` has the highest limit of each meter in that
    month, `last` those at its end, which hold in the following months until the next terms. None:
    nothing was paid for, so nothing is charged. A meter that is not named has no limit."""

    period: str
    most: dict[Meter, int] | None
    last: dict[Meter, int] | None


class Month(NamedTuple):
    """A month that is over, with the limits beyond which its usage is charged."""

    period: str
    limits: Limits


def limits_of(held: Entitlements) -> dict[Meter, int] | None:
    """The limits beyond which usage is charged; None where the plan stops at them."""
    return dict(held.limits) if held.overage else None


def note_terms(
    terms: tuple[Terms, ...], limits: dict[Meter, int] | None, at: datetime
) -> tuple[Terms, ...]:
    """The terms with these limits from `at` on. A month has the highest limits that were paid for
    in any part of it, so that a change of plan never makes usage cost more that was included
    before."""
    if (terms[-1].last if terms else None) == limits:
        return terms
    newest = terms[-1] if terms else Terms(period="", most=None, last=None)
    if (period := month_of(at)) <= newest.period:
        both = Terms(period=newest.period, most=_higher(newest.most, limits), last=limits)
        return (*terms[:-1], both)
    added = Terms(period=period, most=_higher(newest.last, limits), last=limits)
    return (*terms, added)[-MOST_MONTHS - 1 :]


def limits_in(terms: tuple[Terms, ...], period: str) -> Limits | None:
    """The limits beyond which the month's usage is charged; None where nothing was paid for."""
    earlier = [each for each in terms if each.period <= period]
    if not earlier:
        return None
    newest = earlier[-1]
    return newest.most if newest.period == period else newest.last


def months_to_charge(terms: tuple[Terms, ...], at: datetime) -> tuple[Month, ...]:
    """The months that are over by `at` and were paid for, the last sixteen at most."""
    months, period = [], month_of(at)
    for _ in range(MOST_MONTHS):
        period = _before(period)
        if (limits := limits_in(terms, period)) is not None:
            months.append(Month(period, limits))
    return tuple(reversed(months))


def _before(period: str) -> str:
    year, month = map(int, period.split("-"))
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"


def _higher(one: Limits | None, other: Limits | None) -> dict[Meter, int] | None:
    if one is None or other is None:
        only = one if other is None else other
        return None if only is None else dict(only)
    return {meter: max(units, other[meter]) for meter, units in one.items() if meter in other}
