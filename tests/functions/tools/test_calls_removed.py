"""Records of calls of agents elsewhere go when their time is over and all of them is covered."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from events.audit import RunEvidenceCovered
from events.direct_calls import CallRetentionReached
from events.retention import DEFAULT_DAYS, RETENTION, RETENTION_ID
from functions.tools.aggregates import CALL_RETENTION, CURRENT, INVOCATIONS
from functions.tools.reactions import HANDLERS
from functions.tools.rules.retention import A_DAY, CALL_RETENTION_DUE
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import Recorder
from shared.messaging.timers import timer_event
from shared.storage.batches import Batch
from tests.functions.tools.elsewhere import ADD, COUNTER, LEDGER, LINE, Elsewhere
from tests.functions.tools.worlds import World

ABOUT = f"call_retention/{CURRENT}"


async def looked(elsewhere: Elsewhere, after: timedelta) -> list[dict[str, Any]]:
    """The calls that somebody who looks so much later says are over."""
    world = elsewhere.world
    document = await world.store.get(CALL_RETENTION.collection, CURRENT)
    assert document is not None
    due = datetime.fromisoformat(document.data["next_timer_at"])
    at = max(datetime.now(UTC) + after, due)
    event = timer_event("tools", world.tenant, Timer(CALL_RETENTION_DUE, ABOUT, due), at)
    await HANDLERS[CALL_RETENTION_DUE](event)
    told = await elsewhere.events(CallRetentionReached.event_type)
    return [call for each in told for call in each["calls"]]


def covered(world: World, *ids: str) -> Envelope:
    """The word of `audit` that a checkpoint covers all of these calls."""
    at = datetime.now(UTC)
    recorder = Recorder("audit", world.tenant, "service:audit", at)
    data = RunEvidenceCovered(asked=new_id("evt", at), run_ids=(), invocation_ids=ids)
    return recorder.record(subject="run_evidence/current", sequence=1, data=data)


async def kept(world: World) -> set[str]:
    return {each.id async for each in world.store.find_all(INVOCATIONS.collection)}


async def set_days(world: World, days: int, **longer: Any) -> None:
    """What `runs` stores where an admin set it."""
    at = format_instant(datetime.now(UTC))
    state = {"days": days, "set_by": "ada", "due_at": at, "erasing": [], **longer}
    batch = Batch()
    batch.put(RETENTION, RETENTION_ID, {"state": json.dumps(state), "sequence": 1})
    await world.store.commit(batch)


async def test_calls_go_with_the_time_of_runs_once_they_are_covered(world: World) -> None:
    elsewhere = Elsewhere(world)
    await elsewhere.serves()
    acted = await elsewhere.called(COUNTER, ADD)
    refused = await elsewhere.called("assent__people.notify", {"to": ["gala"], "text": "x"})
    asked = await elsewhere.called(LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"])
    await world.fail(drop=1)
    doubtful = await elsewhere.called(LEDGER, LINE)
    assert doubtful["status"] == "doubtful"

    assert await looked(elsewhere, timedelta(days=DEFAULT_DAYS - 1)) == []
    over = await looked(elsewhere, timedelta(days=DEFAULT_DAYS, hours=1))

    ids = {acted["invocation_id"], refused["invocation_id"]}
    assert {each["invocation_id"] for each in over} == ids
    assert all(each["events"] >= 1 for each in over)
    # `audit` says nothing of what it does not cover: it is named again a day later.
    await HANDLERS[RunEvidenceCovered.event_type](covered(world))
    assert await kept(world) >= ids
    again = await looked(elsewhere, timedelta(days=DEFAULT_DAYS) + A_DAY * 2)
    assert len(again) == 2 * len(over)

    # Nobody knows what became of the third: it stays, whatever is said of it.
    event = covered(world, *ids, doubtful["invocation_id"])
    await HANDLERS[event.type](event)
    await HANDLERS[event.type](event)
    assert await kept(world) == {doubtful["invocation_id"]}


async def test_a_time_that_a_tenant_sets_holds_for_calls(world: World) -> None:
    elsewhere = Elsewhere(world)
    await elsewhere.serves()
    await elsewhere.called(COUNTER, ADD)
    later = format_instant(datetime.now(UTC) + timedelta(days=60))
    await set_days(world, 30, longer_days=100, longer_until=later)

    assert await looked(elsewhere, timedelta(days=31)) == []
    assert len(await looked(elsewhere, timedelta(days=61))) == 1
