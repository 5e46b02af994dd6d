"""Contents: stored once, in the commit that first names them; never changed, only erased."""

import asyncio
from datetime import timedelta

import pytest

from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.canonical import content_hash
from shared.kit.contents import Content
from shared.kit.errors import ContentErased, ContentInvalid, NotFound, PayloadTooLarge
from shared.messaging.changes import Change
from shared.messaging.contents import CONTENTS, erase, read_contents
from shared.messaging.erasure import main
from shared.messaging.recorder import Recorder
from shared.storage.batches import Batch, LostRace
from shared.storage.firestore import TenantStore
from tests.shared.stories import NOW, caller

pytestmark = pytest.mark.platform
SPEC = Content.of({"name": "writer", "budget": {"per_run_usd": 5.0}})
OTHER = Content.of(["another"])


def work_in(store: TenantStore, attempt: int = 0) -> UnitOfWork:
    asking = caller(store.tenant_id)
    recorder = Recorder.for_command(function="orders", caller=asking)
    return UnitOfWork({}, recorder, Change(), attempt=attempt)


async def keep(store: TenantStore, *contents: Content, attempt: int = 0) -> list[str]:
    """Commits the contents; returns what was written."""
    work = work_in(store, attempt)
    await work.keep(*contents)
    change = work.finish()
    if change.writes:
        await store.commit(change)
    return [write.id for write in change.writes]


async def test_a_content_is_stored_under_the_hash_of_its_canonical_text(store: TenantStore) -> None:
    await keep(store, SPEC)
    hash = content_hash({"budget": {"per_run_usd": 5}, "name": "writer"})
    document = await store.get(CONTENTS, hash)
    assert document is not None
    assert document.data["body"] == '{"budget":{"per_run_usd":5},"name":"writer"}'
    assert document.data["size"] == len(document.data["body"])
    contents = await read_contents(store, [SPEC.hash, SPEC.hash])
    assert contents.value(SPEC.hash) == contents.shown(SPEC.hash) == SPEC.value


async def test_what_is_stored_already_costs_a_race_and_is_not_written_again(
    store: TenantStore,
) -> None:
    assert await keep(store, SPEC, SPEC) == [SPEC.hash]
    with pytest.raises(LostRace):
        await keep(store, SPEC, OTHER)
    assert await keep(store, SPEC, OTHER, attempt=1) == [OTHER.hash]
    assert await keep(store, SPEC, OTHER, attempt=1) == []


async def test_what_a_unit_has_read_it_does_not_write_again(store: TenantStore) -> None:
    await keep(store, SPEC)
    work = work_in(store)
    await work.read_contents(SPEC.hash)
    await work.keep(SPEC, OTHER)
    assert [write.id for write in work.finish().writes] == [OTHER.hash]


async def test_who_stored_it_first_is_known_to_whoever_reads_it_or_loses_the_race(
    store: TenantStore,
) -> None:
    assert await work_in(store).first_to_store(SPEC.hash) is None
    await keep(store, SPEC)
    assert (await read_contents(store, [SPEC.hash])).stored_by(SPEC.hash) == "ana"
    later = work_in(store, attempt=1)
    assert await later.first_to_store(SPEC.hash) == "ana"
    assert await later.first_to_store(OTHER.hash) is None
    await later.keep(SPEC, OTHER)
    assert [write.id for write in later.finish().writes] == [OTHER.hash]
    await erase(store, SPEC.hash, NOW)
    assert await work_in(store, attempt=1).first_to_store(SPEC.hash) is None
    document = await store.get(CONTENTS, SPEC.hash)
    assert document is not None
    assert "stored_by" not in document.data


async def test_of_many_who_store_the_same_at_once_one_does(store: TenantStore) -> None:
    outcomes = await asyncio.gather(*(keep(store, SPEC) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in outcomes if each != [SPEC.hash]] == [LostRace] * 4


async def test_another_text_under_a_hash_is_refused_by_whoever_reads_it(store: TenantStore) -> None:
    batch = Batch()
    batch.create(CONTENTS, SPEC.hash, {"body": '{"name":"impostor"}', "size": 19})
    await store.commit(batch)
    with pytest.raises(ContentInvalid, match="another content"):
        await read_contents(store, [SPEC.hash])


async def test_a_long_content_is_stored_packed_and_read_as_it_was(store: TenantStore) -> None:
    long = Content.of({"text": "the same again " * 200})
    await keep(store, long)
    document = await store.get(CONTENTS, long.hash)
    assert document is not None
    assert len(document.data["packed"]) < 100
    assert "body" not in document.data
    assert (await read_contents(store, [long.hash])).value(long.hash) == long.value
    for other in (b"x", "text", document.data["packed"][:-1]):
        batch = Batch()
        batch.put(CONTENTS, long.hash, {**document.data, "packed": other})
        await store.commit(batch)
        with pytest.raises(ContentInvalid, match="another content"):
            await read_contents(store, [long.hash])


async def test_a_content_larger_than_a_document_is_refused_although_it_packs_well(
    store: TenantStore,
) -> None:
    with pytest.raises(PayloadTooLarge):
        await keep(store, Content.of("x" * 1_048_576))


async def test_a_hash_that_nothing_is_stored_under_is_refused(store: TenantStore) -> None:
    contents = await read_contents(store, [SPEC.hash])
    for look in (contents.get, contents.value, contents.shown):
        with pytest.raises(ContentInvalid, match="nothing is stored"):
            look(SPEC.hash)


async def test_another_tenants_contents_are_not_found(store: TenantStore) -> None:
    await keep(store, SPEC)
    assert (await read_contents(TenantStore("somebody-else"), [SPEC.hash])).present == ()


async def test_an_erased_content_is_a_tombstone_for_good(store: TenantStore) -> None:
    await keep(store, SPEC)
    erased = await erase(store, SPEC.hash, NOW)
    assert await erase(store, SPEC.hash, NOW + timedelta(days=1)) == erased
    document = await store.get(CONTENTS, SPEC.hash)
    assert document is not None
    assert document.data.keys() == {"size", "created_at", "erased_at"}
    contents = await read_contents(store, [SPEC.hash])
    assert (contents.shown(SPEC.hash), contents.erased_at(SPEC.hash)) == (None, NOW)
    assert contents.present == ()
    with pytest.raises(ContentErased):
        contents.get(SPEC.hash)


async def test_what_was_erased_is_never_stored_again(store: TenantStore) -> None:
    await keep(store, SPEC)
    await erase(store, SPEC.hash, NOW)
    with pytest.raises(LostRace):
        await keep(store, SPEC)
    with pytest.raises(ContentErased, match="never stored again"):
        await keep(store, SPEC, attempt=1)


async def test_what_was_never_stored_cannot_be_erased(store: TenantStore) -> None:
    with pytest.raises(NotFound):
        await erase(store, SPEC.hash, NOW)


async def test_the_command_erases_and_says_when(
    store: TenantStore, capsys: pytest.CaptureFixture[str]
) -> None:
    await keep(store, SPEC)
    of_tenant = ["--tenant", store.tenant_id]
    assert await asyncio.to_thread(main, [*of_tenant, SPEC.hash]) == 0
    assert capsys.readouterr().out.startswith(f"{SPEC.hash} was erased at ")
    assert (await read_contents(store, [SPEC.hash])).shown(SPEC.hash) is None
    assert await asyncio.to_thread(main, [*of_tenant, OTHER.hash]) == 2
    assert "nothing is stored" in capsys.readouterr().err
