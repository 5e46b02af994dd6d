"""Two versions of a prompt on shares of runs: from the prompts to what each version did."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from events.receipts import ASKED
from functions.capsules.settings import settings as settings_of_capsules
from functions.runs.settings import settings as settings_of_runs
from shared.kit.instants import format_instant, parse_instant
from tests.journeys.world import EVERY_READ, World

WRITES = (
    *("capsules:write", "governance:write", "models:read", "models:write", "runs:write"),
    *("audit:write",),
)
RUNS = 6
DAY = timedelta(days=1)
# The scripted model answers with how many messages it was told.
SAYS = {1: "echo of 1 messages", 2: "echo of 2 messages"}
ECHO = {"role": "user", "content": "${{ variables.text }}"}
BRIEFLY = {"role": "system", "content": "Briefly."}
CAPSULE: dict[str, Any] = {
    "capsule": "a-summary",
    "version": "1.0.0",
    "agent": "writer",
    "steps": [
        {
            "id": "summary",
            "use": "model/complete",
            "with": {
                "prompt": {
                    "name": "sum-up",
                    "version": 1,
                    "compare": {"version": 2, "percent": 50},
                },
                "text": "echo",
            },
        }
    ],
}


@pytest.fixture
def gala(world: World) -> Any:
    """Who writes prompts, activates them, and runs capsules."""
    # Whoever ran in this process before may have had another environment.
    settings_of_capsules.cache_clear()
    settings_of_runs.cache_clear()
    world.live("writer")
    return world.person("gala", (*EVERY_READ, *WRITES), ("governor", "genesis"))


def test_runs_take_their_share_and_say_which_version_they_took(world: World, gala: Any) -> None:
    for version, messages in ((1, [ECHO]), (2, [BRIEFLY, ECHO])):
        said = {"name": "sum-up", "version": version, "variables": {"text": "string"}}
        gala.post("/v1/prompts", {**said, "messages": messages})
        if version == 1:
            gala.post("/v1/prompts/sum-up/versions/1/activate")
    gala.post("/v1/capsules", CAPSULE)
    gala.post("/v1/capsules/a-summary/versions/1.0.0/publish")
    asked = {"capsule": "a-summary", "version": "1.0.0"}
    refused = gala.send("POST", "/v1/plans", json=asked)
    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert "the prompt sum-up@2 is a draft" in error["message"]
    assert "line" in error["message"]
    gala.post("/v1/prompts/sum-up/versions/2/activate")
    plan = gala.post("/v1/plans", asked)["plan_hash"]
    does = gala.get(f"/v1/plans/{plan}")["content"]["steps"][0]["does"]
    assert (does["prompt"]["version"], does["compared"]["prompt"]["version"]) == (1, 2)
    assert does["compared"]["messages"] == [BRIEFLY, ECHO]
    gala.post(f"/v1/plans/{plan}/ghostrun", {"mode": "full"})
    runs = [gala.post("/v1/runs", {"plan_hash": plan})["run_id"] for _ in range(RUNS)]
    world.settle()
    taken = {run_id: _taken(gala, run_id) for run_id in runs}
    again = gala.post(f"/v1/runs/{runs[0]}/replay", {})["run_id"]
    world.settle()
    assert _taken(gala, again) == taken[runs[0]]
    began = parse_instant(gala.get(f"/v1/runs/{runs[0]}")["started_at"])
    time = {"from": format_instant(began - DAY), "to": format_instant(began + DAY)}
    comparison = gala.get("/v1/prompts/sum-up/comparison", **time)
    counted = Counter(taken.values())
    assert {each["version"]: each["answered"] for each in comparison["versions"]} == counted
    assert sum(each["cost_usd_micros"] for each in comparison["versions"]) == RUNS * 180
    assert all(each["median_ms"] is not None for each in comparison["versions"])
    unsaid = gala.send("GET", "/v1/prompts/sum-up/comparison")
    assert (unsaid.status_code, {each["field"] for each in unsaid.json()["errors"]}) == (
        422, {"from", "to"},
    )  # fmt: skip
    unused = gala.get("/v1/prompts/another/comparison", **time)
    assert unused["versions"] == []


def _taken(by: Any, run_id: str) -> int:
    """The version that the run took, as its steps, its receipts and what the model was told
    say."""
    run = by.get(f"/v1/runs/{run_id}")
    assert (run["status"], run["failure"]) == ("completed", None)
    steps = by.get(f"/v1/runs/{run_id}/steps")["items"]
    (named,) = {each["prompt"] for each in steps}
    version = int(named.removeprefix("sum-up@"))
    assert steps[0]["output"]["value"]["text"] == SAYS[version]
    receipts = by.get("/v1/receipts", run_id=run_id)["items"]
    said = [each["model"]["prompt"] for each in receipts if each["operation"] == ASKED]
    assert said == ([] if run["replay_of"] else [named])
    return version
