"""The worst calls of a tenant's own issuer, of its directory, and of support that acts as a
member."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from emulators.browser import Browser
from functions.identity.rules.directory import MOST_LEFT
from shared.kit.instants import parse_instant
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_identity import MANY, ROLES, Page, SignedIn
from tests.local_servers import Answer, Asked, local_server
from tests.name_server import NameServer, name_server

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
# What one page shows, and how many people's roles the messages of a call without a body are for.
PAGE = 50
_names: list[NameServer] = []


@contextmanager
def answering_names() -> Iterator[None]:
    """A name server that a platform asks which starts in the block."""
    with name_server() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_NAME_SERVER", server.address)
        _names.append(server)
        yield
        _names.clear()


class Issuer:
    """An issuer that knows everybody."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.token = ""
        # It answers as long as the process lives.
        self._serving = ExitStack()
        self.url = self._serving.enter_context(local_server(self._answer))

    def _answer(self, asked: Asked) -> Answer:
        is_code = asked.method == "POST"
        content = {"id_token": self.token} if is_code else self.document(asked.path)
        return Answer(json.dumps(content).encode())

    def document(self, path: str) -> Any:
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        ends = ("authorization_endpoint", "token_endpoint")
        return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"} | dict.fromkeys(ends, self.url)

    def signs(self, mail: str, nonce: str, moment: int) -> None:
        """The next code is somebody's who has that address."""
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": "assent",
            "sub": mail,
            "nonce": nonce,
            "email": mail,
        }
        claims |= {"email_verified": True, "name": "x" * 200, "exp": moment + 60}
        self.token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key, ["RS256"])


class Keeper:
    """A directory at its tenant's SCIM address."""

    def __init__(self, admin: SignedIn) -> None:
        ends = admin.key_body()["expires_at"]
        body = {"name": "x", "scopes": ["scim:read", "scim:write"], "expires_at": ends}
        self._secret = admin.made("/v1/api-keys", body)["secret"]
        self._http = admin.browser.http

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        signed = {"Authorization": f"Bearer {self._secret}", **(headers or {})}
        return self._http.request(method, path, headers=signed, **request)

    def made(self, path: str, body: Any) -> str:
        """The id of what is created."""
        answer = self.send("POST", path, json=body)
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    def user(self) -> str:
        return self.made("/scim/v2/Users", user_body())

    def group(self, *members: str) -> str:
        return self.made("/scim/v2/Groups", group_body(*members))


class Company:
    """A tenant with an issuer whose domain is proven, and a directory."""

    def __init__(self, scene: Scene) -> None:
        self.platform = scene.platform
        self.admin = SignedIn(scene.platform)
        self.tenant = self.admin.founds()
        self.issuer = Issuer()
        self.domain = f"{uuid.uuid4().hex}.example"
        self.group_names = [uuid.uuid4().hex for _ in range(20)]
        self.configures()
        sso = self.admin.send("GET", "/v1/sso").json()
        _names[0].records[sso["record_name"]] = [sso["record_value"]]
        self.admin.made("/v1/sso/verify")
        self.directory = Keeper(self.admin)
        self.people = [self.directory.user() for _ in range(MANY)]
        self.team = self.directory.group(*self.people)

    def body(self) -> dict[str, Any]:
        groups = [{"group": each.ljust(200, "x"), "roles": ROLES} for each in self.group_names]
        own = {"issuer": self.issuer.url, "client_id": "assent", "client_secret": "x" * 500}
        return {**own, "domain": self.domain, "groups": groups}

    def configures(self) -> None:
        answer = self.admin.send("PUT", "/v1/sso", json=self.body())
        assert answer.is_success, answer.text

    def mapped(self) -> str:
        """A group that gives roles, of which everybody in it is told in one call."""
        name = self.group_names[0].ljust(200, "x")
        body = {"schemas": [GROUP], "displayName": name, "members": []}
        found = self.directory.send("POST", "/scim/v2/Groups/.search", json=_named(name)).json()
        if found["totalResults"]:
            return str(found["Resources"][0]["id"])
        return self.directory.made("/scim/v2/Groups", body)

    def support(self) -> "Support":
        return Support(self)


