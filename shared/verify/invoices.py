"""A line of an invoice with its proof, without us: that its cents follow from what was used beyond
what the plan includes, and what was used from the roots and slabs of each section."""

import json
from calendar import monthrange
from collections.abc import Sequence
from typing import Any, NamedTuple

from .notes import Forged
from .usage import UsageVerified, verify_usage

FORMAT = "assent-invoice-line-proof/1"
# What a meter that has a price is the sum of.
_COUNTED_BY = {
    "executions": ("executions",),
    "tokens": ("tokens_in", "tokens_out"),
    "storage": ("storage_byte_hours",),
}


class LineVerified(NamedTuple):
    """What was verified: the cents of a line, and each line of usage behind it."""

    tenant: str
    invoice: str
    line: str
    cents: int
    currency: str
    meter: str
    period: str
    charged: int
    included: int
    price: str
    usage: tuple[UsageVerified, ...]


def verify_line(text: bytes, trusted: Sequence[str] = ()) -> LineVerified:
    """What the proof shows; `trusted` are the verifier keys that may have signed a receipt in it,
    by default those that it names. Raises Forged for what does not hold."""
    said = json.loads(text)
    try:
        charge = said["charge"]
        usage = tuple(verify_usage(json.dumps(each).encode(), trusted) for each in said["usage"])
        _check_about(said, charge, usage)
        _check_roots(charge, usage)
        _check_cents(charge, usage)
        return LineVerified(
            *(str(said["tenant_id"]), str(said["invoice_id"]), str(said["line_id"])),
            *(int(charge["cents"]), str(said["currency"]), str(charge["meter"])),
            *(str(charge["period"]), int(charge["charged"]), int(charge["included"])),
            f"{charge['price_cents']} cents for each {charge['price_units']}",
            usage,
        )
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise Forged(f"it is no proof of a line of an invoice: {error}") from error


def _check_about(
    said: dict[str, Any], charge: dict[str, Any], usage: Sequence[UsageVerified]
) -> None:
    meters, seen = _COUNTED_BY[charge["meter"]], set[tuple[int, str]]()
    for each in usage:
        if (each.tenant, each.period) != (said["tenant_id"], charge["period"]):
            raise Forged("what it proves is of another tenant or month")
        if each.meter not in meters or not 1 <= each.section <= charge["section"]:
            raise Forged(f"{each.meter} in section {each.section} is not charged by this line")
        if (each.section, each.meter) in seen:
            raise Forged(f"{each.meter} in section {each.section} is counted twice")
        seen.add((each.section, each.meter))


def _check_roots(charge: dict[str, Any], usage: Sequence[UsageVerified]) -> None:
    named = {each["meter"]: (each["quantity"], each["root"]) for each in charge["counted"]}
    own = [each for each in usage if each.section == charge["section"]]
    if named != {each.meter: (each.quantity, each.root) for each in own}:
        raise Forged("the line names other quantities or roots than those that are proved")


def _check_cents(charge: dict[str, Any], usage: Sequence[UsageVerified]) -> None:
    quantity = sum(each.quantity for each in usage if each.section == charge["section"])
    before = sum(each.quantity for each in usage if each.section < charge["section"])
    if (quantity, before) != (charge["quantity"], charge["before"]):
        raise Forged(f"{quantity} was used after {before}, and the line says something else")
    if charge["price_cents"] < 1 or charge["price_units"] < 1 or charge["included"] < 0:
        raise Forged("its price is none")
    hours = 1
    if charge["meter"] == "storage":
        year, month = map(int, charge["period"].split("-"))
        hours = 24 * monthrange(year, month)[1]
    beyond, earlier = (
        max(0, total // hours - charge["included"]) for total in (before + quantity, before)
    )
    if beyond - earlier != charge["charged"]:
        raise Forged(f"{beyond - earlier} is beyond what is included, not {charge['charged']}")
    cents = _price(charge, beyond) - _price(charge, earlier)
    if cents != charge["cents"]:
        raise Forged(f"that costs {cents} cents, and the line says {charge['cents']}")


def _price(charge: dict[str, Any], units: int) -> int:
    return int(units * charge["price_cents"] // charge["price_units"])
