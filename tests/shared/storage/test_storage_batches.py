"""One commit: all of it or nothing, and only while what it was decided on still holds."""

from typing import Any

import pytest

from shared.kit.errors import Invalid, PayloadTooLarge, Unavailable
from shared.kit.operations import start_counting
from shared.storage import patience as storage
from shared.storage.batches import Add, AtLeast, Batch, Document, LostRace, Removed
from shared.storage.firestore import TenantStore
from tests.shared.wire import Wire

pytestmark = pytest.mark.platform


async def _put(store: TenantStore, id: str, data: dict[str, Any]) -> Document:
    batch = Batch()
    batch.put("things", id, data)
    await store.commit(batch)
    return await _get(store, id)


async def _get(store: TenantStore, id: str) -> Document:
    found = await store.get("things", id)
    assert found is not None
    return found


async def test_what_was_created_is_read(store: TenantStore) -> None:
    batch = Batch()
    batch.create("things", "one", {"name": "a", "deep": {"list": [1, "b", None, {"c": True}]}})
    await store.commit(batch)
    document = await _get(store, "one")
    assert document.data == {"name": "a", "deep": {"list": [1, "b", None, {"c": True}]}}
    assert (document.collection, document.id) == ("things", "one")
    assert document.tenant_id == store.tenant_id


async def test_creating_what_exists_loses_and_nothing_of_the_batch_happens(
    store: TenantStore,
) -> None:
    await _put(store, "taken", {"n": 1})
    batch = Batch()
    batch.put("things", "other", {"n": 1})
    batch.create("things", "taken", {"n": 2})
    with pytest.raises(LostRace):
        await store.commit(batch)
    assert await store.get("things", "other") is None
    assert (await _get(store, "taken")).data == {"n": 1}


async def test_replacing_replaces_the_whole_document(store: TenantStore) -> None:
    seen = await _put(store, "one", {"kept": 1, "gone": 2, "odd.name": {"inner": 1, "lost": 2}})
    batch = Batch()
    batch.replace(seen, {"kept": 3, "new": 4, "odd.name": {"inner": 5}})
    await store.commit(batch)
    assert (await _get(store, "one")).data == {"kept": 3, "new": 4, "odd.name": {"inner": 5}}


@pytest.mark.parametrize("kind", ["replace", "check", "delete"])
async def test_a_document_that_was_changed_meanwhile_loses(store: TenantStore, kind: str) -> None:
    seen = await _put(store, "one", {"n": 1})
    await _put(store, "one", {"n": 2})
    batch = Batch()
    batch.create("things", "beside", {"n": 0})
    _conditional(batch, kind, seen)
    with pytest.raises(LostRace):
        await store.commit(batch)
    assert (await _get(store, "one")).data == {"n": 2}
    assert await store.get("things", "beside") is None


@pytest.mark.parametrize("kind", ["replace", "check", "delete"])
async def test_a_document_that_was_deleted_meanwhile_loses(store: TenantStore, kind: str) -> None:
    seen = await _put(store, "one", {"n": 1})
    gone = Batch()
    gone.delete("things", "one")
    await store.commit(gone)
    batch = Batch()
    _conditional(batch, kind, seen)
    with pytest.raises(LostRace):
        await store.commit(batch)


def _conditional(batch: Batch, kind: str, seen: Document) -> None:
    if kind == "replace":
        batch.replace(seen, {"n": 9})
    elif kind == "check":
        batch.check(seen)
    else:
        batch.delete("things", seen.id, seen)


async def test_checking_changes_nothing_not_even_the_version(store: TenantStore) -> None:
    seen = await _put(store, "one", {"n.m": 1, "o": 2})
    for _ in range(2):
        batch = Batch()
        batch.check(seen)
        await store.commit(batch)
    assert await _get(store, "one") == seen