class Support:
    """A platform admin."""

    def __init__(self, company: Company) -> None:
        scopes = ("identity:read", "identity:write")
        self._token = company.platform.token(
            "sam", "_platform", scopes=scopes, roles=("platform_admin",)
        )
        self._http = company.platform.http
        member = company.admin.send("GET", "/v1/me").json()["principal_id"]
        self.body = {"tenant_id": company.tenant, "principal": member, "reason": "x" * 500}

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        signed = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        return self._http.request(method, path, headers=signed, **request)


@cache
def company(scene: Scene) -> Company:
    """The scene's company, made when the first call needs it."""
    return Company(scene)


def user_body() -> dict[str, Any]:
    """The longest person that is kept."""
    name = uuid.uuid4().hex.ljust(300, "x")
    mails = [{"value": f"{number}{name}", "type": "work"} for number in range(5)]
    parts = ("givenName", "familyName", "formatted")
    called = {"name": dict.fromkeys(parts, "x" * 320), "displayName": "x" * 320}
    return {"schemas": [USER], "userName": name, "externalId": name, "emails": mails, **called}


def group_body(*members: str) -> dict[str, Any]:
    """The longest name of a group, with these members."""
    listed = [{"value": each} for each in members]
    name = uuid.uuid4().hex.ljust(300, "x")
    return {"schemas": [GROUP], "displayName": name, "externalId": name, "members": listed}


def _named(name: str) -> dict[str, Any]:
    return {"schemas": [SEARCH], "filter": f'displayName eq "{name}"'}


def _patch(*operations: Any) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


@worst_of("GET", "/v1/sso")
def show_sso(scene: Scene) -> Iterator[Call]:
    yield Call(company(scene).admin, "/v1/sso")


@worst_of("PUT", "/v1/sso")
def configure_sso(scene: Scene) -> Iterator[Call]:
    yield Call(company(scene).admin, "/v1/sso", company(scene).body())


@worst_of("POST", "/v1/sso/verify")
def verify_sso(scene: Scene) -> Iterator[Call]:
    found = company(scene)
    found.domain = f"{uuid.uuid4().hex}.example"
    found.configures()
    sso = found.admin.send("GET", "/v1/sso").json()
    _names[0].records[sso["record_name"]] = [sso["record_value"]] * 20
    yield Call(found.admin, "/v1/sso/verify")


@worst_of("GET", "/v1/auth/callback/{tenant_id}")
def come_back_home(scene: Scene) -> Iterator[Call]:
    found, browser = company(scene), Browser(scene.platform.url)
    mail = f"{uuid.uuid4().hex}@{found.domain}"
    begun = browser.http.get("/v1/auth/start", params={"mail": mail}, follow_redirects=False)
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    now = parse_instant(scene.platform.now())
    found.issuer.signs(mail, asked["nonce"][0], int(now.timestamp()))
    query = urlencode({"state": asked["state"][0], "code": "x"})
    path = f"/v1/auth/callback/{found.tenant}?{query}"
    yield Call(Page(browser), path, what="a new person")


def _shown(path: str) -> None:
    @worst_of("GET", path)
    def cases(scene: Scene) -> Iterator[Call]:
        keeper = company(scene).directory
        id = "User" if "ResourceTypes" in path else USER
        yield Call(keeper, path.format(id=id))


for _path in ("ServiceProviderConfig", "ResourceTypes", "ResourceTypes/{id}", "Schemas"):
    _shown(f"/scim/v2/{_path}")
_shown("/scim/v2/Schemas/{id}")


def _kinds(kind: str) -> None:
    path = f"/scim/v2/{kind}"

    @worst_of("GET", path)
    def listed(scene: Scene) -> Iterator[Call]:
        sent = f"{path}?count={PAGE}"
        yield Call(company(scene).directory, sent, what="a page", limit=PAGE)

    @worst_of("POST", f"{path}/.search")
    def searched(scene: Scene) -> Iterator[Call]:
        yield Call(company(scene).directory, f"{path}/.search", {"schemas": [SEARCH]})


for _kind in ("Users", "Groups"):
    _kinds(_kind)


@worst_of("POST", "/scim/v2/.search")
def search(scene: Scene) -> Iterator[Call]:
    yield Call(company(scene).directory, "/scim/v2/.search", {"schemas": [SEARCH]})


@worst_of("POST", "/scim/v2/Users")
def create_user(scene: Scene) -> Iterator[Call]:
    yield Call(company(scene).directory, "/scim/v2/Users", user_body())


