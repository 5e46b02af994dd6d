"""How a test asks an app, and as whom."""

import time
from typing import Any

import httpx
from starlette.types import ASGIApp

from tests.shared.runtime.issuer import ISSUER


def claims(**changes: Any) -> dict[str, Any]:
    """Good ones, with changes; None takes one away."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": "assent",
        "sub": "ana",
        "tenant": "acme",
        "scope": "things:read things:write",
        "roles": ["governor"],
        "iat": now,
        "nbf": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def client(app: ASGIApp) -> httpx.AsyncClient:
    """Raises whatever leaves the app."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://function")
