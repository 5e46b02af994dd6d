"""What governors do beside deciding in a browser: agents, precedents, policies, budgets."""

import pytest
from playwright.sync_api import expect

from emulators.running import RunningPlatform
from tests.journeys.console.phone import Phone
from tests.journeys.founder import Founder
from tests.journeys.world import World

pytestmark = pytest.mark.platform

FREEZE = """@id("freeze")
forbid (principal, action == Action::"agents.list", resource)
unless { principal in Role::"governor" };
"""
RATIONALE = (
    "Writers of public patient education that only draft, cite public sources and hand over to an"
    " editor have been approved before; every draft can be deleted again."
)


def test_an_agent_is_read_stage_by_stage_and_stopped(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    world = World(running.client, founder.tenant)
    case = world.live("writer")
    phone.opens("agents")
    phone.page.get_by_role("link", name="writer").click()
    expect(phone.heading).to_have_text("writer")
    expect(phone.text.locator(".stages > .passed")).to_have_count(7)
    phone.presses("Suspend")
    phone.presses("Suspend now")
    expect(phone.page.get_by_label("Why")).to_be_focused()
    phone.is_for_everybody()
    phone.page.get_by_label("Why").fill("it cited nothing")
    phone.presses("Suspend now")
    phone.says("The agent is suspended.")
    expect(phone.text).to_contain_text("by hand: it cited nothing")
    phone.presses("Recall")
    phone.page.get_by_label("Why").fill("everywhere")
    phone.presses("Recall now")
    phone.says("The agent is recalled.")
    phone.presses("Lift")
    phone.page.get_by_label("Why").fill("it cites again")
    phone.presses("Lift the recall")
    phone.says("The recall is lifted.")
    phone.presses("Reactivate")
    phone.page.get_by_label("Why").fill("it cites again")
    phone.presses("Reactivate now")
    phone.says("The agent is reactivated.")
    assert world.agent(case)["suspension"] is None


@pytest.mark.nightly
def test_a_precedent_is_written_in_four_steps(
    phone: Phone, founder: Founder, running: RunningPlatform
) -> None:
    World(running.client, founder.tenant).live("writer")
    phone.opens("precedents")
    phone.page.get_by_role("link", name="Write a precedent").click()
    phone.page.get_by_label("Title").fill("Public education")
    phone.page.get_by_label("Domain").select_option("GEN")
    phone.page.get_by_label("Approves requests of the kind").select_option("constitutional")
    phone.page.get_by_label("An approval as an example").select_option(index=1)
    phone.presses("Next")
    expect(phone.page.get_by_role("heading", name="Step 2 of 4")).to_be_focused()
    phone.page.get_by_text("From the example").click()
    phone.presses("Add content.industry")
    phone.presses("Add content.skills")
    phone.presses("Next")
    expect(phone.button("Next")).to_be_disabled()
    phone.page.get_by_label("Why what fits").fill(RATIONALE)
    phone.presses("Back")
    phone.presses("Next")
    expect(phone.page.get_by_label("Why what fits")).to_have_value(RATIONALE)
    phone.presses("Next")
    phone.presses("Post the precedent")
    expect(phone.heading).to_have_text("Public education")
    expect(phone.text).to_contain_text("content.industry is healthcare")
    phone.presses("Activate")
    phone.presses("Activate now")
    phone.says("The precedent is active.")
    phone.presses("Suspend")
    phone.presses("Suspend now")
    phone.says("The precedent is suspended.")
    assert [each["status"] for each in founder.get("/v1/precedent-seeds")["items"]] == ["suspended"]


@pytest.mark.nightly
def test_a_policy_is_written_tried_and_proposed(phone: Phone, founder: Founder) -> None:
    founder.get("/v1/agents")
    phone.opens("policies")
    phone.presses("Write a policy")
    phone.page.get_by_label("Name").fill("freeze")
    phone.page.get_by_label("Cedar text").fill("forbid (principal")
    phone.presses("Keep as a draft")
    expect(phone.heading).to_have_text("freeze, version 1")
    _asks(phone, "Validate", "Validate")
    expect(phone.text).to_contain_text("It is not valid.")
    _asks(phone, "Compare", "Compare")
    phone.is_refused("")
    phone.presses("Write the next version")
    phone.page.get_by_label("Cedar text").fill(FREEZE)
    phone.presses("Keep as a draft")
    expect(phone.heading).to_have_text("freeze, version 2")
    _asks(phone, "Compare", "Compare")
    expect(phone.text).to_contain_text("that it newly denies: 1")
    _asks(phone, "Test", "Test these cases")
    expect(phone.text).to_contain_text("1 passed, 0 failed.")
    _asks(phone, "Replay", "Replay these decisions")
    expect(phone.text).to_contain_text("decided again")
    phone.is_for_everybody()
    phone.presses("Publish")
    phone.presses("Ask for its publication")
    phone.says("An approval was asked for.")
    assert phone.page.get_by_role("link", name="apr_").count() == 1
    phone.presses("Withdraw")
    phone.presses("Withdraw now")
    phone.says("waits for no approval")


def _asks(phone: Phone, opens: str, sends: str) -> None:
    phone.presses(opens)
    phone.page.locator("form").get_by_role("button", name=sends, exact=True).click()
