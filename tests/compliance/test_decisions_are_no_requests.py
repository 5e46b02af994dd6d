"""No decision of a governor is refused because the requests of a tier are used up."""

from importlib import import_module

from shared.manifest import load_manifests
from shared.runtime.entry_points import _package
from shared.runtime.tier_limits import is_beyond_tier
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


def test_every_decision_is_marked_and_nothing_else() -> None:
    marked = {
        f"{method} {route.path}"
        for each in load_manifests(ROOT).deployables
        if each.public
        for route in import_module(f"{_package(each.noun)}.api").ROUTER.routes
        if is_beyond_tier(route.endpoint)
        for method in route.methods
    }
    assert marked == DECISIONS
