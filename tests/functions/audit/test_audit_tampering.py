"""Whoever owns the database alters, deletes or rolls back: a checkpoint elsewhere shows it."""

import asyncio

import pytest

from functions.audit import store
from functions.audit.checkpoints import cover_new_entries
from functions.audit.reactions import CHECKPOINT_DUE, HANDLERS
from functions.audit.verify import DATABASE, main
from shared.audit_log.checkpoints import signed_checkpoint
from shared.audit_log.opening import ChainBroken, log_of
from shared.audit_log.stored_checkpoints import CHECKPOINTS, read_checkpoints
from shared.kit.signing import load_signing_key, new_key
from shared.messaging.envelope import Envelope
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.audit.chains import AT, Chain, broken_at, event

pytestmark = pytest.mark.platform
SCHEDULE = Envelope(
    id="sch_1",
    type=CHECKPOINT_DUE,
    source="//assent/audit",
    subject="schedule/audit",
    time=AT,
    received_at=AT,
)


async def test_a_chain_that_was_covered_is_whole(chain: Chain) -> None:
    await chain.append(1, 2, 3)
    await chain.cover()
    await chain.append(4)
    checked = await chain.check()
    assert (checked.entries, checked.checkpoints, checked.covered) == (4, 1, 3)
    assert checked.broken == ()


async def test_a_tail_that_is_deleted_together_with_its_head_is_found(chain: Chain) -> None:
    await chain.append(1, 2, 3, 4, 5)
    await chain.cover()
    await chain.tamper(
        "DELETE FROM audit_entries WHERE {tenant} AND number > 3",
        "UPDATE audit_heads SET covered = 0, (number, hash) = (SELECT number, hash FROM"
        " audit_entries WHERE {tenant} AND number = 3) WHERE {tenant}",
    )
    assert await broken_at(chain.tenant) is None
    (said,) = (await chain.check()).broken
    assert said == "entry 4: the entries up to 5 are missing that their checkpoint covers"


async def test_a_tenant_whose_rows_are_all_gone_is_found(chain: Chain) -> None:
    await chain.append(1, 2, logged=True)
    await chain.cover()
    await chain.tamper(
        "DELETE FROM audit_entries WHERE {tenant}", "DELETE FROM audit_heads WHERE {tenant}"
    )
    assert chain.tenant in await store.audited_tenants()
    (said,) = (await chain.check()).broken
    assert said.startswith("entry 1: the entries up to 2 are missing")


async def test_a_table_that_was_rolled_back_to_an_older_state_is_found(chain: Chain) -> None:
    await chain.append(1, 2)
    await chain.cover()
    await chain.tamper(
        "CREATE TABLE backup_entries AS TABLE audit_entries",
        "CREATE TABLE backup_heads AS TABLE audit_heads",
    )
    await chain.append(3, 4)
    await chain.cover()
    await chain.tamper(
        "DELETE FROM audit_entries",
        "DELETE FROM audit_heads",
        "INSERT INTO audit_entries TABLE backup_entries",
        "INSERT INTO audit_heads TABLE backup_heads",
        "DROP TABLE backup_entries",
        "DROP TABLE backup_heads",
    )
    assert await broken_at(chain.tenant) is None
    (said,) = (await chain.check()).broken
    assert said.startswith("entry 3: the entries up to 4 are missing")
    await chain.append(5, 6, 7)
    (said,) = (await chain.check()).broken
    assert said.startswith("entry 3: the entries up to 4 are not those")


async def test_an_altered_entry_is_named_exactly(chain: Chain) -> None:
    await chain.append(1, 2, 3, 4)
    await chain.cover()
    await chain.tamper("UPDATE audit_entries SET body = '{{}}' WHERE {tenant} AND number = 2")
    assert (await chain.check()).broken == ("entry 2: it was altered",)


async def test_an_entry_altered_and_hashed_anew_is_bounded_by_checkpoints_and_named_by_the_log(
    chain: Chain,
) -> None:
    await chain.append(1, 2, logged=True)
    await chain.cover()
    await chain.append(3, 4, 5, 6, logged=True)
    await chain.cover()
    assert (await chain.check(with_log=True)).broken == ()
    await chain.hash_anew(5)
    assert await broken_at(chain.tenant) is None
    (bounded,) = (await chain.check()).broken
    assert bounded.startswith("entry 3: the entries up to 6 are not those")
    _, named = (await chain.check(with_log=True)).broken
    assert named == f"entry 5: it is not what the log says of event {event(chain.tenant, 5).id}"


async def test_the_log_shows_what_no_checkpoint_covers_yet(chain: Chain) -> None:
    await chain.append(1, 2, 3, logged=True)
    await chain.tamper(
        "DELETE FROM audit_entries WHERE {tenant} AND number = 3",
        "UPDATE audit_heads SET (number, hash) = (SELECT number, hash FROM audit_entries"
        " WHERE {tenant} AND number = 2) WHERE {tenant}",
    )
    assert (await chain.check()).broken == ()
    lost = event(chain.tenant, 3)
    assert (await chain.check(with_log=True)).broken == (
        f"event {lost.id} ({lost.type}) has no entry",
    )


