"""People at the public API, who call it and report refusals in its own words."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from emulators.browser import Browser
from emulators.client import PlatformClient
from emulators.failures import PlatformError


class Person:
    """One principal of one tenant. Signs in again when the clock has outrun the token, which is
    refused and recorded before: `sign_in` after a jump of the clock."""

    def __init__(
        self,
        platform: PlatformClient,
        *,
        principal: str,
        tenant: str,
        scopes: Sequence[str],
        roles: Sequence[str],
        workspace: str | None = None,
    ) -> None:
        self._platform = platform
        self.principal = principal
        self.tenant = tenant
        self._scopes = scopes
        self._roles = roles
        self._workspace = workspace
        self._token = ""

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a GET. Raises PlatformError for any refusal."""
        return _content(self.send("GET", path, params=query))

    def post(self, path: str, body: Any = None) -> Any:
        """The answer to a POST. Raises PlatformError for any refusal."""
        return _content(self.send("POST", path, json=body))

    def submit(self, path: str, yaml: str) -> Any:
        """The answer to a spec in YAML. Raises PlatformError for any refusal."""
        headers = {"Content-Type": "application/yaml"}
        return _content(self.send("POST", path, content=yaml.encode(), headers=headers))

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        """The answer with any status."""
        answer = self._send(method, path, headers, request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
            answer = self._send(method, path, headers, request)
        return answer

    def sign_in(self) -> None:
        """Gets a new token."""
        self._token = self._new_token()

    def sign_in_anew(self) -> None:
        """Gets a new token, however long ago the last one was."""
        self.sign_in()

    def _new_token(self) -> str:
        return self._platform.token(
            self.principal,
            self.tenant,
            scopes=self._scopes,
            roles=self._roles,
            workspace=self._workspace,
        )

    def _send(
        self, method: str, path: str, headers: Mapping[str, str] | None, request: Any
    ) -> httpx.Response:
        if not self._token:
            self.sign_in()
        signed = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        return self._platform.http.request(method, path, headers=signed, **request)


class SignedIn(Person):
    """Somebody who signed in at a provider, in a browser of their own; what they may is what their
    tenant gave them."""

    def __init__(
        self, platform: PlatformClient, browser: Browser, name: str, provider: str
    ) -> None:
        browser.sign_in(name, provider)
        super().__init__(platform, principal="", tenant="", scopes=(), roles=())
        self._browser = browser
        self._named = (name, provider)
        self.principal = str(self.get("/v1/me")["principal_id"])

    def enter(self, tenant_id: str) -> None:
        """Acts for this tenant from now on."""
        self.tenant = tenant_id
        self.sign_in()

    def sign_in_anew(self) -> None:
        """Signs in at the provider once more, and acts for the same tenant: a session ends after
        thirty days."""
        self._browser.sign_in(*self._named)
        self.sign_in()

    def _new_token(self) -> str:
        return self._browser.access_token(**({"tenant": self.tenant} if self.tenant else {}))


def _content(answer: httpx.Response) -> Any:
    if answer.is_error:
        call = f"{answer.request.method} {answer.request.url.path}"
        raise PlatformError(f"{call} answered {answer.status_code}: {answer.text}")
    return answer.json()
