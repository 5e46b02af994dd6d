"""What every sweep for minutes has tried in vain is counted, and what it has just seen is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.observability.alerts import STUCK_SECONDS
from infra.observability.metrics import STUCK
from shared.kit.instants import format_instant
from shared.messaging.backlog import LONGEST_PAUSE
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.sweep import Sweep
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.infra.observability.log_filters import matches
from tests.infra.observability.logged import listening

pytestmark = pytest.mark.platform
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def _swept(store: TenantStore, *, due: datetime) -> list[dict[str, Any]]:
    async def in_vain(_: Envelope) -> None:
        return

    batch = Batch()
    at = {"next_timer_at": format_instant(due), "sweep_at": format_instant(due)}
    batch.create("orders", "ord_1", {"next_timer_type": "assent.order.due.v1", **at})
    await store.commit(batch)
    with listening() as logged:
        await Sweep(Outbox("orders"), {"orders": "order"}, in_vain).run(NOW)
    entries = logged.entries("orders-reactions")
    return [entry for entry in entries if matches(STUCK.filter, entry)]


async def test_a_timer_that_nothing_moves_counts_as_stuck_and_is_named(store: TenantStore) -> None:
    (entry,) = await _swept(store, due=NOW - timedelta(minutes=6))
    assert entry["jsonPayload"]["stuck"] == "order/ord_1"
    assert entry["jsonPayload"]["stuck_seconds"] == 360


async def test_a_timer_that_was_only_just_missed_is_not_stuck(store: TenantStore) -> None:
    assert await _swept(store, due=NOW - timedelta(minutes=2)) == []


async def test_the_alert_stays_open_between_two_attempts() -> None:
    # The longest pause, then the grace, then up to two minutes until the next sweep.
    assert LONGEST_PAUSE.total_seconds() + 150 < STUCK_SECONDS
