"""A client of a running platform, over its one port."""

from collections.abc import Sequence
from typing import Any

import httpx

from emulators.connection import Connection

_LONGEST_SECONDS = 300.0


class PlatformRefused(Exception):
    """The platform answered with a problem."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
        self.status = answer.status_code
        self.answer = answer


class PlatformClient(Connection):
    """The control API as methods; `http` reaches every public route. Every method raises
    PlatformRefused where the platform answers with a problem."""

    def __init__(self, url: str) -> None:
        super().__init__(url, _LONGEST_SECONDS)

    def health(self) -> dict[str, Any]:
        return self._get("/_platform/health")

    def token(
        self,
        principal: str,
        tenant: str,
        *,
        scopes: Sequence[str] = (),
        roles: Sequence[str] = (),
        expires_in: int = 900,
        workspace: str | None = None,
        agent: str | None = None,
        audience: str | None = None,
    ) -> str:
        """An access token for `principal`, without a sign-in."""
        body = {
            "principal": principal,
            "tenant": tenant,
            "scopes": list(scopes),
            "roles": list(roles),
            "expires_in": expires_in,
            "workspace": workspace,
            "agent": agent,
            **({} if audience is None else {"audience": audience}),
        }
        token: str = self._post("/_platform/token", body)["access_token"]
        return token

    def now(self) -> str:
        """The platform's time, RFC 3339."""
        now: str = self._get("/_platform/clock")["now"]
        return now

    def advance(self, seconds: float) -> dict[str, Any]:
        """Moves the clock; returns once everything due in between has fired and settled."""
        return self._post("/_platform/clock/advance", {"seconds": seconds})

    def wait_until_idle(self, timeout: float = 30.0) -> None:
        """Returns once nothing is in flight and nothing is unpublished."""
        self._get("/_platform/idle", timeout=timeout)

    def events(
        self,
        *,
        after: str | None = None,
        type: str | None = None,
        subject: str | None = None,
        tenant: str | None = None,
    ) -> list[dict[str, Any]]:
        """The whole event log in the order of commit, or one tenant's, read page by page."""
        found: list[dict[str, Any]] = []
        while True:
            query = {"after": after, "type": type, "subject": subject, "tenant": tenant}
            asked = {key: value for key, value in query.items() if value is not None}
            page: list[dict[str, Any]] = self._get("/_platform/events", **asked)["items"]
            found += page
            if not page:
                return found
            after = page[-1]["id"]

    def operations(self) -> dict[str, Any]:
        """Billable operations since the last reset, and their price."""
        return self._get("/_platform/operations")

    def mail(self, subject: str = "") -> dict[str, Any]:
        """The `url` of the local relay, and as `items` the mails that it received with that in
        their subject."""
        return self._get("/_platform/mail", subject=subject)

    def reset_operations(self) -> None:
        _checked(self.http.delete("/_platform/operations"))

    def fault(
        self, target: str, kind: str, *, count: int = 1, seconds: float | None = None
    ) -> None:
        """Arms a fault."""
        body = {"target": target, "kind": kind, "count": count, "seconds": seconds}
        self._post("/_platform/faults", body)

    def disarm(self) -> None:
        """Removes every fault that has not happened, except those in Cloud Tasks."""
        _checked(self.http.delete("/_platform/faults"))

    def kill(self, function: str) -> list[str]:
        """Kills (SIGKILL) a function's processes; returns which deployables ran."""
        killed: list[str] = self._post(f"/_platform/functions/{function}/kill", None)["killed"]
        return killed

    def _get(self, path: str, **query: object) -> dict[str, Any]:
        answer: dict[str, Any] = _checked(self.http.get(path, params=query)).json()  # type: ignore[arg-type]
        return answer

    def _post(self, path: str, body: object) -> dict[str, Any]:
        answer: dict[str, Any] = _checked(self.http.post(path, json=body)).json()
        return answer


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.status_code >= 400:
        raise PlatformRefused(answer)
    return answer
