"""Every public route refuses whoever does not prove who they are and what they may do."""

from typing import Any

import httpx
import pytest

from emulators.running import RunningPlatform
from tests.contracts.http.calls import (
    BODIES,
    EVERY_SCOPE,
    OF_CAPABILITIES,
    OF_PEOPLE,
    SCIM,
    assert_problem,
    concrete_of,
    end,
    routes,
    strangers,
)
from tests.contracts.http.forging import forgeries

pytestmark = pytest.mark.platform

# A flag is there once somebody sets it, and only a token for no tenant suspends one.
WITHOUT_ID = {
    *("/v1/flags/{name}", "/v1/tenants/{tenant_id}/suspend"),
    # Of a name that no prompt has, receipts name no version.
    "/v1/prompts/{name}/comparison",
}
# What a name is given to by PUT need not be there.
NAMED_BY_PUT = {
    *("/v1/credentials/{name}", "/v1/model-routes/{name}", "/v1/usage/meters/{meter}"),
}


def call(
    running: RunningPlatform, method: str, path: str, token: str | None, body: Any = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    concrete = concrete_of(path)
    return running.client.http.request(method, concrete, headers=headers, json=body or {})


@pytest.fixture(scope="module")
def refused(running: RunningPlatform) -> list[str | None]:
    """No token, forged ones, and one that has expired."""
    expired = running.client.token("a", "b", scopes=EVERY_SCOPE.split(), expires_in=1)
    running.client.advance(2)
    return [None, *(token for _, token in forgeries(running)), expired]


@pytest.mark.by_day(20)
@pytest.mark.parametrize(("method", "path"), routes())
def test_no_credentials_forged_and_expired_ones_are_401(
    running: RunningPlatform, refused: list[str | None], method: str, path: str
) -> None:
    for token in refused:
        assert_problem(call(running, method, path, token), 401, "unauthenticated")


@pytest.mark.by_day(20)
@pytest.mark.parametrize(("method", "path"), OF_PEOPLE)
def test_a_token_without_the_scope_is_403(running: RunningPlatform, method: str, path: str) -> None:
    token = running.client.token("somebody", "somewhere", scopes=["skills:admire"])
    assert_problem(call(running, method, path, token), 403, "scope_missing")


@pytest.mark.by_day(20)
@pytest.mark.parametrize(("method", "path"), OF_CAPABILITIES)
def test_no_role_or_scope_opens_what_a_capability_token_opens(
    running: RunningPlatform, method: str, path: str
) -> None:
    assert_problem(call(running, method, path, strangers(running)), 401, "unauthenticated")


@pytest.mark.by_day(20)
@pytest.mark.parametrize(
    ("method", "path"),
    # Of a directory's people: tests/journeys/test_scim.py.
    [
        (method, path)
        for method, path in OF_PEOPLE
        if "{" in path and path not in WITHOUT_ID and not path.startswith(SCIM)
        if method != "PUT" or path not in NAMED_BY_PUT
    ],
)
def test_an_id_of_nobody_or_of_another_tenant_is_404(
    running: RunningPlatform, method: str, path: str
) -> None:
    body = BODIES.get(end(path), {}) if method in ("POST", "PATCH", "PUT") else {}
    assert_problem(call(running, method, path, strangers(running), body), 404, "not_found")


@pytest.mark.by_day(20)
@pytest.mark.parametrize(
    "path", [path for method, path in routes() if method == "POST" and end(path) in BODIES]
)
def test_a_body_of_another_shape_is_422_before_anything_is_looked_up(
    running: RunningPlatform, path: str
) -> None:
    body = {"neither": "here nor there"}
    assert_problem(call(running, "POST", path, strangers(running), body), 422, "invalid")
