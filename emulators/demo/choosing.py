"""The chapter of the demo in which a model chooses a call beyond its envelope, in a run that failed
and goes on from where it stopped."""

from typing import Any

import httpx

from emulators.client import PlatformClient
from emulators.demo.narrator import Narrator
from emulators.demo.person import Person
from emulators.demo.run import approve, at_rest, expect
from emulators.failures import PlatformError

GOAL = "Bring the clinic's total up to date."
CAPSULE = f"""\
capsule: total-visits
version: 1.0.0
agent: clinic-visit-counter
steps:
  - id: count
    use: assent/counter.add
    with: {{counter: visits-dance, amount: 7}}
  - id: total
    agent:
      goal: {GOAL}
      tools: [assent/counter.add]
      arguments: {{assent/counter.add: {{counter: [visits-*]}}}}
      calls: 2
      turns: 3
      spend_usd: 0.05
outputs: {{said: "${{{{ steps.total.output.text }}}}"}}
"""
# The model's server refuses at first; then the model chooses a counter that is no visits-*.
ANSWERS = [
    {"status": 400},
    {
        "calls": [
            {"name": "assent_counter_add", "arguments": {"counter": "clinic-total", "amount": 7}}
        ]
    },
    {"text": "The total has the seven visits."},
]


def chosen(author: Person, governor: Person, platform: PlatformClient, narrator: Narrator) -> None:
    """Runs a capsule whose model fails once, and then chooses what only the governor may allow.
    Raises PlatformError for any other behaviour."""
    narrator.chapter("7. A model chooses within an envelope; a run fails, and goes on")
    _script(platform)
    author.submit("/v1/capsules", CAPSULE)
    author.post("/v1/capsules/total-visits/versions/1.0.0/publish")
    run = at_rest(author, author.post("/v1/jobs", {"capsule": "total-visits"}))
    expect(run, "failed", narrator)
    narrator.step("Its model's server refuses", run["failure"]["code"])
    run = at_rest(author, governor.post(f"/v1/runs/{run['run_id']}/retry"))
    narrator.step("The governor has it tried again", "from where it stopped")
    expect(run, "awaiting_approval", narrator)
    platform.wait_until_idle()
    card = governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
    narrator.step("The card", card["summary"])
    approve(governor, card)
    narrator.step("The governor assents to exactly this call", card["decision_hash"][:12])
    platform.wait_until_idle()
    run = at_rest(author, run)
    expect(run, "completed", narrator)
    _shown(author.get(f"/v1/runs/{run['run_id']}/steps")["items"], narrator)


def _script(platform: PlatformClient) -> None:
    """Says what the scripted model answers."""
    url = platform.health()["model"]
    httpx.post(f"{url}/scripts", json={"goal": GOAL, "answers": ANSWERS}).raise_for_status()


def _shown(steps: Any, narrator: Narrator) -> None:
    """Prints the turns and the calls that were made. Raises PlatformError where the step before
    the failure was done twice, or the model made another call."""
    made = [each for each in steps if each["operation"] is not None]
    if [each["step"] for each in made] != ["count", "total"] or not made[1]["assented_by"]:
        raise PlatformError(f"the run made other calls: {made}")
    for each in steps:
        if each["turn"] is not None:
            turn = each["turn"]
            what = f"chose {', '.join(turn['chosen'])}" if turn["chosen"] else "answered"
            cost = f"{turn['tokens_in']} + {turn['tokens_out']} tokens"
            narrator.step(f"Turn {turn['number']} of {turn['model']}", f"{what}, {cost}")
