"""An export is an archive that verifies without us, or a refusal with its reason; never another."""

import hashlib
import io
import json
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from emulators.buckets import Buckets
from functions.audit.aggregates import EXPORT_DUE, EXPORT_RETENTION
from functions.audit.api import get_checkpoint, get_export, post_export
from functions.audit.checkpoints import BUCKET as CHECKPOINTS
from functions.audit.reactions import HANDLERS
from functions.audit.views import AuditExport
from shared.audit_log.checkpoints import StoredCheckpoint
from shared.audit_log.opening import log_of
from shared.audit_log.stored_checkpoints import read_checkpoints
from shared.kit.callers import Caller
from shared.kit.errors import NotFound, Unavailable, VersionConflict
from shared.storage import buckets as storage
from shared.storage.idempotency import IdempotencyKey
from shared.verify.check import Verified, verify
from tests.functions.audit.chains import AT, Chain
from tests.functions.audit.exports import due
from tests.shared.cloud import Cloud

pytestmark = pytest.mark.platform
make = HANDLERS[EXPORT_DUE]


@pytest.fixture
async def auditor(chain: Chain, cloud: Cloud) -> Caller:
    await cloud.mailbox("audit")
    scopes = frozenset({"audit:read", "audit:write"})
    return Caller("mara", chain.tenant, scopes, frozenset({"tenant_admin"}), AT, token="")


async def _exported(auditor: Caller) -> AuditExport:
    asked = await post_export(auditor, IdempotencyKey(auditor))
    assert (asked.status, asked.url, asked.requested_by) == ("pending", None, "mara")
    await make(due(auditor.tenant_id, asked.export_id))
    return await get_export(auditor, asked.export_id)


async def _downloaded(export: AuditExport) -> bytes:
    assert export.url is not None
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        answer = await client.get(export.url)
    assert answer.status_code == 200
    return answer.content


def _verified(archive: bytes, *keys: str) -> Verified:
    return verify(io.BytesIO(archive), keys)


async def test_an_export_is_an_archive_that_verifies_with_the_keys_of_the_log(
    chain: Chain, auditor: Caller
) -> None:
    await chain.append(*range(2_100))
    export = await _exported(auditor)
    archive = await _downloaded(export)
    assert (export.status, export.entries) == ("ready", 2_100)
    assert (export.bytes, export.sha256) == (len(archive), hashlib.sha256(archive).hexdigest())
    checkpoint = await get_checkpoint(auditor)
    found = _verified(archive, *checkpoint.keys)
    assert found == Verified(log_of(chain.tenant), 2_100, checkpoint.keys, "")


async def test_a_large_archive_is_uploaded_in_parts(
    chain: Chain, auditor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PART_BYTES", 5 * 1024 * 1024)
    long = json.dumps({f"field_{number}": "x" * 1_900 for number in range(8)})
    await chain.append(*range(400), data=long)
    archive = await _downloaded(await _exported(auditor))
    assert len(archive) > storage.PART_BYTES
    assert _verified(archive).broken == ""


async def test_a_repeated_timer_gives_the_same_archive(chain: Chain, auditor: Caller) -> None:
    await chain.append(1, 2, 3)
    export = await _exported(auditor)
    before = await _downloaded(export)
    await chain.append(4)
    await make(due(chain.tenant, export.export_id))
    again = await get_export(auditor, export.export_id)
    assert again.model_copy(update={"url": None}) == export.model_copy(update={"url": None})
    assert await _downloaded(again) == before


async def test_a_bucket_that_does_not_answer_is_asked_again(
    chain: Chain, auditor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chain.append(1, 2)
    await chain.cover()
    asked = await post_export(auditor, IdempotencyKey(auditor))
    with monkeypatch.context() as environment:
        environment.setenv("ASSENT_BUCKETS_URL", "http://127.0.0.1:9")
        with pytest.raises(Unavailable, match="bucket did not answer"):
            await make(due(chain.tenant, asked.export_id))
    assert (await get_export(auditor, asked.export_id)).status == "pending"
    await make(due(chain.tenant, asked.export_id))
    export = await get_export(auditor, asked.export_id)
    assert _verified(await _downloaded(export)).entries == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET body = '{{}}' WHERE {tenant} AND number = 2",
        "DELETE FROM audit_entries WHERE {tenant} AND number = 2",
        "DELETE FROM audit_entries WHERE {tenant} AND number = 4",
    ],
)
async def test_a_broken_chain_is_not_signed_as_an_archive(
    chain: Chain, auditor: Caller, statement: str
) -> None:
    await chain.append(1, 2, 3, 4)
    await chain.cover()
    await chain.tamper(statement)
    export = await _exported(auditor)
    assert (export.status, export.url, export.sha256) == ("failed", None, None)
    assert "entr" in (export.reason or "")


