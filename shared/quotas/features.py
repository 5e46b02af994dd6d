"""Which calls need a feature that not every plan has. Pure."""

from collections.abc import Mapping

from shared.catalogue import Entitlements, catalogue, upgrade_for_feature
from shared.kit.plans import Feature
from shared.quotas.meters import way_up
from shared.quotas.refusals import FeatureNotInPlan

# By the action that policies are asked about. What only reads, and what ends or removes something,
# needs none: a tenant with a smaller plan sees and undoes what it has.
NEEDS: Mapping[str, Feature] = {
    "policies.create": "own-policies",
    "policies.publish": "own-policies",
    "workspaces.create": "workspaces",
    "sso.set": "single-sign-on",
    "scim.v2.Users.create": "directory",
    "scim.v2.Groups.create": "directory",
    "audit.exports.create": "audit-export",
}


def check_action(entitled: Entitlements | None, action: str) -> None:
    """Raises FeatureNotInPlan where the plan lacks what the action needs; of None nothing is
    limited."""
    if entitled is not None and (feature := NEEDS.get(action)) is not None:
        check_feature(entitled, feature)


def check_feature(entitled: Entitlements | None, feature: Feature) -> None:
    """Raises FeatureNotInPlan where the plan lacks the feature; of None nothing is limited."""
    if entitled is None or entitled.has(feature):
        return
    plans, more = catalogue().plans, upgrade_for_feature(entitled.plan, feature)
    detail = f"the plan {plans[entitled.plan].name} does not have the feature {feature}"
    if entitled.lapsed:
        detail += f". It holds because {entitled.lapsed}"
    elif more is not None:
        detail += f"; the plan {plans[more].name} has it: {way_up(entitled.plan)}"
    raise FeatureNotInPlan(detail, feature=feature, upgrade_to=more)
