"""Each lookup that found nothing is told, up to twenty a minute and principal."""

import asyncio
from datetime import timedelta

import pytest

from shared.kit.bookkeeping import LookupMissed
from shared.messaging.misses import PER_MINUTE, report_miss
from shared.messaging.outbox import Outbox
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.stories import NOW, caller

pytestmark = pytest.mark.platform


@pytest.fixture
async def mailbox(cloud: Cloud, noun: str) -> Mailbox:
    mailbox = await cloud.mailbox(noun)
    cloud.mend()
    return mailbox


async def _miss(store: TenantStore, noun: str, id: str, **who: object) -> None:
    asking = caller(store.tenant_id, **who)  # type: ignore[arg-type]
    await report_miss(Outbox(noun), asking, id)


async def test_every_miss_below_the_rate_is_told(
    store: TenantStore, noun: str, mailbox: Mailbox
) -> None:
    for number in range(PER_MINUTE):
        await _miss(store, noun, f"ord_{number}")
    received = await mailbox.take(PER_MINUTE)
    asked = [LookupMissed.model_validate_json(each.data).id for each in received]
    assert sorted(asked) == sorted(f"ord_{number}" for number in range(PER_MINUTE))


async def test_the_same_miss_twice_is_told_twice(
    store: TenantStore, noun: str, mailbox: Mailbox
) -> None:
    await _miss(store, noun, "ord_1")
    await _miss(store, noun, "ord_1")
    assert len(await mailbox.take(2)) == 2


async def test_above_the_rate_nothing_is_told_and_almost_nothing_is_spent(
    store: TenantStore, noun: str, mailbox: Mailbox, cloud: Cloud
) -> None:
    for number in range(PER_MINUTE):
        await _miss(store, noun, f"ord_{number}")
    await mailbox.take(PER_MINUTE)
    cloud.mend()
    await _miss(store, noun, "ord_one_more")
    assert await mailbox.take() == []
    assert cloud.firestore.calls == ["RunAggregationQuery"]
    for number in range(5):
        await _miss(store, noun, f"ord_{number}")
    assert cloud.firestore.calls == ["RunAggregationQuery"]


async def test_a_burst_is_told_up_to_the_rate_and_no_further(
    store: TenantStore, noun: str, mailbox: Mailbox
) -> None:
    burst = 2 * PER_MINUTE
    await asyncio.gather(*(_miss(store, noun, f"ord_{number}") for number in range(burst)))
    assert len(await mailbox.take(PER_MINUTE)) == PER_MINUTE


async def test_each_principal_tenant_and_minute_has_its_own_rate(
    store: TenantStore, noun: str, mailbox: Mailbox
) -> None:
    for number in range(PER_MINUTE):
        await _miss(store, noun, f"ord_{number}")
    await mailbox.take(PER_MINUTE)
    await _miss(store, noun, "ord_1", principal="ben")
    await _miss(store, noun, "ord_1", at=NOW + timedelta(minutes=1))
    await _miss(TenantStore(f"{store.tenant_id}-other"), noun, "ord_1")
    assert len(await mailbox.take(3)) == 3


async def test_a_miss_is_a_story_of_its_own(
    store: TenantStore, noun: str, mailbox: Mailbox
) -> None:
    await _miss(store, noun, "ord_1")
    (received,) = await mailbox.take(1)
    attributes = received.attributes
    assert attributes["ce-type"] == "assent.lookup.missed.v1"
    assert attributes["ce-subject"].startswith("lookup/mis_")
    assert LookupMissed.model_validate_json(received.data).function == noun
    assert attributes["ce-causationid"] == attributes["ce-correlationid"] == attributes["ce-id"]
    assert (attributes["ce-actorid"], attributes["ce-sequence"]) == ("ana", "1")
