"""The matrix of roles and actions on real routes: every cell, allowed or denied."""

import uuid
from typing import Any, NamedTuple

import httpx
import pytest

from docs import policies
from emulators.client import PlatformClient
from emulators.ports import page_url
from emulators.running import RunningPlatform
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden
from shared.kit.roles import ROLES as KNOWN_ROLES
from shared.policy.authorization import Authorization
from shared.policy.platform import platform_policies
from shared.policy.vocabulary import GROUPS, WITHOUT_ROUTE
from tests.contracts.http.calls import ABOUT, EVERY_SCOPE, NOTE, REASON
from tests.journeys.world import World, precedent, spec
from tests.shared.policy.asked import NOW

NOBODY = ""
ROLES = (*sorted(KNOWN_ROLES), NOBODY)
ALL = frozenset(ROLES)
ADMINS = frozenset({"platform_admin", "tenant_admin"})
GOVERN = frozenset({"governor", "genesis", "tenant_admin"})
# Its rule names the roles of the matrix; a platform admin decides in no tenant.
DECIDE = frozenset(
    {"tenant_admin", "workspace_admin", "operator", "end_user", "governor", "deputy"}
)
CANCEL = {*ADMINS, "workspace_admin", "operator", "service_runtime", "governor"}
READ_AUDIT = ALL - {"end_user", "service_runtime", NOBODY}
BUILD = frozenset({"governor", "tenant_admin", "developer"})
SUBMIT = ALL - {"analyst", "service_runtime"}

Body = dict[str, Any]


class Row(NamedTuple):
    """A call, and the roles that it is open to. Its body is one that the rules refuse, so that no
    cell changes what another one meets. `tenant` is whose token it is called with: the scene's
    unless it says another, `agent` whether an API key that names the scene's agent stands behind
    it."""

    method: str
    path: str
    allowed: frozenset[str] | set[str]
    body: Body | None = None
    tenant: str = ""
    agent: bool = False


LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
# It reads a variable that it does not declare.
SAYS = {"messages": [{"role": "user", "content": "${{ variables.a }}"}]}
PROMPT = {"name": "a", "version": 1, **SAYS}
VETO = {**ABOUT, "reason_category": "safety", "explanation": "not like this"}
# Nobody keeps a fact of an agent that is not there.
TOLD = {"fact": "It is so.", "agent_id": "agt_x"}
FREE = {"plan": "free"}
MATRIX = {
    "read": Row("GET", "/v1/agents", ALL),
    "own affairs": Row("GET", "/v1/auth/sessions", ALL),
    "suspend a tenant": Row(
        "POST",
        "/v1/tenants/ten_x/suspend",
        {"platform_admin"},
        {"reason": "It sends spam."},
        tenant=PLATFORM_TENANT,
    ),
    "see the platform's health": Row(
        "GET", "/v1/health", {"platform_admin"}, tenant=PLATFORM_TENANT
    ),
    "see the platform's figures": Row(
        "GET", "/v1/metrics", {"platform_admin"}, tenant=PLATFORM_TENANT
    ),
    "see the platform's revenue": Row(
        "GET", "/v1/kpis", {"platform_admin"}, tenant=PLATFORM_TENANT
    ),
    "see the platform's budget": Row(
        "GET", "/v1/budgets/platform", {"platform_admin"}, tenant=PLATFORM_TENANT
    ),
    "set the platform's budget": Row(
        "PUT",
        "/v1/budgets/platform",
        {"platform_admin"},
        {"limit_usd_micros": 100_000_000},
        tenant=PLATFORM_TENANT,
    ),
    "grant a credit": Row(
        "POST", "/v1/credits", {"platform_admin"}, {"tenant_id": "ten_x"}, tenant=PLATFORM_TENANT
    ),
    "resume a tenant": Row("POST", "/v1/tenants/ten_x/resume", ADMINS),
    "close the tenant": Row("POST", "/v1/tenants/ten_x/close", {"tenant_admin"}),
    "export the tenant": Row("POST", "/v1/tenants/ten_x/export", {"tenant_admin"}),
    "rename the tenant": Row("PATCH", "/v1/tenants/ten_x", {"tenant_admin"}, {"name": "Clinic"}),
    "end a member's sessions": Row("DELETE", "/v1/members/nobody/sessions", {"tenant_admin"}),
    "set a flag": Row("PUT", "/v1/flags/faster", {"tenant_admin"}, {"percent": 101}),
    "see the subscription": Row("GET", "/v1/subscription", ALL),
    "see what is sold": Row("GET", "/v1/plans-catalogue", ALL),
    "change the subscription": Row("PUT", "/v1/subscription", {"tenant_admin"}, FREE),
    "preview a change": Row("POST", "/v1/subscription/preview", {"tenant_admin"}, FREE),
    "pause the subscription": Row("POST", "/v1/subscription/pause", {"tenant_admin"}),
    "resume the subscription": Row("POST", "/v1/subscription/resume", {"tenant_admin"}),
    "buy": Row("POST", "/v1/billing/checkout", {"tenant_admin"}, FREE),
    "pay": Row("POST", "/v1/billing/portal", {"tenant_admin"}),
    "refer others": Row("POST", "/v1/billing/referral", {"tenant_admin"}),
    "see invoices": Row("GET", "/v1/invoices", {"tenant_admin"}),
    "see an invoice": Row("GET", "/v1/invoices/ivc_x", {"tenant_admin"}),
    "prove a line of an invoice": Row(
        "GET", "/v1/invoices/ivc_x/lines/il_x/proof", {"tenant_admin"}
    ),
    "list invitations": Row("GET", "/v1/invitations", ADMINS),
    "invite": Row("POST", "/v1/invitations", ADMINS),
    "revoke an invitation": Row("DELETE", "/v1/invitations/inv_x", ADMINS),
    "change roles": Row("PATCH", "/v1/members/nobody", ADMINS, {"roles": ["analyst"]}),
    "change roles in a workspace": Row(
        "PATCH",
        "/v1/members/nobody",
        {*ADMINS, "workspace_admin"},
        {"roles": ["analyst"], "workspace_id": "nowhere"},
    ),
    "list who acted as others": Row("GET", "/v1/impersonations", ADMINS),
    "allow support": Row("PUT", "/v1/impersonations/access", ADMINS, {"allowed": "perhaps"}),
    "name a deputy": Row(
        "PATCH", "/v1/members/nobody", {"governor", "tenant_admin"}, {"deputy_until": None}
    ),
    "make a workspace": Row("POST", "/v1/workspaces", ADMINS),
    "submit an agent": Row("POST", "/v1/agents", SUBMIT),
    "import an agent": Row("POST", "/v1/agents/import", SUBMIT),
    "post a precedent": Row("POST", "/v1/precedent-seeds", SUBMIT),
    "tell usage": Row("POST", "/v1/usage/events", SUBMIT, {"events": []}),
    "declare a meter": Row("PUT", "/v1/usage/meters/x", {"tenant_admin"}, {"unit": "."}),
    "mine decisions": Row("POST", "/v1/patterns/mine", SUBMIT),
    "draft from a pattern": Row("POST", "/v1/patterns/pat_x/draft", SUBMIT),
    "propose a policy": Row("PUT", "/v1/approvals/policy", SUBMIT),
    "request an approval": Row("POST", "/v1/approvals", ALL - {"analyst"}),
    "approve": Row(
        "POST", "/v1/approvals/{approval}/decisions", DECIDE, {**ABOUT, "decision": "approve"}
    ),
    "reject": Row(
        "POST",
        "/v1/approvals/{approval}/decisions",
        DECIDE,
        {**ABOUT, **NOTE, "decision": "reject"},
    ),
    "approve on a phone": Row("POST", "/v1/mobile/approvals/{approval}/approve", DECIDE, ABOUT),
    "request changes on a phone": Row(
        "POST", "/v1/mobile/approvals/{approval}/request-changes", DECIDE, {**ABOUT, **NOTE}
    ),
    "cancel a case": Row("POST", "/v1/workflows/{case}/cancel", CANCEL),
    "revise a case": Row("POST", "/v1/workflows/{case}/revisions", GOVERN, spec("other-name")),
    "change an agent": Row("POST", "/v1/agents/{agent}/changes", GOVERN, spec("other-name")),
    "suspend an agent": Row("POST", "/v1/agents/{agent}/suspend", GOVERN, REASON),
    "reactivate an agent": Row(
        "POST", "/v1/agents/{agent}/reactivate", {"governor", "genesis"}, REASON
    ),
    "report on an agent": Row(
        "POST",
        "/v1/agents/{agent}/reports",
        {*GOVERN, "operator", "service_runtime"},
        {"trigger": "health", "reading": "healthy", "evidence": "p95 is 80 ms"},
    ),
    "resume the pipeline": Row("POST", "/v1/pipeline/resume", {"governor"}, REASON),
    "activate a precedent": Row("POST", "/v1/precedent-seeds/{seed}/activate", {"governor"}),
    "suspend a precedent": Row("POST", "/v1/precedent-seeds/{seed}/suspend", {"governor"}),
    "establish a precedent": Row("POST", "/v1/precedent-seeds/{seed}/establish", {"governor"}),
    "start a run": Row("POST", "/v1/runs", SUBMIT, {"plan_hash": "0" * 64}),
    "start a job": Row("POST", "/v1/jobs", SUBMIT, {"capsule": "nothing"}),
    "make a schedule": Row(
        "POST", "/v1/schedules", SUBMIT, {"capsule": "nothing", "cron": "0 0 * * *"}
    ),
    "end a schedule": Row("DELETE", "/v1/schedules/sch_x", SUBMIT),
    "announce a file": Row("POST", "/v1/artifacts", SUBMIT, {"name": "x"}),
    "complete a file": Row("POST", "/v1/artifacts/art_x/complete", SUBMIT),
    "remove a file": Row("DELETE", "/v1/artifacts/art_x", SUBMIT),
    "make a corpus": Row("POST", "/v1/corpora", SUBMIT, {"name": "x"}),
    "change a corpus": Row("PATCH", "/v1/corpora/cor_x", SUBMIT, {"name": "x"}),
    "remove a corpus": Row("DELETE", "/v1/corpora/cor_x", SUBMIT),
    "add a document": Row(
        "POST", "/v1/corpora/cor_x/documents", SUBMIT, {"name": "x", "text": "x"}
    ),
    "remove a document": Row("DELETE", "/v1/corpora/cor_x/documents/doc_x", SUBMIT),
    "register a connector": Row("POST", "/v1/connectors", BUILD, {"name": "x"}),
    "change a connector": Row("PATCH", "/v1/connectors/nothing", BUILD, {"hosts": ["a.example"]}),
    "read a server's tools again": Row("POST", "/v1/connectors/nothing/refresh", BUILD),
    "activate a connector": Row(
        "POST",
        "/v1/connectors/nothing/activate",
        {"governor", "tenant_admin"},
        {"pin": "0" * 64},
    ),
    "suspend a connector": Row(
        "POST", "/v1/connectors/nothing/suspend", {"governor", "tenant_admin"}, REASON
    ),
    "remove a connector": Row("DELETE", "/v1/connectors/nothing", {"governor", "tenant_admin"}),
    "store a credential": Row("PUT", "/v1/credentials/some", BUILD, {"kind": "bearer"}),
    "remove a credential": Row("DELETE", "/v1/credentials/nothing", BUILD),
    "call tools from elsewhere": Row("POST", "/mcp", {"service_runtime"}, LIST_TOOLS, agent=True),
    "cancel a run": Row("POST", "/v1/runs/run_x/cancel", CANCEL),
    "undo a run": Row("POST", "/v1/runs/run_x/undo", CANCEL),
    "replay a run": Row("POST", "/v1/runs/run_x/replay", CANCEL, {"mode": "full"}),
    "recall an agent": Row(
        "POST",
        "/v1/recalls",
        {"governor"},
        {"agent_id": "agt_01KAGQ0000000000000000000A", **REASON},
    ),
    "revoke a token": Row("POST", f"/v1/tokens/run_{'0' * 26}.{'0' * 32}/revoke", CANCEL),
    "lift a recall": Row("POST", "/v1/recalls/rcl_x/lift", {"governor"}, REASON),
    "set a model's route": Row(
        "PUT", "/v1/model-routes/nobody", {"governor"}, {"provider": "openai", "model": "x"}
    ),
    "write a prompt": Row("POST", "/v1/prompts", SUBMIT, PROMPT),
    "look at a prompt before it is written": Row("POST", "/v1/prompts/preview", SUBMIT, SAYS),
    "let a prompt be used": Row("POST", "/v1/prompts/a/versions/1/activate", {"governor"}),
    "end a prompt": Row("POST", "/v1/prompts/a/versions/1/deprecate", {"governor"}),
    "compare versions of a prompt": Row("GET", "/v1/prompts/a/comparison", ALL),
    "tell a fact": Row("POST", "/v1/memories", SUBMIT, TOLD),
    "correct a fact": Row("POST", "/v1/memories/mem_x/correct", SUBMIT, {"fact": "It is so."}),
    "erase a fact": Row("DELETE", "/v1/memories/mem_x", SUBMIT),
    "ask what to read first": Row("POST", "/v1/knowledge/nearest-rules", ALL, {"content": {}}),
    "look for a fact": Row("POST", "/v1/memories/recall", ALL, {"agent_id": "agt_x"}),
    "erase facts of a source": Row(
        "POST", "/v1/memories/erasures", {"tenant_admin"}, {"source_id": "art_x"}
    ),
    "set a budget": Row("PUT", "/v1/budgets/nobody", {"governor"}, {"limit_usd_micros": 1}),
    "set how long files are kept": Row(
        "PUT", "/v1/artifacts/retention", {"tenant_admin"}, {"days": 400}
    ),
    "set how long runs are kept": Row("PUT", "/v1/runs/retention", {"tenant_admin"}, {"days": 400}),
    "make a key": Row("POST", "/v1/api-keys", {"tenant_admin", "developer"}),
    "read the audit log": Row("GET", "/v1/audit/entries", READ_AUDIT),
    "show an export": Row("GET", "/v1/audit/exports/exp_x", READ_AUDIT),
    "read receipts": Row("GET", "/v1/receipts", READ_AUDIT),
    "verify a receipt": Row("POST", "/v1/receipts/rct_x/verify", READ_AUDIT),
    "read the checkpoint": Row("GET", "/v1/audit/checkpoint", READ_AUDIT),
}
# What is decided at no route: an agent's runtime asks before it acts.
ASKED = {
    "platform.policies.publish": {"platform_admin"},
    "services.deploy": {"platform_admin", "developer"},
    "tools.call": {"service_runtime"},
    "policies.publish": {"governor", "tenant_admin", "developer"},
}


