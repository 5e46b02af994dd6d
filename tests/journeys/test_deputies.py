"""A governor names a deputy with dates: inside of them the deputy decides what was escalated, and
outside of them nothing."""

from datetime import timedelta
from typing import Any

import pytest

from emulators.running import RunningPlatform
from shared.kit.instants import format_instant, parse_instant
from tests.journeys.founder import ASKED
from tests.journeys.person import Person
from tests.journeys.world import decision

pytestmark = pytest.mark.platform

HOUR = timedelta(hours=1)


def asked(running: RunningPlatform, gala: Person, tenant: str) -> dict[str, Any]:
    """An approval that the governor passed on to a deputy."""
    token = running.client.token(principal="amira", tenant=tenant, scopes=["approvals:write"])
    answer = gala.browser.http.post(
        "/v1/approvals", json=ASKED, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 201, answer.text
    card = dict(answer.json())
    path = f"/v1/approvals/{card['id']}/decisions"
    return gala.post(path, decision(card, decision="escalate"))


def approves(person: Person, card: dict[str, Any]) -> tuple[Any, str]:
    path = f"/v1/approvals/{card['id']}/decisions"
    answer = person.send("POST", path, decision(card, decision="approve")).json()
    return answer.get("status"), str(answer.get("code") or answer["capacity"])


@pytest.mark.nightly
def test_a_deputy_decides_between_the_dates_and_never_outside(
    people: Any, running: RunningPlatform
) -> None:
    gala, nora, otto = people("gala"), people("nora"), people("otto")
    tenant = gala.signs_up()
    for person, role in ((nora, "governor"), (otto, "end_user")):
        person.post(f"/v1/invitations/{gala.invites(role)}/accept")
        person.chooses(tenant)
    now = parse_instant(running.client.now())
    dates = {
        "deputy_from": format_instant(now + HOUR),
        "deputy_until": format_instant(now + 2 * HOUR),
    }
    path = f"/v1/members/{otto.id}"
    assert otto.refused("PATCH", path, dates) == (403, "forbidden")
    named = nora.send("PATCH", path, dates)
    assert named.status_code == 200, named.text
    assert {name: named.json()[name] for name in (*dates, "deputy_by", "roles")} == {
        **dates,
        "deputy_by": nora.id,
        "roles": ["end_user"],
    }
    early = asked(running, gala, tenant)
    otto.chooses(tenant)
    assert approves(otto, early) == (403, "forbidden")
    running.client.advance(3600)
    for person in (gala, otto):
        person.chooses(tenant)
    assert otto.get("/v1/me")["roles"] == ["deputy", "end_user"]
    assert approves(otto, asked(running, gala, tenant)) == ("approved", "deputy")
    running.client.advance(3590)
    gala.chooses(tenant)
    late = asked(running, gala, tenant)
    last = otto.browser.token(tenant=tenant).json()
    assert last["expires_in"] <= 10
    otto.token = last["access_token"]
    running.client.advance(11)
    assert approves(otto, late) == (401, "unauthenticated")
    otto.chooses(tenant)
    assert approves(otto, late) == (403, "forbidden")
    running.client.wait_until_idle(60)
    (event,) = running.client.events(type="assent.member.deputy_changed.v1")
    assert (event["actorid"], event["tenantid"]) == (nora.id, tenant)
    assert {name: event["data"][name] for name in dates} == dates
    assert event["data"]["principal_id"] == otto.id
