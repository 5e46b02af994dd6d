"""Agents after their birth: suspension, probation, reports; and the pipeline's breaker."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events.agents import AgentReactivated
from functions.agents.rules.agent import PROBATION, PROBATION_DUE
from functions.agents.service import dependents
from shared.kit.control import Control, Suspension
from shared.storage.subject_keys import opened
from tests.functions.agents.specs import document
from tests.functions.agents.worlds import World
from tests.shared.control import write_control

REASON = {"reason": "look at it"}


async def suspend(world: World, agent_id: str, **body: Any) -> Any:
    governor = world.of("gala", "governor")
    answer = await governor.post(f"/v1/agents/{agent_id}/suspend", {**REASON, **body})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_suspending_by_hand_is_published_once(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    first, second = await suspend(world, agent_id), await suspend(world, agent_id)
    assert first["status"] == second["status"] == "suspended"
    assert first["suspension"]["reason"] == "look at it"
    assert (await world.events()).count("agent.suspended") == 1


async def test_a_suspension_reaches_dependents_and_theirs(world: World) -> None:
    base = await world.live("finance-market-brief", name="base")
    middle = await world.live(name="middle", interfaces__depends_on=["base"])
    top = await world.live(
        "education-quiz-writer", name="top", interfaces__depends_on=["middle", "base"]
    )
    other = await world.live("hospitality-menu-translator", name="other")
    await suspend(world, base["agent_id"])
    for _ in range(2):
        await world.deliver_own("assent.agent.suspended.v1")
    for reached in (middle, top):
        agent = await world.agent(reached["agent_id"])
        assert agent["status"] == "suspended"
        assert agent["suspension"]["trigger"] == "dependency"
    assert (await world.agent(other["agent_id"]))["status"] == "active"
    assert (await world.events()).count("agent.suspended") == 3


async def test_a_suspension_reaches_dependents_and_theirs_in_one_commit(world: World) -> None:
    base = await world.live("finance-market-brief", name="base")
    middle = await world.live(name="middle", interfaces__depends_on=["base"])
    top = await world.live("education-quiz-writer", name="top", interfaces__depends_on=["middle"])
    await suspend(world, base["agent_id"])
    await world.deliver_own("assent.agent.suspended.v1")
    for reached, origin in ((middle, base), (top, middle)):
        agent = await world.agent(reached["agent_id"])
        assert agent["suspension"]["origin"] == origin["agent_id"]
    assert agent["suspension"]["reason"] == "middle, which it depends on, is suspended"
    assert (await world.events()).count("agent.suspended") == 3
    commits = {event.causationid for event in await world.log() if "suspended" in event.type}
    assert len(commits) == 2


async def test_more_dependents_than_one_commit_takes_are_all_suspended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependents, "MOST_AT_ONCE", 2)
    base = await world.live("finance-market-brief", name="base")
    for n in range(3):
        await world.live(name=f"direct-{n}", interfaces__depends_on=["base"])
    await world.live(name="indirect", interfaces__depends_on=["direct-2"])
    await suspend(world, base["agent_id"])
    await world.deliver_own("assent.agent.suspended.v1")
    assert (await world.events()).count("agent.suspended") == 4
    for event in await world.log():
        if event.type == "assent.agent.suspended.v1":
            await world.deliver(event)
    assert (await world.events()).count("agent.suspended") == 5


async def test_a_suspension_heard_after_the_agent_came_back_reaches_nobody(world: World) -> None:
    base = await world.live("finance-market-brief", name="base")
    middle = await world.live(name="middle", interfaces__depends_on=["base"])
    await suspend(world, base["agent_id"])
    back = await world.of("gala", "governor").post(
        f"/v1/agents/{base['agent_id']}/reactivate", REASON
    )
    assert back.json()["status"] == "probation"
    await world.deliver_own("assent.agent.suspended.v1")
    assert (await world.agent(middle["agent_id"]))["status"] == "active"


async def test_reactivation_needs_a_role_and_another_person(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    path = f"/v1/agents/{agent_id}/reactivate"
    governor = world.of("gala", "governor")
    assert (await governor.post(path, REASON)).json()["code"] == "version_conflict"
    await suspend(world, agent_id)
    assert (await world.of("gala").post(path, REASON)).json()["code"] == "forbidden"
    requester = world.of("amira", "governor")
    assert (await requester.post(path, REASON)).json()["code"] == "separation_of_duties"
    assert (await governor.post(path, {})).json()["errors"][0]["field"] == "reason"
    answer = await world.of("gil", "genesis").post(path, REASON, key="r")
    assert (answer.status_code, answer.json()["status"]) == (202, "probation")
    again = await world.of("gil", "genesis").post(path, REASON, key="r")
    assert again.json() == answer.json()
    shown = (await world.agent(agent_id))["reactivation"]
    assert (shown["reason"], shown["by"]) == (REASON["reason"], "gil")
    event = (await world.log())[-1]
    told = event.payload(AgentReactivated).reactivation
    assert (await opened(event.tenantid, told.reason), told.by) == (REASON["reason"], "gil")


async def test_whoever_revised_the_serving_version_does_not_reactivate_it(world: World) -> None:
    case = await world.submit()
    await world.decide(case["case_id"], "changes_requested")
    path = f"/v1/workflows/{case['case_id']}/revisions"
    revised = await world.of("rex", "governor").post(path, document(industry="clinics"))
    assert revised.status_code == 202, revised.text
    assert (await world.case(case["case_id"]))["authors"] == ["amira", "rex"]
    await world.decide(case["case_id"], "approved")
    agent_id = case["agent_id"]
    await suspend(world, agent_id)
    for author in ("amira", "rex"):
        own = await world.of(author, "governor").post(f"/v1/agents/{agent_id}/reactivate", REASON)
        assert own.json()["code"] == "separation_of_duties"
    other = await world.of("gala", "governor").post(f"/v1/agents/{agent_id}/reactivate", REASON)
    assert other.json()["status"] == "probation"


async def test_probation_ends_by_its_timer(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    await suspend(world, agent_id)
    await world.of("gala", "governor").post(f"/v1/agents/{agent_id}/reactivate", REASON)
    timer = (await world.stored_agent(agent_id)).timer
    assert timer is not None
    await world.fire(PROBATION_DUE, agent_id, timer.at - timedelta(milliseconds=1))
    assert (await world.agent(agent_id))["status"] == "probation"
    for _ in range(2):
        await world.fire(PROBATION_DUE, agent_id, timer.at)
    assert (await world.agent(agent_id))["status"] == "active"
    assert (await world.events()).count("agent.probation_ended") == 1
    assert timedelta(days=7) == PROBATION


async def test_no_probation_ends_while_its_tenant_is_suspended(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    await suspend(world, agent_id)
    await world.of("gala", "governor").post(f"/v1/agents/{agent_id}/reactivate", REASON)
    timer = (await world.stored_agent(agent_id)).timer
    assert timer is not None
    began, resumed = timer.at - timedelta(days=1), timer.at + timedelta(days=9)
    stopped = Control(status="suspended", suspensions=(Suspension(at=began),))
    await write_control(world.store, stopped)
    await world.fire(PROBATION_DUE, agent_id, timer.at)
    await world.sweep(timer.at + timedelta(minutes=1))
    await write_control(world.store, Control(suspensions=(Suspension(at=began, until=resumed),)))
    for at in (resumed, resumed + timedelta(hours=23)):
        await world.fire(PROBATION_DUE, agent_id, at)
        await world.sweep(at)
    assert (await world.agent(agent_id))["status"] == "probation"
    await world.fire(PROBATION_DUE, agent_id, resumed + timedelta(days=1))
    assert (await world.agent(agent_id))["status"] == "active"


async def test_a_violation_suspends_and_is_published_with_its_evidence(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    body = {"trigger": "scope_drift", "evidence": "it answered about dosage"}
    watcher = world.of("watcher", "service_runtime")
    answer = await watcher.post(f"/v1/agents/{agent_id}/reports", body, key="v")
    assert (answer.status_code, answer.json()["status"]) == (202, "suspended")
    again = await watcher.post(f"/v1/agents/{agent_id}/reports", body, key="v")
    assert again.json() == answer.json()
    assert (await world.events())[-2:] == ["agent.violation_reported", "agent.suspended"]
    reported = (await world.log())[-2]
    data = await opened(reported.tenantid, reported.data, in_json=True)
    assert "it answered about dosage" in data


async def test_the_third_critical_reading_suspends(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    watcher = world.of("watcher", "service_runtime")
    body = {"trigger": "health", "reading": "critical", "evidence": "p95 at 40 s"}
    states = [
        (await watcher.post(f"/v1/agents/{agent_id}/reports", body)).json()["status"]
        for _ in range(3)
    ]
    assert states == ["active", "active", "suspended"]
    assert (await world.events()).count("agent.health_changed") == 1


async def test_twenty_reports_are_one_violation_and_the_answer_counts_them(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    watcher = world.of("watcher", "operator")
    for number in range(20):
        body = {"trigger": "scope_drift", "evidence": f"answer {number}"}
        answer = await watcher.post(f"/v1/agents/{agent_id}/reports", body)
        assert (answer.status_code, answer.json()["reports"][0]["count"]) == (202, number + 1)
    assert answer.json()["reports"][0]["latest_evidence"] == "answer 19"
    assert (await world.events()).count("agent.violation_reported") == 1
    assert (await world.events()).count("agent.suspended") == 1


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("suspend", REASON),
        ("reports", {"trigger": "scope_drift", "evidence": "x"}),
        ("reports", {"trigger": "health", "reading": "critical", "evidence": "x"}),
    ],
)
async def test_the_scope_alone_neither_suspends_nor_reports(
    world: World, verb: str, body: dict[str, str]
) -> None:
    agent_id = (await world.live())["agent_id"]
    before = await world.stored_agent(agent_id)
    for caller in (world, world.of("dora", "author", "deputy")):
        refused = await caller.post(f"/v1/agents/{agent_id}/{verb}", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "needs the role genesis, governor" in refused.json()["detail"]
    assert await world.stored_agent(agent_id) == before


@pytest.mark.parametrize(
    "body",
    [
        {"trigger": "health", "evidence": "x"},
        {"trigger": "scope_drift", "reading": "critical", "evidence": "x"},
        {"trigger": "by_hand", "evidence": "x"},
        {"trigger": "scope_drift", "evidence": ""},
        {},
    ],
)
async def test_a_report_that_says_nothing_is_refused(world: World, body: dict[str, str]) -> None:
    agent_id = (await world.live())["agent_id"]
    answer = await world.post(f"/v1/agents/{agent_id}/reports", body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def roll_back(world: World, number: int) -> str:
    answer = await world.submit(name=f"writer-{number}")
    await world.decide(answer["case_id"], "auto_approved", version=1)
    await world.decide(answer["case_id"], "vetoed", version=2)
    case_id: str = answer["case_id"]
    return case_id


async def paused(world: World) -> None:
    for number in range(6):
        assert (await world.get("/v1/pipeline")).json()["paused"] is False
        await roll_back(world, number)
    pipeline = (await world.get("/v1/pipeline")).json()
    assert pipeline["paused"] is True
    assert len(pipeline["rolled_back"]) == 6


async def test_the_sixth_rollback_pauses_the_pipeline_and_a_governor_resumes_it(
    world: World,
) -> None:
    held = await world.submit("education-quiz-writer")
    returned = await world.submit("healthcare-no-rollback")
    live = await world.live("hospitality-menu-translator")
    await paused(world)
    for path, body in (
        ("/v1/agents", document("finance-market-brief")),
        (
            f"/v1/agents/{live['agent_id']}/changes",
            document("hospitality-menu-translator", mode="trial"),
        ),
        (
            f"/v1/workflows/{returned['case_id']}/revisions",
            document("healthcare-no-rollback", containment__rollback="Delete it."),
        ),
    ):
        refused = await world.post(path, body)
        assert (refused.status_code, "paused" in refused.json()["detail"]) == (409, True)
    await world.decide(held["case_id"], "approved")
    assert (await world.case(held["case_id"]))["status"] == "approved"
    assert (await world.of("dora").post("/v1/pipeline/resume", REASON)).status_code == 403
    governor = world.of("gala", "governor")
    assert (await governor.post("/v1/pipeline/resume", {})).status_code == 422
    resumed = await governor.post("/v1/pipeline/resume", REASON, key="resume")
    assert (resumed.status_code, resumed.json()["paused"]) == (200, False)
    again = await governor.post("/v1/pipeline/resume", REASON, key="resume")
    assert (again.status_code, again.json()) == (200, resumed.json())
    assert (await governor.post("/v1/pipeline/resume", REASON)).status_code == 409
    for _ in range(2):
        await world.deliver_own("assent.pipeline.resumed.v1")
    assert (await world.case(held["case_id"]))["status"] == "live"
    await world.submit("finance-market-brief")


async def test_rollbacks_at_once_count_each_other(world: World) -> None:
    vetoes = []
    for number in range(6):
        case_id = (await world.submit(name=f"writer-{number}"))["case_id"]
        await world.decide(case_id, "auto_approved", version=1)
        vetoes.append(await world.decision(case_id, "vetoed", version=2))
    await asyncio.gather(*map(world.deliver, vetoes))
    pipeline = (await world.get("/v1/pipeline")).json()
    assert (pipeline["paused"], len(pipeline["rolled_back"])) == (True, 6)
    assert (await world.events()).count("creation_case.rolled_back") == 6


@pytest.mark.nightly
async def test_old_rollbacks_do_not_count_after_the_pipeline_was_resumed(world: World) -> None:
    await paused(world)
    await world.of("gala", "governor").post("/v1/pipeline/resume", REASON)
    await roll_back(world, 7)
    assert (await world.get("/v1/pipeline")).json()["paused"] is False


async def test_a_pipeline_paused_again_keeps_what_it_held(world: World) -> None:
    held = await world.submit("education-quiz-writer")
    await paused(world)
    await world.decide(held["case_id"], "approved")
    await world.of("gala", "governor").post("/v1/pipeline/resume", REASON)
    for number in range(10, 16):
        await roll_back(world, number)
    await world.deliver_own("assent.pipeline.resumed.v1")
    assert (await world.case(held["case_id"]))["status"] == "approved"
