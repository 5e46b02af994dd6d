"""Keys of people and services: what makes one, and calls with one."""

from datetime import timedelta
from typing import Any

import httpx

from emulators.running import RunningPlatform
from shared.kit.instants import parse_instant
from tests.journeys.person import Person

SCOPES = ("agents:read", "agents:write", "approvals:read", "approvals:request")


def key_body(running: RunningPlatform, *scopes: str, **more: Any) -> dict[str, Any]:
    ends = parse_instant(running.client.now()) + timedelta(days=30)
    return {"name": "Runner", "scopes": scopes or SCOPES, "expires_at": ends.isoformat(), **more}


def exchanged(person: Person, key: dict[str, Any]) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_secret": key["secret"]}
    return person.browser.http.post("/v1/auth/token", data=form)


def sent(
    person: Person, key: dict[str, Any], method: str, path: str, body: Any = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key['secret']}"}
    return person.browser.http.request(method, path, headers=headers, json=body)
