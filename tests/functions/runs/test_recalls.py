"""A governor stops an agent everywhere: runs halt, tokens die, and what was done can be undone."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from events.plan_content import PlanStep, SubRun, Wait
from events.recalls import RecallStarted
from functions.runs.aggregates import RECALLS
from functions.runs.reactions import HANDLERS
from functions.runs.service import budgets, bursts, recalls, start, tools_client
from shared.kit.device_signatures import DECISION
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from tests.deaths import dies
from tests.device_keys import DeviceKey
from tests.functions.approvals.signing import registered, stated
from tests.functions.runs.worlds import World, add, append
from tests.functions.tools.worlds import AGENT

STARTED = RecallStarted.event_type
REASON = "it writes to the wrong clinic"


def governor(world: World) -> World:
    return world.of("gala", "governor")


async def recall(world: World, *, status: int = 202, key: str = "", **body: Any) -> Any:
    asked = {"agent_id": AGENT, "reason": REASON, **body}
    answer = await governor(world).post("/v1/recalls", asked, key=key)
    assert answer.status_code == status, answer.text
    return answer.json()


async def shown(world: World, recall_id: str, **query: Any) -> Any:
    answer = await governor(world).get(f"/v1/recalls/{recall_id}", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def lift(world: World, recall_id: str, *, status: int = 202) -> Any:
    body = {"reason": "the clinic's name was mended"}
    answer = await governor(world).post(f"/v1/recalls/{recall_id}/lift", body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def look(world: World, recall_id: str) -> None:
    """The timer of the recall fires."""
    document = await world.store.get(RECALLS.collection, recall_id)
    assert document is not None
    due = datetime.fromisoformat(document.data["next_timer_at"])
    timer = Timer(document.data["next_timer_type"], f"recall/{recall_id}", due)
    await HANDLERS[timer.type](timer_event("runs", world.tenant, timer, due))


async def _refused_in_a_tunnel(world: World, card: Any, key: DeviceKey, device_id: str) -> None:
    body = {
        "decision": "reject",
        "decision_hash": card["decision_hash"],
        "client_decision_id": str(uuid.uuid4()),
        "note": "not to this clinic",
        "seen_version": 1,
        "read_ms": 9_000,
    }
    signature = key.sign(stated(world.tenant, card["id"], body), DECISION, device_id)
    answer = await world.approvals.post(
        f"/v1/approvals/{card['id']}/decisions",
        json={**body, "signature": signature},
        headers=world.of("gus", "governor")._headers(),
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "vetoed"), answer.text
    await world.settle()


@pytest.mark.parametrize("has_acted", [True, False])
async def test_a_refusal_that_met_an_approval_recalls_the_agent_that_acted(
    world: World, *, has_acted: bool
) -> None:
    rest = PlanStep(id="rest", does=Wait(seconds=3600))
    steps = (add("first", 5), rest) if has_acted else (rest, add("later"))
    plan = await world.plan(*steps, add("asked", 1, assent="plan"))
    run = await world.start(plan)
    card = await world.approval(run["run_id"])
    key = DeviceKey()
    device_id = await registered(key, world.tenant, "gus")
    await world.answer(card)
    await _refused_in_a_tunnel(world, card, key, device_id)
    shown_run = await world.shown(run["run_id"])
    assert shown_run["status"] in ("cancelled", "paused"), shown_run
    assert [each.recalled_by for each in await _recalls(world)] == (["gus"] if has_acted else [])


async def _recalls(world: World) -> list[RecallStarted]:
    return [each.payload(RecallStarted) for each in await world.log() if each.type == STARTED]


async def test_a_broken_glass_recalls_too_and_the_verdict_on_the_refusal_never_again(
    world: World,
) -> None:
    steps = add("first", 5), PlanStep(id="rest", does=Wait(seconds=3600))
    run = await world.start(await world.plan(*steps, add("asked", 1, assent="plan")))
    card = await world.approval(run["run_id"])
    key = DeviceKey()
    device_id = await registered(key, world.tenant, "gus")
    await world.answer(card, "break_glass", grounds="outage")
    await _refused_in_a_tunnel(world, card, key, device_id)
    (made,) = await _recalls(world)
    assert made.recalled_by == "gus"
    await lift(world, made.recall_id)
    verdict = await world.approvals.post(
        f"/v1/approvals/{card['id']}/review",
        json={"verdict": "overturned", "note": "the refusal was wrong"},
        headers=world.of("gerd", "governor")._headers(),
    )
    assert (verdict.status_code, verdict.json()["review"]["because"]) == (200, "late_refusal")
    await world.settle()
    assert await _recalls(world) == [made]
    assert (await shown(world, made.recall_id))["status"] == "lifted"


async def test_a_recall_halts_what_moves_and_waits_and_offers_undo(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await world.start(await world.plan(add("only", 5)))
    resting = await world.start(
        await world.plan(add("before"), PlanStep(id="rest", does=Wait(seconds=3600)), add("after"))
    )
    asking = await world.start(await world.plan(add("first"), add("second", 10, assent="step")))
    assert (await world.counter())["value"] == 7
    made = await recall(world)
    assert (made["status"], made["recalled_by"], made["reason"]) == ("halting", "gala", REASON)
    await world.settle()
    paused = await world.shown(resting["run_id"])
    assert (paused["status"], paused["failure"]["code"]) == ("paused", "recalled")
    cancelled = await world.shown(asking["run_id"])
    assert (cancelled["status"], cancelled["failure"]["code"]) == ("cancelled", "recalled")
    assert "cancelled" in await world.events("approval")
    # Nothing of it starts, and what rests does not go on.
    plan = await world.plan(add("new"))
    assert (await world.post("/v1/runs", {"plan_hash": plan})).status_code == 409
    again = await world.act(resting["run_id"], "resume")
    await world.fire(resting["run_id"])
    again = await world.shown(resting["run_id"])
    assert (again["status"], again["failure"]["code"]) == ("paused", "recalled")
    assert (await world.counter())["value"] == 7
    # What it did is undone, though the agent is suspended.
    await world.agent(status="suspended")
    detail = await shown(world, made["recall_id"])
    assert (detail["halted"], detail["agent_status"]) == (2, "suspended")
    runs = {each["run_id"]: each for each in detail["runs"]}
    assert all(each["can_be_undone"] for each in runs.values())
    assert [runs[each["run_id"]]["halted"] for each in (done, resting, asking)] == [
        False, True, True
    ]  # fmt: skip
    for run_id in runs:
        assert (await world.act(run_id, "undo"))["is_undone"]
    assert (await world.counter())["value"] == 0
    monkeypatch.setattr(recalls, "RUNS_SHOWN", 2)
    detail = await shown(world, made["recall_id"])
    assert [each["is_undone"] for each in detail["runs"]] == [True, True]
    rest = await shown(world, made["recall_id"], cursor=detail["next_cursor"])
    assert [each["run_id"] for each in rest["runs"]] == [done["run_id"]]
    await look(world, made["recall_id"])
    assert (await shown(world, made["recall_id"]))["status"] == "in_force"
    assert await world.events("recall") == ["started", "completed"]


def calls_then(number: int, act: Callable[[], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Makes calls; after so many of them, something happens before the next."""
    real, made = tools_client.invoke, 0

    async def invoke(*args: Any, **fields: Any) -> Any:
        nonlocal made
        made += 1
        if made == number + 1:
            await act()
        return await real(*args, **fields)

    return invoke