async def test_a_merge_removes_a_field_and_leaves_the_others(store: TenantStore) -> None:
    await _put(store, "one", {"n": 1, "gone": 2, "deep": {"kept": 3, "odd.name": 4}})
    for _ in range(2):
        batch = Batch()
        gone = Removed()
        batch.merge("things", "one", {"n": 5, "gone": gone, "deep": {"odd.name": gone}})
        await store.commit(batch)
    assert (await _get(store, "one")).data == {"n": 5, "deep": {"kept": 3}}


async def test_deleting_is_final_and_may_be_repeated(store: TenantStore) -> None:
    await _put(store, "one", {"n": 1})
    for _ in range(2):
        batch = Batch()
        batch.delete("things", "one")
        await store.commit(batch)
    assert await store.get("things", "one") is None


async def test_merging_adds_and_raises_whatever_is_there(store: TenantStore) -> None:
    for amount, level in ((2, 5), (3, 4)):
        batch = Batch()
        batch.merge("things", "sum", {"n": Add(amount), "deep": {"top": AtLeast(level)}, "t": "x"})
        await store.commit(batch)
    assert (await _get(store, "sum")).data == {"n": 5, "deep": {"top": 5}, "t": "x"}


async def test_merging_leaves_other_fields_alone(store: TenantStore) -> None:
    await _put(store, "one", {"n": 1, "kept": True})
    batch = Batch()
    batch.merge("things", "one", {"n": 2})
    await store.commit(batch)
    assert (await _get(store, "one")).data == {"n": 2, "kept": True}


async def test_an_empty_batch_is_a_commit_of_nothing(store: TenantStore) -> None:
    await store.commit(Batch())


async def test_each_write_is_counted_once(store: TenantStore) -> None:
    seen = await _put(store, "one", {"n": 1})
    counts = start_counting()
    batch = Batch()
    batch.create("things", "two", {"n": 1})
    batch.check(seen)
    batch.delete("things", "three")
    await store.commit(batch)
    assert counts == {"firestore-commits": 1, "firestore-writes": 2, "firestore-deletes": 1}
    await store.get("things", "one")
    await store.get_many([("things", "one"), ("things", "nothing")])
    assert counts["firestore-reads"] == 3


async def test_a_list_within_a_list_is_refused_and_never_retried(
    store: TenantStore, firestore: Wire
) -> None:
    batch = Batch()
    batch.put("things", "nested", {"matrix": [[1, 2], [3, 4]]})
    with pytest.raises(Exception, match="array value in an array"):
        await store.commit(batch)
    assert firestore.calls == ["Commit"]


async def test_more_than_a_document_holds_is_too_large(store: TenantStore) -> None:
    batch = Batch()
    batch.put("things", "long", {"content": "x" * 1_100_000})
    with pytest.raises(PayloadTooLarge):
        await store.commit(batch)


IMPOSSIBLE = ["", "a/b", "a/b/c", ".", "..", "__reserved__", "x" * 1501, "\ud800"]


@pytest.mark.parametrize("id", IMPOSSIBLE, ids=[ascii(id)[:20] for id in IMPOSSIBLE])
async def test_an_id_no_document_can_have_finds_nothing_and_cannot_be_written(
    store: TenantStore, id: str
) -> None:
    assert await store.get("things", id) is None
    assert await store.get_many([("things", id)]) == [None]
    batch = Batch()
    batch.create("things", id, {"n": 1})
    with pytest.raises(Invalid, match="id: "):
        await store.commit(batch)


async def test_a_commit_whose_answer_was_lost_is_found_applied(
    store: TenantStore, firestore: Wire
) -> None:
    firestore.cut("Commit", "after", number=1)
    firestore_retries = pytest.MonkeyPatch()
    firestore_retries.setattr(storage, "RETRIED_FOR_SECONDS", 0.2)
    batch = Batch()
    batch.put("things", "one", {"n": 1})
    try:
        with pytest.raises(Unavailable):
            await store.commit(batch)
    finally:
        firestore_retries.undo()
    firestore.mend()
    assert (await _get(store, "one")).data == {"n": 1}