async def _file(chain: Chain, number: int, note: str) -> None:
    """As somebody who may write to Firestore."""
    batch = Batch()
    fields = {"number": number, "note": note}
    batch.put(CHECKPOINTS, f"{number:020}", fields)
    await TenantStore(chain.tenant).commit(batch)


async def test_a_checkpoint_of_another_key_is_refused(chain: Chain) -> None:
    await chain.append(1, 2)
    stranger = load_signing_key('{"kid": "audit-1", "seed": "' + new_key("audit")["seed"] + '"}')
    await _file(chain, 2, signed_checkpoint(log_of(chain.tenant), 2, bytes(32), stranger).note)
    (said,) = (await chain.check()).broken
    assert said.startswith("a checkpoint is forged")


async def test_an_older_checkpoint_in_the_place_of_the_newest_is_refused(chain: Chain) -> None:
    await chain.append(1)
    await chain.cover()
    (older,) = await read_checkpoints(chain.tenant)
    await chain.append(2)
    await chain.cover()
    await _file(chain, 2, older.note)
    (said,) = (await chain.check()).broken
    assert "filed as entry 2" in said


async def test_a_newest_checkpoint_that_is_deleted_is_missed(chain: Chain) -> None:
    await chain.append(1)
    await chain.cover()
    await chain.append(2)
    await chain.cover()
    batch = Batch()
    batch.delete(CHECKPOINTS, f"{2:020}")
    await TenantStore(chain.tenant).commit(batch)
    assert (await chain.check()).broken == ("entry 2: its checkpoint is missing",)


async def test_what_replaced_covered_entries_is_never_signed(chain: Chain) -> None:
    await chain.append(1, 2, 3)
    await chain.cover()
    await chain.hash_anew(2)
    await chain.append(4)
    with pytest.raises(ChainBroken, match=chain.tenant):
        await chain.cover()
    assert len(await read_checkpoints(chain.tenant)) == 1
    assert len((await chain.check()).broken) == 1


async def test_the_schedule_covers_each_tenant_with_new_entries_once(
    chain: Chain, tenant: str
) -> None:
    other = Chain(f"{tenant}-other", chain.owner)
    await chain.append(1, 2)
    await other.append(1)
    for _ in range(2):
        await HANDLERS[CHECKPOINT_DUE](SCHEDULE)
    for each, number in ((chain, 2), (other, 1)):
        assert [found.number for found in await read_checkpoints(each.tenant)] == [number]
    assert {chain.tenant, other.tenant}.isdisjoint(await store.uncovered_tenants(1000))


async def test_a_tenant_that_fails_does_not_stop_the_others(chain: Chain, tenant: str) -> None:
    other = Chain(f"{tenant}-other", chain.owner)
    await chain.append(1, 2, 3)
    await chain.cover()
    await chain.hash_anew(1)
    await chain.append(4)
    await other.append(1)
    with pytest.raises(ChainBroken):
        await cover_new_entries(SCHEDULE)
    assert (await other.check()).covered == 1


async def test_a_crash_after_the_checkpoint_was_stored_is_made_good(chain: Chain) -> None:
    await chain.append(1)
    await chain.cover()
    await chain.tamper("UPDATE audit_heads SET covered = 0 WHERE {tenant}")
    await chain.cover()
    assert (await store.read_head(chain.tenant)).covered == 1
    assert (await chain.check()).broken == ()


async def test_entries_may_be_appended_while_they_are_covered_and_verified(chain: Chain) -> None:
    await chain.append(1)
    await asyncio.gather(
        chain.append(*range(2, 30)), *(chain.cover() for _ in range(4)), chain.check()
    )
    await chain.cover()
    checked = await chain.check()
    assert (checked.covered, checked.broken) == (29, ())


async def test_the_command_says_what_is_broken(
    chain: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    await chain.append(1, 2)
    await chain.cover()
    assert await asyncio.to_thread(main, ["--tenant", chain.tenant]) == 0
    assert capsys.readouterr().out == (
        f"{chain.tenant}: 2 entries, whole; 1 checkpoints, the last of entry 2\n"
    )
    await chain.tamper("DELETE FROM audit_entries WHERE {tenant} AND number = 2")
    assert await asyncio.to_thread(main, ["--tenant", chain.tenant]) == 1
    assert f"{chain.tenant}: BROKEN\n  entry 2: " in capsys.readouterr().out


async def test_the_command_calls_no_tenant_whole_that_has_no_log(
    chain: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = f"not-{chain.tenant}"
    assert await asyncio.to_thread(main, ["--tenant", nobody]) == 2
    said = capsys.readouterr()
    assert (said.out, f"{nobody} has no audit log" in said.err) == ("", True)


@pytest.mark.parametrize("missing", ["GOOGLE_CLOUD_PROJECT", DATABASE])
def test_the_command_needs_a_platform(
    missing: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.delenv(missing, raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))
    assert main([]) == 2
    assert missing in capsys.readouterr().err
