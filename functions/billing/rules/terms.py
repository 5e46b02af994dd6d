"""Which limits a tenant paid for in a month: its usage is charged beyond these. Pure."""

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
    """A month in which limits began to hold: `last` are those at its end, and in the months that
    follow until the next terms; `most` the highest of each meter in it. None: nothing was paid for,
    and so nothing is charged. Limits without a meter: it has none."""

    period: str
    most: dict[Meter, int] | None
    last: dict[Meter, int] | None


class Month(NamedTuple):
    """A month that is over, with the limits that its usage is charged beyond."""

    period: str
    limits: Limits


def limits_of(held: Entitlements) -> dict[Meter, int] | None:
    """The limits beyond which usage is paid for; None where the plan stops at them."""
    return dict(held.limits) if held.overage else None


def note_terms(
    terms: tuple[Terms, ...], limits: dict[Meter, int] | None, at: datetime
) -> tuple[Terms, ...]:
    """The terms once these limits hold from `at` on. A month has the highest limits that were paid
    for in any part of it: who changes the plan never pays for less than they had."""
    if (terms[-1].last if terms else None) == limits:
        return terms
    newest = terms[-1] if terms else Terms(period="", most=None, last=None)
    if (period := month_of(at)) <= newest.period:
        both = Terms(period=newest.period, most=_higher(newest.most, limits), last=limits)
        return (*terms[:-1], both)
    added = Terms(period=period, most=_higher(newest.last, limits), last=limits)
    return (*terms, added)[-MOST_MONTHS - 1 :]


def limits_in(terms: tuple[Terms, ...], period: str) -> Limits | None:
    """The limits that the month's usage is charged beyond; None where nothing was paid for."""
    found = [each for each in terms if each.period <= period]
    if not found:
        return None
    return found[-1].most if found[-1].period == period else found[-1].last


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
        left = one if other is None else other
        return None if left is None else dict(left)
    return {meter: max(units, other[meter]) for meter, units in one.items() if meter in other}
