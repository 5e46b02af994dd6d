"""An export of everything opens what people wrote for their admins alone, and what was erased for
nobody."""

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.audit.api import export_tenant, get_export
from functions.audit.rules.documents import MOST_BYTES, MOST_LINES, Filing, Newest
from functions.audit.tenant_documents import documents_of
from functions.audit.views import AuditExport
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, NotFound, VersionConflict
from shared.kit.sealing import ERASED
from shared.messaging.changes import Change
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.subject_keys import SUBJECT_KEYS, erased, forget, sealed
from tests.functions.audit.chains import AT, RING, Chain, event
from tests.functions.audit.exports import due
from tests.functions.audit.test_audit_exports import _downloaded, _verified, auditor, make

__all__ = ["auditor"]

NOTE = 'Zebrafink wrote "this".'


async def _asked(auditor: Caller) -> AuditExport:
    return await export_tenant(auditor, IdempotencyKey(auditor), auditor.tenant_id)


async def _logged(tenant: str, number: int, text: str, **changes: Any) -> None:
    """An event in the log, whose text is sealed under the key of somebody."""
    change = Change()
    words = await sealed(tenant, "somebody", text, AT)
    change.record(event(tenant, number, words, **changes))
    change.seal(RING)
    await TenantStore(tenant).commit(change)


async def _lines(tenant: str) -> dict[str, list[Any]]:
    """The lines of each file."""
    return {
        file.name: [json.loads(line) for line in file.content.splitlines()]
        async for file in documents_of(tenant, AT)
    }


async def _erase(tenant: str, principal: str) -> None:
    store = TenantStore(tenant)
    document = await store.get(SUBJECT_KEYS, principal)
    assert document is not None
    batch = Batch()
    batch.replace(document, erased(document, AT))
    await store.commit(batch)
    forget(tenant, principal)


@pytest.mark.platform
async def test_people_read_what_they_wrote_and_nobody_what_was_erased(
    chain: Chain, auditor: Caller
) -> None:
    await _logged(chain.tenant, 1, "Before.")
    await _logged(chain.tenant, 2, NOTE, sequence=2)
    found = await _lines(chain.tenant)
    assert {each["data"]["id"] for each in found["events/00000001.jsonl"]} == {"Before.", NOTE}
    (thing,) = found["collections/lookup/00000001.jsonl"]
    assert (thing["id"], thing["state"]) == ("mis_1", {"id": NOTE})
    await _erase(chain.tenant, "somebody")
    found = await _lines(chain.tenant)
    assert [each["data"]["id"] for each in found["events/00000001.jsonl"]] == [ERASED, ERASED]
    assert found["collections/lookup/00000001.jsonl"][0]["state"] == {"id": ERASED}


@pytest.mark.platform
async def test_what_runs_gave_and_called_is_in_it(chain: Chain, auditor: Caller) -> None:
    words = await sealed(chain.tenant, "somebody", NOTE, AT)
    batch = Batch()
    batch.create("run_steps", "run_1.0", {"state": json.dumps({"output": {"value": 3}})})
    batch.create("invocations", "inv_1", {"state": json.dumps({"arguments": {"text": words}})})
    await TenantStore(chain.tenant).commit(batch)
    found = await _lines(chain.tenant)
    (result,) = found["collections/run_steps/00000001.jsonl"]
    assert result == {"id": "run_1.0", "state": {"output": {"value": 3}}}
    (call,) = found["collections/invocations/00000001.jsonl"]
    assert call == {"id": "inv_1", "state": {"arguments": {"text": NOTE}}}


@pytest.mark.platform
async def test_a_document_that_is_no_event_of_the_tenant_is_left_out(
    chain: Chain, auditor: Caller
) -> None:
    await _logged(chain.tenant, 1, NOTE)
    store, batch = TenantStore(chain.tenant), Batch()
    (entry,) = [each async for each in store.find_all("events")]
    batch.create("events", "evt_copy", entry.data)
    batch.create("events", "evt_odd", {"id": "evt_odd"})
    batch.create("events", "evt_no", {**entry.data, "id": "evt_no", "data": "no JSON"})
    await store.commit(batch)
    assert len((await _lines(chain.tenant))["events/00000001.jsonl"]) == 1


