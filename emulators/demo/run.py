"""The chapter of the demo in which an agent works: a capsule is compiled, rehearsed and run."""

import time
import uuid
from pathlib import Path
from typing import Any

from emulators.client import PlatformClient
from emulators.demo.narrator import Narrator
from emulators.demo.person import Person
from emulators.failures import PlatformError

SPECS = Path(__file__).parent / "specs"
COUNTER_SPEC = "clinic-visit-counter.yaml"
SECONDS_TO_REST = 30
SECONDS_BETWEEN_LOOKS = 0.2
CAPSULE = """\
capsule: count-visits
version: 1.0.0
agent: clinic-visit-counter
inputs: {course: string, visits: integer}
steps:
  - id: count
    use: assent/counter.add
    with: {counter: "visits-${{ inputs.course }}", amount: "${{ inputs.visits }}"}
  - id: correct
    use: assent/counter.add
    with: {counter: "visits-${{ inputs.course }}", amount: "${{ -steps.count.output.value / 10 }}"}
    approval: required
outputs: {total: "${{ steps.correct.output.value }}"}
"""


def ran(author: Person, governor: Person, platform: PlatformClient, narrator: Narrator) -> None:
    """Publishes, compiles, rehearses and runs a capsule, with the governor's assent to exactly the
    calls of its last step. Raises PlatformError for any other behaviour."""
    narrator.chapter("6. An agent works: a capsule is compiled, rehearsed, and run")
    goes_live(COUNTER_SPEC, author, governor, platform, narrator)
    written = author.submit("/v1/capsules", CAPSULE)
    author.post("/v1/capsules/count-visits/versions/1.0.0/publish")
    narrator.step("Ada publishes a capsule", f"{written['name']} {written['version']}")
    first = _rehearsed(author, 120, narrator)
    platform.fault("function:tools", "kill", seconds=0.0)
    narrator.step("The process that acts is killed in the middle", "the run goes on by itself")
    run, card = _asking(author, governor, platform, first, narrator)
    narrator.card(card)
    approve(governor, card)
    narrator.step("The governor assents to exactly these calls", card["decision_hash"][:12])
    platform.wait_until_idle()
    ended = at_rest(author, run)
    expect(ended, "completed", narrator)
    for step in author.get(f"/v1/runs/{run['run_id']}/steps")["items"]:
        narrator.step(f"Step {step['step']} gave", str(step["output"]["value"]))
    second = _rehearsed(author, 121, narrator)
    if second == first:
        raise PlatformError("another argument is the same plan")
    narrator.step("One argument changes, and so does the hash", f"{first[:12]}, {second[:12]}")
    other, card = _asking(author, governor, platform, second, narrator)
    for change in _changes(card):
        narrator.step("The card shows what has changed", f"{change['was']} → {change['is']}")
    governor.post(f"/v1/runs/{other['run_id']}/cancel")
    replay = governor.post(f"/v1/runs/{run['run_id']}/replay", {"mode": "full"})
    replay = at_rest(author, replay)
    if (replay["status"], replay["divergences"]) != ("completed", 0):
        raise PlatformError(f"the replay differs: {replay}")
    narrator.step("The run is replayed, which does nothing", "it gives the same")
    undone = governor.post(f"/v1/runs/{run['run_id']}/undo")
    if not undone["is_undone"]:
        raise PlatformError(f"the run was not undone: {undone}")
    narrator.step("The governor has it undone", "in reverse order")
    platform.wait_until_idle()


def _asking(
    author: Person,
    governor: Person,
    platform: PlatformClient,
    plan_hash: str,
    narrator: Narrator,
) -> tuple[Any, Any]:
    """A new run of the plan, which waits for assent to its last step, and the governor's card."""
    run = at_rest(author, author.post("/v1/runs", {"plan_hash": plan_hash}))
    expect(run, "awaiting_approval", narrator)
    platform.wait_until_idle()
    return run, governor.get(f"/v1/mobile/approvals/{run['approval_id']}")


def _changes(card: Any) -> list[Any]:
    """What differs from what was assented to last. Raises PlatformError where nothing does."""
    found = [each["changed"] for each in card["evidence"] if "changed" in each]
    if not found:
        raise PlatformError(f"the card does not show what has changed: {card['evidence']}")
    return list(found[0])


def goes_live(
    spec: str, author: Person, governor: Person, platform: PlatformClient, narrator: Narrator
) -> None:
    """The agent of a spec of the demo, approved by the governor. Raises PlatformError for any
    refusal."""
    case = author.submit("/v1/agents", (SPECS / spec).read_text())
    platform.wait_until_idle()
    stages = author.get(f"/v1/workflows/{case['case_id']}")["stages"]
    approval_id = next(each["approval_id"] for each in reversed(stages) if each["approval_id"])
    approve(governor, governor.get(f"/v1/mobile/approvals/{approval_id}"))
    platform.wait_until_idle()
    agent = author.get(f"/v1/agents/{case['agent_id']}")
    narrator.step(f"{agent['name']} is", agent["status"])


def _rehearsed(author: Person, visits: int, narrator: Narrator) -> str:
    inputs = {"course": "first-aid", "visits": visits}
    body = {"capsule": "count-visits", "version": "1.0.0", "inputs": inputs}
    plan = author.post("/v1/plans", body)
    found = author.post(f"/v1/plans/{plan['plan_hash']}/ghostrun", {"mode": "full"})
    if not found["passes"]:
        raise PlatformError(f"the rehearsal denies the plan: {found}")
    narrator.step("Its plan is rehearsed", f"{found['approvals']} approval, risk {found['risk']}")
    return str(plan["plan_hash"])


def approve(governor: Person, card: Any) -> None:
    """The governor's yes to exactly what the card shows. Raises PlatformError for any refusal."""
    decision = {"decision_hash": card["decision_hash"], "client_decision_id": str(uuid.uuid4())}
    governor.post(f"/v1/mobile/approvals/{card['id']}/approve", {**decision, "note": "Go ahead."})


def at_rest(author: Person, run: Any) -> Any:
    """The run once it waits for a person or has ended: it tries again by itself where a process
    died."""
    end = time.monotonic() + SECONDS_TO_REST
    while time.monotonic() < end:
        run = author.get(f"/v1/runs/{run['run_id']}")
        if run["status"] != "running":
            break
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return run


def expect(run: Any, status: str, narrator: Narrator) -> None:
    """Says where the run stands. Raises PlatformError where it stands elsewhere."""
    if run["status"] != status:
        raise PlatformError(f"the run is {run['status']}, not {status}: {run}")
    narrator.step("The run is", f"{status}, after {run['done']} of {run['steps']} steps")