class Scene(NamedTuple):
    """A tenant with one of each thing that the calls are about."""

    client: PlatformClient
    tenant: str
    ids: dict[str, str]

    def call(self, row: Row, roles: tuple[str, ...], **claims: Any) -> httpx.Response:
        scopes = EVERY_SCOPE.split()
        if row.agent:
            claims = {"agent": self.ids["agent"], **claims}
        token = self.client.token(
            f"p-{uuid.uuid4().hex[:8]}",
            row.tenant or self.tenant,
            scopes=scopes,
            roles=roles,
            **claims,
        )
        headers = {"Authorization": f"Bearer {token}"}
        path = row.path.format(**self.ids)
        return self.client.http.request(row.method, path, headers=headers, json=row.body or {})


def code_of(answer: httpx.Response) -> str:
    """Which refusal it is, in a problem or in an error of JSON-RPC."""
    said = answer.json()
    return str(said["code"] if "code" in said else said["error"]["data"]["code"])


@pytest.fixture(scope="module")
def scene(running: RunningPlatform) -> Scene:
    world = World(running.client)
    case = world.submit("matrix-agent")
    world.author.post(f"/v1/workflows/{case['case_id']}/cancel")
    world.settle()
    places = [{"role": each} for each in sorted(DECIDE)]
    request = {
        "kind": "execution",
        "summary": "Index the archive.",
        "content": {"job": "index"},
        "subject": {"type": "job", "id": "job-1", "name": "Index"},
        "rollback_plan": "Drop the index.",
        "evidence": ["It takes an hour."],
        "rule": {"kind": "any", "of": places},
    }
    answer = world.author.send("POST", "/v1/approvals", json=request)
    assert answer.status_code == 201, answer.text
    example = precedent("healthcare")
    seed = world.governor.send("POST", "/v1/mobile/seeds", json=example)
    assert seed.status_code == 201, seed.text
    ids = {
        "agent": case["agent_id"],
        "case": case["case_id"],
        "approval": answer.json()["id"],
        "seed": seed.json()["seed_id"],
    }
    assert world.governor.send("POST", f"/v1/mobile/seeds/{ids['seed']}/activate").is_success
    assert world.governor.send("POST", f"/v1/mobile/seeds/{ids['seed']}/suspend").is_success
    return Scene(running.client, world.tenant, ids)


