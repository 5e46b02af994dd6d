"""A sign-in in its steps: how it begins, and what comes back from the provider."""

import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from emulators.browser import Browser
from emulators.running import RunningPlatform

PLATFORM = "_platform"


def started(browser: Browser, provider: str = "google") -> tuple[httpx.Response, dict[str, str]]:
    """A sign-in that has just begun, and the query with which the provider was asked."""
    answer = browser.http.get(
        "/v1/auth/start", params={"provider": provider}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return answer, {name: values[0] for name, values in query.items()}


def issuer_of(browser: Browser) -> str:
    """The address of the provider that the browser is sent to."""
    answer, _ = started(browser)
    location = urlsplit(answer.headers["location"])
    return f"{location.scheme}://{location.netloc}"


def came_back(browser: Browser, **query: str) -> httpx.Response:
    """The answer to a browser that brings what a provider is said to have answered."""
    return browser.http.get("/v1/auth/callback", params=query, follow_redirects=False)


def answer_of(browser: Browser, name: str) -> httpx.URL:
    """Somebody signs in: the address with the code that the provider sent their browser back to."""
    seen: list[httpx.URL] = []
    browser.http.event_hooks["response"].append(
        lambda answer: seen.append(answer.url) if "callback" in answer.url.path else None
    )
    browser.sign_in(name)
    browser.http.event_hooks["response"].clear()
    return seen[-1]


def named(name: str) -> str:
    """A name that nobody else signs in under."""
    return f"{name}-{uuid.uuid4().hex[:8]}"


def refusals(running: RunningPlatform, tenant: str = PLATFORM) -> set[tuple[str, str]]:
    """What `identity` refused, as (call, reason), as far as the log tells."""
    running.client.wait_until_idle(60)
    found = running.client.events(type="assent.credential.refused.v1", tenant=tenant)
    return {
        (each["data"]["call"], each["data"]["reason"])
        for each in found
        if each["data"]["function"] == "identity"
    }


def me(browser: Browser, token: str) -> dict[str, Any]:
    answer = browser.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
