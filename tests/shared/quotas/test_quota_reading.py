"""What is used is read where it is counted."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from shared.artifacts.room import ROOM
from shared.kit.control import Control, Subscribed
from shared.kit.months import month_ends
from shared.kit.tier_limits import BALANCES, Balance
from shared.quotas.reading import read_quotas
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.limited import has_used
from tests.shared.wire import Wire

pytestmark = pytest.mark.platform

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
_MONTH_LATER = AT + timedelta(days=30)


async def test_each_quota_says_what_is_used_of_it_and_when_it_is_there_again(
    firestore: Wire,
) -> None:
    store = TenantStore(f"tenant-{uuid.uuid4().hex[:12]}")
    empty = await read_quotas(store, Control(), AT)
    assert {each.meter: each.used for each in empty} == {
        **dict.fromkeys(("executions", "tokens", "api_calls", "storage", "seats"), 0)
    }
    await has_used(store, AT, executions=41, tokens=900, held_tokens=100)
    await has_used(store, AT - timedelta(days=30), executions=99)
    batch = Batch()
    for group, calls, at in (("members", 70, AT), ("governors", 9, AT)):
        balance = Balance(at=at.timestamp(), left=1, month_leased=calls)
        batch.put(BALANCES, group, {"state": balance.model_dump_json()})
    batch.put("tenant_records", store.tenant_id, {"state": '{"people": 3, "name": "Acme"}'})
    batch.put("artifacts", "art_1", {"kept_bytes": 2_048})
    await store.commit(batch)
    firestore.calls.clear()
    control = Control(tier="pro", subscription=Subscribed(plan="pro", seats=4))
    found = {each.meter: each for each in await read_quotas(store, control, AT)}
    assert sorted(firestore.calls) == ["BatchGetDocuments", "RunAggregationQuery"]
    assert {name: (each.used, each.limit, each.stops) for name, each in found.items()} == {
        "executions": (41, 5_000, False),
        "tokens": (1_000, 500_000, False),
        "api_calls": (79, 50_000, True),
        "storage": (2_048, ROOM["pro"].all, True),
        "seats": (3, 4, True),
    }
    over = {each.meter: each.used for each in await read_quotas(store, control, _MONTH_LATER)}
    assert over["api_calls"] == 0
    bought = Subscribed(plan="team", seats=4, add_ons={"capacity": 1})
    more = await read_quotas(store, Control(tier="pro", subscription=bought), AT)
    assert [each.limit for each in more if each.meter == "storage"] == [2 * ROOM["team"].all]
    assert found["tokens"].resets_at == month_ends(AT)
    assert found["seats"].resets_at is found["storage"].resets_at is None
