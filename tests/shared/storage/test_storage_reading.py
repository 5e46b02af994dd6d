"""Reading: in a fixed order, page by page, one tenant's documents only, within bounded time."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import Invalid, Unavailable
from shared.kit.operations import start_counting
from shared.storage import patience as storage
from shared.storage.batches import Add, Batch, Document, LostRace, ServerTime
from shared.storage.cursors import decode_cursor, encode_cursor, is_document_id
from shared.storage.firestore import TenantStore
from shared.storage.platform_store import PlatformStore
from tests.shared.cloud import Cloud
from tests.shared.wire import Wire

platform = pytest.mark.platform


async def _fill(store: TenantStore, documents: dict[str, dict[str, Any]]) -> None:
    batch = Batch()
    for id, data in documents.items():
        batch.create("things", id, data)
    await store.commit(batch)


async def _pages(store: TenantStore, **query: Any) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = await store.find("things", cursor=cursor, **query)
        pages.append([document.id for document in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages


@platform
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_neither_skip_nor_repeat_where_values_are_equal(
    store: TenantStore, descending: bool
) -> None:
    documents = {f"id-{n:02}": {"rank": n // 5, "text": "same"} for n in range(17)}
    await _fill(store, documents)
    for order_by in ("rank", "text") if descending else ("rank", "text", None):
        pages = await _pages(store, order_by=order_by, descending=descending, limit=4)
        assert [len(page) for page in pages] == [4, 4, 4, 4, 1]
        assert [id for page in pages for id in page] == sorted(documents, reverse=descending)


async def test_ids_alone_are_not_listed_backwards() -> None:
    with pytest.raises(ValueError, match="order_by"):
        await TenantStore("t").find("things", descending=True)


@platform
async def test_a_full_last_page_ends_the_list(store: TenantStore) -> None:
    await _fill(store, {"a": {"n": 1}, "b": {"n": 2}})
    page = await store.find("things", order_by="n", limit=2)
    assert [document.id for document in page.items] == ["a", "b"]
    assert page.next_cursor is None


async def _listed(store: TenantStore, **query: Any) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = await store.find_page("things", cursor=cursor, **query)
        pages.append([document.id for document in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages


@platform
async def test_a_list_is_full_also_where_a_range_leaves_documents_out(store: TenantStore) -> None:
    documents: dict[str, dict[str, Any]] = {
        f"id-{n:02}": {"rank": n // 3, "until": f"{n % 5}"} for n in range(60)
    }
    await _fill(store, documents)
    where, order = [("until", ">=", "2")], ("rank", "until")
    pages = await _listed(store, select=(), where=where, order_by=order, limit=7)
    kept = [id for id, fields in documents.items() if fields["until"] >= "2"]
    places = [(documents[id]["rank"], documents[id]["until"], id) for id in kept]
    in_order = [id for *_, id in sorted(places, reverse=True)]
    assert [len(page) for page in pages] == [7, 7, 7, 7, 7, 1]
    assert [id for page in pages for id in page] == in_order


@platform
@pytest.mark.parametrize("limit", [1, 25, 26, 27, 60])
async def test_a_list_reads_what_it_gives_and_one_document_more(
    store: TenantStore, limit: int
) -> None:
    await _fill(store, {f"id-{n:02}": {"n": n} for n in range(60)})
    counts = start_counting()
    page = await store.find_page("things", select=(), order_by=("n",), limit=limit, cursor=None)
    assert [each.data["n"] for each in page.items] == list(range(59, 59 - limit, -1))
    assert (page.next_cursor is None) == (limit == 60)
    assert counts["firestore-reads"] <= limit + 1
    counts = start_counting()
    blind = await store.find_page(
        "things", select=(), order_by=("n",), limit=limit, cursor=None, looks_ahead=False
    )
    assert (blind.items, counts["firestore-reads"]) == (page.items, limit)


@platform
async def test_a_list_reads_the_fields_that_it_shows_and_ends_where_they_are_large(
    store: TenantStore,
) -> None:
    large = "x" * 400_000
    for n in range(5):
        await _fill(store, {f"id-{n}": {"n": n, "shown": large, "hidden": large}})
    pages = await _listed(store, select=("shown",), order_by=("n",), limit=4)
    assert pages == [["id-4", "id-3"], ["id-2", "id-1"], ["id-0"]]
    small = await store.find_page("things", select=(), order_by=("n",), limit=4, cursor=None)
    assert [dict(each.data) for each in small.items] == [{"n": n} for n in (4, 3, 2, 1)]


@platform
async def test_a_document_larger_than_a_page_is_a_page(store: TenantStore) -> None:
    for n in range(2):
        await _fill(store, {f"id-{n}": {"n": n, "shown": "x" * 950_000}})
    pages = await _listed(store, select=("shown",), order_by=("n",), limit=4)
    assert pages == [["id-1"], ["id-0"]]


@platform
async def test_a_page_is_stable_while_others_write_before_it(store: TenantStore) -> None:
    await _fill(store, {"b": {"n": 2}, "c": {"n": 3}, "d": {"n": 4}})
    first = await store.find("things", order_by="n", limit=2)
    await _fill(store, {"a": {"n": 1}})
    second = await store.find("things", order_by="n", limit=2, cursor=first.next_cursor)
    assert [document.id for document in second.items] == ["d"]


@platform
async def test_lists_ordered_by_a_timestamp_go_on_too(store: TenantStore) -> None:
    at = datetime(2026, 11, 20, 12, 0, 0, 123_456, tzinfo=UTC)
    await _fill(store, {"a": {"at": at}, "b": {"at": at}, "c": {"at": at}})
    assert await _pages(store, order_by="at", limit=1) == [["a"], ["b"], ["c"]]


@platform
async def test_conditions_filter(store: TenantStore) -> None:
    await _fill(store, {"a": {"s": "x", "n": 1}, "b": {"s": "y", "n": 2}, "c": {"s": "x", "n": 3}})
    found = await store.find("things", where=[("s", "==", "x"), ("n", ">", 1)], order_by="n")
    assert [document.id for document in found.items] == ["c"]
    among = await store.find("things", where=[("s", "in", ["y", "z"])])
    assert [document.id for document in among.items] == ["b"]
    assert await store.count("things", where=[("s", "==", "x")]) == 2
    assert await store.count("nothings") == 0


@platform
async def test_many_are_read_in_the_order_they_were_asked_for(store: TenantStore) -> None:
    await _fill(store, {"a": {"n": 1}, "b": {"n": 2}})
    asked = [("things", "b"), ("things", "none"), ("others", "a"), ("things", "a"), ("things", "b")]
    found = await store.get_many(asked)
    assert [each and each.id for each in found] == ["b", None, None, "a", "b"]
    assert await store.get_many([]) == []


@platform
async def test_a_read_that_finds_nothing_is_billed_too(store: TenantStore) -> None:
    counts = start_counting()
    await store.get("things", "none")
    await store.find("things")
    await store.count("things")
    assert counts == {"firestore-reads": 3}


@platform
async def test_another_tenants_documents_are_not_found(store: TenantStore) -> None:
    other = TenantStore(f"{store.tenant_id}-other")
    await _fill(other, {"theirs": {"n": 1}})
    page = await other.find("things", limit=1)
    assert [document.id for document in page.items] == ["theirs"]
    assert await store.get("things", "theirs") is None
    assert await store.get_many([("things", "theirs")]) == [None]
    assert (await store.find("things")).items == []
    assert await store.count("things") == 0


@platform
async def test_another_tenants_cursor_gives_nothing_of_theirs(store: TenantStore) -> None:
    other = TenantStore(f"{store.tenant_id}-other")
    await _fill(other, {f"theirs-{n}": {"n": n} for n in range(3)})
    await _fill(store, {"z-ours": {"n": 9}})
    cursor = (await other.find("things", order_by="n", limit=1)).next_cursor
    page = await store.find("things", order_by="n", cursor=cursor)
    assert [document.id for document in page.items] == ["z-ours"]


@platform
async def test_the_platforms_handle_sees_every_tenant_and_says_whose(store: TenantStore) -> None:
    other = TenantStore(f"{store.tenant_id}-other")
    mark = store.tenant_id
    await _fill(store, {"ours": {"mark": mark, "n": 2}})
    await _fill(other, {"theirs": {"mark": mark, "n": 1}})
    found = await PlatformStore().find("things", where=[("mark", "==", mark)], order_by="n")
    assert [(each.tenant_id, each.id) for each in found] == [
        (other.tenant_id, "theirs"),
        (store.tenant_id, "ours"),
    ]


@pytest.mark.parametrize("tenant_id", ["", "a/b", "/"])
def test_a_handle_without_a_tenant_cannot_be_made(tenant_id: str) -> None:
    with pytest.raises(ValueError, match="not a tenant id"):
        TenantStore(tenant_id)


def _encoded(place: Any) -> str:
    raw = place if isinstance(place, bytes) else json.dumps(place).encode()
    return base64.urlsafe_b64encode(raw).decode()


BAD_CURSORS = {
    "empty": "",
    "not ascii": "é",
    "no base64": "!!!",
    "no json": "AAAA",
    "an object": _encoded({"a": 1, "b": 2}),
    "a text": _encoded("ab"),
    "one value": _encoded([1]),
    "three values": _encoded([1, "a", 2]),
    "no id": _encoded([1, None]),
    "an empty id": _encoded([1, ""]),
    "a path for an id": _encoded([1, "a/b"]),
    "a reserved id": _encoded([1, "__a__"]),
    "a parent": _encoded([1, ".."]),
    "half a character in the id": _encoded([1, "\ud800"]),
    "half a character in the value": _encoded(["\ud800", "a"]),
    "a list for a value": _encoded([[1], "a"]),
    "an object for a value": _encoded([{"b": 1}, "a"]),
    "no moment": _encoded([{"at": "noon"}, "a"]),
    "a number no store holds": _encoded([2**63, "a"]),
    "a bomb": _encoded(b"[" * 3000),
    "a longer bomb": _encoded(b"[" * 300_000),
}


@platform
@pytest.mark.parametrize("cursor", BAD_CURSORS.values(), ids=list(BAD_CURSORS))
async def test_a_cursor_no_list_gave_is_refused_by_name(store: TenantStore, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor: is not one that this list gave"):
        await store.find("things", order_by="n", cursor=cursor)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
)


@given(scalars, st.text(min_size=1, max_size=50).filter(is_document_id))
def test_every_cursor_a_list_gives_is_read_back(value: Any, id: str) -> None:
    document = Document("things", id, "t", {"n": value}, datetime(2026, 11, 20, tzinfo=UTC))
    for order in ((), ("n",), ("n", "n")):
        assert decode_cursor(encode_cursor(document, order), order) == ([value] * len(order), id)
        with pytest.raises(Invalid):
            decode_cursor(encode_cursor(document, order), (*order, "n"))


@given(st.text() | st.binary().map(_encoded))
def test_any_text_is_a_cursor_or_invalid(text: str) -> None:
    with suppress(Invalid):
        decode_cursor(text, ("n",))


@platform
@pytest.mark.parametrize(
    "method", ["BatchGetDocuments", "RunQuery", "RunAggregationQuery", "Commit"]
)
async def test_a_store_that_does_not_answer_is_unavailable_within_its_patience(
    store: TenantStore, firestore: Wire, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "RETRIED_FOR_SECONDS", 0.3)
    firestore.cut(method)
    batch = Batch()
    batch.put("things", "one", {"n": 1})
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "BatchGetDocuments": lambda: store.get("things", "one"),
        "RunQuery": lambda: store.find("things"),
        "RunAggregationQuery": lambda: store.count("things"),
        "Commit": lambda: store.commit(batch),
    }
    started = time.monotonic()
    with pytest.raises(Unavailable) as refusal:
        await calls[method]()
    assert time.monotonic() - started < 5
    assert refusal.value.retriable


@platform
@pytest.mark.parametrize("code", [grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN])
async def test_a_call_that_broke_off_on_its_way_is_made_again_within_its_patience(
    store: TenantStore, firestore: Wire, code: grpc.StatusCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    firestore.cut("BatchGetDocuments", times=2, code=code)
    assert await store.get("things", "none") is None
    monkeypatch.setattr(storage, "RETRIED_FOR_SECONDS", 0.3)
    firestore.cut("Commit", code=code)
    batch = Batch()
    batch.put("things", "one", {"n": 1})
    with pytest.raises(Unavailable):
        await store.commit(batch)


@platform
async def test_a_call_that_took_too_long_is_made_again_within_its_patience(
    store: TenantStore, firestore: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first calls of a process pass their time while it connects and loads its code."""
    monkeypatch.setattr(storage, "TIMEOUT_SECONDS", 1.0)
    firestore.slow("BatchGetDocuments", 10.0)
    assert await store.get("things", "none") is None
    assert firestore.calls == ["BatchGetDocuments"] * 2


