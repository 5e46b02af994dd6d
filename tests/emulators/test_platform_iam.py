"""IAM in front of private functions."""

import httpx
import pytest

from emulators.iam import push_account, service_account
from emulators.issuer import Issuer
from emulators.running import RunningPlatform
from tests.emulators.checkouts import Checkout

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-platform")]


@pytest.fixture
def private_url(platform: RunningPlatform) -> str:
    functions = platform.client.health()["functions"]
    url: str = next(found["url"] for found in functions if found["name"] == "notes-reactions")
    return url


def _post(url: str, token: str | None) -> httpx.Response:
    headers = {"ce-type": "assent.note.written.v1", "ce-id": "iam"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.post(f"{url}/events/notes", headers=headers, json={})


def _token(platform: RunningPlatform, email: str, audience: str) -> str:
    async def mint() -> str:
        return platform.platform.issuer.service_token(email, audience)

    return platform.run(mint())


def test_no_token_is_401(private_url: str) -> None:
    answer = _post(private_url, None)
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_of_ours_is_401(private_url: str, token: str) -> None:
    assert _post(private_url, token).status_code == 401


def test_a_users_token_never_opens_a_private_function(
    platform: RunningPlatform, private_url: str
) -> None:
    token = platform.client.token("gala", "t", scopes=["governance:write"], roles=["governor"])
    assert _post(private_url, token).status_code == 401


def test_another_functions_audience_is_401(platform: RunningPlatform, private_url: str) -> None:
    token = _token(platform, push_account("notes-reactions"), "http://127.0.0.1:1")
    assert _post(private_url, token).status_code == 401


def test_another_platforms_token_is_401(platform: RunningPlatform, private_url: str) -> None:
    other = Issuer(platform.platform.clock.now)
    other.url = platform.platform.issuer.url
    token = other.service_token(push_account("notes-reactions"), private_url)
    assert _post(private_url, token).status_code == 401


@pytest.mark.parametrize("name", ["somebody-else", "notes", "notes-reactions"])
def test_an_account_the_manifests_do_not_imply_is_403(
    platform: RunningPlatform, private_url: str, name: str
) -> None:
    token = _token(platform, service_account(name), private_url)
    assert _post(private_url, token).status_code == 403


def test_the_account_the_manifests_imply_is_let_in(
    platform: RunningPlatform, private_url: str
) -> None:
    token = _token(platform, push_account("notes-reactions"), private_url)
    assert _post(private_url, token).status_code == 204


def test_the_function_never_sees_the_signature(
    platform: RunningPlatform, private_url: str, checkout: Checkout
) -> None:
    _post(private_url, _token(platform, push_account("notes-reactions"), private_url))
    seen = checkout.seen()[-1]["headers"]["authorization"]
    assert seen.endswith(".SIGNATURE_REMOVED_BY_GOOGLE")


def test_a_private_function_has_no_public_route(platform: RunningPlatform) -> None:
    assert platform.client.http.post("/events/notes").status_code == 404
    assert platform.client.http.post("/timers/notes").status_code == 404


def test_a_service_token_expires_by_the_platforms_clock() -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 1, 1, tzinfo=UTC)
    issuer = Issuer(lambda: now)
    token = issuer.service_token("a@b", "https://c")
    assert issuer.caller(token, "https://c") == "a@b"
    assert issuer.service_token("a@b", "https://c") == token
    now += timedelta(hours=1)
    assert issuer.caller(token, "https://c") is None
    assert issuer.service_token("a@b", "https://c") != token
