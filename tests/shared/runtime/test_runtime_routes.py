"""Who calls is settled before what was sent is read, and an answer is written as it is."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Self

import httpx
import pytest
from fastapi import Depends, Response
from pydantic import model_validator

from shared.kit.callers import Caller
from shared.kit.models import Data, Model, part_of
from shared.runtime.app import create_api, describe_only
from shared.runtime.auth import requires
from shared.runtime.routes import Limit, Router
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

Reader = Annotated[Caller, Depends(requires("things:read"))]
Writer = Annotated[Caller, Depends(requires("things:write"))]


class Order(Model):
    name: str


class Card(Data):
    """Refuses every value that is validated."""

    name: str
    number: int = 1

    @model_validator(mode="after")
    def never(self) -> Self:
        raise ValueError("validated")


def note_of(caller: Writer) -> str:
    return f"by {caller.principal}"


things = Router(action="me.read", prefix="/v1/things", tag="things")
others = Router(action="me.read", prefix="/v1/others")


@things.post("/{id}", status_code=201)
async def order(id: str, caller: Writer, sent: Order, limit: Limit = 25) -> Card:
    return part_of(Card, sent)


@things.get("/{id}")
async def show(caller: Reader, id: str) -> dict[str, Any]:
    return {"id": id, "for": caller.principal}


@others.get("")
async def plain(caller: Reader) -> Response:
    return Response("as it is", media_type="text/plain")


@others.put("")
async def noted(note: Annotated[str, Depends(note_of)], body: Order) -> str:
    return f"{body.name} {note}"


scoped = Router(
    action="me.read", prefix="/v1/scoped", read=("a:read", "b:read"), write=("a:write",)
)


@scoped.get("")
@scoped.post("")
@scoped.delete("")
async def whose(caller: Caller) -> str:
    return caller.principal


@scoped.post("/own")
async def own(caller: Annotated[Caller, Depends(requires("own:write"))]) -> str:
    return caller.principal


@scoped.get("/nobody")
async def nobody() -> str:
    return "nobody asked who"


ROUTER = Router.joining(things, others, scoped)
DESCRIPTION = describe_only(function="things", router=ROUTER).openapi()


@pytest.fixture
async def api(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    app = create_api(function="things", router=ROUTER)
    async with client(app) as asking:
        asking.headers["Authorization"] = f"Bearer {issuer.sign(claims())}"
        yield asking


def test_a_call_that_no_scope_opens_is_refused_when_it_is_declared() -> None:
    async def show() -> dict[str, str]:
        raise AssertionError

    async def take(body: Order, note: Annotated[str, Depends(lambda: "x")]) -> Order:
        raise AssertionError

    async def hear(caller: Caller) -> dict[str, str]:
        raise AssertionError

    nothing = Router(action="me.read", prefix="/v1/open")
    reads = Router(action="me.read", prefix="/v1/open", read=("things:read",))
    writes = Router(action="me.read", prefix="/v1/open", write=("things:write",))
    for declare, endpoint in (
        *((nothing.get, show), (nothing.post, take), (nothing.get, hear)),
        *((reads.post, take), (reads.delete, hear), (writes.get, show), (writes.get, hear)),
    ):
        with pytest.raises(TypeError, match=r"/v1/open/all: neither .* names a scope"):
            declare("/all")(endpoint)
    assert [*nothing.routes, *reads.routes, *writes.routes] == []


@pytest.mark.parametrize(
    ("method", "path", "opened_by"),
    [
        ("GET", "/v1/scoped", {"a:read", "b:read"}),
        ("POST", "/v1/scoped", {"a:write"}),
        ("DELETE", "/v1/scoped", {"a:write"}),
        ("POST", "/v1/scoped/own", {"own:write"}),
        ("GET", "/v1/scoped/nobody", {"a:read", "b:read"}),
    ],
)
async def test_a_router_names_the_scopes_of_its_calls_unless_an_endpoint_does(
    api: httpx.AsyncClient, issuer: Issuer, method: str, path: str, opened_by: set[str]
) -> None:
    opening = set()
    for scope in ("a:read", "b:read", "a:write", "own:write"):
        headers = {"Authorization": f"Bearer {issuer.sign(claims(scope=scope))}"}
        answer = await api.request(method, path, headers=headers)
        assert answer.status_code in (200, 403), answer.text
        if answer.status_code == 200:
            assert answer.json() in ("ana", "nobody asked who")
            opening.add(scope)
    assert opening == opened_by
    unknown = await api.request(method, path, headers={"Authorization": "Bearer x"})
    assert unknown.status_code == 401


async def test_a_model_that_an_endpoint_returns_is_not_validated_again(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.post("/v1/things/1", json={"name": "a"})
    assert (answer.status_code, answer.json()) == (201, {"name": "a", "number": 1})
    assert answer.headers["Content-Type"] == "application/json"
    described = DESCRIPTION["paths"]["/v1/things/{id}"]["post"]
    schema = described["responses"]["201"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Card"}


async def test_other_answers_are_given_as_they_are(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/things/1")).json() == {"id": "1", "for": "ana"}
    answer = await api.get("/v1/others")
    assert (answer.text, answer.headers["Content-Type"].partition(";")[0]) == (
        *("as it is", "text/plain"),
    )


async def test_a_caller_may_come_by_way_of_another_dependency(
    api: httpx.AsyncClient, issuer: Issuer
) -> None:
    assert (await api.put("/v1/others", json={"name": "a"})).json() == "a by ana"
    lacking = {"Authorization": f"Bearer {issuer.sign(claims(scope='things:read'))}"}
    answer = await api.put("/v1/others", json={"name": "a"}, headers=lacking)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_a_joined_router_has_the_calls_of_all_with_their_prefixes_and_tags() -> None:
    paths = DESCRIPTION["paths"]
    assert {path: set(calls) for path, calls in paths.items()} == {
        "/v1/things/{id}": {"get", "post"},
        "/v1/others": {"get", "put"},
        "/v1/scoped": {"get", "post", "delete"},
        "/v1/scoped/own": {"post"},
        "/v1/scoped/nobody": {"get"},
    }
    assert paths["/v1/things/{id}"]["post"]["tags"] == ["things"]
    assert "requestBody" in paths["/v1/others"]["put"]
    assert Router.joining().routes == []


async def test_a_body_is_judged_before_the_parameters(api: httpx.AsyncClient) -> None:
    for body, fields in (({"name": 5}, ["name"]), ({"name": "a"}, ["limit"])):
        answer = await api.post("/v1/things/1", json=body, params={"limit": 0})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == fields


@pytest.mark.parametrize(
    ("scope", "status"), [(None, 401), ("things:read", 403), ("things:write", 201)]
)
async def test_a_body_is_not_read_before_its_caller_is_known(
    api: httpx.AsyncClient, issuer: Issuer, scope: str | None, status: int
) -> None:
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b'{"name": "a"}')
        yield read[-1]

    token = issuer.sign(claims(scope=scope)) if scope else "none"
    headers = {"Authorization": f"Bearer {token}"}
    answer = await api.post("/v1/things/1", content=body(), headers=headers)
    assert answer.status_code == status
    assert bool(read) == (status == 201)


def test_an_endpoint_with_two_bodies_is_refused_when_it_is_declared() -> None:
    async def take(caller: Caller, first: Order, second: Order) -> None:
        raise AssertionError

    with pytest.raises(TypeError, match=r"take: a request has one body, not first and second"):
        Router(write=("things:write",)).post("/v1/both")(take)
