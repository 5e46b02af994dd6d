"""What usage beyond a plan's limits costs, and how a line of an invoice carries it. Pure.

A charge is for one meter of the catalogue in one section of one month. A later section is a
correction: it costs what all sections cost together, less what the sections before it cost."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self

from functions.billing.rules.terms import Limits, Month
from shared.catalogue import catalogue
from shared.catalogue.models import Overage
from shared.kit.models import Data
from shared.kit.plans import Meter
from shared.usage.periods import hours_of
from shared.usage.proofs import UsageLine

# The counted meters that a meter of the catalogue adds up.
COUNTED_BY: Mapping[Meter, tuple[str, ...]] = MappingProxyType(
    {
        "executions": ("executions",),
        "tokens": ("tokens_in", "tokens_out"),
        "storage": ("storage_byte_hours",),
    }
)
_PART = re.compile(r"([a-z_]+)=([0-9]+)@([0-9a-f]{64})")
_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_NUMBERS = ("section", "quantity", "before", "included", "charged", "price_cents", "price_units")


class UsageCounted(Data):
    """A closed line of usage: a meter, its quantity, and the root over its slabs."""

    meter: str
    quantity: int
    root: str


class UsageCharge(Data):
    """What one section of a month costs. `quantity` is its own, `before` that of the sections
    before it. Of both together, the units beyond `included` cost `price_cents` for each
    `price_units`; `charged` are the units, and `cents` the price, that the sections before do not
    charge already. Storage is counted in byte hours; its average over the month's hours is
    compared with `included`."""

    period: str
    section: int
    meter: Meter
    quantity: int
    before: int
    included: int
    charged: int
    price_cents: int
    price_units: int
    cents: int
    counted: tuple[UsageCounted, ...]

    @property
    def key(self) -> str:
        """The name of the charge: the same for the same meter, section and month."""
        return f"{self.period}.{self.section}.{self.meter}"

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata of the invoice's line, from which `from_metadata` makes the charge again."""
        root = ",".join(f"{each.meter}={each.quantity}@{each.root}" for each in self.counted)
        numbers = {name: str(getattr(self, name)) for name in _NUMBERS}
        return {"period": self.period, "meter": self.meter, **numbers, "root": root}

    @property
    def description(self) -> str:
        """The line's text for people."""
        unit = catalogue().overage[self.meter].unit
        kept = " on average" if self.meter == "storage" else ""
        text = f"{self.period}: {self.charged:,} {unit}s{kept} beyond {self.included:,}"
        return text if self.section == 1 else f"{text} (correction {self.section - 1})"

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any], cents: int) -> Self | None:
        """The charge that a line of an invoice carries; None where the line is not one of usage."""
        period, meter = metadata.get("period", ""), metadata.get("meter", "")
        numbers = {name: metadata.get(name, "") for name in _NUMBERS}
        parts = [_PART.fullmatch(each) for each in metadata.get("root", "").split(",")]
        if meter not in COUNTED_BY or not _PERIOD.fullmatch(period):
            return None
        if None in parts or not all(
            re.fullmatch(r"[0-9]{1,18}", each) for each in numbers.values()
        ):
            return None
        counted = [
            UsageCounted(meter=each[1], quantity=int(each[2]), root=each[3])
            for each in parts
            if each
        ]
        return cls(
            period=period,
            meter=meter,
            cents=cents,
            counted=tuple(counted),
            **{name: int(each) for name, each in numbers.items()},
        )


def charges_of(
    month: Month, lines: Iterable[UsageLine], prices: Mapping[Meter, Overage] | None = None
) -> tuple[UsageCharge, ...]:
    """What the month's closed lines cost beyond the limits, by meter and section; no charge of zero
    cents. A meter without a limit or without a price costs nothing."""
    closed = [each for each in lines if each.closed_at is not None]
    charges = []
    for meter, price in (catalogue().overage if prices is None else prices).items():
        included = month.limits.get(meter)
        if included is not None:
            charges += _of_meter(month.period, meter, included, price, closed)
    return tuple(charges)


def used_and_charge(
    period: str, meter: Meter, included: int, counted: Mapping[str, int]
) -> tuple[int, int]:
    """How much of a meter of the catalogue that has a price is used in the month by these sums, as
    limits count it, and what it costs in cents beyond `included`."""
    quantity = sum(counted.get(each, 0) for each in COUNTED_BY[meter])
    used = quantity // _each_unit(period, meter)
    return used, catalogue().overage[meter].charge(max(0, used - included))


def agree(charge: UsageCharge, limits: Limits, lines: Iterable[UsageLine]) -> bool:
    """Whether the charge is what these lines cost at the prices that it names itself."""
    if not charge.price_units:
        return False
    price = Overage(cents=charge.price_cents, per=charge.price_units, unit="unit")
    return charge in charges_of(Month(charge.period, limits), lines, {charge.meter: price})


def _of_meter(
    period: str, meter: Meter, included: int, price: Overage, lines: list[UsageLine]
) -> list[UsageCharge]:
    each_unit = _each_unit(period, meter)
    found, before = [], 0
    of_meter = [each for each in lines if each.meter in COUNTED_BY[meter]]
    for section in sorted({each.section for each in of_meter}):
        parts = sorted((e for e in of_meter if e.section == section), key=lambda e: e.meter)
        quantity = sum(each.quantity for each in parts)
        earlier = max(0, before // each_unit - included)
        beyond = max(0, (before + quantity) // each_unit - included)
        charge = UsageCharge(
            period=period,
            section=section,
            meter=meter,
            quantity=quantity,
            before=before,
            included=included,
            charged=beyond - earlier,
            price_cents=price.cents,
            price_units=price.per,
            cents=price.charge(beyond) - price.charge(earlier),
            counted=tuple(
                UsageCounted(meter=e.meter, quantity=e.quantity, root=e.root) for e in parts
            ),
        )
        if charge.cents:
            found.append(charge)
        before += quantity
    return found


def _each_unit(period: str, meter: Meter) -> int:
    """How much of what is counted in the month makes one of what limits count."""
    return hours_of(period) if meter == "storage" else 1
