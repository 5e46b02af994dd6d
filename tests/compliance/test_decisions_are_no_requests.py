"""No decision of a governor is refused because the requests of a tier are used up, and no change of
the plan because the month's calls are."""

from collections.abc import Callable
from importlib import import_module

from shared.manifest import load_manifests
from shared.runtime.entry_points import _package
from shared.runtime.tier_limits import is_beyond_quota, is_beyond_tier
from tests.compliance.source import ROOT

# With what somebody assents, refuses, vetoes, reviews an assent, or stops what was assented to.
DECISIONS = {
    "POST /v1/approvals/{approval_id}/decisions",
    "POST /v1/approvals/{approval_id}/review",
    "POST /v1/vetoes",
    "POST /v1/precedent-seeds/{seed_id}/suspend",
    "POST /v1/agents/{agent_id}/suspend",
    "POST /v1/mobile/approvals/{approval_id}/approve",
    "POST /v1/mobile/approvals/{approval_id}/request-changes",
    "POST /v1/mobile/approvals/{approval_id}/veto",
    "POST /v1/mobile/seeds/{seed_id}/suspend",
    "POST /v1/mobile/sync",
}


# With what an admin sees and changes the plan.
OF_THE_PLAN = {
    "GET /v1/plans-catalogue",
    "GET /v1/subscription",
    "PUT /v1/subscription",
    "POST /v1/subscription/preview",
    "POST /v1/billing/checkout",
    "POST /v1/billing/portal",
}


def _marked(is_marked: Callable[[object], bool]) -> set[str]:
    return {
        f"{method} {route.path}"
        for each in load_manifests(ROOT).deployables
        if each.public
        for route in import_module(f"{_package(each.noun)}.api").ROUTER.routes
        if is_marked(route.endpoint)
        for method in route.methods
    }


def test_every_decision_is_marked_and_nothing_else() -> None:
    assert _marked(is_beyond_tier) == DECISIONS


def test_every_call_about_the_plan_is_marked_and_nothing_else() -> None:
    assert _marked(is_beyond_quota) == OF_THE_PLAN
