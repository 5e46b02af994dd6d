"""No decision of a governor is refused because the requests of a tier are used up; no change of the
plan, nothing that ends what must not go on, and no look at what waits for assent or may have to be
stopped, because the month's calls are."""

import re
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
    "POST /v1/subscription/pause",
    "POST /v1/subscription/preview",
    "POST /v1/subscription/resume",
    "POST /v1/billing/checkout",
    "POST /v1/billing/portal",
    "POST /v1/billing/referral",
}

# Where somebody finds what waits for assent, and what acts and may have to be stopped.
LOOKS = {
    "GET /v1/agents",
    "GET /v1/agents/{agent_id}",
    "GET /v1/approvals",
    "GET /v1/approvals/{approval_id}",
    "GET /v1/connectors",
    "GET /v1/connectors/{name}",
    "GET /v1/credentials",
    "GET /v1/impersonations",
    "GET /v1/impersonations/access",
    "GET /v1/mobile/agents",
    "GET /v1/mobile/agents/{agent_id}",
    "GET /v1/mobile/approvals",
    "GET /v1/mobile/approvals/{approval_id}",
    "GET /v1/mobile/approvals/{approval_id}/timeline",
    "GET /v1/mobile/dashboard",
    "GET /v1/mobile/devices",
    "GET /v1/mobile/seeds",
    "GET /v1/mobile/seeds/{seed_id}",
    "GET /v1/mobile/violations",
    "GET /v1/pipeline",
    "GET /v1/policies",
    "GET /v1/policies/{policy_id}",
    "GET /v1/precedent-seeds",
    "GET /v1/precedent-seeds/{seed_id}",
    "GET /v1/recalls",
    "GET /v1/recalls/{recall_id}",
    "GET /v1/runs",
    "GET /v1/schedules",
    "GET /v1/workflows",
    "GET /v1/workflows/{case_id}",
}
# What the tenant used and owes, and its own data.
OF_ITS_OWN = {
    "GET /v1/audit/exports/{export_id}",
    "GET /v1/invoices",
    "GET /v1/invoices/{invoice_id}",
    "GET /v1/invoices/{invoice_id}/lines/{line_id}/proof",
    "GET /v1/usage",
    "GET /v1/usage/meters",
    "GET /v1/usage/roots",
    "GET /v1/usage/roots/{period}/{meter}/proof",
    "POST /v1/audit/exports",
    "POST /v1/tenants/{tenant_id}/export",
}

# What ends or takes away by its path, whatever noun it is of.
ENDS = re.compile(
    r"POST .+/(cancel|close|deprecate|erasures|logout|pause|recalls|revoke|rotate|suspend|undo"
    r"|withdraw)|DELETE .+"
)
# A directory takes people out with any of these, and looks them up before.
DIRECTORY = re.compile(r"(GET|PUT|PATCH|DELETE) /scim/v2/(Users|Groups).*|POST .+/\.search")
# What takes away among other things, and where somebody finds what there is to end.
ALSO = {
    "PATCH /v1/members/{principal}",
    "PATCH /v1/workspaces/{workspace_id}",
    "PUT /v1/impersonations/access",
    "GET /v1/api-keys",
    "GET /v1/auth/sessions",
    "GET /v1/invitations",
    "GET /v1/members",
}


def _ends(call: str) -> bool:
    return any(each.fullmatch(call) for each in (ENDS, DIRECTORY)) or call in ALSO


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


def test_every_call_that_a_plan_must_not_refuse_is_marked_and_nothing_else() -> None:
    ends = {each for each in _marked(lambda _: True) if _ends(each)}
    assert len(ends) > 50
    assert _marked(is_beyond_quota) == OF_THE_PLAN | DECISIONS | ends | LOOKS | OF_ITS_OWN
