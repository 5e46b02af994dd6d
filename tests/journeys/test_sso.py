"""A tenant's own issuer: its admin proves a mail domain, its people sign in there, and nobody
else's do. What is refused on the way is audited."""

import json
import uuid
from typing import Any

import pytest

from emulators.browser import Browser
from emulators.running import RunningPlatform
from tests.journeys.company import Company
from tests.journeys.sign_ins import named, refusals, started
from tests.name_server import NameServer

pytestmark = pytest.mark.platform


@pytest.fixture
def company(people: Any, running: RunningPlatform, names: NameServer) -> Company:
    # Of what strangers are refused, one a minute and reason is recorded: not another test's.
    running.client.advance(61)
    return Company(people("gala"), running, names)


def test_people_of_the_domain_sign_in_and_are_members(company: Company) -> None:
    company.opens(default_roles=["analyst"])
    mail = company.address("ada")
    ada = company.member(mail)
    assert (ada["tenant"]["tenant_id"], ada["roles"]) == (company.tenant, ["analyst"])
    assert company.member(mail)["principal_id"] == ada["principal_id"]
    shown = company.admin.get("/v1/sso")
    assert shown["verified_at"] is not None
    assert not {"client_secret", "encrypted_secret"} & shown.keys()
    events = company.running.client.events(type="assent.sso.domain_verified.v1")
    assert company.tenant in {each["tenantid"] for each in events}
    assert company.issuer["client_secret"] not in json.dumps(events)


def test_the_same_person_of_the_same_issuer_is_another_principal_elsewhere(
    company: Company, people: Any, running: RunningPlatform, names: NameServer
) -> None:
    company.opens()
    mail = company.address("ada")
    at_home = company.member(mail)["principal_id"]
    with Browser(running.client.url) as browser:
        browser.sign_in(mail, "google")
        signed = {"Authorization": f"Bearer {browser.access_token()}"}
        assert browser.http.get("/v1/me", headers=signed).json()["principal_id"] != at_home


def test_nobody_signs_in_before_the_domain_is_proven(company: Company) -> None:
    assert company.puts().status_code == 200
    assert "no company signs" in company.refusal(company.address("ada"))
    assert "verified domain" in company.refusal("ada", provider=company.tenant)
    without = company.admin.send("POST", "/v1/sso/verify")
    assert (without.status_code, without.json()["code"]) == (409, "version_conflict")
    sso = company.admin.get("/v1/sso")
    theirs = sso["record_value"][:-2] + "xx"
    company.names.records[sso["record_name"]] = [theirs, "assent-domain=", "assent-domain=é"]
    assert company.admin.send("POST", "/v1/sso/verify").status_code == 409
    company.names.is_broken = True
    assert company.admin.send("POST", "/v1/sso/verify").status_code == 503
    company.names.is_broken = False
    assert company.verifies().status_code == 200
    assert company.puts(domain=f"other.{company.domain}").json()["verified_at"] is None
    assert "verified domain" in company.refusal("ada", provider=company.tenant)


def test_a_domain_that_another_tenant_verified_is_refused(
    company: Company, people: Any, running: RunningPlatform, names: NameServer
) -> None:
    company.opens()
    other = Company(people("kim"), running, names)
    other.domain = company.domain
    assert other.puts().status_code == 200
    refused = other.verifies()
    assert (refused.status_code, refused.json()["code"]) == (409, "sso_refused")
    assert ("POST /v1/sso/verify", "domain_taken") in refusals(running, other.tenant)
    assert "verified domain" in company.refusal("ada", provider=other.tenant)
    # A record of one tenant proves nothing for another.
    sso = other.admin.get("/v1/sso")
    names.records[sso["record_name"]] = [company.admin.get("/v1/sso")["record_value"]]
    assert other.admin.send("POST", "/v1/sso/verify").json()["code"] == "version_conflict"
    # Whoever gives the domain up leaves it to others.
    company.puts(domain=f"other.{company.domain}")
    assert other.verifies().status_code == 200