@pytest.mark.by_day(200)
@pytest.mark.platform
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", MATRIX)
def test_a_call_is_open_to_these_roles_and_to_no_others(scene: Scene, name: str, role: str) -> None:
    row = MATRIX[name]
    answer = scene.call(row, (role,) if role else ())
    if role in row.allowed:
        assert answer.status_code not in (401, 403, 429, 500, 503), answer.text
    else:
        assert (answer.status_code, code_of(answer)) == (403, "forbidden"), answer.text


@pytest.mark.platform
@pytest.mark.parametrize("role", [NOBODY, "governor", "guardian", "service_runtime"])
def test_at_mcp_a_persons_sign_in_counts_by_its_agent_and_opens_nothing_else(
    scene: Scene, role: str
) -> None:
    row, roles = MATRIX["call tools from elsewhere"], (role,) if role else ()
    mcp = f"{page_url(scene.client.url)}/mcp"
    assert scene.call(row, roles, audience=mcp).status_code == 200
    assert scene.call(row, roles, audience=mcp, agent=None).status_code == 403
    assert scene.call(row, roles, audience=f"{mcp}/x").status_code == 401
    assert scene.call(MATRIX["read"], roles, audience=mcp).status_code == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ASKED)
def test_what_is_asked_at_no_route_is_open_to_these_roles_only(action: str, role: str) -> None:
    act = next(each for each in WITHOUT_ROUTE if each.action == action)
    caller = Caller("ann", "acme", frozenset(), frozenset({role} - {""}), NOW, "")
    authorization = Authorization(caller, [act], platform_policies())
    if role in ASKED[action]:
        authorization.ask_at_the_edge(NOW)
    else:
        with pytest.raises(Forbidden):
            authorization.ask_at_the_edge(NOW)


@pytest.mark.platform
def test_a_refusal_names_the_roles_that_may_and_whose_it_is(scene: Scene) -> None:
    detail = scene.call(MATRIX["suspend an agent"], ("deputy",)).json()["detail"]
    assert detail == "suspending an agent needs the role genesis, governor or tenant_admin"
    detail = scene.call(MATRIX["change an agent"], ()).json()["detail"]
    assert detail.endswith("its requester and those who submitted its current version may too")


def test_every_group_has_a_row_and_every_action_without_a_route_a_column() -> None:
    acts = policies.acts()
    assert ASKED.keys() == {each.action for each in WITHOUT_ROUTE}
    covered = {group for act in acts.values() for group in act.within}
    assert covered == GROUPS.keys()


def test_every_route_of_every_function_has_an_action_that_the_schema_knows() -> None:
    known = platform_policies().schema.text
    routes = policies.routes()
    assert routes.keys() >= {"agents", "approvals", "audit", "identity", "mobile-api"}
    for function, found in routes.items():
        assert found, function
        for route in found:
            assert route.acts, route.path
            for act in route.acts:
                assert f'action "{act.action}" in [' in known, (function, route.path, act)


def test_the_committed_schema_is_current() -> None:
    assert policies.main(["--check"]) == 0
