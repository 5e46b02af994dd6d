"""A tenant's directory provisions people and groups: the conformance tester against the running
function, and what the large directories send."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from scim2_tester import Status, check_server

from emulators.running import RunningPlatform
from shared.kit.instants import parse_instant
from tests.journeys.directory import ENTERPRISE, GROUP, USER, Directory, ScimClient
from tests.journeys.sign_ins import refusals

pytestmark = pytest.mark.platform


@pytest.fixture
def directory(people: Any, running: RunningPlatform) -> Iterator[Directory]:
    opened = Directory(people("gala"), running.client.url)
    yield opened
    opened.http.close()


@pytest.mark.nightly
def test_the_conformance_tester_finds_nothing(directory: Directory) -> None:
    results = check_server(ScimClient(directory.http))
    print(Counter(each.status.name for each in results))
    worse = [
        (each.title, each.resource_type, each.reason)
        for each in results
        if each.status not in (Status.SUCCESS, Status.ACCEPTABLE, Status.SKIPPED)
    ]
    assert worse == [], "\n".join(map(str, worse))
    assert sum(each.status == Status.SUCCESS for each in results) >= 40


def test_a_person_of_the_directory_has_a_place_until_they_are_deactivated_or_deleted(
    directory: Directory,
) -> None:
    ada = directory.adds("ada@clinic.example", emails=[{"value": "ada@clinic.example"}])
    assert directory.roles(ada["id"]) == ["end_user"]
    path = f"/Users/{ada['id']}"
    assert directory.send("GET", path).json() == ada
    # As Okta sends it, and as Entra does.
    off = directory.patches(path, {"op": "replace", "value": {"active": False}})
    assert (off.status_code, off.json()["active"]) == (200, False)
    assert directory.roles(ada["id"]) is None
    on = directory.patches(path, {"op": "Replace", "path": "active", "value": "True"})
    assert on.json()["active"] is True
    assert directory.roles(ada["id"]) == ["end_user"]
    assert directory.send("DELETE", path).status_code == 204
    assert directory.roles(ada["id"]) is None
    for method in ("GET", "DELETE"):
        gone = directory.send(method, path)
        assert (gone.status_code, gone.json()["status"]) == (404, "404")
    again = directory.adds("ada@clinic.example")
    assert again["id"] != ada["id"]


def test_what_directories_send_beyond_our_schema_is_not_kept(directory: Directory) -> None:
    user = directory.adds(
        "bo@clinic.example",
        schemas=[USER, ENTERPRISE],
        name={"givenName": "Bo", "familyName": "Berg"},
        title="Nurse",
        password="h8d-jks-81k",
        **{ENTERPRISE: {"department": "Ward 3"}},
    )
    assert user["name"] == {"givenName": "Bo", "familyName": "Berg"}
    assert not {"title", "password", ENTERPRISE} & user.keys()
    path = f"/Users/{user['id']}"
    changed = directory.patches(
        path,
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "bo@clinic.example"},
        {"op": "Replace", "path": "name.familyName", "value": "Dahl"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Ward 4"},
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["name"]["familyName"] == "Dahl"
    assert changed.json()["emails"] == [{"type": "work", "value": "bo@clinic.example"}]


def test_directories_find_by_name_and_by_their_own_id(directory: Directory) -> None:
    cleo = directory.adds("cleo@clinic.example")
    directory.adds("dan@clinic.example")
    for wanted in (
        'userName eq "CLEO@clinic.example"',
        'externalId eq "id of cleo@clinic.example"',
    ):
        found = directory.http.get("/Users", params={"filter": wanted}).json()
        assert [each["id"] for each in found["Resources"]] == [cleo["id"]], wanted
    none = directory.http.get("/Users", params={"filter": 'userName eq "eve@clinic.example"'})
    assert (none.status_code, none.json()["totalResults"]) == (200, 0)
    page = directory.http.get("/Users", params={"startIndex": 2, "count": 1}).json()
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (2, 1, 2)
    for unable in (
        'userName sw "c"',
        'title eq "Nurse"',
        "userName eq",
        'userName pr or id eq "x"',
    ):
        refused = directory.http.get("/Users", params={"filter": unable})
        assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidFilter"), unable


def test_two_entries_never_share_a_name(directory: Directory) -> None:
    directory.adds("fay@clinic.example")
    body = {"schemas": [USER], "userName": "Fay@Clinic.example"}
    again = directory.send("POST", "/Users", body)
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    other = directory.adds("gus@clinic.example")
    taken = directory.patches(
        f"/Users/{other['id']}",
        {"op": "replace", "path": "userName", "value": "fay@clinic.example"},
    )
    assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")


@pytest.mark.parametrize(
    ("body", "keyword"),
    [
        ({"schemas": [USER]}, "invalidValue"),
        ({"schemas": [GROUP], "userName": "x"}, "invalidSyntax"),
        ({"schemas": [USER], "userName": {"a": 1}}, "invalidValue"),
        ({"schemas": [USER], "userName": "x" * 400}, "invalidValue"),
        ({"schemas": [USER], "userName": "gov\u202eernor"}, "invalidValue"),
    ],
)
def test_what_is_no_user_is_refused_in_scims_words(
    directory: Directory, body: Any, keyword: str
) -> None:
    refused = directory.send("POST", "/Users", body)
    assert refused.status_code == 400
    assert refused.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert refused.json()["scimType"] == keyword, refused.text


def test_the_last_governor_and_admin_stay(directory: Directory) -> None:
    hal = directory.adds("hal@clinic.example")
    admin, path = directory.admin, f"/Users/{hal['id']}"
    admin.send("PATCH", f"/v1/members/{hal['id']}", {"roles": ["governor"]})
    mine = f"/v1/members/{admin.id}"
    assert admin.send("PATCH", mine, {"roles": ["tenant_admin"]}).status_code == 200
    for refused in (
        directory.send("DELETE", path),
        directory.patches(path, {"op": "replace", "value": {"active": False}}),
    ):
        assert refused.status_code == 409
        assert "no governor" in refused.json()["detail"]
    assert directory.roles(hal["id"]) == ["governor"]
    assert directory.send("GET", path).json()["active"] is True


def test_only_an_admins_key_with_the_scope_keeps_the_directory(
    directory: Directory, people: Any, running: RunningPlatform
) -> None:
    otto = people("otto")
    otto.post(f"/v1/invitations/{directory.admin.invites('developer')}/accept")
    otto.chooses(directory.tenant)
    refused = otto.refused("POST", "/v1/api-keys", _key(running, "scim:write"))
    assert refused == (422, "invalid")
    reader = directory.admin.makes_key("scim:read")
    headers = {"Authorization": f"Bearer {reader['secret']}"}
    body = {"schemas": [USER], "userName": "ida@clinic.example"}
    assert directory.http.get("/Users", headers=headers).status_code == 200
    without = directory.http.post("/Users", json=body, headers=headers)
    assert (without.status_code, without.json()["status"]) == (403, "403")
    assert directory.http.get("/Users", headers={"Authorization": "Bearer x"}).status_code == 401
    assert ("POST /scim/v2/Users", "scope_missing") in refusals(running, directory.tenant)


def test_nothing_of_a_directory_is_another_tenants(
    directory: Directory, people: Any, running: RunningPlatform
) -> None:
    jo = directory.adds("jo@clinic.example")
    team = directory.groups("Nurses", jo["id"])
    other = Directory(people("kim"), running.client.url)
    for path in (f"/Users/{jo['id']}", f"/Groups/{team['id']}"):
        for method in ("GET", "DELETE"):
            assert other.send(method, path).status_code == 404
    assert other.adds("jo@clinic.example")["id"] != jo["id"]
    body = {"schemas": [GROUP], "displayName": "Theirs", "members": [{"value": jo["id"]}]}
    stolen = other.send("POST", "/Groups", body)
    assert (stolen.status_code, stolen.json()["scimType"]) == (400, "invalidValue")
    other.http.close()


def _key(running: RunningPlatform, *scopes: str) -> dict[str, Any]:
    ends = parse_instant(running.client.now()) + timedelta(days=30)
    return {"name": "directory", "scopes": scopes, "expires_at": ends.isoformat()}
