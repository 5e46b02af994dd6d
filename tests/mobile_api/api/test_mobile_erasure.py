"""What was erased is shown as a tombstone, live and rebuilt alike."""

from datetime import timedelta

import pytest

from events.approvals import ApprovalRequested
from mobile_api.rules.documents import CARDS
from mobile_api.service.rebuild import rebuild
from shared.kit.canonical import content_hash
from shared.kit.instants import format_instant
from shared.messaging.contents import erase
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.mobile_api.phones import Phone
from tests.mobile_api.stories import (
    ASSESSMENT,
    CONTENT,
    EVIDENCE,
    MATCHES,
    START,
    approval,
    id_of,
)
from tests.mobile_api.worlds import happen

LATER = START + timedelta(hours=1)
SHOWN = {
    "content": CONTENT,
    "evidence": EVIDENCE,
    **ASSESSMENT,
    "matches": MATCHES,
    "erased_at": None,
}
PARTS = {
    "content": (CONTENT, ["content"]),
    "evidence": (EVIDENCE, ["evidence"]),
    "assessment": (ASSESSMENT, ["risk_reasons", "rollback_plan"]),
    "matches": (MATCHES, ["matches"]),
}


async def shown(phone: Phone) -> dict[str, object]:
    answer = await phone.get(f"/approvals/{id_of('apr', 1)}")
    assert answer.status_code == 200, answer.text
    card: dict[str, object] = answer.json()
    return card


@pytest.mark.parametrize("part", PARTS)
async def test_an_erased_part_is_a_tombstone_live_and_rebuilt_alike(
    phone: Phone, tenant: str, part: str
) -> None:
    await happen(tenant, approval(ApprovalRequested))
    before = await shown(phone)
    assert {name: before[name] for name in SHOWN} == SHOWN
    erased, names = PARTS[part]
    store = TenantStore(tenant)
    await erase(store, content_hash(erased), LATER)
    live = await shown(phone)
    tombstone = {**dict.fromkeys(names), "erased_at": format_instant(LATER)}
    assert live == {**before, **tombstone}
    result = await rebuild(tenant, now=LATER)
    assert (result.digest_before, result.written) == (result.digest_after, 0)
    batch = Batch()
    batch.delete(CARDS, id_of("apr", 1))
    await store.commit(batch)
    assert (await rebuild(tenant, now=LATER)).written > 0
    assert await shown(phone) == live


async def test_a_content_that_is_another_than_its_hash_names_is_not_shown(
    phone: Phone, tenant: str
) -> None:
    await happen(tenant, approval(ApprovalRequested))
    batch = Batch()
    batch.put("contents", content_hash(CONTENT), {"body": "{}", "size": 2})
    await TenantStore(tenant).commit(batch)
    answer = await phone.get(f"/approvals/{id_of('apr', 1)}")
    assert (answer.status_code, answer.json()["code"]) == (409, "content_invalid")
