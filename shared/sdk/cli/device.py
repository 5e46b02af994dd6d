"""Signing in from a terminal: the device authorization grant (RFC 8628)."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from ..errors import AssentError, Unreachable
from ..exchange import address

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT = "Assent command line"
SLOWER_SECONDS = 5.0


class NotSignedIn(AssentError):
    """Nobody allowed it."""


def ask(url: str, scopes: str, http: httpx.Client) -> dict[str, Any]:
    """The codes. Raises NotSignedIn, Unreachable."""
    return _said(http, f"{address(url)}/v1/auth/device", client_id=CLIENT, scope=scopes)


def await_tokens(
    url: str,
    codes: dict[str, Any],
    tenant: str | None,
    http: httpx.Client,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """The tokens, once the person has allowed it. Raises NotSignedIn where they deny it, or where
    the codes are too old; Unreachable."""
    form = {"grant_type": GRANT, "device_code": codes["device_code"]}
    pause = float(codes["interval"])
    while True:
        sleep(pause)
        said = _said(http, f"{address(url)}/v1/auth/token", **form, tenant=tenant)
        match said.get("error"):
            case None:
                return said
            case "authorization_pending":
                continue
            case "slow_down":
                pause += SLOWER_SECONDS
            case refused:
                raise NotSignedIn(str(said.get("error_description") or refused))


def _said(http: httpx.Client, url: str, **form: str | None) -> dict[str, Any]:
    try:
        answer = http.post(url, data={name: value for name, value in form.items() if value})
        found = answer.json()
    except (httpx.TransportError, ValueError) as error:
        raise Unreachable(f"{url}: {error}", may_have_happened=False) from error
    if not isinstance(found, dict) or (answer.status_code >= 400 and "error" not in found):
        detail = found.get("detail") if isinstance(found, dict) else None
        raise NotSignedIn(str(detail or f"{url} was answered with {answer.status_code}"))
    return found
