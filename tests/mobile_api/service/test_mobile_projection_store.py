"""The projection in Firestore: one commit an event, once, whatever the order."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from events import agents, approvals, cases, pipelines, precedents
from mobile_api.aggregates import DEVICES
from mobile_api.rules.documents import CARDS, COUNTERS, Key
from mobile_api.service import rebuild as rebuilding
from mobile_api.service.rebuild import digest, rebuild
from mobile_api.store import read_projection
from shared.kit import clock
from shared.kit.bookkeeping import DeliveryBuried, DeliveryRecovered
from shared.kit.errors import Unavailable
from shared.messaging.envelope import Envelope
from shared.messaging.log import tenants_of_log
from shared.storage.batches import Add, Batch, Document
from shared.storage.firestore import TenantStore
from tests.mobile_api import stories
from tests.mobile_api.stories import START, agent, approval, case, case_of, decided, pipeline
from tests.mobile_api.worlds import (
    commits_for,
    deliver,
    deliver_at_once,
    happen,
    in_tenant,
    log,
    operations_of,
)
from tests.mobile_api.worlds import recorded as recorded_in

NOTIFICATION = "assent.notification.requested.v1"
MINUTE = timedelta(minutes=1)


def _stories() -> list[Envelope]:
    told = [pipeline(), pipeline(pipelines.PipelineResumed, 2, START + MINUTE)]
    for n in range(1, 7):
        of: dict[str, Any] = {"case": case_of(n)}
        told += [
            approval(approvals.ApprovalRequested, n, 1, **of),
            approval(approvals.ApprovalVoted, n, 2, START + n * MINUTE, **of),
            approval(approvals.ApprovalApproved, n, 3, START - n * MINUTE, **of, **decided()),
            agent(number=n),
            agent(agents.AgentViolationReported, n, 2, START - MINUTE),
            agent(agents.AgentSuspended, n, 3, START + MINUTE, status="suspended"),
            stories.precedent(precedents.PrecedentActivated, n),
        ]
    told += [
        approval(approvals.ApprovalAutoApproved, 9, 1, case=case_of(9), **stories.window()),
        approval(approvals.ApprovalVetoed, 9, 2, case=case_of(9), **stories.vetoed()),
        agent(number=9),
        case(cases.CreationCaseRolledBack, 9, 2),
        approval(approvals.ApprovalReversed, 9, 3, case=case_of(9), **stories.vetoed()),
        stories.delivery(DeliveryBuried, 1),
        stories.delivery(DeliveryBuried, 2, function="mobile-api"),
        stories.delivery(DeliveryRecovered, 2, function="mobile-api"),
    ]
    return told


async def _digest(tenant: str) -> str:
    found = await read_projection(TenantStore(tenant))
    return digest({key: document.data for key, document in found.items()})


async def test_a_creation_needs_three_commits_its_notice_included(tenant: str) -> None:
    of: dict[str, Any] = {"case": case_of(1)}
    story = [
        case(cases.CreationCaseJudged, status="ethics_cleared"),
        approval(approvals.ApprovalRequested, **of),
        approval(approvals.ApprovalApproved, 1, 2, **of, **decided()),
        agent(),
    ]
    commits = [await commits_for(in_tenant(event, tenant)) for event in story]
    assert commits == [0, 1, 1, 1]


async def test_a_duplicate_commits_nothing(tenant: str) -> None:
    event = in_tenant(approval(approvals.ApprovalRequested), tenant)
    await deliver([event])
    assert await commits_for(event) == 0


async def test_a_duplicate_publishes_its_notice_again_for_the_first_may_have_died(
    tenant: str,
) -> None:
    told = in_tenant(approval(approvals.ApprovalRequested), tenant)
    untold = in_tenant(approval(approvals.ApprovalVoted, 1, 2), tenant)
    await deliver([told, untold])
    again = await operations_of(told)
    assert (again["firestore-commits"], again["pubsub-messages"]) == (0, 1)
    quiet = await operations_of(untold)
    # Its card and its entry in the timeline are read, and the log is not asked.
    assert (quiet["pubsub-messages"], quiet["firestore-reads"]) == (0, 2)
    assert len(await recorded_in(tenant, NOTIFICATION)) == 1


async def test_the_same_event_delivered_at_once_counts_once_and_tells_once(tenant: str) -> None:
    event = in_tenant(approval(approvals.ApprovalRequested), tenant)
    await deliver_at_once([event] * 6)
    shards = await TenantStore(tenant).find(COUNTERS, limit=10)
    assert sum(shard.data[f"awaited/{CARDS}/approvals"] for shard in shards.items) == 1
    assert len(await recorded_in(tenant, NOTIFICATION)) == 1


async def test_a_notice_is_caused_by_the_event_it_tells_of(tenant: str) -> None:
    event = approval(approvals.ApprovalRequested)
    await happen(tenant, event)
    (entry,) = await recorded_in(tenant, NOTIFICATION)
    assert (entry.data["causationid"], entry.data["correlationid"]) == (event.id, event.id)
    assert (entry.data["sequence"], entry.data["unpublished"]) == (1, False)


@pytest.mark.parametrize("seed", range(4))
async def test_shuffled_duplicated_and_late_deliveries_equal_the_rebuilt(
    tenant: str, seed: int
) -> None:
    dice = random.Random(seed)
    events = await log(tenant, _stories())
    deliveries = [*events, *dice.sample(events, 20)]
    dice.shuffle(deliveries)
    for start in range(0, len(deliveries), 8):
        await deliver_at_once(deliveries[start : start + 8])
    rebuilt = await rebuild(tenant, now=clock.now())
    assert rebuilt.digest_before == rebuilt.digest_after
    assert rebuilt.written == 0


async def test_a_rebuild_restores_what_was_damaged_and_leaves_devices_alone(tenant: str) -> None:
    await happen(tenant, *_stories())
    intact = await _digest(tenant)
    store = TenantStore(tenant)
    found = await read_projection(store)
    damage = Batch()
    for (collection, id), document in list(found.items())[::3]:
        damage.replace(document, {**document.data, "status": "stale", "paused": True})
        damage.put(collection, f"{id}-nobodys", dict(document.data))
    damage.delete(*next(key for key in found if key[0] == CARDS))
    damage.put(DEVICES.collection, "dev_1", {"principal": "gala"})
    await store.commit(damage)
    assert await _digest(tenant) != intact
    checked = await rebuild(tenant, now=clock.now(), write=False)
    assert checked.digest_before != checked.digest_after
    rebuilt = await rebuild(tenant, now=clock.now())
    assert rebuilt.digest_after == intact == await _digest(tenant)
    assert await store.get(DEVICES.collection, "dev_1") is not None


async def test_events_that_arrive_during_a_rebuild_are_not_lost(tenant: str) -> None:
    events = await log(tenant, _stories())
    await deliver(events[:10])
    await asyncio.gather(rebuild(tenant, now=clock.now()), deliver(events[10:]))
    rebuilt = await rebuild(tenant, now=clock.now())
    assert rebuilt.written == 0


async def test_an_event_nobody_can_read_does_not_stop_a_rebuild(tenant: str) -> None:
    good = approval(approvals.ApprovalRequested)
    bad = approval(approvals.ApprovalRequested, 2).model_copy(update={"data": "{}"})
    await log(tenant, [good, bad])
    assert (await rebuild(tenant, now=clock.now())).events == 2
    assert len((await TenantStore(tenant).find(CARDS)).items) == 1


async def test_every_tenant_with_an_event_is_found_and_kept_apart(tenant: str) -> None:
    other = f"{tenant}-other"
    await happen(tenant, approval(approvals.ApprovalRequested))
    await happen(other, agent())
    assert {tenant, other} <= set(await tenants_of_log())
    assert (await TenantStore(other).find(CARDS)).items == []


async def test_a_large_projection_is_written_in_commits_that_fit(
    tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log(tenant, _stories())
    monkeypatch.setattr(rebuilding, "MOST_BYTES", 5_000)
    monkeypatch.setattr(rebuilding, "MOST_WRITES", 4)
    monkeypatch.setattr("shared.storage.firestore.READ_AT_ONCE", 7)
    written = await rebuild(tenant, now=clock.now())
    assert written.written == written.documents > 0
    assert (await rebuild(tenant, now=clock.now())).written == 0


async def test_a_tenant_that_never_rests_is_not_rebuilt(
    tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "FIRST_PAUSE_SECONDS", 0.0)
    events = await log(tenant, _stories())
    await deliver(events[:1])
    restless = read_projection

    async def changed_meanwhile(store: TenantStore) -> dict[Key, Document]:
        seen = await restless(store)
        key = next(iter(seen))
        batch = Batch()
        batch.merge(*key, {"active_agents": Add(1)})
        await store.commit(batch)
        return seen

    monkeypatch.setattr(rebuilding, "read_projection", changed_meanwhile)
    with pytest.raises(Unavailable, match="too fast"):
        await rebuild(tenant, now=clock.now())
