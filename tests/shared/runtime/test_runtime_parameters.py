"""A call takes its own query parameters only, and a cursor belongs to the list that gave it."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import Query

from shared.kit.callers import Caller
from shared.kit.models import Data
from shared.runtime.app import create_api
from shared.runtime.routes import Cursor, Limit, Router
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

router = Router(action="me.read", read=("things:read",), write=("things:write",))


class Numbers(Data):
    items: tuple[int, ...]
    next_cursor: str | None


class Thing(Data):
    first_numbers: tuple[int, ...]
    numbers_cursor: str | None


@router.get("/v1/{of}/numbers")
async def numbers(
    caller: Caller,
    of: str,
    status: Literal["odd", "even"] | None = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Numbers:
    first = 0 if cursor is None else int(cursor)
    return Numbers(items=tuple(range(first, first + limit)), next_cursor=str(first + limit))


@router.get("/v1/{of}")
async def thing(caller: Caller, of: str, first: int = 2) -> Thing:
    return Thing(first_numbers=tuple(range(first)), numbers_cursor=str(first))


@router.get("/v1/none/at/all")
async def nothing(caller: Caller) -> dict[str, str]:
    return {}


@pytest.fixture
async def api(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    async with client(create_api(function="things", router=router)) as asking:
        asking.headers["Authorization"] = f"Bearer {issuer.sign(claims())}"
        yield asking


def _errors(answer: httpx.Response) -> Any:
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("name", ["staus", "Limit", "access_token", "", "é", "limit[]", "x" * 300])
async def test_an_unknown_parameter_is_refused_with_those_that_exist(
    api: httpx.AsyncClient, name: str
) -> None:
    errors = _errors(await api.get("/v1/a/numbers", params={name: "1", "limit": 2}))
    message = "is not a parameter of this call; it takes cursor and limit and status"
    assert errors == {name[:100] or "query": message}


async def test_a_call_without_parameters_takes_none(api: httpx.AsyncClient) -> None:
    assert _errors(await api.get("/v1/none/at/all?limit=1")) == {
        "limit": "is not a parameter of this call; it takes none"
    }
    assert (await api.get("/v1/none/at/all?")).status_code == 200


async def test_a_parameter_that_is_sent_twice_is_refused(api: httpx.AsyncClient) -> None:
    assert _errors(await api.get("/v1/a/numbers?limit=1&limit=2")) == {
        "limit": "is sent twice; send it once"
    }


async def test_a_text_that_no_database_holds_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/a/numbers?cursor=o%00dd")
    assert "%00" in _errors(answer)["cursor"]


async def test_a_thousand_unknown_parameters_are_a_short_refusal(api: httpx.AsyncClient) -> None:
    query = "&".join(f"p{number}=1" for number in range(1_000))
    assert len(_errors(await api.get(f"/v1/none/at/all?{query}"))) == 100


async def test_a_cursor_goes_on_in_its_own_list(api: httpx.AsyncClient) -> None:
    for query in ("", "status=odd"):
        first = (await api.get(f"/v1/a/numbers?limit=2&{query}")).json()
        again = await api.get(f"/v1/a/numbers?limit=3&{query}&cursor={first['next_cursor']}")
        assert (first["items"], again.json()["items"]) == ([0, 1], [2, 3, 4])


async def test_a_thing_leads_into_a_list_of_its_own(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/v1/a?first=3")).json()["numbers_cursor"]
    more = await api.get(f"/v1/a/numbers?limit=2&cursor={cursor}")
    assert more.json()["items"] == [3, 4]
    for other in ("/v1/b/numbers?", "/v1/a/numbers?status=odd&"):
        assert list(_errors(await api.get(f"{other}cursor={cursor}"))) == ["cursor"]


@pytest.mark.parametrize(
    ("path", "query", "tenant"),
    [
        ("/v1/b/numbers", "status=odd", "acme"),
        ("/v1/a/numbers", "status=even", "acme"),
        ("/v1/a/numbers", "", "acme"),
        ("/v1/a/numbers", "status=odd", "other"),
    ],
    ids=["another list", "another filter", "no filter", "another tenant"],
)
async def test_a_cursor_of_another_list_is_refused(
    api: httpx.AsyncClient, issuer: Issuer, path: str, query: str, tenant: str
) -> None:
    cursor = (await api.get("/v1/a/numbers?status=odd")).json()["next_cursor"]
    api.headers["Authorization"] = f"Bearer {issuer.sign(claims(tenant=tenant))}"
    assert list(_errors(await api.get(f"{path}?{query}&cursor={cursor}"))) == ["cursor"]


@pytest.mark.parametrize("cursor", ["", "25", ".25", "x.25", "%00", "a" * 3000])
async def test_a_cursor_that_no_list_gave_is_refused(api: httpx.AsyncClient, cursor: str) -> None:
    assert list(_errors(await api.get(f"/v1/a/numbers?cursor={cursor}"))) == ["cursor"]


@pytest.mark.parametrize(
    "spelling",
    ["1_0", "+5", "05", " 5", "5 ", "5.0", "5e0", "\uff15", "\u0665", "\u00b2"],
)
async def test_a_whole_number_has_one_spelling(api: httpx.AsyncClient, spelling: str) -> None:
    for path, name in (("/v1/a/numbers", "limit"), ("/v1/a", "first")):
        errors = _errors(await api.get(path, params={name: spelling}))
        assert list(errors) == [name]
        assert errors[name].startswith("must be a whole number")
    assert (await api.get("/v1/a/numbers", params={"limit": "5"})).status_code == 200
    assert (await api.get("/v1/a", params={"first": "0"})).status_code == 200


@pytest.mark.parametrize("annotation", [bool, float, datetime, date, list[int], bool | None])
def test_a_parameter_of_many_spellings_is_no_parameter(annotation: Any) -> None:
    async def call(caller: Caller, when: Any = None) -> None: ...

    call.__annotations__["when"] = Annotated[annotation, Query()]
    with pytest.raises(TypeError, match="whole number"):
        Router(read=("things:read",)).get("/v1/things")(call)