async def test_a_log_without_an_entry_has_no_archive(auditor: Caller) -> None:
    export = await _exported(auditor)
    assert (export.status, export.reason) == ("failed", "the log has no entry")


async def test_one_export_is_made_at_a_time_and_a_key_asks_for_one_only(
    chain: Chain, auditor: Caller
) -> None:
    await chain.append(1)
    key = IdempotencyKey(auditor, "k" * 64, "b" * 64)
    asked = await post_export(auditor, key)
    assert await post_export(auditor, key) == asked
    with pytest.raises(VersionConflict, match=f"{asked.export_id} is being made"):
        await post_export(auditor, IdempotencyKey(auditor))
    await make(due(chain.tenant, asked.export_id))
    assert (await post_export(auditor, IdempotencyKey(auditor))).status == "pending"


async def test_after_thirty_days_there_is_no_address(chain: Chain, auditor: Caller) -> None:
    await chain.append(1)
    export = await _exported(auditor)
    assert export.ended_at is not None
    late = replace(auditor, received_at=export.ended_at + EXPORT_RETENTION)
    assert (await get_export(late, export.export_id)).url is None


async def test_another_tenant_gets_no_export(chain: Chain, auditor: Caller) -> None:
    await chain.append(1)
    export = await _exported(auditor)
    with pytest.raises(NotFound):
        await get_export(replace(auditor, tenant_id=f"{chain.tenant}-other"), export.export_id)


async def test_an_address_opens_its_own_archive_only(
    chain: Chain, auditor: Caller, buckets: Buckets
) -> None:
    await chain.append(1)
    export = await _exported(auditor)
    assert export.url is not None
    assert export.url.startswith(f"{buckets.url}/audit-exports/{quote(chain.tenant)}/")
    assert "X-Amz-Expires=900" in export.url


async def test_each_checkpoint_is_published_once_and_stays(chain: Chain) -> None:
    published = []
    for size in (1, 2):
        await chain.append(size)
        await chain.cover()
        await chain.cover()
        name = f"{log_of(chain.tenant)}/{size:020}"
        published.append(await CHECKPOINTS.read(name))
        await CHECKPOINTS.put_once(name, b"another")
        assert await CHECKPOINTS.read(name) == published[-1]
    notes = [each.note.encode() for each in await _stored(chain)]
    assert published == notes


async def _stored(chain: Chain) -> list[StoredCheckpoint]:
    return sorted(await read_checkpoints(chain.tenant), key=lambda each: each.number)


async def test_a_checkpoint_that_could_not_be_published_is_published_later(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chain.append(1)
    with monkeypatch.context() as environment:
        environment.setenv("ASSENT_BUCKETS_URL", "http://127.0.0.1:9")
        with pytest.raises(Unavailable):
            await chain.cover()
    name = f"{log_of(chain.tenant)}/{1:020}"
    assert await CHECKPOINTS.read(name) is None
    await chain.cover()
    assert await CHECKPOINTS.read(name) is not None
