"""Who calls: an API key, a token, or tokens that are renewed."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

import httpx

from .errors import AssentError, Unreachable
from .exchange import address


class Credential(Protocol):
    """Where a client's tokens come from. Clients call it from any thread."""

    def token(self) -> str:
        """The bearer token to send now."""
        ...

    def renew(self, refused: str) -> bool:
        """Called when the platform refused that token: whether `token` now gives another one."""
        ...


class Fixed:
    """An API key (`ak_…`), or a token that nobody renews."""

    def __init__(self, token: str) -> None:
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("the key is not one: write it as it was shown, without spaces")
        self._token = token

    def token(self) -> str:
        """The key."""
        return self._token

    def renew(self, refused: str) -> bool:
        """False: there is no other."""
        return False

    def __repr__(self) -> str:
        return "Fixed(…)"


class SignedOut(AssentError):
    """The session is over: sign in again."""


class Session:
    """A person's session on a device, or an OAuth client's. A refresh token gives an access token
    and the next refresh token, which `keep` is given before the access token is used; the one
    before is of no more use 30 seconds later. `tenant`, and `workspace`, say for which of the
    person's places the tokens are."""

    def __init__(
        self,
        url: str,
        refresh_token: str,
        *,
        tenant: str | None = None,
        workspace: str | None = None,
        access_token: str = "",
        keep: Callable[[str, str], None] = lambda refresh, access: None,
        http: httpx.Client | None = None,
    ) -> None:
        self._url = address(url)
        self._places = {"tenant": tenant, "workspace": workspace}
        self._refresh, self._access, self._keep = refresh_token, access_token, keep
        self._http, self._lock = http, threading.Lock()

    def token(self) -> str:
        """An access token. Raises SignedOut where the session is over, Unreachable where nobody
        answers."""
        return self._access or self._renewed("")

    def renew(self, refused: str) -> bool:
        """True, after another access token was given. Raises as `token` does."""
        return self._renewed(refused) != refused

    def _renewed(self, refused: str) -> str:
        with self._lock:
            if self._access == refused:
                said = self._ask()
                self._refresh = said.get("refresh_token", self._refresh)
                self._access = said["access_token"]
                self._keep(self._refresh, self._access)
            return self._access

    def _ask(self) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh, **self._places}
        sent = {name: value for name, value in form.items() if value is not None}
        try:
            post = self._http.post if self._http else httpx.post
            answer = post(f"{self._url}/v1/auth/token", data=sent)
            said: dict[str, Any] = answer.json()
        except (httpx.TransportError, ValueError) as error:
            raise Unreachable(f"no token was given: {error}", may_have_happened=True) from error
        if answer.status_code not in (200, 400, 401):
            raise Unreachable(f"no token was given: {answer.status_code}", may_have_happened=True)
        if answer.status_code != 200:
            why = said.get("error_description") or said.get("detail") or said.get("error")
            raise SignedOut(f"no token is given, sign in again: {why}")
        return said

    def __repr__(self) -> str:
        return "Session(…)"
