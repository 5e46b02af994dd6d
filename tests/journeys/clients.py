"""A client of somebody else's, written from the standards: it publishes its document, sends a
person's browser to ask, and redeems the code."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from emulators.browser import Browser
from emulators.ports import page_url


class Client:
    """One client, at its own address on this machine. `document` is what it says of itself,
    `answers` counts how often it was asked."""

    def __init__(self, url: str, platform: str) -> None:
        # The platform remembers a document for a time, and a port may come again.
        self.path = f"/oauth/{secrets.token_urlsafe(8)}.json"
        self.id = f"{url}{self.path}"
        self.redirect_uri = f"{url}/callback"
        self.platform = page_url(platform)
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(8)
        self.answers = 0
        self.media_type = "application/json"
        self.document: dict[str, Any] = {
            "client_id": self.id,
            "client_name": "Report writer",
            "redirect_uris": [self.redirect_uri, "http://127.0.0.1/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        }

    def query(self, **changed: str | None) -> dict[str, str]:
        """What it asks, and what a test changes of that; None leaves a parameter out."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.redirect_uri,
            "scope": "agents:read",
            "state": self.state,
            "resource": self.platform,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **changed,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def asks(self, browser: Browser, **changed: str | None) -> httpx.Response:
        """The page that the person sees, or the answer that sends the browser back here."""
        browser.http.follow_redirects = False
        answer = browser.http.get("/v1/auth/authorize", params=self.query(**changed))
        while answer.is_redirect and self.is_platforms(answer):
            answer = browser.http.get(answer.headers["location"])
        browser.http.follow_redirects = True
        return answer

    def is_platforms(self, answer: httpx.Response) -> bool:
        """Whether the answer leads on within the platform."""
        location = answer.headers["location"]
        return str(location).startswith(("/", f"{self.platform}/"))

    def is_let_in(self, browser: Browser, tenant: str, **changed: str | None) -> dict[str, str]:
        """What comes back to the client after the person allowed it."""
        page = self.asks(browser, **changed)
        assert page.status_code == 200, page.text
        return sent_back(answered(browser, page, tenant=tenant, decision="allow"))

    def redeems(self, code: str, **changed: str | None) -> httpx.Response:
        """The token endpoint's answer to a code."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.id,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            "resource": self.platform,
            **changed,
        }
        sent = {name: value for name, value in form.items() if value is not None}
        return httpx.post(f"{self.platform}/v1/auth/token", data=sent, timeout=60)

    def renews(self, token: str, **changed: str) -> httpx.Response:
        """The token endpoint's answer to a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": self.id}
        return httpx.post(f"{self.platform}/v1/auth/token", data={**form, **changed}, timeout=60)


def answered(browser: Browser, page: httpx.Response, **filled: str) -> httpx.Response:
    """The answer to the person's own answer, which is not followed."""
    browser.http.follow_redirects = False
    answer = browser.submit(page, filled)
    browser.http.follow_redirects = True
    return answer


def sent_back(answer: httpx.Response) -> dict[str, str]:
    """What the browser brings to the client."""
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@contextmanager
def serving(platform: str) -> Iterator[Client]:
    """A client whose document is served until the block ends."""
    found: list[Client] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            client = found[0]
            client.answers += 1
            body = json.dumps(client.document).encode()
            self.send_response(200 if self.path == client.path else 404)
            self.send_header("Content-Type", client.media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.append(Client(f"http://127.0.0.1:{server.server_port}", platform))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
