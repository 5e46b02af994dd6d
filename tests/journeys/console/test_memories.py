"""What agents remember, in a browser: facts are told, corrected, and erased."""

import pytest
from playwright.sync_api import expect

from tests.journeys.console.phone import Phone

pytestmark = pytest.mark.platform


def test_a_fact_is_told_corrected_and_erased(phone: Phone) -> None:
    phone.opens("memories")
    expect(phone.text).to_contain_text("Nothing is remembered here.")
    phone.presses("Tell a fact")
    phone.page.get_by_label("The fact").fill("The bakery delivers on Tuesdays.")
    phone.page.get_by_label("The agent’s id").fill("agt_1")
    phone.presses("Tell it now")
    phone.is_refused("there is no agent")
    phone.page.get_by_label("The agent’s id").fill("")
    phone.presses("Tell it now")
    phone.says("The fact is kept.")
    phone.is_for_everybody()
    phone.page.get_by_role("button", name="Correct The bakery delivers on Tuesdays.").click()
    phone.page.get_by_role("textbox", name="The fact", exact=True).fill(
        "The bakery delivers on Fridays."
    )
    phone.presses("Correct it now")
    phone.says("The fact is corrected.")
    expect(phone.text).to_contain_text("The bakery delivers on Fridays.")
    expect(phone.text).not_to_contain_text("Tuesdays")
    phone.page.get_by_role("button", name="Erase The bakery delivers on Fridays.").click()
    phone.presses("Erase it for good")
    phone.says("The fact is erased.")
    expect(phone.text).to_contain_text("Nothing is remembered here.")