@worst_of("GET", "/scim/v2/Users/{id}")
def show_user(scene: Scene) -> Iterator[Call]:
    yield Call(company(scene).directory, f"/scim/v2/Users/{company(scene).people[0]}")


@worst_of("PUT", "/scim/v2/Users/{id}")
def replace_user(scene: Scene) -> Iterator[Call]:
    keeper = company(scene).directory
    yield Call(keeper, f"/scim/v2/Users/{keeper.user()}", {**user_body(), "active": False})


@worst_of("PATCH", "/scim/v2/Users/{id}")
def patch_user(scene: Scene) -> Iterator[Call]:
    keeper = company(scene).directory
    body = _patch({"op": "replace", "value": {"active": False}})
    yield Call(keeper, f"/scim/v2/Users/{keeper.user()}", body, what="no longer active")


@worst_of("DELETE", "/scim/v2/Users/{id}")
def delete_user(scene: Scene) -> Iterator[Call]:
    keeper = company(scene).directory
    user = keeper.user()
    for _ in range(5):
        keeper.group(user)
    yield Call(keeper, f"/scim/v2/Users/{user}", what="in five groups", items=6)


@worst_of("POST", "/scim/v2/Groups")
def create_group(scene: Scene) -> Iterator[Call]:
    found = company(scene)
    body = group_body(*found.people)
    yield Call(found.directory, "/scim/v2/Groups", body, what="a hundred members")


@worst_of("GET", "/scim/v2/Groups/{id}")
def show_group(scene: Scene) -> Iterator[Call]:
    yield Call(company(scene).directory, f"/scim/v2/Groups/{company(scene).team}")


@worst_of("PUT", "/scim/v2/Groups/{id}")
def replace_group(scene: Scene) -> Iterator[Call]:
    keeper = company(scene).directory
    yield Call(keeper, f"/scim/v2/Groups/{keeper.group()}", group_body(*company(scene).people))


@worst_of("PATCH", "/scim/v2/Groups/{id}")
def patch_group(scene: Scene) -> Iterator[Call]:
    found = company(scene)
    members = [{"value": each} for each in found.people]
    body = _patch({"op": "add", "path": "members", "value": members})
    path = f"/scim/v2/Groups/{found.mapped()}"
    yield Call(found.directory, path, body, what="roles of a hundred", items=len(members))


@worst_of("DELETE", "/scim/v2/Groups/{id}")
def delete_group(scene: Scene) -> Iterator[Call]:
    found = company(scene)
    name = found.group_names[1].ljust(200, "x")
    listed = [{"value": each} for each in found.people[:MOST_LEFT]]
    body = {"schemas": [GROUP], "displayName": name, "members": listed}
    path = f"/scim/v2/Groups/{found.directory.made('/scim/v2/Groups', body)}"
    yield Call(found.directory, path, what="roles of sixty", items=len(listed))


@worst_of("POST", "/v1/impersonations")
def begin_impersonation(scene: Scene) -> Iterator[Call]:
    support = company(scene).support()
    yield Call(support, "/v1/impersonations", support.body)


@worst_of("DELETE", "/v1/impersonations/{session_id}")
def end_impersonation(scene: Scene) -> Iterator[Call]:
    support = company(scene).support()
    begun = support.send("POST", "/v1/impersonations", json=support.body).json()
    yield Call(support, f"/v1/impersonations/{begun['session_id']}")


@worst_of("GET", "/v1/impersonations")
def list_impersonations(scene: Scene) -> Iterator[Call]:
    for limit in LIMITS:
        path = f"/v1/impersonations?limit={limit}"
        yield Call(company(scene).admin, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/impersonations/access")
def show_access(scene: Scene) -> Iterator[Call]:
    yield Call(company(scene).admin, "/v1/impersonations/access")


@worst_of("PUT", "/v1/impersonations/access")
def allow_support(scene: Scene) -> Iterator[Call]:
    found, path = company(scene), "/v1/impersonations/access"
    for allowed in (False, True):
        found.admin.send("PUT", path, json={"allowed": allowed})
    found.support().send("POST", "/v1/impersonations", json=found.support().body)
    yield Call(found.admin, path, {"allowed": False}, what="one under way", items=2)
    found.admin.send("PUT", path, json={"allowed": True})