@pytest.mark.platform
async def test_a_text_that_does_not_open_ends_the_export_with_its_reason(
    chain: Chain, auditor: Caller
) -> None:
    await chain.append(1)
    moved = await sealed(f"{chain.tenant}-other", "somebody", NOTE, AT)
    await _logged(chain.tenant, 2, NOTE)
    own = await sealed(chain.tenant, "somebody", NOTE, AT)
    forged = own[: own.rindex("/") + 1] + moved[moved.rindex("/") + 1 :]
    change = Change()
    change.record(event(chain.tenant, 3, forged))
    change.seal(RING)
    await TenantStore(chain.tenant).commit(change)
    asked = await _asked(auditor)
    await make(due(chain.tenant, asked.export_id))
    export = await get_export(auditor, asked.export_id)
    assert (export.status, export.url) == ("failed", None)
    assert "somebody is not as it was sealed" in (export.reason or "")
    again = await _asked(auditor)
    assert (again.export_id, again.status) == (asked.export_id, "pending")


@pytest.mark.platform
async def test_only_an_admin_of_the_tenant_gets_everything(chain: Chain, auditor: Caller) -> None:
    await chain.append(1)
    with pytest.raises(NotFound):
        await export_tenant(auditor, IdempotencyKey(auditor), f"{chain.tenant}-other")
    asked = await _asked(auditor)
    with pytest.raises(VersionConflict, match="is being made"):
        await _asked(auditor)
    await make(due(chain.tenant, asked.export_id))
    assert (await get_export(auditor, asked.export_id)).url is not None
    with pytest.raises(VersionConflict, match="ask for another one tomorrow"):
        await _asked(auditor)
    tomorrow = await _asked(replace(auditor, received_at=AT + timedelta(days=1)))
    assert tomorrow.export_id != asked.export_id
    governor = replace(auditor, roles=frozenset({"governor", "analyst", "platform_admin"}))
    for other in (governor, replace(auditor, impersonator="root")):
        with pytest.raises(Forbidden, match="needs the role tenant_admin"):
            await get_export(other, asked.export_id)


@pytest.mark.platform
async def test_two_attempts_at_once_leave_the_archive_that_the_export_names(
    chain: Chain, auditor: Caller
) -> None:
    await chain.append(1, 2)
    await _logged(chain.tenant, 3, NOTE)
    asked = await _asked(auditor)
    timer = due(chain.tenant, asked.export_id)
    await asyncio.gather(make(timer), make(timer))
    export = await get_export(auditor, asked.export_id)
    archive = await _downloaded(export)
    assert (export.bytes, export.sha256) == (len(archive), hashlib.sha256(archive).hexdigest())
    found = _verified(archive)
    assert (found.broken, found.entries) == ("", 2)


def test_a_file_ends_after_its_lines_or_its_bytes() -> None:
    filing = Filing("events")
    assert filing.end() is None
    short = [filing.add(b"{}\n") for _ in range(MOST_LINES)]
    assert short[:-1] == [None] * (MOST_LINES - 1)
    assert short[-1] == ("events/00000001.jsonl", b"{}\n" * MOST_LINES)
    assert filing.add(b"{}\n") is None
    long = filing.add(b"x" * MOST_BYTES)
    assert long is not None
    assert (long.name, len(long.content)) == ("events/00000002.jsonl", MOST_BYTES + 3)
    assert filing.end() is None


def test_the_newest_event_has_the_highest_sequence_and_odd_nouns_have_no_file() -> None:
    newest = Newest()
    about = (("lookup/b", 2), ("lookup/b", 1), ("lookup/a", 1), ("../etc/x", 1), ("odd", 1))
    for number, (subject, sequence) in enumerate(about):
        newest.note(subject, sequence, f"evt_{number}")
    (lookups, odd) = newest.by_noun()
    assert lookups == ("lookup", ["evt_2", "evt_0"])
    assert odd[0] == "odd"
