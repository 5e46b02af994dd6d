"""Somebody at the public API of a running platform, who signs in with a browser of their own."""

import uuid
from datetime import timedelta
from typing import Any

import httpx

from emulators.browser import Browser
from emulators.running import RunningPlatform
from shared.kit.instants import parse_instant
from tests.journeys.sign_ins import named

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class Person:
    """Somebody with a browser, at the public API."""

    def __init__(self, running: RunningPlatform, name: str) -> None:
        self._now = running.client.now
        self.browser = Browser(running.client.url)
        self.name = named(name)
        self.browser.sign_in(self.name)
        self.token = self.browser.access_token()
        self.id = str(self.get("/v1/me")["principal_id"])

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        signed = {"Authorization": f"Bearer {self.token}", **headers}
        return self.browser.http.request(method, path, json=body, headers=signed)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.send("POST", path, body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        answer = self.send(method, path, body)
        return answer.status_code, str(answer.json()["code"])

    def signs_up(self) -> str:
        """The new tenant, for which the token is from now on."""
        slug = f"clinic-{uuid.uuid4().hex[:8]}"
        tenant = self.post("/v1/tenants", {"name": "Clinic", "slug": slug})
        self.chooses(tenant["tenant_id"])
        return str(tenant["tenant_id"])

    def chooses(self, tenant_id: str) -> None:
        self.token = self.browser.access_token(tenant=tenant_id)

    def makes_key(self, *scopes: str) -> dict[str, Any]:
        ends = parse_instant(self._now()) + timedelta(days=30)
        body = {"name": "CI", "scopes": scopes, "expires_at": ends.isoformat()}
        return self.post("/v1/api-keys", body)

    def invites(self, *roles: str) -> str:
        return str(self.post("/v1/invitations", {"roles": roles})["token"])
