"""What the usage of the month under way would cost, if no more came. Pure."""

from collections.abc import Mapping
from datetime import datetime

from functions.billing.rules.charges import used_and_charge
from functions.billing.rules.order import Order
from functions.billing.rules.subscription import Subscription
from functions.billing.rules.terms import Limits, limits_in, limits_of, note_terms
from shared.catalogue import catalogue, entitlements
from shared.kit.models import Data
from shared.kit.months import month_of
from shared.kit.plans import Meter


class MeterSoFar(Data):
    """How much of a meter is `used` in the month so far, and the `cents` for what of it is beyond
    `included`. Of files it is the average over all hours of the month, without any in those to
    come."""

    meter: Meter
    used: int
    included: int
    cents: int


class UsageSoFar(Data):
    """An estimate: what the usage of the month `period` up to now would cost beyond the limits that
    the month has by the order, before taxes, discounts and credits. It is asked for with the first
    renewal after the month or, where the subscription ends before, on an invoice of its own. Where
    `is_whole` is false, the audit log has more than was counted."""

    period: str
    cents: int
    is_whole: bool
    meters: tuple[MeterSoFar, ...]


def limits_by(known: Subscription, order: Order, at: datetime) -> Limits | None:
    """The limits that the month of `at` has once the order is placed then; None where nothing is
    paid for beyond limits in it, and where nothing was ever bought. An end leaves the month as it
    is."""
    terms = known.terms
    if not terms:
        return None
    if order.plan != "free":
        wanted = {each.add_on: each.quantity for each in order.add_ons}
        terms = note_terms(terms, limits_of(entitlements(order.plan, wanted)), at)
    return limits_in(terms, month_of(at))


def usage_so_far(
    limits: Limits, counted: Mapping[str, int], at: datetime, *, is_whole: bool
) -> UsageSoFar:
    """What these sums of the month of `at` cost, by meter: as the line of an invoice would, if the
    month were over and nothing had come since. Meters without a limit or a price cost nothing."""
    period, meters = month_of(at), []
    for meter in catalogue().overage:
        included = limits.get(meter)
        if included is not None:
            used, cents = used_and_charge(period, meter, included, counted)
            meters.append(MeterSoFar(meter=meter, used=used, included=included, cents=cents))
    return UsageSoFar(
        period=period,
        cents=sum(each.cents for each in meters),
        is_whole=is_whole,
        meters=tuple(meters),
    )
