"""The same key and body answer the same, whatever crashed in between; another body is refused."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends

from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.kit.models import Data, Model
from shared.runtime.app import create_api
from shared.runtime.auth import requires
from shared.runtime.idempotency import idempotency_key
from shared.runtime.routes import Router
from shared.storage import patience
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer
from tests.shared.wire import Wire

pytestmark = pytest.mark.platform
router = Router(action="me.read")
Key = Annotated[IdempotencyKey, Depends(idempotency_key)]


class Thing(Model):
    id: str


class Order(Data):
    """Any object."""


Writer = Annotated[Caller, Depends(requires("things:write"))]


@router.post("/v1/things", status_code=201)
@router.post("/v1/others", status_code=201)
async def create(caller: Writer, key: Key, body: Order) -> Thing:
    store = TenantStore(caller.tenant_id)

    async def once() -> Thing:
        seen = await key.recall(store, Thing)
        if seen is not None:
            return seen
        thing = Thing(id=new_id("thi", caller.received_at))
        batch = Batch()
        batch.create("things", thing.id, thing.model_dump())
        key.remember(batch, thing)
        await store.commit(batch)
        return thing

    return await decide_again(once)


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def api(issuer: Issuer, firestore: Wire, tenant: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_api(function="things", router=router)
    async with client(app) as asking:
        asking.headers["Authorization"] = f"Bearer {issuer.sign(claims(tenant=tenant))}"
        yield asking


async def _post(
    api: httpx.AsyncClient, key: str | None, body: bytes = b"{}", path: str = "/v1/things"
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.post(path, content=body, headers=headers)


async def _number(tenant: str) -> int:
    return await TenantStore(tenant).count("things")


async def test_the_same_key_and_body_answer_the_same(api: httpx.AsyncClient, tenant: str) -> None:
    first, again = await _post(api, "k"), await _post(api, "k")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert await _number(tenant) == 1


async def test_the_same_key_with_another_body_is_refused(
    api: httpx.AsyncClient, tenant: str
) -> None:
    await _post(api, "k")
    answer = await _post(api, "k", b'{"other": 1}')
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await _number(tenant) == 1


async def test_without_a_key_each_request_is_its_own(api: httpx.AsyncClient, tenant: str) -> None:
    await _post(api, None)
    await _post(api, None)
    assert await _number(tenant) == 2


async def test_a_key_belongs_to_one_caller_one_tenant_and_one_call(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str
) -> None:
    await _post(api, "k")
    assert (await _post(api, "k", b'{"a": 0}', "/v1/others")).status_code == 201
    api.headers["Authorization"] = f"Bearer {issuer.sign(claims(tenant=tenant, sub='ben'))}"
    assert (await _post(api, "k", b'{"a": 1}')).status_code == 201
    api.headers["Authorization"] = f"Bearer {issuer.sign(claims(tenant=f'{tenant}-other'))}"
    assert (await _post(api, "k", b'{"a": 2}')).status_code == 201
    assert await _number(tenant) == 3


async def test_sixteen_at_once_create_one(api: httpx.AsyncClient, tenant: str) -> None:
    answers = await asyncio.gather(*(_post(api, "k") for _ in range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await _number(tenant) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_between_commit_and_answer_is_not_done_twice(
    api: httpx.AsyncClient, firestore: Wire, tenant: str, moment: Any
) -> None:
    dying = asyncio.create_task(_post(api, "k"))
    firestore.on("Commit", moment, dying.cancel)
    with pytest.raises(asyncio.CancelledError):
        await dying
    firestore.mend()
    assert await _number(tenant) == (moment == "after")
    first, again = await _post(api, "k"), await _post(api, "k")
    assert first.status_code == 201
    assert first.json() == again.json()
    assert await _number(tenant) == 1


async def test_a_commit_whose_answer_was_lost_once_is_not_done_twice(
    api: httpx.AsyncClient, firestore: Wire, tenant: str
) -> None:
    firestore.cut("Commit", "after", times=1)
    answer = await _post(api, "k")
    assert answer.status_code == 201
    assert (await _post(api, "k")).json() == answer.json()
    assert await _number(tenant) == 1


async def test_a_store_that_is_down_is_503_and_the_key_is_still_free(
    api: httpx.AsyncClient, firestore: Wire, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.2)
    firestore.cut("BatchGetDocuments")
    answer = await _post(api, "k")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    firestore.mend()
    assert (await _post(api, "k")).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_of_no_or_too_much_length_is_refused_by_name(
    api: httpx.AsyncClient, key: str
) -> None:
    answer = await _post(api, key)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]


async def test_any_text_of_good_length_is_a_key(api: httpx.AsyncClient, tenant: str) -> None:
    for key in ("k" * 255, "a/b", "..", "__x__", "spaces in it", "{}"):
        assert (await _post(api, key)).status_code == 201
    assert await _number(tenant) == 6
