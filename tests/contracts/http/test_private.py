"""Private sides open to their invokers only, and believe no event of a wrong source."""

import httpx
import pytest

from emulators.iam import push_account, service_account
from emulators.running import RunningPlatform
from shared.kit.clock import now
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from tests.journeys.world import World

pytestmark = pytest.mark.platform

PRIVATE = ("agents-reactions", "approvals-reactions", "audit-reactions", "mobile-api-reactions")


def url_of(running: RunningPlatform, name: str) -> str:
    functions = running.client.health()["functions"]
    return str(next(found["url"] for found in functions if found["name"] == name))


def identity(running: RunningPlatform, email: str, audience: str) -> str:
    async def mint() -> str:
        return running.platform.issuer.service_token(email, audience)

    return running.run(mint())


def deliver(url: str, path: str, token: str | None, **attributes: str) -> httpx.Response:
    moment = now()
    headers = {
        "ce-specversion": "1.0",
        "ce-id": new_id("evt", moment),
        "ce-time": format_instant(moment),
        "Content-Type": "application/json",
        **{f"ce-{name}": value for name, value in attributes.items()},
        **({"Authorization": f"Bearer {token}"} if token else {}),
    }
    return httpx.post(f"{url}{path}", headers=headers, content=b"{}")


@pytest.mark.by_day(8)
@pytest.mark.parametrize("name", PRIVATE)
def test_nobody_without_a_service_identity_gets_in(running: RunningPlatform, name: str) -> None:
    url = url_of(running, name)
    user = running.client.token("gala", "t", scopes=["veto:execute"], roles=["governor"])
    for token in (None, "nonsense", user):
        answer = deliver(url, "/events/agents", token, type="assent.agent.activated.v1")
        assert answer.status_code == 401


@pytest.mark.by_day(8)
@pytest.mark.parametrize("name", PRIVATE)
def test_another_services_identity_is_403(running: RunningPlatform, name: str) -> None:
    url = url_of(running, name)
    for email in (service_account("somebody"), push_account("another-function")):
        token = identity(running, email, url)
        answer = deliver(url, "/events/agents", token, type="assent.agent.activated.v1")
        assert answer.status_code == 403


def test_a_decision_from_a_wrong_source_deploys_nothing(
    running: RunningPlatform, world: World
) -> None:
    case = world.submit("writer")
    url = url_of(running, "agents-reactions")
    token = identity(running, push_account("agents-reactions"), url)
    forged = {
        "type": "assent.approval.approved.v1",
        "subject": f"approval/{world.card(case)['id']}",
        "tenantid": world.tenant,
    }
    answer = deliver(url, "/events/approvals", token, source="//assent/agents", **forged)
    assert answer.status_code == 204
    answer = deliver(url, "/events/approvals", token, source="//assent/approvals", **forged)
    assert answer.status_code == 204
    world.settle()
    assert world.statuses(case) == ("certified", "ethics_cleared")
