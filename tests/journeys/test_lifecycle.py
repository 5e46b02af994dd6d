"""After its birth: standing still, coming back, changing, and a pipeline that stops itself."""

import pytest

from tests.journeys.world import World, spec

pytestmark = pytest.mark.platform


@pytest.mark.nightly
def test_a_suspension_reaches_whoever_depends_on_the_agent(world: World) -> None:
    library = world.live("library")
    interfaces = {**spec("x")["interfaces"], "depends_on": ["library"]}
    writer = world.live("writer", interfaces=interfaces)
    chained = world.live("editor", interfaces={**interfaces, "depends_on": ["writer"]})
    world.governor.post(f"/v1/agents/{library['agent_id']}/suspend", {"reason": "bad sources"})
    world.settle()
    assert [world.agent(case)["status"] for case in (library, writer, chained)] == ["suspended"] * 3
    assert world.agent(chained)["suspension"]["trigger"] == "dependency"


@pytest.mark.nightly
def test_a_reactivated_agent_passes_a_probation(world: World) -> None:
    case = world.live("writer")
    path = f"/v1/agents/{case['agent_id']}"
    assert world.author.send("POST", f"{path}/suspend", json={"reason": "x"}).status_code == 403
    world.governor.post(f"{path}/suspend", {"reason": "looks odd"})
    own = world.author.send("POST", f"{path}/reactivate", json={"reason": "looks fine"})
    assert own.status_code == 403
    assert world.governor.post(f"{path}/reactivate", {"reason": "seen"})["status"] == "probation"
    world.platform.advance(7 * 24 * 3600 + 1)
    world.settle()
    assert world.agent(case)["status"] == "active"


@pytest.mark.nightly
def test_three_critical_readings_in_a_row_suspend(world: World) -> None:
    case = world.live("writer")
    for reading in ("critical", "critical", "healthy", "critical", "critical"):
        _report(world, case, reading)
        assert world.agent(case)["status"] == "active"
    _report(world, case, "critical")
    assert world.agent(case)["status"] == "suspended"
    world.settle()
    assert world.governor.get("/v1/mobile/violations")["items"]


@pytest.mark.nightly
def test_twenty_reports_are_one_violation_on_the_phone(world: World) -> None:
    case = world.live("writer")
    path = f"/v1/agents/{case['agent_id']}/reports"
    report = {"trigger": "scope_drift", "evidence": "It answered about dosage."}
    assert world.author.send("POST", path, json=report).status_code == 403
    answers = [world.watcher.post(path, report) for _ in range(20)]
    assert [answer["reports"][0]["count"] for answer in answers] == list(range(1, 21))
    world.settle()
    assert len(world.governor.get("/v1/mobile/violations")["items"]) == 1
    told = [event["type"] for event in world.events()]
    assert told.count("assent.agent.violation_reported.v1") == 1
    notices = [e["data"]["kind"] for e in world.events() if "notification" in e["type"]]
    assert notices.count("violation_reported") == 1


def test_a_wider_change_is_an_evolution_and_a_veto_restores_the_version_before(
    world: World,
) -> None:
    case = world.live("writer")
    wider = spec("writer")
    wider["data_access"] = [
        *wider["data_access"],
        {"source": "clinic-intranet", "mode": "read", "classification": "internal"},
    ]
    path = f"/v1/agents/{case['agent_id']}/changes"
    changed = world.author.send("POST", path, json=wider)
    assert (changed.status_code, changed.json()["kind"]) == (202, "evolution"), changed.text
    world.settle()
    world.approve(changed.json())
    assert world.agent(case)["version"] == "2.0.0"


@pytest.mark.nightly
def test_a_narrower_change_is_a_proposal_spared_stages_four_and_five(world: World) -> None:
    case = world.live("writer")
    narrower = spec("writer")
    rights = narrower["rights"]
    narrower["rights"] = {**rights, "never": [*rights["never"], "clinic-cms/archive.*"]}
    path = f"/v1/agents/{case['agent_id']}/changes"
    changed = world.author.send("POST", path, json=narrower)
    assert (changed.status_code, changed.json()["kind"]) == (202, "proposal"), changed.text
    world.settle()
    stages = world.case(changed.json())["stages"]
    assert [stage["status"] for stage in stages[3:5]] == ["skipped", "skipped"]
    world.approve(changed.json())
    assert world.agent(case)["version"] == "1.1.0"


@pytest.mark.nightly
def test_six_rollbacks_of_the_last_ten_pause_the_pipeline_until_a_governor_resumes_it(
    world: World,
) -> None:
    for number in range(6):
        # The third veto ends a precedent, so three cases go to each of two.
        industry = ("healthcare", "retail")[number // 3]
        if number % 3 == 0:
            world.activate_precedent(industry)
        case = world.submit(f"writer-{number}", industry=industry)
        assert world.veto(world.card(case)).status_code == 200
        world.settle()
    refused = world.author.send("POST", "/v1/agents", json=spec("writer-7"))
    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
    assert world.author.get("/v1/pipeline")["paused"]
    world.governor.post("/v1/pipeline/resume", {"reason": "understood"})
    assert world.submit("writer-8")["status"] == "ethics_cleared"


def _report(world: World, case: dict[str, object], reading: str) -> None:
    report = {"trigger": "health", "reading": reading, "evidence": "probe"}
    world.watcher.post(f"/v1/agents/{case['agent_id']}/reports", report)
