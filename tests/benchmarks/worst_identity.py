"""The worst calls of `identity`: of people who signed in, and of strangers."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import cache, cached_property
from html import unescape
from typing import Any

import httpx

from emulators.browser import Browser
from emulators.client import PlatformClient
from functions.identity.rules.passkey import MOST_PASSKEYS
from functions.identity.rules.roles import OF_PROGRAMS
from functions.identity.rules.workspace import MOST_OPEN
from shared.kit.instants import format_instant, parse_instant
from tests.authenticator import Authenticator
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.journeys.clients import Client, serving

MANY = 101
ROLES = ["analyst", "deputy", "developer", "end_user", "governor", "operator", "tenant_admin"]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_FIELD = re.compile(r"name='(\w+)' value='([^']*)'")
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class SignedIn:
    """Somebody with a browser, and with a tenant where one is chosen."""

    def __init__(self, platform: PlatformClient) -> None:
        self.platform = platform
        self.browser = Browser(platform.url)
        self.browser.sign_in(f"worst-{uuid.uuid4().hex[:8]}")
        self.token = self.browser.access_token()

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        answer = self._send(method, path, headers, request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            # The clock has outrun the token; the session knows its tenant.
            self.token = self.browser.access_token()
            answer = self._send(method, path, headers, request)
        return answer

    def _send(
        self, method: str, path: str, headers: Mapping[str, str] | None, request: Any
    ) -> httpx.Response:
        signed = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.browser.http.request(
            method, path, headers=signed, follow_redirects=False, **request
        )

    def made(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.send("POST", path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def founds(self) -> str:
        tenant_id = str(self.made("/v1/tenants", tenant_body())["tenant_id"])
        self.token = self.browser.access_token(tenant=tenant_id)
        return tenant_id

    def key_body(self) -> dict[str, Any]:
        ends = parse_instant(self.platform.now()) + timedelta(days=30)
        scopes = ["agents:read", "agents:write", "approvals:read", "approvals:write"]
        return {
            "name": "x" * 200,
            "scopes": scopes,
            "expires_at": format_instant(ends),
            "requests_per_minute": 1_000,
        }

    def invitation(self) -> dict[str, Any]:
        return self.made("/v1/invitations", {"roles": ROLES})

    def member(self) -> str:
        """The principal of a new member, with every role."""
        guest = SignedIn(self.platform)
        guest.made(f"/v1/invitations/{self.invitation()['token']}/accept")
        return str(guest.send("GET", "/v1/me").json()["principal_id"])


class Page:
    """Calls as a browser or a device makes them: without a token, and with forms."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str], content: bytes
    ) -> httpx.Response:
        own = {"Origin": self._browser.url, "Sec-Fetch-Site": "same-origin"}
        answer = self._browser.http.request(
            method,
            path,
            headers={**own, **(FORM if content else {})},
            content=content,
            follow_redirects=False,
        )
        # A redirect is what the call is for.
        answer.status_code = 200 if answer.status_code == 303 else answer.status_code
        return answer


class Script(Page):
    """Calls as a script of our pages makes them, with JSON."""

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str], content: bytes
    ) -> httpx.Response:
        return self._browser.call(path, json.loads(content))


class FormCall(Call):
    """A call whose body is a form."""

    @property
    def sent(self) -> bytes:
        return str(httpx.QueryParams(self.body or {})).encode()


class Cast:
    """Who calls, made when the first of them is needed."""

    def __init__(self, scene: Scene) -> None:
        self._platform = scene.platform

    @cached_property
    def founder(self) -> SignedIn:
        found = SignedIn(self._platform)
        found.founds()
        return found

    @cached_property
    def full(self) -> SignedIn:
        """The founder of a tenant with more than a page of keys and invitations."""
        found = SignedIn(self._platform)
        found.founds()
        for _ in range(MANY):
            found.made("/v1/api-keys", found.key_body())
            found.invitation()
        return found

    def somebody(self) -> SignedIn:
        return SignedIn(self._platform)

    def stranger(self) -> Page:
        return Page(Browser(self._platform.url))


@cache
def cast(scene: Scene) -> Cast:
    """The people of a scene."""
    return Cast(scene)