async def _dies() -> None:
    raise asyncio.CancelledError


async def test_a_recall_halts_a_run_with_those_within_it(world: World) -> None:
    inner = await world.plan(
        add("before", 10), PlanStep(id="rest", does=Wait(seconds=3600)), status="compiled"
    )
    below = PlanStep(id="below", does=SubRun(plan_hash=inner))
    run = await world.start(await world.plan(add("one"), below, add("last")))
    assert (run["status"], run["waiting"]["kind"]) == ("running", "run")
    await recall(world)
    await world.settle()
    assert [each["status"] for each in await world.listed()] == ["paused", "paused"]
    assert await world.counter() == {"value": 11, "additions": 2}
    assert (await world.act(run["run_id"], "undo"))["is_undone"]
    assert (await world.counter())["value"] == 0


async def test_a_burst_under_way_loses_at_its_next_act(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bursts, "invoke", calls_then(2, lambda: recall(world)))
    steps = [add(f"step{number}") for number in range(6)]
    run = await world.start(await world.plan(*steps))
    assert (run["status"], run["failure"]["code"]) == ("paused", "recalled")
    assert await world.counter() == {"value": 2, "additions": 2}
    outcomes = [each["outcome"] for each in await world.receipts()]
    assert outcomes == ["confirmed", "confirmed", "refused"]
    assert run["done"] == 2
    assert (await world.act(run["run_id"], "undo"))["is_undone"]
    assert (await world.counter())["value"] == 0


