"""What decisions teach, in a browser: mined, read, drafted, activated, and reported on."""

from typing import Any

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.world import World

pytestmark = pytest.mark.platform


def _decide(world: World, number: int, verb: str, action: str) -> None:
    asked = {
        "kind": "execution",
        "summary": f"{action} shard {number}",
        "subject": {"type": "job", "id": f"job-{action}-{number}", "name": f"{action}-{number}"},
        "content": {"action": action, "rows": 100 + number},
        "evidence": ["The index is old."],
        "rollback_plan": "Restore the index of yesterday.",
    }
    card: dict[str, Any] = world.author.post("/v1/approvals", asked)
    answer = world.veto(card) if verb == "veto" else world.decide("approve", card)
    assert answer.is_success, answer.text


def test_what_decisions_teach_is_mined_read_and_drafted(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    world = World(running.client, founder.tenant)
    phone.opens("patterns")
    expect(phone.text).to_contain_text("Nobody has mined yet.")
    for number in range(38):
        _decide(world, number, "approve", "reindex")
        if number % 5 == 0:
            _decide(world, number, "veto", "archive")
    world.settle()
    phone.presses("Mine the decisions")
    phone.presses("Mine now")
    phone.says("The decisions show 1 pattern.")
    expect(phone.text).to_contain_text("46 decisions of people, 8 of them refusals")
    phone.is_for_everybody()
    phone.page.get_by_role("link", name="execution: action is reindex").click()
    expect(phone.text).to_contain_text(
        "content.action is reindex (keeps out 8 that people refused)"
    )
    expect(phone.text).to_contain_text("38 of 38 approved")
    expect(phone.text).to_contain_text("None: people approved all of it.")
    phone.is_for_everybody()
    phone.presses("Draft a precedent")
    phone.presses("Draft it")
    expect(phone.text).to_contain_text("It was learned")
    phone.presses("Activate")
    phone.presses("Activate now")
    phone.says("The precedent is active.")
    expect(phone.text).to_contain_text("0 of 0 times")
    phone.presses("End the probation")
    phone.presses("End it now")
    phone.is_refused("and 3 are needed")
    phone.is_for_everybody()
    phone.opens("report")
    expect(phone.text).to_contain_text("any of governor, execution, medium risk")
    expect(phone.text).to_contain_text("How the figures are computed")
    phone.is_for_everybody()