@platform
async def test_a_store_that_hangs_is_unavailable_within_its_patience(
    store: TenantStore, firestore: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(storage, "RETRIED_FOR_SECONDS", 0.5)
    for method in ("BatchGetDocuments", "Commit"):
        firestore.hang(method)
    batch = Batch()
    batch.put("things", "one", {"n": 1})
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await store.get("things", "one")
    with pytest.raises(Unavailable):
        await store.commit(batch)
    assert time.monotonic() - started < 5


def test_all_patience_together_is_well_below_a_requests_timeout() -> None:
    assert storage.LONGEST_SECONDS < 15


@platform
async def test_what_is_asked_for_at_the_same_moment_is_one_round_trip(
    cloud: Cloud, store: TenantStore
) -> None:
    batch = Batch()
    for name in ("a", "b"):
        batch.put("things", name, {"name": name})
    await store.commit(batch)
    cloud.mend()
    first, second, both = await asyncio.gather(
        store.get("things", "a"),
        store.get("things", "none"),
        store.get_many([("things", "b"), ("things", "a")]),
    )
    assert first is not None
    assert second is None
    assert [each and each.id for each in both] == ["b", "a"]
    assert cloud.firestore.calls == ["BatchGetDocuments"]
    again = await store.get("things", "a")
    assert again == first
    assert cloud.firestore.calls == ["BatchGetDocuments"] * 2


@platform
async def test_a_batch_knows_what_it_has_written_as_it_is_read(store: TenantStore) -> None:
    first = Batch()
    first.create("things", "one", {"n": 1, "at": {"list": [1, None]}})
    first.put("things", "other", {"n": 1})
    first.merge("things", "counted", {"n": Add(1)})
    first.create("things", "stamped", {"at": ServerTime()})
    assert first.written == {}
    await store.commit(first)
    assert first.written == {("things", "one"): await store.get("things", "one")}
    second = Batch()
    second.replace(first.written["things", "one"], {"n": 2})
    await store.commit(second)
    third = Batch()
    third.replace(first.written["things", "one"], {"n": 3})
    with pytest.raises(LostRace):
        await store.commit(third)
    assert third.written == {}
