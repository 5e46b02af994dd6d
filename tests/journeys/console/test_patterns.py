"""What decisions teach, in a browser: mined, read, drafted, activated, and reported on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from events.precedents import Condition
from tests.attacks.parts_of_a_tenant import keep_pattern
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.world import World

pytestmark = pytest.mark.platform

REINDEX = Condition(field="content.action", op="eq", value="reindex")
NO_BACKUP = "There is no backup to go back to."


def _asked(world: World, number: int, action: str) -> dict[str, Any]:
    asked = {
        "kind": "execution",
        "summary": f"{action} shard {number}",
        "subject": {"type": "job", "id": f"job-{action}-{number}", "name": f"{action}-{number}"},
        "content": {"action": action, "rows": 100 + number},
        "evidence": ["The index is old."],
        "rollback_plan": "Restore the index of yesterday.",
    }
    return dict(world.author.post("/v1/approvals", asked))


def _approve(world: World, number: int) -> str:
    card = _asked(world, number, "reindex")
    answer = world.decide("approve", card)
    assert answer.is_success, answer.text
    return str(card["id"])


def _veto(world: World, number: int, why: str) -> None:
    card = _asked(world, number, "archive")
    answer = world.decide("veto", card, reason_category="safety", explanation=why)
    assert answer.is_success, answer.text


def _keep_pattern(world: World, example: str) -> None:
    """A pattern as learning keeps it. The browser's driver has the loop of this thread."""
    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, keep_pattern(world.tenant, None, example, REINDEX)).result()


def _mines(phone: Phone, found: str) -> None:
    phone.opens("patterns")
    expect(phone.text).to_contain_text("Nobody has mined yet.")
    phone.presses("Mine the decisions")
    phone.presses("Mine now")
    phone.says(found)


def test_a_pattern_is_read_drafted_and_put_on_probation_and_reasons_are_reported(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    world = World(running.client, founder.tenant)
    example = _approve(world, 1)
    said = [
        "Nobody has made a backup before this.",
        "It reads like an advertisement.",
        "Without a backup of the data we cannot undo it.",
        NO_BACKUP,
    ]
    for number, why in enumerate(said):
        _veto(world, number, why)
    world.settle()
    _mines(phone, "The decisions show no pattern.")
    expect(phone.text).to_contain_text("5 decisions of people, 4 of them refusals")
    _keep_pattern(world, example)
    phone.opens("patterns")
    phone.is_for_everybody()
    phone.page.get_by_role("link", name="execution: action is reindex").click()
    expect(phone.text).to_contain_text("25 of 25 approved")
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
    expect(phone.text).to_contain_text("3 refusals: 3 vetoed")
    phone.is_for_everybody()
    phone.page.get_by_role("link", name=NO_BACKUP).click()
    expect(phone.heading).to_have_text("archive shard 3")


@pytest.mark.nightly
def test_what_forty_six_decisions_teach_is_mined(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    world = World(running.client, founder.tenant)
    for number in range(38):
        _approve(world, number)
        if number % 5 == 0:
            _veto(world, number, NO_BACKUP)
    world.settle()
    _mines(phone, "The decisions show 1 pattern.")
    expect(phone.text).to_contain_text("46 decisions of people, 8 of them refusals")
    phone.page.get_by_role("link", name="execution: action is reindex").click()
    expect(phone.text).to_contain_text(
        "content.action is reindex (keeps out 8 that people refused)"
    )
    expect(phone.text).to_contain_text("38 of 38 approved")
    expect(phone.text).to_contain_text("None: people approved all of it.")
    phone.is_for_everybody()
