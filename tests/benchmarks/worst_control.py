"""The worst calls about the control document of a tenant: its suspension, its flags, and whose
tokens are refused."""

from collections.abc import Iterator
from typing import Any

import httpx

from shared.kit.bookkeeping import PLATFORM_TENANT
from tests.benchmarks.worst import Call, Scene, worst_of
from tests.benchmarks.worst_identity import cast

REASON = {"reason": "x" * 500}
SCOPES = ("identity:read", "identity:write")


class PlatformAdmin:
    """Somebody with a token for no tenant and the role platform_admin."""

    def __init__(self, scene: Scene) -> None:
        self._platform = scene.platform

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        token = self._platform.token(
            "sam", PLATFORM_TENANT, scopes=SCOPES, roles=("platform_admin",)
        )
        headers = {**(request.pop("headers", None) or {}), "Authorization": f"Bearer {token}"}
        return self._platform.http.request(method, path, headers=headers, **request)


@worst_of("POST", "/v1/tenants/{tenant_id}/suspend")
def suspend(scene: Scene) -> Iterator[Call]:
    tenant_id = cast(scene).somebody().founds()
    yield Call(PlatformAdmin(scene), f"/v1/tenants/{tenant_id}/suspend", REASON)


@worst_of("POST", "/v1/tenants/{tenant_id}/resume")
def resume(scene: Scene) -> Iterator[Call]:
    tenant_id, admin = cast(scene).somebody().founds(), PlatformAdmin(scene)
    assert admin.send("POST", f"/v1/tenants/{tenant_id}/suspend", json=REASON).is_success
    yield Call(admin, f"/v1/tenants/{tenant_id}/resume")


@worst_of("POST", "/v1/tenants/{tenant_id}/close")
def close(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).somebody()
    yield Call(founder, f"/v1/tenants/{founder.founds()}/close")


@worst_of("PATCH", "/v1/tenants/{tenant_id}")
def rename(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).somebody()
    yield Call(founder, f"/v1/tenants/{founder.founds()}", {"name": "y" * 200})


@worst_of("DELETE", "/v1/members/{principal}/sessions")
def end_sessions(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).founder
    yield Call(founder, f"/v1/members/{founder.member()}/sessions")


@worst_of("GET", "/v1/flags/{name}")
def show_flag(scene: Scene) -> Iterator[Call]:
    yield Call(cast(scene).founder, f"/v1/flags/{'x' * 50}")


@worst_of("PUT", "/v1/flags/{name}")
def put_flag(scene: Scene) -> Iterator[Call]:
    founder = cast(scene).somebody()
    founder.founds()
    for number in range(99):
        name = f"{'x' * 47}{number:02}"
        assert founder.send("PUT", f"/v1/flags/{name}", json={"percent": 50}).is_success
    yield Call(founder, f"/v1/flags/{'y' * 50}", {"percent": 50})


@worst_of("GET", "/v1/health")
def show_health(scene: Scene) -> Iterator[Call]:
    yield Call(PlatformAdmin(scene), "/v1/health")


@worst_of("GET", "/v1/metrics")
def show_metrics(scene: Scene) -> Iterator[Call]:
    yield Call(PlatformAdmin(scene), "/v1/metrics")