def tenant_body() -> dict[str, str]:
    """The longest body of a new tenant."""
    return {"name": "x" * 200, "slug": f"x-{uuid.uuid4().hex}"}


def _listed(path: str) -> None:
    @worst_of("GET", path)
    def cases(scene: Scene) -> Iterator[Call]:
        for limit in LIMITS:
            call = f"{path}?limit={limit}"
            yield Call(cast(scene).full, call, what=f"limit {limit}", limit=limit)


for _path in ("/v1/members", "/v1/invitations", "/v1/api-keys", "/v1/auth/sessions"):
    _listed(_path)


@worst_of("GET", "/v1/me")
def show_me(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).founder, "/v1/me")


@worst_of("GET", "/v1/tenants")
def list_tenants(scene: Scene) -> Iterator[Call]:
    many = cast(scene).somebody()
    for _ in range(5):
        many.made("/v1/tenants", tenant_body())
    yield Call(many, "/v1/tenants", what="five tenants", limit=6)


@worst_of("POST", "/v1/tenants")
def create_tenant(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).somebody(), "/v1/tenants", tenant_body())


@worst_of("GET", "/v1/tenants/{tenant_id}")
def get_tenant(scene: Scene) -> Iterator[Call]:
    somebody = cast(scene).somebody()
    yield Call(somebody, f"/v1/tenants/{somebody.founds()}")


