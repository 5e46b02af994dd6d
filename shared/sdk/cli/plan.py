"""`assent plan`: what your tenant pays for, and how much of its quotas is used."""

from typing import TYPE_CHECKING

from .session import UNSAID, Common, signed_in

if TYPE_CHECKING:
    from ..generated.models import QuotaUse, SubscriptionView


def plan(*, common: Common = UNSAID) -> None:
    """Show your tenant's plan, and how much of each quota is used."""
    with signed_in() as client:
        found = client.subscription.get()
    common.show(found, "\n".join([_standing(found), *map(_quota, found.quotas)]))


def _standing(found: "SubscriptionView") -> str:
    """The plan and its status in one line."""
    said = [f"Plan {found.plan}, {found.status}"]
    if found.interval is not None:
        said.append(f"{found.seats} seats, paid by the {found.interval}")
    said += [f"{each.quantity} × add-on {each.add_on}" for each in found.add_ons]
    if found.current_period is not None:
        end = found.current_period.end
        said.append(f"ends {end}" if found.cancel_at_period_end else f"renews {end}")
    if found.past_due_since is not None:
        said.append(f"a payment failed {found.past_due_since}")
    if found.entitlements.plan != found.plan:
        until = "is resumed or paid" if found.status == "paused" else "is paid"
        said.append(f"has what {found.entitlements.plan} has until it {until}")
    if found.waits_for is not None:
        said.append(f"a change waits for {found.waits_for}")
    return "; ".join(said)


def _quota(quota: "QuotaUse") -> str:
    if quota.limit is None:
        return f"{quota.meter}: {quota.used:,} used, no limit"
    said = f"{quota.meter}: {quota.used:,} of {quota.limit:,} used"
    said += ", stops there" if quota.stops else ", goes on beyond it for money"
    return said if quota.resets_at is None else f"{said}, resets {quota.resets_at}"
