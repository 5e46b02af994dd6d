"""Calls without a token, forms, and tokens for no tenant."""

from types import SimpleNamespace
from typing import Annotated

import httpx
import pytest
from fastapi import Request
from starlette.responses import Response

from shared.kit.callers import Caller
from shared.kit.models import Model
from shared.runtime import limits
from shared.runtime.app import create_api
from shared.runtime.bodies import FORM, Accepts
from shared.runtime.limits import OF_CALLER
from shared.runtime.open_routes import OpenRouter
from shared.runtime.routes import Router
from shared.runtime.settings import runtime_settings
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

OPEN = OpenRouter(action="device.list")
OWN = Router(action="me.read", read=("things:read",), tenantless=True)
FORM_TYPE = {"Content-Type": FORM}


class Shown(Model):
    """What an endpoint was given."""

    text: str


class FormBody(Model):
    """A form of one field."""

    text: str


@OPEN.post("/form")
async def form(request: Request, body: Annotated[FormBody, Accepts((FORM,))]) -> Shown:
    return Shown(text=f"{request.method} {body.text}")


@OPEN.get("/page")
async def page(request: Request) -> Response:
    return Response(f"<p>{request.url.path}</p>", media_type="text/html")


@OWN.get("/own")
async def own(caller: Caller) -> Shown:
    return Shown(text=caller.tenant_id)


@pytest.fixture
async def api(issuer: Issuer) -> httpx.AsyncClient:
    return client(create_api(function="doors", router=Router.joining(OPEN, OWN)))


async def test_a_stranger_is_answered_with_a_page(api: httpx.AsyncClient) -> None:
    answer = await api.get("/page")
    assert (answer.status_code, answer.text) == (200, "<p>/page</p>")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_form_is_read_with_its_signs(api: httpx.AsyncClient) -> None:
    answer = await api.post("/form", content="text=a+b%26%C3%A9", headers=FORM_TYPE)
    assert answer.json() == {"text": "POST a b&é"}


@pytest.mark.parametrize(
    ("content", "kind", "status", "said"),
    [
        ("text=a&text=b", FORM, 422, "sent twice"),
        ("text=a&other=b", FORM, 422, "is not known here"),
        ("", FORM, 422, "must be given"),
        ("text=%FF", FORM, 400, "UTF-8"),
        ("text=%00", FORM, 422, "text"),
        ("&".join(f"a{n}=1" for n in range(101)), FORM, 422, "more than 100 fields"),
        ('{"text": "a"}', "application/json", 415, FORM),
    ],
)
async def test_a_form_that_says_something_else_is_refused(
    api: httpx.AsyncClient, content: str, kind: str, status: int, said: str
) -> None:
    answer = await api.post("/form", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


async def test_nothing_that_a_stranger_sends_is_ignored(api: httpx.AsyncClient) -> None:
    assert (await api.get("/page", params={"more": "1"})).status_code == 422
    assert (await api.request("GET", "/page", content=b"{1}")).status_code == 400


async def test_a_call_that_says_so_takes_a_token_for_no_tenant(
    api: httpx.AsyncClient, issuer: Issuer
) -> None:
    for tenant, seen in ((None, "_platform"), ("acme", "acme")):
        headers = {"Authorization": f"Bearer {issuer.sign(claims(tenant=tenant))}"}
        assert (await api.get("/own", headers=headers)).json() == {"text": seen}
    assert (await api.get("/own")).status_code == 401


async def test_one_address_uses_up_its_own_calls_only(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_LOCAL_LIMITS", "true")
    # However slow the machine is, no bucket is filled again meanwhile.
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 0.0))
    runtime_settings.cache_clear()

    async def asks(address: str) -> int:
        # What a client writes itself comes before what the front end adds.
        headers = {"X-Forwarded-For": f"10.0.0.1, {address}"}
        return (await api.get("/page", headers=headers)).status_code

    answers = [await asks("192.0.2.1") for _ in range(int(OF_CALLER.burst) + 20)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert await asks("192.0.2.2") == 200
