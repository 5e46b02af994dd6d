"""Whether the plan of a tenant has a place for one more person."""

from datetime import datetime

from functions.identity.rules.tenant import Tenant
from shared.kit.control import Control
from shared.kit.plans import Feature
from shared.quotas.features import check_feature
from shared.quotas.meters import check_seats
from shared.quotas.plans import seats_at
from shared.runtime.entitlements import entitlements_of, in_force


def check_join(
    tenant: Tenant, control: Control, at: datetime, feature: Feature | None = None
) -> None:
    """Raises FeatureNotInPlan where they would join by a feature that the plan in force lacks,
    QuotaExhausted where as many people belong to the tenant as it has seats."""
    if (entitled := entitlements_of(control, at)) is None:
        return
    if feature is not None:
        check_feature(entitled, feature)
    check_seats(entitled, seats_at(in_force(control), at), tenant.people)
