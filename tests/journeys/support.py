"""Somebody of support, who acts as a member."""

from typing import Any

import httpx

from emulators.running import RunningPlatform
from tests.journeys.person import Person

REASON = "Their dashboard shows no cards, ticket 4711"


class Support:
    """A platform admin, and the client with the token that they were given."""

    def __init__(self, admin: Person, running: RunningPlatform) -> None:
        self.admin, self.running = admin, running
        self.given: dict[str, Any] = {}

    def asks(self, member: Person, tenant: str, reason: str = REASON) -> httpx.Response:
        body = {"tenant_id": tenant, "principal": member.id, "reason": reason}
        return self.admin.send("POST", "/v1/impersonations", body)

    def acts(self, member: Person, tenant: str) -> "Support":
        answer = self.asks(member, tenant)
        assert answer.status_code == 201, answer.text
        self.given = dict(answer.json())
        return self

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.given['access_token']}"}
        http = self.admin.browser.http
        return http.request(method, path, headers=headers, json=body)

    def renews(self, **form: str) -> httpx.Response:
        body = {"grant_type": "refresh_token", "refresh_token": self.given["refresh_token"], **form}
        answer = self.admin.browser.http.post("/v1/auth/token", data=body)
        if answer.is_success:
            self.given = {**self.given, **answer.json()}
        return answer
