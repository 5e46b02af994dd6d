"""A founder alone signs up and approves their own agent; a colleague ends that."""

from collections.abc import Iterator

import pytest

from emulators.running import RunningPlatform
from tests.journeys.person import Person
from tests.journeys.world import decision, spec

pytestmark = pytest.mark.platform


@pytest.fixture
def gala(running: RunningPlatform) -> Iterator[Person]:
    running.client.disarm()
    founder = Person(running, "gala")
    founder.signs_up()
    running.client.wait_until_idle(60)
    yield founder
    founder.browser.http.close()


def test_a_founder_alone_approves_their_agent_until_a_colleague_joins(
    gala: Person, running: RunningPlatform
) -> None:
    case = gala.post("/v1/agents", spec("writer"))
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/mobile/approvals?status=pending")["items"]
    assert (card["requested_by"], card["authors"]) == (gala.id, [gala.id])
    approved = gala.post(f"/v1/mobile/approvals/{card['id']}/approve", decision(card))
    assert (approved["status"], approved["capacity"]) == ("approved", "self")
    running.client.wait_until_idle(60)
    assert gala.get(f"/v1/workflows/{case['case_id']}")["status"] == "live"

    otto = Person(running, "otto")
    otto.post(f"/v1/invitations/{gala.invites('governor')}/accept")
    gala.post("/v1/agents", spec("reader"))
    running.client.wait_until_idle(60)
    (card,) = gala.get("/v1/mobile/approvals?status=pending")["items"]
    path = f"/v1/mobile/approvals/{card['id']}/approve"
    assert gala.refused("POST", path, decision(card)) == (403, "separation_of_duties")
    otto.chooses(str(gala.get("/v1/me")["tenant"]["tenant_id"]))
    assert otto.post(path, decision(card))["capacity"] == "approver"
    otto.browser.http.close()
