"""Documents in a browser: somebody makes a corpus, adds a text and a file, asks, and removes."""

import pytest
from playwright.sync_api import expect

from tests.functions.knowledge.rules.test_formats import pdf
from tests.journeys.console.phone import Phone

pytestmark = pytest.mark.platform

HANDBOOK = "# Pumps\n\n## Warranty\n\nThe warranty of a pump is three years from its delivery.\n"
FILE = {
    "name": "returns.pdf",
    "mimeType": "application/pdf",
    "buffer": pdf("The office opens at nine.", "Broken pumps go back to Bergen."),
}


def test_documents_are_added_asked_and_removed(phone: Phone) -> None:
    phone.opens("knowledge")
    expect(phone.text).to_contain_text("There is no corpus that you may read")
    phone.presses("Make a corpus")
    phone.page.get_by_label("Its name").fill("Handbook")
    phone.page.get_by_label("Who may read it").fill("not a reader!")
    phone.presses("Make it now")
    phone.is_refused("readers")
    phone.page.get_by_label("Who may read it").fill("developer\nanalyst")
    phone.presses("Make it now")
    phone.says("Handbook is made")
    phone.page.get_by_role("link", name="Handbook").click()
    expect(phone.text).to_contain_text("It has no document yet.")
    phone.presses("Add a text")
    phone.page.get_by_label("Name of the document").fill("pumps.md")
    phone.page.get_by_label("The text").fill(HANDBOOK)
    phone.presses("Add it now")
    phone.says("pumps.md is added.")
    phone.page.get_by_label("Add files of this device").set_input_files(FILE)  # type: ignore[arg-type]
    phone.says("returns.pdf is added.")
    both = phone.text.get_by_text("found by its words and its meaning")
    expect(both).to_have_count(2)
    expect(phone.text).to_contain_text("2 pages")
    phone.page.get_by_label("Your question").fill("Where do broken pumps go?")
    phone.presses("Ask")
    first = phone.text.locator("ol li").first
    expect(first).to_contain_text("returns.pdf, page 2")
    expect(first.locator("blockquote")).to_contain_text("Broken pumps go back to Bergen.")
    expect(first).to_contain_text("verified: the document says exactly this")
    phone.is_for_everybody()
    phone.presses("Remove returns.pdf")
    phone.presses("Remove it for good")
    phone.says("The document is removed.")
    phone.opens("knowledge")
    phone.page.get_by_label("Your question").fill("May an agent send reports to patients?")
    phone.presses("Ask")
    expect(phone.text).to_contain_text("the constitution answers first")
    expect(phone.text).not_to_contain_text("returns.pdf")
    phone.is_for_everybody()