@worst_of("GET", "/v1/members/{principal}")
def get_member(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    yield Call(founder, f"/v1/members/{founder.member()}")


@worst_of("PATCH", "/v1/members/{principal}")
def change_roles(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    body = {"roles": ["analyst"]}
    yield Call(founder, f"/v1/members/{founder.member()}", body, what="an admin's")
    guest = SignedIn(scene.platform)
    token = founder.made("/v1/invitations", {"roles": ["analyst"]})["token"]
    guest.made(f"/v1/invitations/{token}/accept")
    path = f"/v1/members/{guest.send('GET', '/v1/me').json()['principal_id']}"
    dates = {"deputy_until": founder.key_body()["expires_at"]}
    yield Call(founder, path, dates, what="a deputy")


@worst_of("DELETE", "/v1/members/{principal}")
def remove_member(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    yield Call(founder, f"/v1/members/{founder.member()}", what="an admin")


@worst_of("POST", "/v1/invitations")
def invite(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).founder, "/v1/invitations", {"roles": ROLES})


@worst_of("DELETE", "/v1/invitations/{invitation_id}")
def revoke_invitation(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    yield Call(founder, f"/v1/invitations/{founder.invitation()['invitation_id']}")


@worst_of("POST", "/v1/invitations/{token}/accept")
def accept_invitation(scene: Scene) -> Iterator[Call]:
    token = cast(scene).founder.invitation()["token"]
    yield Call(cast(scene).somebody(), f"/v1/invitations/{token}/accept")


@worst_of("POST", "/v1/api-keys")
def make_key(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    yield Call(founder, "/v1/api-keys", founder.key_body())


@worst_of("POST", "/v1/api-keys/{key_id}/rotate")
def rotate_key(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    key_id = founder.made("/v1/api-keys", founder.key_body())["key_id"]
    yield Call(founder, f"/v1/api-keys/{key_id}/rotate")


@worst_of("DELETE", "/v1/api-keys/{key_id}")
def revoke_key(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    key_id = founder.made("/v1/api-keys", founder.key_body())["key_id"]
    yield Call(founder, f"/v1/api-keys/{key_id}")


@worst_of("DELETE", "/v1/auth/sessions/{session_id}")
def revoke_session(scene: Scene) -> Iterator[Call]:
    somebody = cast(scene).somebody()
    (session,) = somebody.send("GET", "/v1/auth/sessions").json()["items"]
    yield Call(somebody, f"/v1/auth/sessions/{session['session_id']}")


@worst_of("GET", "/signin")
def show_sign_in(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).stranger(), "/signin")


@worst_of("GET", "/v1/auth/start")
def start(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).stranger(), "/v1/auth/start?provider=google")


@worst_of("GET", "/v1/auth/callback")
def come_back(scene: Scene) -> Iterator[Call]:
    browser = Browser(scene.platform.url)
    page = browser.http.get("/v1/auth/start", params={"provider": "github"})
    browser.http.follow_redirects = False
    answer = browser.submit(page, {"login": f"worst-{uuid.uuid4().hex[:8]}"})
    yield Call(Page(browser), answer.headers["location"], what="a new person")


@worst_of("POST", "/v1/auth/logout")
def log_out(scene: Scene) -> Iterator[Call]:
    yield Call(Page(cast(scene).somebody().browser), "/v1/auth/logout")


@worst_of("POST", "/v1/auth/token")
def give_token(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    body = {"grant_type": "refresh_token"}
    yield FormCall(Page(founder.browser), "/v1/auth/token", body, what="a browser's")
    secret = founder.made("/v1/api-keys", founder.key_body())["secret"]
    body = {"grant_type": "client_credentials", "client_secret": secret}
    yield FormCall(cast(scene).stranger(), "/v1/auth/token", body, what="a key's")
    client, tenant_id = _client(founder), founder.send("GET", "/v1/me").json()["tenant"]
    code = client.is_let_in(founder.browser, tenant_id["tenant_id"])["code"]
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client.id,
        "redirect_uri": client.redirect_uri,
        "code_verifier": client.verifier,
    }
    yield FormCall(cast(scene).stranger(), "/v1/auth/token", body, what="a client's")


@worst_of("GET", "/.well-known/jwks.json")
def show_keys(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).stranger(), "/.well-known/jwks.json")


@worst_of("POST", "/v1/auth/device")
def request_codes(scene: Scene) -> Iterator[Call]:
    yield FormCall(cast(scene).stranger(), "/v1/auth/device", {"client_id": "x" * 60})


def _asked(somebody: SignedIn) -> str:
    form = {"client_id": "x" * 60}
    code: str = somebody.browser.http.post("/v1/auth/device", data=form).json()["user_code"]
    return code


@worst_of("GET", "/device")
def show_device(scene: Scene) -> Iterator[Call]:
    somebody = cast(scene).somebody()
    yield Call(Page(somebody.browser), f"/device?user_code={_asked(somebody)}")


@worst_of("POST", "/v1/auth/device/decision")
def decide_device(scene: Scene) -> Iterator[Call]:
    somebody = cast(scene).somebody()
    code = _asked(somebody)
    shown = somebody.browser.http.get("/device", params={"user_code": code}).text
    token = shown.partition("name='form' value='")[2].partition("'")[0]
    body = {"user_code": code, "form": token, "decision": "allow"}
    yield FormCall(Page(somebody.browser), "/v1/auth/device/decision", body)


def _client(somebody: SignedIn) -> Client:
    """A client whose document is served as long as this process lives."""
    _clients.append(serving(somebody.platform.url))
    return _clients[-1].__enter__()


_clients: list[AbstractContextManager[Client]] = []


def _longest_query(client: Client) -> dict[str, str]:
    return client.query(state="x" * 500, scope=" ".join(sorted(OF_PROGRAMS)))


def _founder_of_five(scene: Scene) -> SignedIn:
    """Somebody whose tenants are all read, to say in which of them a client may be let in."""
    many = cast(scene).somebody()
    for _ in range(5):
        many.made("/v1/tenants", tenant_body())
    return many


@worst_of("GET", "/v1/auth/authorize")
def authorize(scene: Scene) -> Iterator[Call]:
    many = _founder_of_five(scene)
    query = httpx.QueryParams(_longest_query(_client(many)))
    yield Call(Page(many.browser), f"/v1/auth/authorize?{query}", what="five tenants", limit=6)


@worst_of("GET", "/consent")
def show_consent(scene: Scene) -> Iterator[Call]:
    many = _founder_of_five(scene)
    query = httpx.QueryParams(_longest_query(_client(many)))
    yield Call(Page(many.browser), f"/consent?{query}", what="five tenants", limit=6)


@worst_of("POST", "/consent")
def decide_consent(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    client = _client(founder)
    page = client.asks(founder.browser, state="x" * 500, scope=" ".join(sorted(OF_PROGRAMS)))
    found = dict(_FIELD.findall(page.text))
    body = {name: unescape(value) for name, value in found.items()} | {"decision": "allow"}
    yield FormCall(Page(founder.browser), "/consent", body)


for _path in (
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource/mcp",
):

    @worst_of("GET", _path)
    def show_document(scene: Scene, path: str = _path) -> Iterator[Call]:
        yield Call(cast(scene).stranger(), path)


@worst_of("GET", "/v1/workspaces")
def list_workspaces(scene: Scene) -> Iterator[Call]:
    full = cast(scene).somebody()
    full.founds()
    for _ in range(MOST_OPEN):
        full.made("/v1/workspaces", {"name": "x" * 200})
    for limit in LIMITS:
        call = f"/v1/workspaces?limit={limit}"
        yield Call(full, call, what=f"limit {limit}", limit=limit)


@worst_of("POST", "/v1/workspaces")
def create_workspace(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).founder, "/v1/workspaces", {"name": "x" * 200})


@worst_of("PATCH", "/v1/workspaces/{workspace_id}")
def change_workspace(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    workspace_id = founder.made("/v1/workspaces", {"name": "x" * 200})["workspace_id"]
    body = {"name": "y" * 200, "archived": True}
    yield Call(founder, f"/v1/workspaces/{workspace_id}", body)


def _new_key(somebody: SignedIn) -> dict[str, Any]:
    """What somebody's authenticator makes, with the longest name."""
    options = somebody.made("/v1/passkeys/options")["public_key"]
    key = Authenticator(rp_id="localhost", origin=somebody.browser.url)
    return {"name": "x" * 200, **key.create(options["challenge"])}


def _with_passkeys(scene: Scene, number: int) -> SignedIn:
    somebody = cast(scene).somebody()
    somebody.founds()
    for _ in range(number):
        somebody.made("/v1/passkeys", _new_key(somebody))
    return somebody


@worst_of("GET", "/v1/passkeys")
def list_passkeys(scene: Scene) -> Iterator[Call]:
    somebody = _with_passkeys(scene, MOST_PASSKEYS)
    yield Call(somebody, "/v1/passkeys", what="ten passkeys", limit=MOST_PASSKEYS)


@worst_of("POST", "/v1/passkeys/options")
def begin_passkey(scene: Scene) -> Iterator[Call]:
    yield Call(_with_passkeys(scene, MOST_PASSKEYS - 1), "/v1/passkeys/options", what="the tenth")


@worst_of("POST", "/v1/passkeys")
def add_passkey(scene: Scene) -> Iterator[Call]:
    somebody = _with_passkeys(scene, 0)
    yield Call(somebody, "/v1/passkeys", _new_key(somebody))


@worst_of("DELETE", "/v1/passkeys/{passkey_id}")
def remove_passkey(scene: Scene) -> Iterator[Call]:
    somebody = _with_passkeys(scene, 2)
    first = somebody.send("GET", "/v1/passkeys").json()["items"][0]
    yield Call(somebody, f"/v1/passkeys/{first['passkey_id']}")


def _asked_for_passkey(browser: Browser) -> str:
    answer = browser.call("/v1/auth/passkey/options", {"return_to": f"/{'x' * 1999}"})
    return str(answer.json()["public_key"]["challenge"])


@worst_of("POST", "/v1/auth/passkey/options")
def begin_sign_in(scene: Scene) -> Iterator[Call]:
    body = {"return_to": f"/{'x' * 1999}"}
    yield Call(Script(Browser(scene.platform.url)), "/v1/auth/passkey/options", body)


@worst_of("POST", "/v1/auth/passkey")
def sign_in(scene: Scene) -> Iterator[Call]:
    somebody, browser = cast(scene).somebody(), Browser(scene.platform.url)
    somebody.founds()
    key = Authenticator(rp_id="localhost", origin=browser.url, count=1)
    options = somebody.made("/v1/passkeys/options")["public_key"]
    somebody.made("/v1/passkeys", {"name": "x", **key.create(options["challenge"])})
    owner = somebody.send("GET", "/v1/me").json()["principal_id"]
    body = key.sign_in(_asked_for_passkey(browser), owner)
    yield Call(Script(browser), "/v1/auth/passkey", body, what="a key that counts")


@worst_of("GET", "/passkeys")
def show_passkeys(scene: Scene) -> Iterator[Call]:
    yield Call(Page(cast(scene).somebody().browser), "/passkeys")
