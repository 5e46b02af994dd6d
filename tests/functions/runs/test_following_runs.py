"""Whoever follows a run gets each of its events once, in order, without a query."""

from typing import Any

from functions.runs.rules.run import event_id
from shared.messaging.log import EVENT_LOG
from shared.storage.batches import Batch
from tests.functions.runs.worlds import World, add


async def _followed(world: World, run_id: str, after: int = 0, **query: Any) -> Any:
    answer = await world.get(f"/v1/runs/{run_id}/events", after=after, **query)
    assert answer.status_code == 200, answer.text
    return answer


def _words(page: Any) -> list[str]:
    return [each["type"].split(".")[2] for each in page.json()["items"]]


async def test_a_run_is_followed_from_its_start_to_its_end(world: World) -> None:
    run_id = (await world.start(await world.plan(add("only", assent="step"))))["run_id"]
    first = await _followed(world, run_id)
    assert _words(first) == ["started", "approval_needed"]
    assert (first.json()["after"], first.json()["is_over"]) == (2, False)
    # It tells nothing that acts.
    assert "token" not in first.text
    nothing = await _followed(world, run_id, 2)
    assert (nothing.json()["items"], nothing.json()["after"]) == ([], 2)
    assert nothing.headers["Assent-Cost"] == "firestore-reads=1"
    await world.decide(run_id)
    rest = await _followed(world, run_id, 2)
    assert _words(rest)[-1] == "completed"
    assert [each["outcome"] for each in rest.json()["items"][-1]["receipts"]] == ["confirmed"]
    assert rest.json()["is_over"]
    whole = (await _followed(world, run_id)).json()["items"]
    assert [each["sequence"] for each in whole] == list(range(1, len(whole) + 1))
    one_by_one: list[Any] = []
    while len(one_by_one) < len(whole):
        page = (await _followed(world, run_id, len(one_by_one), limit=1)).json()
        assert page["is_over"] == (len(one_by_one) + 1 == len(whole))
        one_by_one += page["items"]
    assert one_by_one == whole


async def test_what_lies_ahead_and_what_is_not_there_is_refused_or_empty(world: World) -> None:
    run_id = (await world.start(await world.plan(add("only"))))["run_id"]
    ahead = (await _followed(world, run_id, 99)).json()
    assert (ahead["items"], ahead["after"], ahead["is_over"]) == ([], 2, True)
    for query in ({"after": -1}, {"after": "01"}, {"later": 1}):
        answer = await world.get(f"/v1/runs/{run_id}/events", **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    elsewhere = await world.within("wsp_ward").get(f"/v1/runs/{run_id}/events")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not_found")


async def test_an_event_that_runs_did_not_write_is_not_shown(world: World) -> None:
    run_id = (await world.start(await world.plan(add("only"))))["run_id"]
    state = await world.state(run_id)
    id = event_id(run_id, state.started_at, 1)
    entry = await world.store.get(EVENT_LOG, id)
    assert entry is not None
    batch = Batch()
    batch.merge(EVENT_LOG, id, {"actorid": "eve"})
    await world.store.commit(batch)
    answer = await world.get(f"/v1/runs/{run_id}/events")
    assert (answer.status_code, answer.json()["code"]) == (409, "content_invalid")
