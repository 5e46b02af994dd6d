"""Prompts in a browser: one is written, previewed, activated, written anew and compared."""

import pytest
from playwright.sync_api import expect

from tests.journeys.console.phone import Phone

pytestmark = pytest.mark.platform

FIRST = "You write for ${{ variables.reader }}.\nBe brief.\nSay what you do not know."


def _writes_the_first(phone: Phone) -> None:
    page = phone.page
    phone.opens("prompts")
    expect(phone.text).to_contain_text("Nobody has written a prompt yet.")
    phone.presses("Write a prompt")
    page.get_by_label("Name").fill("weekly-summary")
    page.get_by_label("Text").fill(FIRST)
    phone.presses("Write this version")
    phone.is_refused("which is not declared")
    page.get_by_label("Variables").fill(
        'reader: {"type": "string", "default": "editors"}\nn: integer'
    )
    phone.presses("Show what it says")
    phone.is_refused("n")
    page.get_by_label("n (integer, as JSON)").fill("3")
    phone.presses("Show what it says")
    phone.says("This is what a call would say.")
    expect(page.get_by_text("You write for editors.")).to_be_visible()
    phone.is_for_everybody()
    phone.presses("Write this version")
    expect(phone.heading).to_have_text("weekly-summary, version 1")


@pytest.mark.timeout(300)
def test_a_prompt_is_previewed_written_activated_and_compared_with_the_next(phone: Phone) -> None:
    page = phone.page
    _writes_the_first(phone)
    phone.presses("Activate")
    phone.presses("Activate it now")
    phone.says("The version is active.")
    phone.is_for_everybody()
    phone.presses("Write the next version")
    expect(page.get_by_label("Version")).to_have_value("2")
    page.get_by_label("Text").fill(FIRST.replace("Be brief.", "Write three lines."))
    expect(page.locator(".changes ins")).to_contain_text("Write three lines.")
    expect(page.locator(".changes del")).to_contain_text("Be brief.")
    phone.presses("Write this version")
    expect(phone.heading).to_have_text("weekly-summary, version 2")
    expect(phone.text).to_contain_text("draft")
    page.get_by_role("link", name="All versions of this prompt").click()
    expect(phone.heading).to_have_text("weekly-summary")
    expect(page.get_by_role("listitem").filter(has_text="weekly-summary, version")).to_have_count(2)
    expect(page.locator(".changes ins")).to_contain_text("Write three lines.")
    expect(phone.text).to_contain_text("No run asked a model with this prompt in this time.")
    phone.is_for_everybody()
    page.get_by_label("Before").select_option("2")
    expect(phone.text).to_contain_text("Both say the same.")