def test_an_issuer_speaks_for_its_domain_only(company: Company, running: RunningPlatform) -> None:
    company.opens()
    stranger = f"{named('eve')}@elsewhere.example"
    assert company.domain in company.refusal(stranger, provider=company.tenant)
    unverified = company.address("unverified")
    assert "is verified" in company.refusal(unverified)
    found = refusals(running)
    call = "GET /v1/auth/callback/{tenant_id}"
    assert {(call, "another_domain"), (call, "mail_unverified")} <= found


def test_an_answer_to_the_address_of_another_provider_is_refused(
    company: Company, people: Any, running: RunningPlatform, names: NameServer
) -> None:
    company.opens()
    other = Company(people("kim"), running, names).opens()
    iss = company.issuer["issuer"]
    for began, came in (
        (company.tenant, f"/v1/auth/callback/{other.tenant}"),
        (company.tenant, "/v1/auth/callback"),
        ("google", f"/v1/auth/callback/{company.tenant}"),
    ):
        with Browser(running.client.url) as browser:
            state = started(browser, began)[1]["state"]
            query = {"state": state, "code": "code", "iss": iss}
            refused = browser.http.get(came, params=query, follow_redirects=False)
            assert (refused.status_code, "that was asked" in refused.text) == (400, True), came
    with Browser(running.client.url) as browser:
        state = started(browser, company.tenant)[1]["state"]
        query = {"state": state, "code": "code", "iss": "https://evil.example"}
        path = f"/v1/auth/callback/{company.tenant}"
        assert browser.http.get(path, params=query, follow_redirects=False).status_code == 400
    assert ("GET /v1/auth/callback/{tenant_id}", "another_issuer") in refusals(running)


def test_who_signs_in_at_home_belongs_to_no_other_tenant(
    company: Company, people: Any, running: RunningPlatform
) -> None:
    company.opens()
    other = people("kim")
    other.signs_up()
    invitation = other.invites("analyst")
    with Browser(running.client.url) as browser:
        company.signs_in(company.address("ada"), browser)
        signed = {"Authorization": f"Bearer {browser.access_token()}"}
        path = f"/v1/invitations/{invitation}/accept"
        assert browser.http.post(path, headers=signed).status_code == 403
        body = {"name": "Mine", "slug": f"mine-{uuid.uuid4().hex[:8]}"}
        assert browser.http.post("/v1/tenants", json=body, headers=signed).status_code == 403


def test_who_was_removed_stays_out_and_has_no_session(
    company: Company, running: RunningPlatform
) -> None:
    company.opens()
    mail = company.address("ada")
    with Browser(running.client.url) as browser:
        company.signs_in(mail, browser)
        signed = {"Authorization": f"Bearer {browser.access_token()}"}
        me = browser.http.get("/v1/me", headers=signed).json()["principal_id"]
        assert company.admin.send("DELETE", f"/v1/members/{me}").status_code == 200
        assert browser.token().json()["error"] == "access_denied"
    # Of what a stranger is refused, one a minute and reason is recorded.
    running.client.advance(61)
    assert "you were removed" in company.refusal(mail)
    assert ("GET /v1/auth/callback/{tenant_id}", "revoked") in refusals(running)


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("http://10.0.0.1/", "sso_refused"),
        ("https://10.1.2.3/", "sso_refused"),
        ("https://169.254.169.254/", "sso_refused"),
        ("https://[fd00::1]/", "sso_refused"),
        ("https://[::ffff:10.0.0.1]/", "sso_refused"),
        ("https://user@login.example.com/", "invalid"),
        ("ftp://login.example.com/", "invalid"),
        ("https://login.example.com/?x=1", "invalid"),
        ("https://login.example.com:99999/", "invalid"),
    ],
)
def test_an_issuer_at_an_address_that_is_not_public_is_refused(
    company: Company, running: RunningPlatform, issuer: str, code: str
) -> None:
    refused = company.puts(issuer=issuer)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    if code == "sso_refused":
        assert ("PUT /v1/sso", "issuer_refused") in refusals(running, company.tenant)
    assert company.admin.refused("GET", "/v1/sso") == (404, "not_found")


