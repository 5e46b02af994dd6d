"""A capsule becomes a plan, is rehearsed, and runs: it waits for the governor, who sees exactly
what it would do, and goes on."""

from typing import Any

import pytest

from emulators.demo.person import Person
from tests.journeys.world import World, spec

CAPSULE = """\
capsule: count-visits
version: 1.0.0
agent: visit-counter
inputs: {day: string, visits: integer}
steps:
  - id: count
    use: assent/counter.add
    with: {counter: "visits-${{ inputs.day }}", amount: "${{ inputs.visits }}"}
  - id: correct
    use: assent/counter.add
    with: {counter: "visits-${{ inputs.day }}", amount: "${{ steps.count.output.value * 10 }}"}
    approval: required
outputs: {total: "${{ steps.correct.output.value }}"}
"""
SCOPES = (
    *("agents:read", "agents:write", "capsules:read", "capsules:write", "runs:read", "runs:write"),
    *("approvals:read", "governance:read", "audit:read"),
)


def counter_spec(name: str = "visit-counter") -> dict[str, Any]:
    """An agent that counts visits alone."""
    return spec(
        name,
        systems=[
            {
                "name": "assent",
                "connector": "assent",
                "operations": [
                    {"name": "counter.add", "effect": "change", "undo": "counter.add"},
                ],
            }
        ],
        skills=["keep-records"],
        data_access=[{"source": "assent", "mode": "write", "classification": "internal"}],
        rights={"alone": ["assent/counter.add"], "with_approval": [], "never": []},
    )


def rehearsed(world: World, ada: Person) -> str:
    """The hash of a plan of the capsule, whose agent the governor approved."""
    case = world.author.send("POST", "/v1/agents", json=counter_spec())
    assert case.status_code == 202, case.text
    world.settle()
    world.approve(case.json())
    headers = {"Content-Type": "application/yaml"}
    written = ada.send("POST", "/v1/capsules", content=CAPSULE.encode(), headers=headers)
    assert written.status_code == 201, written.text
    ada.post("/v1/capsules/count-visits/versions/1.0.0/publish")
    body = {"capsule": "count-visits", "version": "1.0.0", "inputs": {"day": "mon", "visits": 4}}
    plan = ada.post("/v1/plans", body)
    rehearsed = ada.post(f"/v1/plans/{plan['plan_hash']}/ghostrun", {"mode": "full"})
    assert rehearsed["passes"], rehearsed
    return str(plan["plan_hash"])


def test_a_run_waits_for_the_governor_and_then_ends(world: World) -> None:
    ada = world.person("ada", SCOPES, ("operator",))
    plan_hash = rehearsed(world, ada)
    run = ada.post("/v1/runs", {"plan_hash": plan_hash})
    assert (run["status"], run["done"]) == ("awaiting_approval", 1)
    world.settle()
    card = world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
    assert card["content"]["plan_hash"] == plan_hash
    assert card["content"]["calls"] == [
        {"iteration": None, "arguments": {"counter": "visits-mon", "amount": 40}}
    ]
    answer = world.decide("approve", card)
    assert answer.status_code == 200, answer.text
    world.settle()

    ended = ada.get(f"/v1/runs/{run['run_id']}")
    assert (ended["status"], ended["done"], ended["failure"]) == ("completed", 2, None)
    steps = ada.get(f"/v1/runs/{run['run_id']}/steps")["items"]
    assert [each["output"]["value"]["value"] for each in steps] == [4, 44]
    assert steps[1]["approval_id"] == card["id"]
    receipts = ada.get("/v1/receipts", run_id=run["run_id"])["items"]
    assert [each["outcome"] for each in receipts] == ["confirmed", "confirmed"]


@pytest.mark.nightly
def test_a_cycle_costs_what_its_decision_says(world: World) -> None:
    """Start, a step, waiting for a person, approval, a step, done (decisions 95, 98)."""
    ada = world.person("ada", SCOPES, ("operator",))
    plan_hash = rehearsed(world, ada)
    # Keys and policies are read once by each process.
    warm = ada.post("/v1/runs", {"plan_hash": plan_hash})
    ada.post(f"/v1/runs/{warm['run_id']}/cancel")
    world.settle()
    world.platform.reset_operations()
    run = ada.post("/v1/runs", {"plan_hash": plan_hash})
    world.settle()
    card = world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
    world.decide("approve", card)
    world.settle()
    assert ada.get(f"/v1/runs/{run['run_id']}")["status"] == "completed"
    counted = world.platform.operations()["functions"]
    by_function = {name: each["operations"] for name, each in counted.items()}
    commits = {name: each.get("firestore-commits", 0) for name, each in by_function.items()}
    # The projection of the governor's inbox is not the run's.
    assert sum(n for name, n in commits.items() if name != "mobile-api-reactions") <= 8, commits
    for name in ("runs", "runs-reactions", "tools"):
        assert by_function[name].get("cloud-tasks", 0) == 0, by_function


@pytest.mark.nightly
def test_a_caller_and_a_time_start_jobs(world: World) -> None:
    ada = world.person("ada", SCOPES, ("operator",))
    rehearsed(world, ada)
    job = {"capsule": "count-visits", "inputs": {"day": "tue", "visits": 2}}
    run = ada.post("/v1/jobs", job)
    assert (run["status"], run["done"], run["capsule_version"]) == ("awaiting_approval", 1, "1.0.0")
    followed = ada.get(f"/v1/runs/{run['run_id']}/events")
    assert [each["sequence"] for each in followed["items"]] == [1, 2]
    schedule = ada.post("/v1/schedules", {**job, "cron": "*/10 * * * *"})
    world.platform.advance(601)
    ada.sign_in()
    (last,) = ada.get("/v1/schedules")["items"]
    assert last["last_problem"] is None, last
    started = ada.get(f"/v1/runs/{last['last_run_id']}")
    assert (started["started_by"], started["status"]) == ("ada", "awaiting_approval")
    ended = ada.send("DELETE", f"/v1/schedules/{schedule['schedule_id']}")
    assert ended.json()["status"] == "ended", ended.text
    world.platform.advance(601)
    ada.sign_in()
    assert len(ada.get("/v1/runs")["items"]) == 2
