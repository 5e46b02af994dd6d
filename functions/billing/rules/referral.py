"""Referral codes, and the discount of a tenant that another tenant referred. Pure."""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import StringConstraints

from functions.billing.rules.order import Order
from functions.billing.rules.stripe_objects import maybe_instant
from functions.billing.rules.subscription import Steps, Subscription
from functions.billing.rules.subscription_parts import Discount
from shared.catalogue import catalogue
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.plans import Interval
from shared.kit.transitions import Transition

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{16}$")]
_COUPON = re.compile(r"assent-referral-([0-9]{1,5})-([0-9]{1,2})")


class CheckoutBody(Order):
    """An order, and the code of the tenant that referred this one, if one did."""

    referral: Code | None = None

    @property
    def order(self) -> Order:
        """The order without the referral."""
        return Order.model_validate(self.model_dump(exclude={"referral"}))


class Referral(Data):
    """A code, with the one tenant that it belongs to and the person who asked for it. It lies in
    the platform's own tenant."""

    code: str
    tenant_id: str
    made_by: str
    made_at: Instant


class Coupon(Data):
    """A coupon at Stripe: the part that it takes off, and for how many months."""

    coupon_id: str
    basis_points: int
    months: int


def coupon_for(interval: Interval) -> Coupon:
    """The coupon of a referred tenant that pays by that interval. On the invoice of a year it takes
    off as much as on `months` of its twelve months."""
    offer = catalogue().referral
    points = offer.percent * 100
    if interval == "year":
        points = points * offer.months // 12
    name = f"assent-referral-{points}-{offer.months}"
    return Coupon(coupon_id=name, basis_points=points, months=offer.months)


def read_discount(discounts: Collection[Any]) -> Discount | None:
    """The referral's discount among those of a subscription at Stripe; None where there are only
    others, which the operator gave."""
    for each in discounts:
        source = each.get("source") if isinstance(each, Mapping) else None
        found = _COUPON.fullmatch(str((source or {}).get("coupon") or ""))
        if found is not None and (ends := maybe_instant(each.get("end"))) is not None:
            return Discount(basis_points=int(found[1]), ends_at=ends)
    return None


def discounts_left(discounts: Collection[Any]) -> list[dict[str, str]] | str:
    """The parameter that keeps a subscription's discounts at Stripe but that of a referral; an
    empty text keeps none."""
    left = [
        {"discount": str(each["id"])}
        for each in discounts
        if _COUPON.fullmatch(str((each.get("source") or {}).get("coupon") or "")) is None
    ]
    return left or ""


def ends_discount(subscription: Subscription, order: Order) -> bool:
    """Whether the order ends the discount: it changes the interval, and the discount is a share of
    the other interval's payments."""
    return subscription.discount is not None and order.interval not in (None, subscription.interval)


def keep_code(subscription: Subscription, code: str) -> Steps:
    """The subscription with the code that it refers others by; an earlier code stays. Raises
    VersionConflict for a tenant that does not pay."""
    if not may_refer(subscription):
        raise VersionConflict("a tenant refers others once it pays for a plan itself")
    if subscription.referral_code:
        return ()
    return (Transition(subscription.but(referral_code=code)),)


def may_refer(subscription: Subscription) -> bool:
    """Whether the tenant pays now; a trial refers nobody."""
    return subscription.is_live and subscription.status == "active"


def claim_code(known: Referral | None, made: Referral) -> tuple[Transition[Referral], ...]:
    """The code, which belongs to its tenant from now on; no change where it did already. Raises
    VersionConflict for another tenant's code."""
    if known is None:
        return (Transition(made),)
    if known.tenant_id != made.tenant_id:
        raise VersionConflict("the code is another tenant's; send it again")
    return ()


def check_referral(
    known: Subscription,
    owners: Collection[str],
    referral: Referral | None,
    referrer: Subscription | None,
    their_owners: Collection[str],
) -> None:
    """Raises VersionConflict for a tenant that bought something before, and Invalid for an unknown
    code, the tenant's own code, and a code of a tenant that does not pay or has the same owner."""
    if known.stripe_id is not None:
        raise VersionConflict(
            "a referral counts for a tenant's first subscription: leave referral out"
        )
    if referral is None or referrer is None or not may_refer(referrer):
        raise _refused("is not a valid code: ask whoever referred you, or leave it out")
    if referral.tenant_id == known.tenant_id:
        raise _refused("is the tenant's own: leave it out")
    if set(owners) & set(their_owners):
        raise _refused("is of a tenant with the same owner: leave it out")


def _refused(problem: str) -> Invalid:
    return Invalid(FieldError("referral", problem))