def test_only_admins_configure_it(company: Company, people: Any) -> None:
    otto = people("otto")
    otto.post(f"/v1/invitations/{company.admin.invites('developer')}/accept")
    otto.chooses(company.tenant)
    body = {**company.issuer, "domain": company.domain}
    assert otto.refused("PUT", "/v1/sso", body) == (403, "forbidden")
    assert otto.refused("GET", "/v1/sso") == (403, "forbidden")
    assert otto.refused("POST", "/v1/sso/verify") == (403, "forbidden")


def test_another_issuer_is_not_told_the_earlier_ones_secret(company: Company) -> None:
    company.opens()
    kept = {name: value for name, value in company.issuer.items() if name != "client_secret"}
    again = company.admin.send("PUT", "/v1/sso", {**kept, "domain": company.domain})
    assert again.status_code == 200
    assert company.member(company.address("ada"))["roles"] == ["end_user"]
    other = {**kept, "client_id": "other", "domain": company.domain}
    assert company.admin.refused("PUT", "/v1/sso", other) == (422, "invalid")


def test_the_directory_and_the_issuer_mean_the_same_person(
    people: Any, running: RunningPlatform, names: NameServer
) -> None:
    company = Company(people("gala"), running, names)
    company.opens(
        joins=False,
        groups=[{"group": "Builders", "roles": ["developer"]}],
    )
    directory = company.connects()
    mail = company.address("ada")
    assert "not given you a place" in company.refusal(mail)
    ada = directory.adds(mail)
    team = directory.groups("builders", ada["id"])
    me = company.member(mail)
    assert (me["principal_id"], me["roles"]) == (ada["id"], ["developer", "end_user"])
    gone = {"op": "Remove", "path": "members", "value": [{"value": ada["id"]}]}
    assert directory.patches(f"/Groups/{team['id']}", gone).status_code == 200
    assert directory.roles(ada["id"]) == ["end_user"]
    back = {"op": "Add", "path": "members", "value": [{"value": ada["id"]}]}
    assert directory.patches(f"/Groups/{team['id']}", back).status_code == 200
    assert directory.roles(ada["id"]) == ["developer", "end_user"]
    company.puts(joins=False, groups=[{"group": "Builders", "roles": ["operator"]}])
    assert directory.roles(ada["id"]) == ["end_user", "operator"]
    assert directory.send("DELETE", f"/Groups/{team['id']}").status_code == 204
    assert directory.roles(ada["id"]) == ["end_user"]
    with Browser(running.client.url) as browser:
        company.signs_in(mail, browser)
        assert browser.token().status_code == 200
        off = directory.patches(
            f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}}
        )
        assert off.status_code == 200
        assert browser.token().json()["error"] == "invalid_grant"
    assert "you were removed" in company.refusal(mail)
    ended = running.client.events(type="assent.session.ended.v1")
    assert ended[-1]["data"]["ended_because"] == "removed"
    directory.http.close()


def test_a_person_who_came_before_the_directory_keeps_their_place(
    people: Any, running: RunningPlatform, names: NameServer
) -> None:
    company = Company(people("gala"), running, names)
    company.opens()
    mail = company.address("ada")
    before = company.member(mail)["principal_id"]
    directory = company.connects()
    ada = directory.adds(mail)
    assert company.member(mail)["principal_id"] == before
    assert directory.roles(ada["id"]) is None
    assert directory.send("DELETE", f"/Users/{ada['id']}").status_code == 204
    assert directory.roles(before) is None
    assert "you were removed" in company.refusal(mail)
    directory.http.close()


def test_an_address_that_passes_to_another_account_opens_nothing(
    people: Any, running: RunningPlatform, names: NameServer
) -> None:
    company = Company(people("gala"), running, names)
    company.opens()
    directory = company.connects()
    mail = company.address("ada")
    directory.adds(mail)
    company.member(mail)
    # The issuer tells names apart that the address does not.
    assert "another account" in company.refusal(
        mail.upper().replace(company.domain.upper(), company.domain)
    )
    assert ("GET /v1/auth/callback/{tenant_id}", "another_account") in refusals(running)
    directory.http.close()
