"""A body is read once, after its caller is known, and a refusal names every field."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends
from pydantic import Field, Json, JsonValue

from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import NotFound
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.runtime.app import create_api, describe_only
from shared.runtime.auth import requires
from shared.runtime.bodies import JSON, YAML, Accepts
from shared.runtime.routes import Router
from tests.shared.plain_words import assert_no_words_of_python
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

router = Router(action="me.read")


class Line(Model):
    path: str
    number: Annotated[int, Field(ge=1)] = 1


class Order(Model):
    name: str
    lines: tuple[Line, ...] = ()
    content: JsonValue = None
    until: Instant | None = None
    encoded: Json[int] | None = None


@router.post("/v1/things/{id}", status_code=201)
async def order(
    id: str,
    caller: Annotated[Caller, Depends(requires("things:write"))],
    body: Order,
) -> dict[str, Any]:
    if id == "missing":
        raise NotFound
    return {"name": body.name, "hash": content_hash(body.content)}


@router.get("/v1/plain")
@router.post("/v1/plain")
@router.delete("/v1/plain")
async def plain(caller: Annotated[Caller, Depends(requires("things:write"))]) -> dict[str, Any]:
    return {}


@router.put("/v1/things/{id}")
async def replace(
    id: str,
    caller: Annotated[Caller, Depends(requires("things:write"))],
    body: Annotated[Order, Accepts((JSON, YAML), most_bytes=1_000)],
) -> Order:
    return body


@pytest.fixture
async def api(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    app = create_api(function="things", router=router)
    async with client(app) as asking:
        asking.headers["Authorization"] = f"Bearer {issuer.sign(claims())}"
        yield asking


async def _send(
    api: httpx.AsyncClient, body: bytes | str, *, id: str = "1", media: str = "application/json"
) -> httpx.Response:
    return await api.post(f"/v1/things/{id}", content=body, headers={"Content-Type": media})


def _fields(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid"
    return [error["field"] for error in answer.json()["errors"]]


async def test_a_good_body_is_read(api: httpx.AsyncClient) -> None:
    answer = await _send(api, '{"name": "a", "lines": [{"path": "x"}], "content": {"b": [1]}}')
    assert (answer.status_code, answer.json()["name"]) == (201, "a")


async def test_refusals_come_in_their_order(api: httpx.AsyncClient, issuer: Issuer) -> None:
    bad = "no json"
    unknown = {"Authorization": "Bearer x"}
    assert (await api.post("/v1/things/missing", content=bad, headers=unknown)).status_code == 401
    lacking = {"Authorization": f"Bearer {issuer.sign(claims(scope='things:read'))}"}
    assert (await api.post("/v1/things/missing", content=bad, headers=lacking)).status_code == 403
    assert (await _send(api, bad, id="missing", media="text/plain")).status_code == 415
    assert (await _send(api, bad, id="missing")).status_code == 400
    assert (await _send(api, "{}", id="missing")).status_code == 422
    assert (await _send(api, '{"name": "a"}', id="missing")).status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('{"nom": "a"}', ["name", "nom"]),
        ('{"name": 5}', ["name"]),
        ('{"name": null}', ["name"]),
        ('{"name": "a", "lines": [{"path": "x"}, {"path": 5}]}', ["lines.1.path"]),
        ('{"name": "a", "lines": [{"path": "x", "number": 0}]}', ["lines.0.number"]),
        ('{"name": "a", "lines": [{"body": 1}]}', ["lines.0.path", "lines.0.body"]),
        ('{"name": "a", "path": 1, "header": 2}', ["path", "header"]),
        ('{"name": "a", "until": "tomorrow"}', ["until"]),
        ('{"name": "a", "until": "0001-01-01T00:00:00+14:00"}', ["until"]),
        ('{"name": "a", "encoded": "no json"}', ["encoded"]),
        ('{"name": "a", "content": 9007199254740993}', ["content"]),
        ('{"name": "a", "content": NaN}', ["body"]),
        ("[]", ["body"]),
        ('"text"', ["body"]),
        ("", ["body"]),
        ("null", ["body"]),
        (b"\xef\xbb\xbf{}", ["name"]),
        ('{"name": "a", "name": "b"}', ["body"]),
        ('{"name": "a", "content": {"b": 1, "b": 1}}', ["body"]),
        ('{"name": "a", "content": 1e999}', ["body"]),
        (r'{"name": "\ud800"}', ["body"]),
        (r'{"name": "a", "content": {"\udfff": 1}}', ["body"]),
    ],
    ids=lambda value: ascii(value)[:50] if isinstance(value, str | bytes) else "",
)
async def test_a_refusal_names_the_fields(
    api: httpx.AsyncClient, body: str | bytes, fields: list[str]
) -> None:
    assert _fields(await _send(api, body)) == fields


@pytest.mark.parametrize(
    "body", ["no json", '{"name": "a"', '{"name": "a"} x', b'{"name": "\xff"}']
)
async def test_what_is_no_json_is_400(api: httpx.AsyncClient, body: str | bytes) -> None:
    answer = await _send(api, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert [error["field"] for error in answer.json()["errors"]] == ["body"]
    assert_no_words_of_python(answer.text)


async def test_what_is_no_json_is_said_with_its_place(api: httpx.AsyncClient) -> None:
    answer = await _send(api, '{"name": }')
    assert answer.json()["errors"] == [
        {"field": "body", "message": "is not JSON: a value is missing at line 1, column 10"}
    ]


BOMBS = {
    "deep lists": b"[" * 500_000,
    "deep lists, closed": b'{"name": "a", "content": ' + b"[" * 190_000 + b"]" * 190_000 + b"}",
    "deep objects": b'{"a":' * 150_000,
    "a deep content": b'{"name": "a", "content": ' + b"[" * 150 + b"]" * 151 + b"}",
    "an endless number": b'{"name": "a", "content": ' + b"9" * 900_000 + b"}",
    "an endless fraction": b'{"name": "a", "content": 0.' + b"9" * 900_000 + b"1e999999}",
    "a hundred thousand fields": b"{"
    + b",".join(b'"f%d":1' % number for number in range(75_000))
    + b"}",
    "one endless name": b'{"' + b"n" * 900_000 + b'": 1}',
    "many wrong lines": b'{"name": "a", "lines": [' + b"1," * 400_000 + b"1]}",
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=list(BOMBS))
async def test_a_bomb_is_refused_shortly_and_within_a_second(
    api: httpx.AsyncClient, body: bytes
) -> None:
    assert len(body) <= 1_000_000
    started = time.process_time()
    answer = await _send(api, body)
    assert time.process_time() - started < 1
    assert answer.status_code in {201, 400, 422}
    assert len(answer.content) < 150_000


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/yaml"],
)
async def test_another_media_type_is_415(api: httpx.AsyncClient, media: str) -> None:
    answer = await _send(api, '{"name": "a"}', media=media)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "media", ["application/json", "Application/JSON; charset=utf-8", "application/json ;x=y"]
)
async def test_json_is_json_however_it_is_spelt(api: httpx.AsyncClient, media: str) -> None:
    assert (await _send(api, '{"name": "a"}', media=media)).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": 'application/json; charset="ISO-8859-1"'},
        {"Content-Encoding": "gzip"},
    ],
)
async def test_json_in_another_coding_is_415(
    api: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await api.post("/v1/things/1", content='{"name": "a"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("", {}, 200),
        ("", {"Content-Type": "text/plain"}, 200),
        ("{}", {}, 200),
        (" {} ", {"Content-Type": "application/json"}, 200),
        ("{}", {"Content-Type": "text/plain"}, 415),
        ("a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("{}", {"Content-Encoding": "br"}, 415),
        ('{"reason": "x"}', {}, 422),
        ("[]", {}, 422),
        ("null", {}, 200),
        ("false", {}, 422),
        ("no json", {}, 400),
        ('{"a": 1, "a": 1}', {}, 422),
    ],
)
async def test_a_call_without_a_body_ignores_none(
    api: httpx.AsyncClient, method: str, body: str, headers: dict[str, str], status: int
) -> None:
    answer = await api.request(method, "/v1/plain", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert _fields(answer) == ["body"]


async def test_a_body_without_a_media_type_is_taken_for_json(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/things/1", content=b'{"name": "a"}')
    assert answer.status_code == 201


async def test_a_call_that_takes_yaml_takes_json_too(api: httpx.AsyncClient) -> None:
    for media, body in ((YAML, "name: a\nlines: [{path: x}]"), (JSON, '{"name": "a"}')):
        answer = await api.put("/v1/things/1", content=body, headers={"Content-Type": media})
        assert (answer.status_code, answer.json()["name"]) == (200, "a")
    long = await api.put("/v1/things/1", content="name: " + "a" * 1_000)
    assert _fields(long) == ["body"]


def test_the_description_shows_body_and_refusals() -> None:
    description = describe_only(function="things", router=router).openapi()
    operation = description["paths"]["/v1/things/{id}"]["post"]
    content = operation["requestBody"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/OrderInput"}
    assert {"OrderInput", "Line", "Problem"} <= set(description["components"]["schemas"])
    taken = description["paths"]["/v1/things/{id}"]["put"]["requestBody"]["content"]
    assert set(taken) == {JSON, YAML}
    assert "HTTPValidationError" not in str(description)
    assert {"201", "400", "401", "403", "404", "409", "413", "415", "422", "503"} <= set(
        operation["responses"]
    )


@router.post("/v1/passed-on")
async def pass_on(
    caller: Annotated[Caller, Depends(requires("things:write"))],
    body: Annotated[Order, Accepts(is_judged_apart=True)],
) -> Order:
    return body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"name": "a\u202eb"}', "name"),
        (r'{"name": "a\u202eb"}', "name"),
        ('{"name": "cl\u0456nic"}', "name"),
        ('{"name": "a", "content": {"b": [{"c\u200bd": 1}]}}', "content.b.0"),
        ('{"name": "a", "n\u0430me": 1}', "body"),
    ],
)
async def test_text_that_is_not_plain_is_refused_wherever_it_is(
    api: httpx.AsyncClient, body: str, field: str
) -> None:
    assert _fields(await _send(api, body)) == [field]
    assert _fields(await api.put("/v1/things/1", content=body.encode())) == [field]


async def test_the_refusal_names_the_character(api: httpx.AsyncClient) -> None:
    (error,) = (await _send(api, '{"name": "a\u202eb"}')).json()["errors"]
    assert error["message"] == (
        "has the character U+202E (RIGHT-TO-LEFT OVERRIDE) at position 1, which people misread: "
        "leave it out"
    )


async def test_a_call_that_passes_its_parts_on_leaves_the_text_to_their_owner(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.post("/v1/passed-on", content='{"name": "a\u202eb"}'.encode())
    assert (answer.status_code, answer.json()["name"]) == (200, "a\u202eb")