async def test_a_run_that_was_started_in_the_same_second_is_halted_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, Any] = {}
    real = budgets.take_hold

    async def take_hold(*args: Any, **named: Any) -> Any:
        # The agent was read, and the run is not committed.
        if not made:
            made.update(await recall(world))
        return await real(*args, **named)

    monkeypatch.setattr(start, "take_hold", take_hold)
    run = await world.start(await world.plan(add("only", assent="plan")))
    assert run["status"] == "awaiting_approval"
    await look(world, made["recall_id"])
    await world.settle()
    halted = await world.shown(run["run_id"])
    assert (halted["status"], halted["failure"]["code"]) == ("cancelled", "recalled")
    assert "cancelled" in await world.events("approval")
    assert (await shown(world, made["recall_id"]))["status"] == "in_force"


async def test_a_lost_burst_says_what_it_did_before_it_rests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await world.plan(add("one"), add("two", 10), append("note"), add("last", 100))
    with monkeypatch.context() as dying:
        dying.setattr(bursts, "invoke", calls_then(3, _dies))
        process = asyncio.ensure_future(world.post("/v1/runs", {"plan_hash": plan}))
        await asyncio.gather(process, return_exceptions=True)
    (run,) = await world.listed()
    assert (run["status"], run["done"], await world.lines()) == ("running", 0, ["done"])
    before = await world.counter()
    made = await recall(world)
    assert (await world.shown(run["run_id"]))["stopping"] == "recall"
    await world.fire(run["run_id"])
    rests = await world.shown(run["run_id"])
    assert (rests["status"], rests["failure"]["code"]) == ("paused", "recalled")
    assert await world.counter() == before
    # The call that nobody recorded may have been made: a person says so, and nobody repeats it.
    outcomes = [each["outcome"] for each in await world.receipts()]
    assert outcomes == ["confirmed", "confirmed", "confirmed", "doubtful"]
    assert rests["waiting"]["kind"] == "doubt"
    assert (await world.act(run["run_id"], "undo"))["is_undone"]
    assert (await world.counter())["value"] == 0
    assert (await shown(world, made["recall_id"]))["halted"] == 1


async def test_a_version_is_recalled_and_another_acts(world: World) -> None:
    await recall(world, status=422, version="1.0.1")
    await recall(world, status=422, version="one")
    made = await recall(world, version="1.0.0")
    plan = await world.plan(add("only"))
    assert (await world.post("/v1/runs", {"plan_hash": plan})).status_code == 409
    again = await recall(world, status=409, version="1.0.0")
    assert made["recall_id"] in again["detail"]
    whole = await recall(world)
    await lift(world, whole["recall_id"])
    assert (await world.post("/v1/runs", {"plan_hash": plan})).status_code == 409
    await lift(world, made["recall_id"])
    assert (await lift(world, made["recall_id"]))["status"] == "lifted"
    assert (await world.start(plan))["status"] == "completed"


async def test_a_halted_run_goes_on_once_the_recall_was_lifted(world: World) -> None:
    steps = add("before"), PlanStep(id="rest", does=Wait(seconds=3600)), add("after", 10)
    run = await world.start(await world.plan(*steps))
    made = await recall(world)
    await lift(world, made["recall_id"])
    assert (await world.shown(run["run_id"]))["status"] == "paused"
    await world.act(run["run_id"], "resume")
    await world.fire(run["run_id"])
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert (await world.counter())["value"] == 11


async def test_only_a_governor_recalls_and_only_an_agent_of_theirs(world: World) -> None:
    body = {"agent_id": AGENT, "reason": REASON}
    for role in ("operator", "tenant_admin", "genesis", "deputy"):
        answer = await world.of("olga", role).post("/v1/recalls", body)
        assert answer.status_code == 403, (role, answer.text)
    elsewhere = await governor(world).within("ws_" + "0" * 26).post("/v1/recalls", body)
    assert elsewhere.status_code == 404
    missing = {**body, "agent_id": "agt_" + "0" * 26}
    assert (await governor(world).post("/v1/recalls", missing)).status_code == 404
    once = await recall(world, key="once")
    assert await recall(world, key="once") == once
    assert (await world.of("olga", "operator").post(
        f"/v1/recalls/{once['recall_id']}/lift", {"reason": "no"}
    )).status_code == 403  # fmt: skip
    listed = (await governor(world).get("/v1/recalls")).json()["items"]
    assert [each["recall_id"] for each in listed] == [once["recall_id"]]


@pytest.mark.wired
async def test_many_runs_are_halted_in_pieces_by_whoever_comes_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalls, "INLINE_SECONDS", -1.0)
    monkeypatch.setattr(recalls, "HALTED_AT_ONCE", 2)
    plan = await world.plan(PlanStep(id="rest", does=Wait(seconds=3600)))
    runs = [(await world.start(plan, settles=False))["run_id"] for _ in range(5)]
    made = await recall(world)
    assert {(await world.shown(id))["status"] for id in runs} == {"running"}
    # The process dies after some of them.
    await dies(world.cloud, lambda: look(world, made["recall_id"]), ("Commit", "after", 5))
    assert 0 < (await shown(world, made["recall_id"]))["halted"] < 5
    await look(world, made["recall_id"])
    detail = await shown(world, made["recall_id"])
    assert (detail["status"], detail["halted"]) == ("in_force", 5)
    assert {each["status"] for each in detail["runs"]} == {"paused"}
    assert (await world.events()).count("paused") == 5


