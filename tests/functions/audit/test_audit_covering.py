"""Which runs may be removed: those of which a checkpoint covers every event and every receipt."""

import json

import pytest

from events.audit import RunEvidenceCovered
from events.direct_calls import CallRetentionReached, CallToRemove
from events.retention import RunRetentionReached, RunToRemove
from functions.audit.appender import append
from functions.audit.checkpoints import cover
from functions.audit.reactions import HANDLERS
from shared.kit.ids import derive_id
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from tests.functions.audit.chains import AT, Chain, event
from tests.functions.audit.reports import receipt, report
from tests.shared.cloud import Cloud, Mailbox

pytestmark = pytest.mark.platform


@pytest.fixture(autouse=True, scope="module")
async def topic(cloud: Cloud) -> Mailbox:
    """Where the answers are published."""
    return await cloud.mailbox("audit")


RUN_ID = derive_id("run", AT, "1")


def asked(chain: Chain, number: int, events: int) -> Envelope:
    """Somebody says that the time of the run is over, of which there are so many events."""
    data = RunRetentionReached(days=30, runs=(RunToRemove(run_id=RUN_ID, events=events),))
    return event(
        chain.tenant,
        number,
        type=RunRetentionReached.event_type,
        subject="run_retention/current",
        data=data.model_dump_json(),
    )


async def answers(chain: Chain) -> list[list[str]]:
    """The runs in each answer."""
    log = [each.data async for each in TenantStore(chain.tenant).find_all(EVENT_LOG)]
    found = [each for each in log if each["type"] == RunEvidenceCovered.event_type]
    return [json.loads(each["data"])["run_ids"] for each in found]


async def test_a_run_is_covered_once_all_its_events_and_receipts_are(chain: Chain) -> None:
    handle = HANDLERS[RunRetentionReached.event_type]
    await append(report(chain.tenant, 1, receipt(1)))
    await handle(asked(chain, 10, 2))
    await cover(chain.tenant)
    # Its second event has not arrived, which may have a receipt.
    await handle(asked(chain, 11, 2))
    await append(report(chain.tenant, 2, receipt(2), receipt(3)))
    # It has, but no checkpoint covers it.
    await handle(asked(chain, 12, 2))
    assert await answers(chain) == []
    await cover(chain.tenant)
    await handle(asked(chain, 13, 2))
    await handle(asked(chain, 13, 2))
    assert await answers(chain) == [[RUN_ID]]


async def test_the_receipts_of_a_run_do_not_count_as_its_events(chain: Chain) -> None:
    await append(report(chain.tenant, 1, *map(receipt, range(5))))
    await cover(chain.tenant)
    await HANDLERS[RunRetentionReached.event_type](asked(chain, 10, 2))
    assert await answers(chain) == []


async def test_nothing_is_covered_of_a_run_that_nobody_knows(chain: Chain) -> None:
    await chain.append(1)
    await cover(chain.tenant)
    await HANDLERS[RunRetentionReached.event_type](asked(chain, 10, 0))
    assert await answers(chain) == []


async def test_a_call_without_a_run_is_covered_once_its_event_is(chain: Chain) -> None:
    handle = HANDLERS[CallRetentionReached.event_type]
    invocation_id = derive_id("inv", AT, "alone")
    calls = (CallToRemove(invocation_id=invocation_id, events=1),)

    def asked_of_call(number: int) -> Envelope:
        return event(
            chain.tenant,
            number,
            type=CallRetentionReached.event_type,
            subject="call_retention/current",
            data=CallRetentionReached(calls=calls).model_dump_json(),
        )

    await handle(asked_of_call(10))
    await append(event(chain.tenant, 1, subject=f"invocation/{invocation_id}"))
    await handle(asked_of_call(11))
    assert await answers(chain) == []
    await cover(chain.tenant)
    await handle(asked_of_call(12))
    await handle(asked_of_call(12))

    assert await answers(chain) == [[]]
    log = [each.data async for each in TenantStore(chain.tenant).find_all(EVENT_LOG)]
    (said,) = [each for each in log if each["type"] == RunEvidenceCovered.event_type]
    assert json.loads(said["data"])["invocation_ids"] == [invocation_id]
