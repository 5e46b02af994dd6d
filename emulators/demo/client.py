"""A person at the public API: signs in, asks, and says what went wrong in the API's own words."""

from types import TracebackType
from typing import Any, Self

import httpx

from emulators.failures import PlatformError

TOKEN_SECONDS = 900


class Person:
    """One principal of one tenant. Signs in again when the clock has outrun the token."""

    def __init__(
        self, base_url: str, *, principal: str, tenant: str, scopes: list[str], roles: list[str]
    ) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=60)
        self._identity = {
            "principal": principal,
            "tenant": tenant,
            "scopes": scopes,
            "roles": roles,
            "expires_in": TOKEN_SECONDS,
        }
        self._token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> Any:
        return self._call("POST", path, json=body)

    def submit(self, path: str, yaml: str) -> Any:
        return self._call(
            "POST", path, content=yaml.encode(), headers={"Content-Type": "application/yaml"}
        )

    def _call(self, method: str, path: str, headers: Any = None, **request: Any) -> Any:
        answer = self._send(method, path, headers, request)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._sign_in()
            answer = self._send(method, path, headers, request)
        if answer.is_error:
            raise PlatformError(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()

    def _send(self, method: str, path: str, headers: Any, request: Any) -> httpx.Response:
        if not self._token:
            self._sign_in()
        signed = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        return self._client.request(method, path, headers=signed, **request)

    def _sign_in(self) -> None:
        answer = self._client.post("/_platform/token", json=self._identity)
        answer.raise_for_status()
        self._token = answer.json()["access_token"]


class Operator:
    """Whoever runs the local platform: its clock, its event log, its counts."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=120)

    def settle(self) -> None:
        """Waits until nothing is in flight."""
        self._client.get("/_platform/idle", params={"timeout": 60}).raise_for_status()

    def advance(self, seconds: int) -> None:
        """Moves the clock; whatever falls due has fired when this returns."""
        answer = self._client.post("/_platform/clock/advance", json={"seconds": seconds})
        answer.raise_for_status()

    def reset_operations(self) -> None:
        self._client.delete("/_platform/operations").raise_for_status()

    def operations(self) -> Any:
        answer = self._client.get("/_platform/operations")
        answer.raise_for_status()
        return answer.json()

    def events(self) -> list[dict[str, Any]]:
        """Every event of the log, in the order of commit."""
        found: list[dict[str, Any]] = []
        while True:
            query = {"after": found[-1]["id"]} if found else {}
            answer = self._client.get("/_platform/events", params=query)
            answer.raise_for_status()
            items = answer.json()["items"]
            if not items:
                return found
            found += items