async def test_a_recall_lies_in_the_workspace_of_its_agent(world: World) -> None:
    await world.agent(workspace_id="wsp_surgery")
    made = await recall(world)
    assert made["workspace_id"] == "wsp_surgery"
    mine, stranger = (governor(world).within(f"wsp_{each}") for each in ("surgery", "ward"))
    path = f"/v1/recalls/{made['recall_id']}"
    assert (await mine.get(path)).status_code == 200
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get("/v1/recalls")).json()["items"] == []
    body = {"reason": "not theirs"}
    assert (await stranger.post(f"{path}/lift", body)).status_code == 404
    assert (await mine.post(f"{path}/lift", body)).json()["status"] == "lifted"


OTHER = "agt_01JD3B1M1B0000000000000002"


async def test_a_recall_stops_the_runs_of_other_agents_within_its_own(world: World) -> None:
    """Also where somebody lets the whole go on: it rests again, and nothing of it acts."""
    await world.agent(agent_id=OTHER)
    steps = PlanStep(id="rest", does=Wait(seconds=3600)), add("inner", 10)
    inner = await world.plan(*steps, status="compiled", agent_id=OTHER)
    below = PlanStep(id="below", does=SubRun(plan_hash=inner))
    run = await world.start(await world.plan(add("one"), below))
    made = await recall(world)
    await world.settle()
    part, whole = await world.listed()
    assert (part["status"], part["failure"]["code"]) == ("paused", "recalled")
    assert (whole["status"], whole["failure"]["code"]) == ("paused", "sub_run_paused")
    assert whole["recall_id"] == part["recall_id"] == made["recall_id"]
    await world.act(run["run_id"], "resume")
    part = next(each for each in await world.listed() if each["depth"] == 1)
    await world.fire(part["run_id"])
    assert (await world.counter())["value"] == 1
    part = await world.shown(part["run_id"])
    assert (part["status"], part["failure"]["code"]) == ("paused", "recalled")
    assert (await world.shown(run["run_id"]))["status"] == "paused"
    await lift(world, made["recall_id"])
    await world.act(run["run_id"], "resume")
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert (await world.counter())["value"] == 11


async def test_a_burst_of_another_agent_under_way_loses_at_its_next_act(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.agent(agent_id=OTHER)
    inner = await world.plan(add("a"), add("b"), add("c"), status="compiled", agent_id=OTHER)
    plan = await world.plan(PlanStep(id="below", does=SubRun(plan_hash=inner)))
    monkeypatch.setattr(bursts, "invoke", calls_then(2, lambda: recall(world)))
    await world.start(plan)
    assert await world.counter() == {"value": 2, "additions": 2}
    assert [each["status"] for each in await world.listed()] == ["paused", "paused"]


async def test_a_run_that_waits_for_tools_rests_once_it_knows_what_its_call_did(
    world: World,
) -> None:
    """The counter was added to and the answer lost: a person is told of the doubt, and nobody is
    offered to undo all but that."""
    await world.fail(drop=1)
    begun = await world.start(await world.plan(add("one"), add("two")))
    assert (begun["waiting"]["kind"], begun["done"]) == ("time", 0)
    await recall(world)
    assert (await world.counter())["value"] == 1
    assert (await world.shown(begun["run_id"]))["stopping"] == "recall"
    await world.fire(begun["run_id"])
    run = await world.shown(begun["run_id"])
    assert (run["status"], run["failure"]["code"]) == ("paused", "recalled")
    assert run["waiting"]["kind"] == "doubt"
    assert [each["outcome"] for each in await world.receipts()] == ["doubtful"]


async def test_a_recall_gives_up_what_a_run_within_asks_for(world: World) -> None:
    await world.agent(agent_id=OTHER)
    inner = await world.plan(add("inner", assent="step"), status="compiled", agent_id=OTHER)
    below = PlanStep(id="below", does=SubRun(plan_hash=inner))
    await world.start(await world.plan(add("one"), below))
    part = (await world.listed(status="awaiting_approval"))[0]
    await recall(world)
    await world.settle()
    assert {each["status"] for each in await world.listed()} == {"cancelled"}
    assert (await world.approval(part["run_id"]))["status"] == "cancelled"
