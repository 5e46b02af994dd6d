"""A person's browser: signs in at a provider of the local platform, and keeps the cookie."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx

from emulators.connection import Connection
from emulators.failures import PlatformError
from emulators.ports import page_url

_FORM = re.compile(r"<form[^>]*action=[\"']([^\"']+)[\"']")
_FIELD = re.compile(r"<input[^>]*name=[\"'](\w+)[\"'][^>]*value=[\"']([^\"']*)[\"']")
_MOST_PAGES = 6


class Browser(Connection):
    """Follows redirects and keeps cookies; says of each form where it comes from, as browsers
    do."""

    # What the session is kept in.
    COOKIE = "__session"

    def __init__(self, url: str) -> None:
        super().__init__(page_url(url), 60, follow_redirects=True)

    @property
    def session(self) -> str:
        """The cookie with the session; empty where there is none."""
        return self.http.cookies.get(self.COOKIE) or ""

    @session.setter
    def session(self, cookie: str) -> None:
        # Python's jar calls a host without a dot so.
        domain = f"{urlsplit(self.url).hostname}.local"
        self.http.cookies.set(self.COOKIE, cookie, domain=domain)

    def sign_in(self, name: str, provider: str = "google", return_to: str = "/signin") -> None:
        """Signs in under a name of the person's choice. Raises PlatformError for any other end than
        the page that it asked for."""
        query = {"provider": provider, "return_to": return_to}
        answer = self.http.get("/v1/auth/start", params=query)
        for _ in range(_MOST_PAGES):
            if str(answer.url).startswith(self.url):
                break
            # The field of the one provider's page, and of the other's.
            answer = self.submit(answer, {"login": name, "password": "any"})
        if answer.is_error or not str(answer.url).startswith(self.url):
            raise PlatformError(f"{name} could not sign in: {answer.url}: {answer.text}")

    def submit(self, page: httpx.Response, filled: Mapping[str, str]) -> httpx.Response:
        """Sends the page's form with what the person filled in."""
        form = _FORM.search(page.text)
        if form is None:
            raise PlatformError(f"{page.url} shows no form: {page.text[:300]}")
        shown = {name: unescape(value) for name, value in _FIELD.findall(page.text)}
        fields = {**shown, **filled}
        action = urljoin(str(page.url), unescape(form[1]))
        return self.http.post(action, data=fields, headers=self._own())

    def call(self, path: str, body: Mapping[str, str]) -> httpx.Response:
        """The answer to what a script of a page sends."""
        return self.http.post(path, json=body, headers=self._own())

    def token(self, **form: str) -> httpx.Response:
        """The answer of the token endpoint to this browser's cookie."""
        body = {"grant_type": "refresh_token", **form}
        return self.http.post("/v1/auth/token", data=body, headers=self._own())

    def access_token(self, **form: str) -> str:
        """A new access token. Raises PlatformError for a refusal."""
        answer = self.token(**form)
        if answer.is_error:
            raise PlatformError(f"no token: {answer.text}")
        token: str = answer.json()["access_token"]
        return token

    def _own(self) -> dict[str, str]:
        return {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
